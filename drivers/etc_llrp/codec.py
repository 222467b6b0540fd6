"""What we say to an LLRP reader and what its words mean. Pure; nothing here can write to a tag.

Numbers are those of EPCglobal LLRP 1.0.1; 1.1 keeps them and adds the version messages.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from edge_agent.drivers.etc_llrp.numbers import STATUS, P
from edge_agent.drivers.etc_llrp.wire import Parameter, WireError, parameters, tlv

_EVENTS = (2, 3, 4, 8)
"""Event types that we want: ROSpec, report buffer, reader exception, antenna."""

_CONTENT = 0x1780
"""Antenna, peak RSSI, first and last seen, seen count."""

_MAX_EPC = 62
GEN2 = 1


@dataclass(frozen=True, slots=True)
class Status:
    """Answer of the reader to a request."""

    code: int
    text: str

    def __str__(self) -> str:
        told = f": {self.text}" if self.text else ""
        return f"{STATUS.get(self.code, 'status')} ({self.code}){told}"


@dataclass(frozen=True, slots=True)
class TagReport:
    """One TagReportData; times in µs of the reader's clock."""

    epc: str
    antenna: int | None = None
    rssi: int | None = None
    reads: int = 1
    first_us: int | None = None
    last_us: int | None = None
    uptime: bool = False


@dataclass(slots=True)
class Notice:
    """One READER_EVENT_NOTIFICATION.

    Attributes:
        us: When, by the reader's clock.
        uptime: That clock counts from its start.
        attempt: Status of the connection attempt, 0 success.
        antennas: Number to connected.
        rospec: ROSpec to its event: 0 start, 1 end, 2 preempted.
    """

    us: int | None = None
    uptime: bool = False
    attempt: int | None = None
    antennas: dict[int, bool] = field(default_factory=dict)
    rospec: dict[int, int] = field(default_factory=dict)
    exception: str | None = None
    buffer_percent: int | None = None
    overflow: bool = False
    closing: bool = False


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What GeneralDeviceCapabilities says."""

    antennas: int
    has_utc: bool
    maker: int
    model: int
    firmware: str


# What we say.


def get_capabilities() -> bytes:
    """Ask for all."""
    return b"\x00"


def get_config(wanted: int) -> bytes:
    """Ask for 1 the identification, 2 the antennas' properties."""
    return struct.pack(">HBHH", 0, wanted, 0, 0)


def set_config(keepalive_ms: int, events: Sequence[int] = _EVENTS) -> bytes:
    """Keepalives and events; nothing else of the reader's configuration is touched."""
    states = b"".join(
        tlv(P.EVENT_NOTIFICATION_STATE, struct.pack(">HB", event, 0x80)) for event in events
    )
    spec = tlv(P.READER_EVENT_NOTIFICATION_SPEC, states) if events else b""
    return b"\x00" + spec + tlv(P.KEEPALIVE_SPEC, struct.pack(">BI", 1, keepalive_ms))


def rospec_id(number: int) -> bytes:
    """Body of the messages that name a ROSpec; 0 is all."""
    return struct.pack(">I", number)


def add_rospec(
    number: int,
    antennas: Sequence[int],
    report_every: int,
    session: int | None = None,
    population: int | None = None,
) -> bytes:
    """An inventory without end on these antennas, none meaning all.

    Args:
        number: ROSpec id.
        antennas: From 1.
        report_every: Tags in one report.
        session: Gen2 session 0…3; None leaves it to the reader.
        population: Tags expected in the field at once; None leaves it to the reader.
    """
    gen2 = b""
    if session is not None or population is not None:
        control = struct.pack(">BHI", (session or 0) << 6, population or 32, 0)
        command = b"\x00" + tlv(P.C1G2_SINGULATION_CONTROL, control)
        gen2 = tlv(
            P.ANTENNA_CONFIGURATION, struct.pack(">H", 0) + tlv(P.C1G2_INVENTORY_COMMAND, command)
        )
    inventory = tlv(P.INVENTORY_PARAMETER_SPEC, struct.pack(">HB", 1, GEN2) + gen2)
    numbers = tuple(antennas) or (0,)
    ports = struct.pack(f">H{len(numbers)}H", len(numbers), *numbers)
    never = struct.pack(">BI", 0, 0)
    aispec = tlv(P.AISPEC, ports + tlv(P.AISPEC_STOP_TRIGGER, never) + inventory)
    boundary = tlv(
        P.RO_BOUNDARY_SPEC,
        tlv(P.ROSPEC_START_TRIGGER, b"\x00") + tlv(P.ROSPEC_STOP_TRIGGER, never),
    )
    content = tlv(P.TAG_REPORT_CONTENT_SELECTOR, struct.pack(">H", _CONTENT))
    report = tlv(P.RO_REPORT_SPEC, struct.pack(">BH", 1, report_every) + content)
    return tlv(P.ROSPEC, struct.pack(">IBB", number, 0, 0) + boundary + aispec + report)


# What the reader says. All raise WireError when it makes no sense.


def status(body: bytes) -> Status:
    """LLRPStatus of a response, wherever it stands among the parameters."""
    found = _first(parameters(body), P.LLRP_STATUS)
    if found is None:
        raise WireError("a response without status")
    code, length = _unpack(">HH", found.value)
    return Status(code, found.value[4 : 4 + length].decode("utf-8", "replace"))


def supported_version(body: bytes) -> int:
    """Highest version of a GET_SUPPORTED_VERSION_RESPONSE: 1 for 1.0.1, 2 for 1.1."""
    _, highest = _unpack(">BB", body)
    return int(highest)


def tag_reports(body: bytes) -> Iterator[TagReport]:
    """Tags of an RO_ACCESS_REPORT; what else stands in it is skipped."""
    antenna: int | None = None
    for parameter in parameters(body):
        if parameter.type == P.TAG_REPORT_DATA:
            report = _tag_report(parameter.value, antenna)
            # A reader may leave out what has not changed since the tag before.
            antenna = report.antenna
            yield report


def notice(body: bytes) -> Notice:
    """Events of a READER_EVENT_NOTIFICATION; unknown ones are skipped."""
    found = _first(parameters(body), P.READER_EVENT_NOTIFICATION_DATA)
    if found is None:
        raise WireError("a notification without data")
    told = Notice()
    for parameter in parameters(found.value):
        _add_event(told, parameter)
    return told


def capabilities(body: bytes) -> Capabilities:
    """GeneralDeviceCapabilities of a GET_READER_CAPABILITIES_RESPONSE."""
    found = _first(parameters(body), P.GENERAL_DEVICE_CAPABILITIES)
    if found is None:
        raise WireError("no general capabilities")
    count, flags, maker, model, length = _unpack(">HHIIH", found.value)
    firmware = found.value[14 : 14 + length].decode("utf-8", "replace")
    return Capabilities(count, bool(flags & 0x4000), maker, model, firmware)


def identification(body: bytes) -> str:
    """The reader's id of a GET_READER_CONFIG_RESPONSE, hexadecimal; empty when not told."""
    found = _first(parameters(body), P.IDENTIFICATION)
    if found is None:
        return ""
    _, length = _unpack(">BH", found.value)
    return found.value[3 : 3 + length].hex().upper()


def antennas(body: bytes) -> dict[int, bool]:
    """Antenna to connected, of a GET_READER_CONFIG_RESPONSE."""
    told = {}
    for parameter in parameters(body):
        if parameter.type == P.ANTENNA_PROPERTIES:
            flags, number, _ = _unpack(">BHh", parameter.value)
            told[number] = bool(flags & 0x80)
    return told


def _tag_report(data: bytes, antenna: int | None) -> TagReport:
    epc: bytes | None = None
    told: dict[int, int] = {}
    for parameter in parameters(data):
        match parameter.type:
            case P.EPC_96:
                epc = parameter.value
            case P.EPC_DATA:
                epc = _epc(parameter.value)
            case P.PEAK_RSSI:
                told[P.PEAK_RSSI] = int.from_bytes(parameter.value, "big", signed=True)
            case kind if kind <= P.TAG_SEEN_COUNT:
                told[kind] = int.from_bytes(parameter.value, "big")
            case _:
                pass
    if epc is None:
        raise WireError("a tag without EPC")
    uptime = P.LAST_SEEN_UTC not in told and P.FIRST_SEEN_UTC not in told
    last = told.get(P.LAST_SEEN_UPTIME if uptime else P.LAST_SEEN_UTC)
    first = told.get(P.FIRST_SEEN_UPTIME if uptime else P.FIRST_SEEN_UTC, last)
    return TagReport(
        epc.hex().upper(),
        antenna=told.get(P.ANTENNA_ID) or antenna,
        rssi=told.get(P.PEAK_RSSI),
        reads=max(1, told.get(P.TAG_SEEN_COUNT, 1)),
        first_us=first,
        last_us=first if last is None else last,
        uptime=uptime,
    )


def _epc(value: bytes) -> bytes:
    (bits,) = _unpack(">H", value)
    if bits % 8 or not 0 < bits // 8 <= _MAX_EPC or len(value) < 2 + bits // 8:
        raise WireError(f"an EPC of {bits} bits in {len(value) - 2} bytes")
    return value[2 : 2 + bits // 8]


def _add_event(told: Notice, parameter: Parameter) -> None:
    value = parameter.value
    match parameter.type:
        case P.UTC_TIMESTAMP | P.UPTIME:
            (told.us,) = _unpack(">Q", value)
            told.uptime = parameter.type == P.UPTIME
        case P.CONNECTION_ATTEMPT:
            (told.attempt,) = _unpack(">H", value)
        case P.CONNECTION_CLOSE:
            told.closing = True
        case P.ANTENNA_EVENT:
            what, number = _unpack(">BH", value)
            told.antennas[number] = what == 1
        case P.ROSPEC_EVENT:
            what, number, _ = _unpack(">BII", value)
            told.rospec[number] = what
        case P.READER_EXCEPTION:
            (length,) = _unpack(">H", value)
            told.exception = value[2 : 2 + length].decode("utf-8", "replace")
        case P.REPORT_BUFFER_WARNING:
            (told.buffer_percent,) = _unpack(">B", value)
        case P.REPORT_BUFFER_OVERFLOW:
            told.overflow = True
        case _:
            pass


def _first(found: Iterator[Parameter], kind: int) -> Parameter | None:
    return next((parameter for parameter in found if parameter.type == kind), None)


def _unpack(layout: str, value: bytes) -> tuple[int, ...]:
    """The fields at the start of ``value``."""
    try:
        return struct.unpack_from(layout, value)
    except struct.error:
        raise WireError(f"{len(value)} bytes instead of {struct.calcsize(layout)}") from None
