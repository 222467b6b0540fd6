"""The driver with the controller's broadcast: the better witness, never mixed with the other."""

import asyncio
import socket

import pytest

from edge_agent.errors import Cause, DeviceError
from tests.drivers.signal_ntcip.stand import free_udp_port, stand


async def test_the_broadcast_is_the_better_witness() -> None:
    port = free_udp_port()
    async with stand(tscbm=port) as rig:
        rig.start(tscbm_port=port, tscbm_bind="127.0.0.1", walks=[1])
        await rig.until(lambda: rig.signals)
        assert rig.degraded == [(None, "")]
        for seconds, shown in ((10, "y r"), (3, "r r"), (2, "r g")):
            rig.step(seconds)
            await rig.shows(shown)
        names = rig.server.agent.counts["get"]
        assert len(rig.signals) == 4
        assert names < 40  # the lamps themselves were not asked for


async def test_without_broadcast_the_lamps_are_asked_for() -> None:
    port = free_udp_port()
    async with stand(tscbm=port) as rig:
        rig.start(tscbm_port=port, tscbm_bind="127.0.0.1", gap_s=0.4)
        await rig.until(lambda: rig.signals)
        rig.fault(fault="tscbm-drop")
        await rig.until(lambda: rig.degraded[-1][0] is Cause.SILENT)
        await rig.until(lambda: len(rig.signals) == 2)
        assert rig.signals[1].first
        rig.step(10)
        await rig.shows("y r")
        rig.fault(fault="tscbm-drop", on=False)
        await rig.until(lambda: rig.degraded[-1] == (None, ""))
        assert rig.signals[-1].first


async def test_a_gap_in_the_broadcast_invents_nothing() -> None:
    port = free_udp_port()
    async with stand(tscbm=port) as rig:
        rig.start(tscbm_port=port, tscbm_bind="127.0.0.1")
        await rig.until(lambda: rig.signals)
        rig.fault(fault="jump")
        rig.step(13)
        await rig.shows("r r")
        assert [(r.first, r.changed) for r in rig.signals] == [(True, ()), (True, ())]


async def test_the_broadcast_alone_keeps_the_device_up() -> None:
    port = free_udp_port()
    async with stand(tscbm=port) as rig:
        rig.start(tscbm_port=port, tscbm_bind="127.0.0.1")
        await rig.until(lambda: rig.signals)
        rig.fault(fault="silence")
        await rig.until(lambda: rig.degraded[-1][0] is Cause.TIMEOUT)
        rig.step(10)
        await rig.shows("y r")
        rig.fault(clear=True)
        await rig.until(lambda: rig.degraded[-1] == (None, ""))


async def test_a_taken_broadcast_port_is_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        async with stand() as rig:
            task = rig.start(tscbm_port=taken.getsockname()[1], tscbm_bind="127.0.0.1")
            with pytest.raises(DeviceError) as caught:
                await task
            assert caught.value.cause is Cause.REFUSED


async def test_nothing_is_left_behind() -> None:
    port = free_udp_port()
    async with stand(tscbm=port) as rig:
        task = rig.start(tscbm_port=port, tscbm_bind="127.0.0.1")
        await rig.until(lambda: rig.signals)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
            again.bind(("127.0.0.1", port))
        assert len(asyncio.all_tasks()) == 2  # this test and the controller
