"""One question in flight: what is dropped is counted, and by its reason."""

import pytest

from edge_agent.clock import SystemClock
from edge_agent.drivers.signal_ntcip import objects
from edge_agent.drivers.signal_ntcip.session import SnmpSession, TooBig
from edge_agent.drivers.signal_ntcip.settings import address
from edge_agent.drivers.signal_ntcip.snmp import Missing, Version
from edge_agent.errors import DeviceError
from tests.drivers.signal_ntcip.stand import Stand, stand

_GROUP = (objects.phase_reds(1), objects.phase_yellows(1), objects.phase_greens(1))
_UNKNOWN = objects.phase_reds(99)


def _session(rig: Stand, version: Version = Version.V2C, retries: int = 3) -> SnmpSession:
    return SnmpSession(*address(rig.url), version, b"public", SystemClock(), 0.1, retries)


@pytest.mark.parametrize(
    ("fault", "figure"),
    [
        ("late", "late"),
        ("duplicate", "duplicate"),
        ("wrong-id", "late"),
        ("wrong-community", "foreign"),
        ("truncated", "damaged"),
        ("garbage-before", "damaged"),
    ],
)
async def test_what_is_dropped_is_counted(fault: str, figure: str) -> None:
    async with stand() as rig, _session(rig) as session:
        rig.fault(fault=fault, times=1)
        for _ in range(3):
            answer = await session.get(_GROUP)
            assert list(answer.values.values()) == [2, 0, 5]
        assert session.figures[figure] == 1
        assert session.figures["answered"] == 3


async def test_the_answer_lies_between_the_moments() -> None:
    clock = SystemClock()
    async with stand() as rig, _session(rig) as session:
        rig.fault(fault="delay", value=0.05)
        before = clock.mono_ns()
        answer = await session.get(_GROUP)
        assert before <= answer.asked_ns
        assert answer.answered_ns - answer.asked_ns >= 50_000_000
        assert answer.answered_ns <= clock.mono_ns()


async def test_a_retry_counts_from_its_own_asking() -> None:
    async with stand() as rig, _session(rig) as session:
        rig.fault(fault="silence", times=2)
        answer = await session.get(_GROUP)
        assert session.figures["retried"] == 2
        assert answer.answered_ns - answer.asked_ns < 90_000_000


@pytest.mark.parametrize("version", list(Version))
async def test_an_unknown_object_is_absent_and_asked_for_once(version: Version) -> None:
    async with stand() as rig, _session(rig, version) as session:
        for _ in range(3):
            answer = await session.get((_GROUP[0], _UNKNOWN, _GROUP[1]))
            assert list(answer.values.values()) == [2, Missing.ABSENT, 0]
        # v1 refuses the whole question once; v2c answers each time.
        assert session.figures["answered"] == (4 if version is Version.V1 else 3)
        session.forget_absent()
        await session.get((_UNKNOWN,))


async def test_only_unknown_objects() -> None:
    async with stand() as rig, _session(rig, Version.V1) as session:
        assert (await session.get((_UNKNOWN,))).values == {_UNKNOWN: Missing.ABSENT}


async def test_bundles_stay_together_when_the_reply_is_too_big() -> None:
    async with stand() as rig, _session(rig) as session:
        rig.fault(fault="too-big")
        second = (objects.dont_walks(1), objects.ped_clears(1), objects.walks(1))
        third = tuple(objects.phase_concurrency(n) for n in (1, 2, 3))
        answer = await session.get_together([_GROUP, second, third])
        assert [answer.values[name] for name in _GROUP] == [2, 0, 5]
        assert session.figures["answered"] == 4
        await session.get_together([_GROUP, second, third])
        assert session.figures["answered"] == 7
        with pytest.raises(TooBig):
            await session.get_together([_GROUP + second + third])


async def test_a_closed_session_is_gone() -> None:
    async with stand() as rig:
        session = _session(rig)
        async with session:
            pass
        with pytest.raises(DeviceError, match="gone"):
            await session.get(_GROUP)
