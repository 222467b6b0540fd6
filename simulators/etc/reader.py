"""A simulated LLRP reader: what it answers, whoever carries its bytes. One client at a time."""

import struct
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar

from edge_agent.simulators.etc.about import config, described
from edge_agent.simulators.etc.field import Read
from edge_agent.simulators.etc.rospec import ROSpec
from edge_agent.simulators.etc.wire import msg, num, par, short, split, text

_SUCCESS, _PARAMETER, _FIELD, _UNSUPPORTED, _VERSION, _INVALID = 0, 100, 101, 109, 110, 300
_KEEPALIVE, _EVENT_STATES, _EVENT_STATE = 220, 244, 245
_ENABLE, _START, _ASK_VERSION, _SET_VERSION, _GO_ON, _ACK = 24, 22, 46, 47, 64, 72
_KEPT = 20_000
ROSPEC, BUFFER, EXCEPTION, ANTENNA = 2, 3, 4, 8
CLOSE = 14
"""Message after whose answer the connection ends."""


class Reader:
    """State of one reader.

    Args:
        ports: Its antennas.
        utc_us: Its clock, µs since 1970.
        uptime: It has no UTC and tells µs since its start.
        top: Highest protocol version: 1 for LLRP 1.0.1, 2 for 1.1.

    Attributes:
        counts: What it was asked and what it did.
        keepalive_ms: Period of keepalives; 0 for none.
        refuse: Requests still to be answered with an error.
    """

    def __init__(
        self,
        ports: Iterable[int],
        utc_us: Callable[[], int],
        *,
        uptime: bool = False,
        top: int = 2,
    ) -> None:
        self.ports = tuple(sorted(ports))
        self.uptime = uptime
        self.counts: Counter[str] = Counter()
        self.unplugged: set[int] = set()
        self.clock_error_us = 0
        self.refuse = 0
        self._utc_us = utc_us
        self._top = top
        self._kept: deque[bytes] = deque(maxlen=_KEPT)
        self._numbers = 0
        self.reboot()

    def reboot(self) -> None:
        """Forget everything that a client has said."""
        self.started_us = self._utc_us()
        self.rospecs: dict[int, ROSpec] = {}
        self.events: set[int] = set()
        self.keepalive_ms = 0
        self.version = 1
        self._kept.clear()
        self._batch: list[bytes] = []
        self._batch_us = 0

    def welcome(self, status: int = 0) -> bytes:
        """The first message on a connection: success, or who has it already."""
        if status == 0:
            self.version = 1
        return self._event(par(256, num(16, status)))

    def answer(self, version: int, kind: int, number: int, body: bytes) -> Iterator[bytes]:
        """Replies to one message."""
        self.counts[f"asked-{kind}"] += 1
        if version > self._top and kind != _SET_VERSION:
            yield self._error(number, _VERSION, "unsupported version")
            return
        deed = self._DEEDS.get(kind)
        if kind in (_GO_ON, _ACK):
            return  # neither is answered
        if deed is None or (kind in (_ASK_VERSION, _SET_VERSION) and self._top == 1):
            yield self._error(number, _UNSUPPORTED, f"message {kind}")
            return
        code, told, parts = _SUCCESS, "", b""
        if self.refuse:
            self.refuse -= 1
            code, told = 401, "the reader is in trouble"
        else:
            try:
                parts = deed(self, body)
            except _RefusalError as refusal:
                code, told = refusal.code, str(refusal)
            except (ValueError, KeyError, IndexError, struct.error) as error:
                code, told = _PARAMETER, f"{error}"
        status = par(287, num(16, code), text(told))
        answer = 4 if kind == CLOSE else kind + 10
        front = num(8, self.version) + num(8, self._top) if kind == _ASK_VERSION else b""
        yield self._say(answer, number, front, status, parts)
        if kind in (_START, _ENABLE) and code == _SUCCESS:
            yield from self._told_of_start(body)

    def report(self, reads: Iterable[Read]) -> Iterator[bytes]:
        """Reports of what its ROSpecs saw."""
        for read in reads:
            for spec in self.rospecs.values():
                if spec.sees(read):
                    yield from self._queue(spec, read)
        now_us = self._utc_us()
        for spec in self.rospecs.values():
            over = spec.ai_ms and now_us - self._batch_us >= 1000 * spec.ai_ms
            if self._batch and spec.trigger == 1 and over:
                yield self._flush()

    def _queue(self, spec: ROSpec, read: Read) -> Iterator[bytes]:
        self.counts["reads"] += 1
        us = round(read.t * 1000) + self.clock_error_us
        us -= self.started_us if self.uptime else 0
        if not self._batch:
            self._batch_us = self._utc_us()
        odd = self.counts["reads"] % 5 == 0  # the long form of an EPC is as valid
        self._batch.append(spec.report(read, max(0, us), uptime=self.uptime, tlv_epc=odd))
        if 0 < spec.full <= len(self._batch):
            yield self._flush()

    def _flush(self) -> bytes:
        batch, self._batch = self._batch, []
        return self._say(61, 0, *batch)

    def keep(self, message: bytes) -> None:
        """Nobody is connected: keep a report for whoever comes."""
        if len(self._kept) == _KEPT:
            self.counts["reports-lost"] += 1
        self._kept.append(message)

    def kept(self) -> Iterator[bytes]:
        """What was kept, oldest first."""
        while self._kept:
            yield self._kept.popleft()

    def keepalive(self) -> bytes:
        return self._say(62, 0)

    # Events: empty where the client did not ask for them.

    def antenna(self, port: int, *, connected: bool) -> bytes:
        """Cable pulled or plugged."""
        if connected:
            self.unplugged.discard(port)
        else:
            self.unplugged.add(port)
        return self._wanted(ANTENNA, par(255, num(8, int(connected)), num(16, port)))

    def exception(self, words: str) -> bytes:
        return self._wanted(EXCEPTION, par(252, text(words), short(9, num(32, 1))))

    def overflow(self) -> bytes:
        return self._wanted(BUFFER, par(251))

    def warning(self, percent: int) -> bytes:
        return self._wanted(BUFFER, par(250, num(8, percent)))

    def another(self) -> bytes:
        """Somebody else has tried."""
        return self._event(par(256, num(16, 4)))

    def closing(self) -> bytes:
        return self._event(par(257))

    def end_rospecs(self) -> Iterator[bytes]:
        """All that run end by themselves, as after a stop trigger."""
        for spec in self.rospecs.values():
            if spec.state == "active":
                spec.state = "inactive"
                yield self._wanted(ROSPEC, par(249, num(8, 1), num(32, spec.number), num(32, 0)))

    def _wanted(self, kind: int, event: bytes) -> bytes:
        return self._event(event) if kind in self.events else b""

    def _event(self, event: bytes) -> bytes:
        us = self._utc_us() + self.clock_error_us
        stamp = par(129, num(64, us - self.started_us)) if self.uptime else par(128, num(64, us))
        return self._say(63, 0, par(246, stamp, event))

    def _told_of_start(self, body: bytes) -> Iterator[bytes]:
        (number,) = struct.unpack("!L", body)
        spec = self.rospecs.get(number)
        if spec is not None and spec.state == "active":
            yield self._wanted(ROSPEC, par(249, num(8, 0), num(32, number), num(32, 0)))

    # Requests.

    def _capabilities(self, body: bytes) -> bytes:
        return described(body[0], self.ports, uptime=self.uptime)

    def _get_config(self, body: bytes) -> bytes:
        return config(body[2], self.ports, self.unplugged, self.keepalive_ms)

    def _set_config(self, body: bytes) -> bytes:
        if body[0] & 0x80:
            self.events.clear()
            self.keepalive_ms = 0
        for kind, value in split(body[1:]):
            if kind == _KEEPALIVE:
                trigger, period = struct.unpack("!BL", value)
                self.keepalive_ms = period if trigger == 1 else 0
            elif kind == _EVENT_STATES:
                for state, flag in split(value):
                    if state != _EVENT_STATE:
                        raise ValueError(f"parameter {state} among the event states")
                    event, on = struct.unpack("!HB", flag)
                    (self.events.add if on & 0x80 else self.events.discard)(event)
        return b""

    def _add(self, body: bytes) -> bytes:
        parts = split(body)
        if [kind for kind, _ in parts] != [177]:
            raise ValueError("one ROSpec is wanted")
        spec = ROSpec.read(parts[0][1])
        if spec.number in self.rospecs:
            raise _RefusalError(_FIELD, f"ROSpec {spec.number} exists")
        self.rospecs[spec.number] = spec
        return b""

    def _named(self, body: bytes) -> list[ROSpec]:
        (number,) = struct.unpack("!L", body)
        if number == 0:
            return list(self.rospecs.values())
        if number not in self.rospecs:
            raise _RefusalError(_FIELD, f"no ROSpec {number}")
        return [self.rospecs[number]]

    def _delete(self, body: bytes) -> bytes:
        for spec in self._named(body):
            del self.rospecs[spec.number]
        self._batch.clear()
        return b""

    def _enable(self, body: bytes) -> bytes:
        for spec in self._named(body):
            if spec.state == "disabled":
                spec.state = "active" if spec.immediate else "inactive"
        return b""

    def _disable(self, body: bytes) -> bytes:
        for spec in self._named(body):
            spec.state = "disabled"
        return b""

    def _start(self, body: bytes) -> bytes:
        for spec in self._named(body):
            if spec.state != "inactive":
                raise _RefusalError(_INVALID, f"ROSpec {spec.number} is {spec.state}")
            spec.state = "active"
        return b""

    def _stop(self, body: bytes) -> bytes:
        for spec in self._named(body):
            if spec.state != "active":
                raise _RefusalError(_INVALID, f"ROSpec {spec.number} is {spec.state}")
            spec.state = "inactive"
        return b""

    def _set_version(self, body: bytes) -> bytes:
        if not 1 <= body[0] <= self._top:
            raise _RefusalError(_VERSION, f"version {body[0]}")
        self.version = body[0]
        return b""

    def _do_nothing(self, _body: bytes) -> bytes:
        return b""

    _DEEDS: ClassVar[dict[int, Callable[["Reader", bytes], bytes]]] = {
        1: _capabilities,
        2: _get_config,
        3: _set_config,
        14: _do_nothing,
        20: _add,
        21: _delete,
        22: _start,
        23: _stop,
        24: _enable,
        25: _disable,
        41: _do_nothing,
        46: _do_nothing,
        47: _set_version,
    }

    def _error(self, number: int, code: int, words: str) -> bytes:
        return self._say(100, number, par(287, num(16, code), text(words)))

    def _say(self, kind: int, number: int, *parts: bytes) -> bytes:
        if not number:
            self._numbers += 1
            number = self._numbers
        return msg(kind, number, *parts, version=self.version)


class _RefusalError(Exception):
    """A request that is well formed and cannot be done."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code
