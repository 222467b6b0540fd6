"""What the simulated reader says of itself: capabilities and configuration."""

from collections.abc import Collection, Sequence

from edge_agent.simulators.etc.wire import num, par, text

_MAKER = 32473
"""The enterprise number that RFC 5612 keeps for examples."""

_ALL = 0
_MODEL = 920
_FIRMWARE = "1.4.2"
_SERIAL = bytes.fromhex("0050C2FFFE00A1B2")
_FIRST_KHZ, _CHANNELS, _STEP_KHZ = 920_250, 5, 500


def described(wanted: int, ports: Sequence[int], *, uptime: bool) -> bytes:
    """Capabilities: 0 all, 1 general, 2 LLRP, 3 regulatory, 4 air protocol."""
    parts = {
        1: _general(ports, uptime=uptime),
        2: _llrp(),
        3: _regulatory(),
        4: par(327, num(8, 0), num(16, 2)),
    }
    return b"".join(parts.values()) if wanted == _ALL else parts[wanted]


def config(wanted: int, ports: Sequence[int], unplugged: Collection[int], alive_ms: int) -> bytes:
    """Configuration: 0 all, 1 identification, 2 antennas, 8 keepalive."""
    antennas = (
        par(221, num(8, 0 if port in unplugged else 0x80), num(16, port), num(16, 600))
        for port in ports
    )
    parts = {
        1: par(218, num(8, 0), num(16, len(_SERIAL)), _SERIAL),
        2: b"".join(antennas),
        8: par(220, num(8, int(alive_ms > 0)), num(32, alive_ms)),
    }
    return b"".join(parts.values()) if wanted == _ALL else parts.get(wanted, b"")


def _general(ports: Sequence[int], *, uptime: bool) -> bytes:
    sensitivity = par(139, num(16, 1), num(16, 0))
    protocols = (par(140, num(16, port), num(16, 1), num(8, 1)) for port in ports)
    return par(
        137,
        num(16, len(ports)),
        num(16, 0 if uptime else 0x4000),
        num(32, _MAKER),
        num(32, _MODEL),
        text(_FIRMWARE),
        sensitivity,
        par(141, num(16, 0), num(16, 0)),
        *protocols,
    )


def _llrp() -> bytes:
    # Client operations, access specifications: this reader has none of them.
    return par(142, num(8, 0), num(8, 1), num(16, 0), *(num(32, n) for n in (1, 2, 1, 0, 0)))


def _regulatory() -> bytes:
    powers = (par(145, num(16, index), num(16, 1000 + 100 * index)) for index in range(1, 21))
    channels = [num(32, _FIRST_KHZ + _STEP_KHZ * step) for step in range(_CHANNELS)]
    hops = par(146, num(8, 0x80), par(147, num(8, 1), num(8, 0), num(16, _CHANNELS), *channels))
    # Miller 4, 250 kbit/s backscatter, Tari 25 µs: a robust mode for windscreens.
    mode = par(329, num(32, 2), num(8, 0x80), num(8, 2), num(8, 0), num(8, 2),
               *(num(32, value) for value in (250_000, 1500, 25_000, 25_000, 0)))  # fmt: skip
    country, standard = 704, 0  # ISO 3166 of Viet Nam; unspecified
    return par(143, num(16, country), num(16, standard), par(144, *powers, hops, par(328, mode)))
