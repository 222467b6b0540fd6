"""Keeps a session with the broker, whatever happens to it."""

import asyncio
import random
from collections.abc import Callable, Sequence

import structlog
from pydantic import ValidationError

from edge_agent.backoff import Backoff
from edge_agent.clock import Clock
from edge_agent.contract.events import State
from edge_agent.contract.topics import UnitTopics
from edge_agent.errors import UplinkError
from edge_agent.secret import SecretError
from edge_agent.uplink.accounts import Accounts, Patience
from edge_agent.uplink.conditions import Condition, Conditions
from edge_agent.uplink.identity import own_state, tell_rival
from edge_agent.uplink.link import Link, LinkError, Why, Will
from edge_agent.uplink.memory import Memory
from edge_agent.uplink.outbox import Outbox
from edge_agent.uplink.session import Announcement, End, Session
from edge_agent.uplink.settings import UplinkSettings
from edge_agent.uplink.status import LinkState, Protocol, UplinkStatus

FIRST_PAUSE_S, PAUSE_JITTER = 0.5, 0.5

_STEADY_S = 30.0
"""A connection that lasted so long was a good one: the next pause begins small again."""

_NS = 1_000_000_000


class Uplink:
    """Publishes what the spool holds and hands receipts back to it.

    ``announce`` gives the birth messages in order; the first on the unit's state topic must be its
    State, which also ties the will to the birth. ``on_condition`` is called on the event loop.
    """

    def __init__(
        self,
        settings: UplinkSettings,
        topics: UnitTopics,
        spool: Outbox,
        clock: Clock,
        announce: Callable[[], Sequence[Announcement]],
        on_condition: Callable[[Condition], None],
        *,
        rng: random.Random | None = None,
    ) -> None:
        self._settings = settings
        self._topics = topics
        self._spool = spool
        self._clock = clock
        self._announce = announce
        self._conditions = Conditions(on_condition)
        self._rng = rng if rng is not None else random.SystemRandom()
        self._backoff = Backoff(self._rng, FIRST_PAUSE_S, settings.backoff_s, PAUSE_JITTER)
        patience = Patience(round(settings.settle_s * _NS), round(settings.receipt_s * _NS))
        self._memory = Memory(Accounts(patience, self._rng))
        self._session: Session | None = None
        self._state = LinkState.STOPPED
        self._since_ms = clock.utc_ms()
        self._v5 = settings.protocol != "3.1.1"
        self._protocol: Protocol | None = None
        self._connects = 0
        self._down_since: int | None = None
        self._said_down = False
        self._log = structlog.get_logger("uplink")

    async def run(self) -> None:
        """Until cancelled; then say goodbye within ``stop_s``."""
        try:
            while True:
                pause_s = await self._connection()
                await self._clock.sleep(pause_s)
        finally:
            self._enter(LinkState.STOPPED)

    def nudge(self) -> None:
        """Something was committed. Call it on the event loop's thread."""
        if self._session is not None:
            self._session.stir()

    def reread(self) -> None:
        """Rows in the spool were changed, e.g. stamped anew."""
        if self._session is not None:
            self._session.reread()

    def notice(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> None:
        """Publish what has no place in the spool; without a connection it is lost, by design.

        Whoever comes after a reconnect hears of it through ``announce`` or its next repetition.
        """
        if self._session is not None:
            self._session.notice(Announcement(topic, payload, qos, retain))

    def status(self) -> UplinkStatus:
        memory, session = self._memory, self._session
        sent, resent = session.sent if session is not None else (0, 0)
        return UplinkStatus(
            state=self._state,
            since_ms=self._since_ms,
            protocol=self._protocol,
            in_flight=session.in_flight if session is not None else 0,
            open=memory.accounts.open(),
            connects=self._connects,
            puback_ms=memory.puback_ms,
            receipt_ms=memory.receipt_ms,
            sent=memory.sent + sent,
            resent=memory.resent + resent,
            denied=memory.denied,
            skipped=memory.skipped.total(),
        )

    # --- one connection ---

    async def _connection(self) -> float:
        """Connect and serve; returns the pause before the next attempt."""
        self._enter(LinkState.CONNECTING)
        state = self._birth_state(self._announce())
        session = Session(
            settings=self._settings,
            topics=self._topics,
            outbox=self._spool,
            clock=self._clock,
            conditions=self._conditions,
            memory=self._memory,
            announce=self._announce,
            state=state,
        )
        will = Will(self._topics.state, own_state(state, self._clock, "offline", "connection lost"))
        link = Link(self._settings, self._topics.unit, will, v5=self._v5, ears=session.ears)
        try:
            welcome = await link.open()
        except (LinkError, SecretError) as error:
            return self._failed(error)
        self._up()
        self._session = session
        began = self._clock.mono_ns()
        try:
            end = await session.serve(link, welcome)
        except asyncio.CancelledError:
            await self._goodbye(session, link)
            raise
        finally:
            sent, resent = session.sent
            self._memory.sent += sent
            self._memory.resent += resent
            self._session = None
            # Whatever ended it: paho's thread must not outlive the session.
            await link.abort()
        return self._ended(end, state, self._clock.mono_ns() - began)

    async def _goodbye(self, session: Session, link: Link) -> None:
        await session.farewell(self._settings.stop_s)
        await link.close()

    def _birth_state(self, birth: Sequence[Announcement]) -> State:
        for message in birth:
            if message.topic == self._topics.state:
                try:
                    return State.model_validate_json(message.payload)
                except ValidationError as error:
                    raise UplinkError("the first announcement is no State") from error
        raise UplinkError("the announcements hold no State")

    # --- what came of it ---

    def _up(self) -> None:
        self._enter(LinkState.UP)
        self._connects += 1
        self._protocol = Protocol.V5 if self._v5 else Protocol.V311
        self._down_since = None
        self._said_down = False
        self._conditions.clear("broker-unreachable")
        self._log.info("connected", protocol=self._protocol.value, connects=self._connects)

    def _failed(self, error: LinkError | SecretError) -> float:
        if isinstance(error, LinkError) and self._settings.protocol == "auto":
            if error.why is Why.VERSION and self._v5:
                self._v5 = False
                return 0.0
            if error.why is Why.SILENT:
                # Some old brokers hang up on a version they do not know: try the other one.
                self._v5 = not self._v5
        self._down(str(error), denied=not isinstance(error, LinkError) or error.why is Why.DENIED)
        self._enter(LinkState.WAITING)
        return self._backoff.next()

    def _down(self, text: str, *, denied: bool = False) -> None:
        now = self._clock.mono_ns()
        if self._down_since is None:
            self._down_since = now
        if not self._said_down:
            self._said_down = True
            self._log.warning("no connection", why=text, broker=self._settings.host)
        if denied or now - self._down_since >= self._settings.alarm_s * _NS:
            self._conditions.set(
                "broker-unreachable",
                "warning",
                f"{self._settings.host}:{self._settings.port}: {text}",
                "check user, password and certificate of this unit"
                if denied
                else "check the line, the broker's address and that it runs; events are kept",
            )

    def _ended(self, end: End, state: State, lasted_ns: int) -> float:
        memory = self._memory
        if end is End.TAKEN_OVER:
            tell_rival(self._conditions, state.boot, memory.rival)
            memory.rival = memory.rival or "unknown"
        if memory.rival is not None:
            self._enter(LinkState.HELD)
            return self._settings.duplicate_s * self._rng.uniform(1.0, 1.5)
        self._down("no answer to what was sent" if end is End.HUNG else "the connection broke")
        self._enter(LinkState.WAITING)
        if lasted_ns >= _STEADY_S * _NS:
            self._backoff.reset()
        return self._backoff.next()

    def _enter(self, state: LinkState) -> None:
        if state is not self._state:
            self._state = state
            self._since_ms = self._clock.utc_ms()
