"""One connection's life: subscribe, birth, pump, receipts, timers, goodbye."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from pydantic import ValidationError

from edge_agent.clock import Clock
from edge_agent.contract.events import State
from edge_agent.contract.receipt import Receipt
from edge_agent.contract.spans import Range
from edge_agent.contract.topics import UnitTopics
from edge_agent.uplink.conditions import Conditions
from edge_agent.uplink.identity import Said, Word, listen, own_state, tell_rival
from edge_agent.uplink.link import TAKEN_OVER, Ears, Link, Welcome
from edge_agent.uplink.memory import Memory
from edge_agent.uplink.outbox import Outbox
from edge_agent.uplink.parcel import Parcel
from edge_agent.uplink.pump import Pump
from edge_agent.uplink.settings import UplinkSettings
from edge_agent.uplink.window import Lane

TICK_S = 0.5
_GRACE_S = 1.5
"""Backlog waits this long for the centre's word after a birth: much of it may be there already."""

_DRAW_S = 0.05
_CALM_S = 600.0
_LOOK_AGAIN_S = 5.0
_REBIRTH_S = 10.0


class End(Enum):
    """Why a session ended."""

    LOST = "lost"
    HUNG = "hung"
    TAKEN_OVER = "taken-over"


@dataclass(frozen=True, slots=True)
class Announcement:
    """A retained message that every connection begins with."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = True


class Session:
    """Serves one Link until it ends. Callbacks of the link come on the event loop."""

    def __init__(
        self,
        *,
        settings: UplinkSettings,
        topics: UnitTopics,
        outbox: Outbox,
        clock: Clock,
        conditions: Conditions,
        memory: Memory,
        announce: Callable[[], Sequence[Announcement]],
        state: State,
    ) -> None:
        self._settings = settings
        self._topics = topics
        self._outbox = outbox
        self._clock = clock
        self._conditions = conditions
        self._memory = memory
        self._announce = announce
        self._state = state
        self._wake = asyncio.Event()
        self._forget: dict[str, list[Range]] = {}
        self._denied_topics: set[str] = set()
        self._ended: tuple[int, str] | None = None
        self._began = clock.mono_ns()
        self._ticked = 0
        self._looked = self._began
        self._reborn = 0
        self._leaving = False
        self._pump: Pump | None = None
        self.ears = Ears(self._answered, self._message, self._subscribed, self._over)

    @property
    def in_flight(self) -> int:
        return self._pump.window.in_flight if self._pump is not None else 0

    @property
    def sent(self) -> tuple[int, int]:
        """Events published on this connection, and how many of them again."""
        pump = self._pump
        return (pump.sent_events, pump.resent_events) if pump is not None else (0, 0)

    def stir(self) -> None:
        if self._pump is not None:
            self._pump.stir()
            self._wake.set()

    def reread(self) -> None:
        if self._pump is not None:
            self._pump.reread()

    def notice(self, message: Announcement) -> None:
        """Publish it before everything else."""
        if self._pump is not None:
            self._pump.birth([_parcel(message)])
            self._wake.set()

    async def serve(self, link: Link, welcome: Welcome) -> End:
        """Until the connection ends."""
        self._memory.accounts.forget_connection()
        self._began = self._clock.mono_ns()
        pump = self._pump = Pump(
            settings=self._settings,
            topics=self._topics,
            outbox=self._outbox,
            clock=self._clock,
            accounts=self._memory.accounts,
            link=link,
            welcome=welcome,
        )
        link.subscribe(self._topics.receipt, self._topics.state)
        # The pump has drawn the line between old and new rows. What was committed before it must
        # be in the announcements, or a retained state would stay behind: let it come through.
        await self._clock.sleep(_DRAW_S)
        pump.birth(map(_parcel, self._announce()))
        pump.hold_backlog = self._outbox.receipts
        while self._ended is None:
            self._wake.clear()
            await self._hand_over()
            due_s = await pump.step()
            now = self._clock.mono_ns()
            if now - self._ticked >= TICK_S * 1e9:
                self._ticked = now
                if pump.stalled(now):
                    return End.HUNG
                self._tick(pump, now)
            await self._rest(TICK_S if due_s is None else min(due_s, TICK_S))
        await self._hand_over()
        return End.TAKEN_OVER if self._ended[0] == TAKEN_OVER else End.LOST

    async def farewell(self, deadline_s: float) -> None:
        """Say that we stop, and finish what is in flight, within the deadline."""
        pump = self._pump
        if pump is None or self._ended is not None:
            return
        self._leaving = True
        pump.birth([self._own_state("stopping", "stopped")])
        pump.hold_backlog = True
        end = self._clock.mono_ns() + round(deadline_s * 1e9)
        while self._ended is None and self._clock.mono_ns() < end:
            self._wake.clear()
            await pump.step()
            if pump.idle:
                break
            await self._rest(0.05)
        await self._hand_over()

    async def _rest(self, seconds: float) -> None:
        """Until something happens, or so long."""
        if self._wake.is_set() or self._ended is not None:
            return
        waits = [
            asyncio.ensure_future(self._wake.wait()),
            asyncio.ensure_future(self._clock.sleep(seconds)),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _hand_over(self) -> None:
        """Tell the spool what it may forget."""
        while self._forget:
            stream, numbers = self._forget.popitem()
            if self._outbox.receipts:
                await self._outbox.acknowledge(stream, numbers)
            else:
                await self._outbox.published(stream, numbers)

    def _tick(self, pump: Pump, now: int) -> None:
        for stream, numbers in self._memory.accounts.overdue(now).items():
            pump.resend(stream, numbers)
        if now - self._began > _GRACE_S * 1e9:
            pump.hold_backlog = False
        if now - self._looked > _LOOK_AGAIN_S * 1e9:
            self._looked = now
            pump.look_again()
        if self._outbox.receipts:
            self._judge_receipts(now)
        if self._memory.rival is not None and now - self._began > _CALM_S * 1e9:
            self._memory.rival = None
            self._conditions.clear("duplicate-identity")

    def _judge_receipts(self, now: int) -> None:
        accounts = self._memory.accounts
        heard = max(self._began, self._memory.receipt_mono or 0)
        if accounts.open() and now - heard > self._settings.alarm_s * 1e9:
            self._conditions.set(
                "no-receipts",
                "warning",
                "the broker takes events, but no centre says that it has stored them",
                "check that the centre runs and may publish receipts, and that we may publish",
            )
        stuck = sorted(accounts.stuck())
        if stuck and "no-receipts" not in self._conditions:
            self._conditions.set(
                "not-stored",
                "warning",
                f"sent again and again, never stored: {', '.join(stuck)}",
                "check the rights of this unit's user and the queue limits at the broker",
            )
        elif not stuck:
            self._conditions.clear("not-stored")

    # --- from the link ---

    def _over(self, code: int, words: str) -> None:
        self._ended = (code, words)
        self._wake.set()

    def _answered(self, mid: int, refusal: str | None) -> None:
        parcel = self._pump.answered(mid) if self._pump is not None else None
        self._wake.set()
        if parcel is None:
            return
        now = self._clock.mono_ns()
        account = self._memory.accounts.at(parcel.stream) if parcel.stream else None
        if refusal is not None:
            self._memory.denied += 1
            self._deny(parcel.topic, refusal)
            if account is not None:
                account.refused(parcel.numbers, now)
            return
        self._memory.puback_ms = self._clock.utc_ms()
        self._allow(parcel.topic)
        if parcel.topic == self._topics.state:
            self._memory.born = True
        if account is not None:
            if self._outbox.receipts:
                account.published(parcel.numbers, now)
            else:
                self._forget.setdefault(parcel.stream, []).extend(parcel.numbers)

    def _subscribed(self, refusals: list[str | None]) -> None:
        for topic, refusal in zip(
            (self._topics.receipt, self._topics.state), refusals, strict=False
        ):
            if refusal is not None:
                self._deny(topic, refusal)

    def _deny(self, topic: str, refusal: str) -> None:
        self._denied_topics.add(topic)
        self._conditions.set(
            "broker-denied",
            "critical",
            f"the broker refuses {topic}: {refusal}",
            "let this unit's user publish below its own root and read its receipts (ACL, quota)",
        )

    def _allow(self, topic: str) -> None:
        if topic in self._denied_topics:
            self._denied_topics.discard(topic)
            if not self._denied_topics:
                self._conditions.clear("broker-denied")

    def _message(self, topic: str, payload: bytes, retained: bool) -> None:
        if topic == self._topics.receipt:
            self._receipt(payload)
        elif topic == self._topics.state:
            self._own(payload, retained)
        else:
            self._memory.skipped["topic"] += 1

    def _receipt(self, payload: bytes) -> None:
        try:
            receipt = Receipt.model_validate_json(payload)
        except ValidationError:
            self._memory.skipped["receipt"] += 1
            return
        if receipt.u != self._topics.unit or receipt.ep != self._outbox.epoch:
            self._memory.skipped["other-receipt"] += 1
            return
        streams = self._outbox.gauge().streams
        for entry in receipt.streams:
            known = streams.get(entry.st)
            if entry.upto > entry.top or entry.top > (known.high if known is not None else 0):
                # It vouches for events that were never made.
                self._memory.skipped["impossible-receipt"] += 1
                return
        now = self._clock.mono_ns()
        self._memory.receipt_ms = self._clock.utc_ms()
        self._memory.receipt_mono = now
        self._conditions.clear("no-receipts")
        settlement = self._memory.accounts.receipt(receipt, now)
        for stream, numbers in settlement.forget.items():
            self._forget.setdefault(stream, []).extend(numbers)
        if self._pump is not None:
            for stream, numbers in settlement.again.items():
                self._pump.resend(stream, numbers)
            self._pump.hold_backlog = False
        self._wake.set()

    def _own(self, payload: bytes, retained: bool) -> None:
        said, boot = listen(payload, self._state, retained=retained, born=self._memory.born)
        match said:
            case Said.NONSENSE:
                self._memory.skipped["state"] += 1
            case Said.GONE if not self._leaving:
                self._still_here()
            case Said.RIVAL:
                self._memory.rival = boot
                tell_rival(self._conditions, self._state.boot, boot)

    def _still_here(self) -> None:
        """Answer the will of a connection of ours that the broker gave up only now."""
        now = self._clock.mono_ns()
        if self._pump is not None and now - self._reborn > _REBIRTH_S * 1e9:
            self._reborn = now
            self._pump.birth([self._own_state("online", "still here")])
            self._wake.set()

    def _own_state(self, state: Word, reason: str) -> Parcel:
        payload = own_state(self._state, self._clock, state, reason)
        return Parcel(Lane.BIRTH, self._topics.state, payload, retain=True)


def _parcel(message: Announcement) -> Parcel:
    return Parcel(
        Lane.BIRTH, message.topic, message.payload, retain=message.retain, qos=message.qos
    )
