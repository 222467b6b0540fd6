"""The broker as the fault: killed and emptied, hung, overflowing, forbidding; rows 1, 2, 6, 7."""

import asyncio

from edge_agent.spool.policy import SpoolPolicy
from edge_agent.uplink.status import LinkState
from tests.brokers import Mosquitto
from tests.torture.fault import Fault, Outcome, Scale
from tests.torture.relay import relayed
from tests.torture.scene import Scene, audit, broken, fault, scene, timed
from tests.uplink.events import alarm
from tests.uplink.rig import UnitRig

OVERFLOW = "allow_anonymous true\nmax_queued_messages 20\nmax_inflight_messages 5\n"
"""A broker that throws away what a slow subscriber does not take."""


def _kills(scale: Scale) -> int:
    return 8 if scale is Scale.SHORT else 100


async def _killed(scale: Scale) -> Outcome:
    async with scene() as stage:
        worst = 0.0
        for _ in range(_kills(scale)):
            await stage.record(100)
            await asyncio.sleep(0.05)  # in the middle of sending them
            stage.broker.kill()
            await stage.record(50)
            stage.broker.start()
            worst = max(worst, await stage.complete() or 1e9)
        return stage.outcome(worst, f"{_kills(scale)} kills, each time restarted empty")


async def _killed_without_receipts(scale: Scale) -> Outcome:
    """The same with PUBACK taken for delivery: it must lose, or the ledger is blind."""
    async with scene(policy=SpoolPolicy(receipts=False)) as stage:
        await stage.record(100)
        await stage.complete()
        stage.broker.kill()
        stage.centre.stop()  # away, as a central system is now and then
        stage.broker.start()
        await timed(lambda: stage.unit.uplink.status().state is LinkState.UP, 20)
        before = stage.unit.uplink.status().sent
        await stage.record(200)
        await timed(lambda: stage.unit.uplink.status().sent >= before + 200, 20)
        await timed(lambda: stage.unit.uplink.status().in_flight == 0, 20)
        lost, twice = audit(stage.db, stage.unit.ids)
        return Outcome(len(stage.unit.ids), lost, twice, None, "PUBACK taken for storage")


async def _hung(scale: Scale) -> Outcome:
    async with scene(puback_s=10.0, keepalive_s=8) as stage:
        await stage.record(100)
        await stage.complete()
        stage.broker.freeze()
        await stage.record(20)
        noticed = await timed(lambda: stage.unit.uplink.status().state is not LinkState.UP, 25)
        stage.broker.thaw()
        recovery = await stage.complete()
        late = 0 if noticed is not None and noticed <= 20 else 1
        told = "never" if noticed is None else f"{noticed:.1f} s"
        found = stage.outcome(recovery, f"noticed after {told}")
        return found if not late else broken(found, "not noticed within 20 s")


async def _hung_idle(scale: Scale) -> Outcome:
    """Nothing in flight when it hangs: only the keepalive can tell."""
    async with scene(puback_s=10.0, keepalive_s=8) as stage:
        await stage.record(10)
        await stage.complete()
        await asyncio.sleep(0.5)
        stage.broker.freeze()
        noticed = await timed(lambda: stage.unit.uplink.status().state is not LinkState.UP, 25)
        stage.broker.thaw()
        await stage.record(10)
        recovery = await stage.complete()
        told = "never" if noticed is None else f"{noticed:.1f} s"
        found = stage.outcome(recovery, f"noticed after {told}")
        good = noticed is not None and noticed <= 20
        return found if good else broken(found, "not noticed within 20 s")


async def _overflow(protocol: str, scale: Scale) -> Outcome:
    """The way to the centre stalls again and again while the broker's queue holds 20 messages."""
    events = 3000 if scale is Scale.SHORT else 50_000
    broker = Mosquitto(OVERFLOW)
    times: list[float | None] = []
    async with (
        relayed(broker.port) as far,
        scene(broker=broker, centre_url=far.url, protocol=protocol) as stage,
    ):
        for _ in range(3):
            far.line.hole = True
            await stage.record(events // 3)
            await asyncio.sleep(2)
            far.line.hole = False
            times.append(await stage.complete())
        recovery = None if None in times else max(filter(None, times), default=0.0)
        dropped = broker.log().count("messages are being dropped")
        found = stage.outcome(recovery, f"broker dropped for the centre {dropped}×")
        return found if dropped else broken(found, "the broker's queue never overflowed")


ACL = """\
topic readwrite its/#
user unit
topic read its/#
topic write its/1/hcm/site-1/unit-1/state
topic write its/1/hcm/site-1/unit-1/about
topic write its/1/hcm/site-1/unit-1/evt/#
topic write its/1/hcm/site-1/unit-1/bulk/passage
"""


async def _denied(protocol: str, scale: Scale) -> Outcome:
    """Alarms are forbidden, then allowed: none may be lost, and somebody must have been told."""
    broker = Mosquitto("allow_anonymous true\n", acl=ACL, passwords={"unit": "x"})
    password = broker.folder / "password"
    password.write_text("x\n")
    password.chmod(0o600)
    async with scene(
        broker=broker,
        protocol=protocol,
        username="unit",
        password=f"file:{password}",
        alarm_s=3.0,
        receipt_s=1.0,
    ) as stage:
        await stage.record(50)
        stage.unit.record(20, alarm)
        await stage.unit.spool.flush()
        codes = ("broker-denied", "not-stored", "no-receipts")
        told = await timed(lambda: any(stage.unit.active(code) for code in codes), 20)
        which = ", ".join(code for code in codes if stage.unit.active(code)) or "nothing"
        broker.acl = "topic readwrite its/#\nuser unit\ntopic readwrite its/#\n"
        broker.kill()
        broker.start()
        recovery = await stage.complete()
        found = stage.outcome(recovery, f"told: {which}")
        return found if told is not None else broken(found, "nobody was told")


async def _twins(_scale: Scale) -> Outcome:
    """Two units with one identity; both have things to say, and neither may lose any."""
    hold_s = 8.0
    async with scene(duplicate_s=hold_s) as stage:
        folder = stage.folder / "twin"
        folder.mkdir()
        twin = UnitRig(folder, stage.broker.url, boot="boot-b", duplicate_s=hold_s)
        twin.spool.open()
        twin.start()
        try:
            await stage.record(50)
            twin.record(50)
            await twin.spool.flush()
            units = (stage.unit, twin)
            named = await timed(lambda: all(u.ever("duplicate-identity") for u in units), 20)
            before = _connects(stage, twin)
            await asyncio.sleep(hold_s)
            flaps = _connects(stage, twin) - before
            both = stage.unit.ids | twin.ids
            await timed(lambda: stage.stored() >= len(both), 30)
        finally:
            await twin.stop()
            await twin.spool.close()
        lost, twice = audit(stage.db, both)
        note = f"named by both, {flaps} reconnects in the {hold_s:.0f} s of holding off"
        found = Outcome(len(both), lost, twice, named, note)
        good = named is not None and flaps <= len(units)
        return found if good else broken(found, f"named {named}, {flaps} reconnects")


def _connects(stage: Scene, twin: UnitRig) -> int:
    return stage.unit.uplink.status().connects + twin.uplink.status().connects


NEEDS = ("mosquitto",)

FAULTS = [
    Fault("broker killed, restarted empty", "1", False, fault(_killed), NEEDS),
    Fault("same, receipts off", "1", True, fault(_killed_without_receipts), NEEDS),
    Fault("broker hung, events in flight", "2", False, fault(_hung), NEEDS),
    Fault("broker hung, idle", "2", False, fault(_hung_idle), NEEDS),
    Fault("queue overflow, MQTT 5", "6", False, fault(lambda s: _overflow("5", s)), NEEDS),
    Fault("queue overflow, MQTT 3.1.1", "6", False, fault(lambda s: _overflow("3.1.1", s)), NEEDS),
    Fault("ACL denial, MQTT 5", "6", False, fault(lambda s: _denied("5", s)), NEEDS),
    Fault("ACL denial, MQTT 3.1.1", "6", False, fault(lambda s: _denied("3.1.1", s)), NEEDS),
    Fault("two units, one identity", "7", False, fault(_twins), NEEDS),
]
