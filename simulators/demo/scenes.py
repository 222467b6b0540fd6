"""The scenes that can be played: rows of devices. A new scene or device is a new row."""

from collections.abc import Mapping
from typing import Any

from edge_agent.simulators.demo.device import Device, Scene, Table

Ready = Mapping[str, Any]


def _modbus(ready: Ready) -> Table:
    return {"kind": "signal_modbus", "url": ready["url"], "profile": ready["profile"]}


def _ntcip(ready: Ready) -> Table:
    return {
        "kind": "signal_ntcip",
        "url": ready["url"],
        **{each: ready[each] for each in ("phases", "overlaps", "walks", "detectors")},
    }


def _llrp(ready: Ready) -> Table:
    return {
        "kind": "etc_llrp",
        "url": ready["url"],
        "antennas": sorted(ready["antennas"].values()),
    }


def _weighing(ready: Ready) -> Table:
    return {"kind": "wim_modbus", "url": ready["url"], "unit_id": ready["unit"]}


def _one_line(ready: Ready) -> Table:
    line = ready["line"]
    return {"kind": "camera", "url": ready["url"], "lines": {line["name"]: line["points"]}}


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
            _one_line,
            guarded=True,
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
        Device(
            "etc1",
            "toll tag reader (LLRP)",
            ("etc", "--llrp", "127.0.0.1:0", "--reader", "etc1"),
            _llrp,
        ),
        Device(
            "wim1",
            "weigh-in-motion station (Modbus TCP)",
            ("wim", "--tcp", "127.0.0.1:0", "--station", "wim1"),
            _weighing,
        ),
    ),
    {
        "crossing": {
            "name": "Crossing south of the junction",
            "interval_s": 10,
            "detectors": [
                {"device": "ctl2", "detector": "d1", "dir": "ab"},
                {"device": "ctl2", "detector": "d2", "dir": "ab"},
            ],
        }
    },
)

SITES: dict[str, Scene] = {scene.name: scene for scene in (_JUNCTION,)}
"""Sites of the simulated world with the hardware beside them."""
