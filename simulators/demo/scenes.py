"""The scenes that can be played: rows of devices. A new scene or device is a new row."""

from collections.abc import Mapping
from typing import Any

from edge_agent.simulators.demo.device import Device, Scene, Table
from edge_agent.simulators.demo.lanes import JUNCTION, TOLL_PLAZA, WEIGH_STATION

Ready = Mapping[str, Any]

_FPS = 8
_DELAY_MS = 300
"""Until a picture's frame is decoded: painting, H.264 and RTSP of `edge-sim camera`."""
_WIDE, _CLOSE = ("640x360", "1280x720")
"""Pictures of cameras that watch, and of those that read plates: painting, coding, decoding and
analysing two of each keeps real time on two cores."""


def _modbus(ready: Ready) -> Table:
    return {"kind": "signal_modbus", "url": ready["url"], "profile": ready["profile"]}


def _ntcip(ready: Ready) -> Table:
    return {
        "kind": "signal_ntcip",
        "url": ready["url"],
        **{each: ready[each] for each in ("phases", "overlaps", "walks", "detectors")},
    }


def _llrp(ready: Ready) -> Table:
    antennas = sorted(ready["antennas"].values())
    return {"kind": "etc_llrp", "url": ready["url"], "antennas": antennas}


def _serial_reader(ready: Ready) -> Table:
    # Such modules radiate only where they are told which region's rules hold.
    return {**_llrp(ready), "kind": "etc_serial", "region": 8}


def _weighing(ready: Ready) -> Table:
    return {"kind": "wim_modbus", "url": ready["url"], "unit_id": ready["unit"]}


def _cabinet(ready: Ready) -> Table:
    unit, profile = next(iter(ready["profiles"].items()))
    return {"kind": "modbus_map", "url": ready["url"], "unit_id": int(unit), "profile": profile}


def _one_line(ready: Ready) -> Table:
    """A camera's counting line; lane by lane where it lies across several."""
    lines = ready.get("lanes") or [ready["line"]]
    points = {line["name"]: line["points"] for line in lines}
    return {"kind": "camera", "url": ready["url"], "lines": points}


def _plain(ready: Ready) -> Table:
    # Bare shapes on a bare road: no network was ever shown the like.
    return {**_one_line(ready), "detector": "motion"}


def _watching(ready: Ready) -> Table:
    table = {
        **_one_line(ready),
        "anchor": "foot",
        "analyse_fps": _FPS,
        "delay_ms": _DELAY_MS,
        "ground": ready["ground"],
    }
    return {**table, "plates": True} if ready["plates"] else table


ROAD = Scene(
    "junction",
    None,
    (
        Device(
            "ctl1",
            "signal controller (Modbus TCP)",
            ("signal", "--tcp", "127.0.0.1:0", "--name", "ctl1"),
            _modbus,
        ),
        Device(
            "cam1",
            "camera (RTSP, H.264, password)",
            ("camera", "--rtsp", "127.0.0.1:0"),
            _plain,
            films=True,
        ),
    ),
    {
        "main": {
            "name": "Main road",
            "interval_s": 5,
            "lines": [{"device": "cam1", "line": "main", "ab": "ab", "ba": "ba"}],
            "detectors": [{"device": "ctl1", "detector": "d1", "dir": "ab"}],
        }
    },
)
"""Played when no site is asked for: the smallest unit, each device with a road of its own."""


def _reader(name: str) -> Device:
    argv = ("etc", "--llrp", "127.0.0.1:0", "--reader", name)
    return Device(name, "toll tag reader (LLRP)", argv, _llrp)


def _camera(name: str, size: str = _WIDE) -> Device:
    picture = ("--size", size, "--fps", str(_FPS))
    argv = ("camera", "--rtsp", "127.0.0.1:0", "--camera", name, *picture)
    words = "plate camera" if size == _CLOSE else "camera"
    return Device(name, f"{words} (RTSP, H.264, password)", argv, _watching, films=True)


def _station(name: str) -> Device:
    argv = ("wim", "--tcp", "127.0.0.1:0", "--station", name)
    return Device(name, "weigh-in-motion station (Modbus TCP)", argv, _weighing)


_CABINET = Device(
    "cab1",
    "cabinet sensors (Modbus TCP)",
    # A day in the life of a cabinet, four times as fast: soon its door is opened.
    ("cabinet", "--tcp", "127.0.0.1:0", "--at", "08:08", "--speed", "4"),
    _cabinet,
    apart=True,
)

_JUNCTION = Scene(
    "junction",
    "junction",
    (
        Device(
            "ctl1",
            "signal controller (NTCIP over SNMP)",
            ("ntcip", "--udp", "127.0.0.1:0", "--controller", "ctl1"),
            _ntcip,
        ),
        Device(
            "ctl2",
            "signal controller (Modbus TCP)",
            ("signal", "--tcp", "127.0.0.1:0", "--controller", "ctl2"),
            _modbus,
            unseen=("ped",),
        ),
        _camera("cam1"),
        _camera("cam2"),
        _camera("anpr-s", _CLOSE),
        _camera("stop-s"),
        _reader("etc1"),
        Device(
            "etc2",
            "toll tag reader (serial module on a pty)",
            ("etc", "--pty", "--reader", "etc2"),
            _serial_reader,
        ),
        _station("wim1"),
        _CABINET,
    ),
    JUNCTION,
    seed=115,
)

_PLAZA = (
    _camera("cam1"),
    _camera("anpr-front", _CLOSE),
    _camera("anpr-rear", _CLOSE),
    _reader("etc1"),
    _station("wim1"),
    _CABINET,
)
SITES: dict[str, Scene] = {
    scene.name: scene
    for scene in (
        _JUNCTION,
        Scene("toll-plaza", "toll-plaza", _PLAZA, TOLL_PLAZA),
        Scene("weigh-station", "weigh-station", _PLAZA, WEIGH_STATION),
    )
}
"""Sites of the simulated world with the hardware beside them."""
