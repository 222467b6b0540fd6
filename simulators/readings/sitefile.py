"""The site file that a technician would write for a layout: as the unit reads it."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from edge_agent.simulators.readings.layout import Antenna, Eye, Layout, Scale, SiteLane
from edge_agent.simulators.tomlfile import document

Table = dict[str, Any]

_CALIBRATED, _VALID_TO = date(2026, 3, 2), date(2027, 3, 1)
_GROUND = [[180, 700, 0, 0], [1120, 700, 7.0, 0], [470, 260, 0, 40], [830, 260, 7.0, 40]]
_PART = 256
"""Pixels of the picture's width for a lane; no camera has more than five."""
_ACROSS = {"ab": "in", "ba": "out"}


def site_file(layout: Layout, tags: Path | None = None) -> str:
    """TOML text; addresses lead nowhere, for its readings come from a file.

    Args:
        layout: What stands where.
        tags: File of toll tags and their plates, where there is one.
    """
    head = [
        "# Written by `edge-sim readings`; check it with: edge-agent check <this file>",
        "version = 1",
    ]
    tables: dict[str, Mapping[str, Any]] = {
        "unit": {"province": "demo", "site": layout.site, "id": "replay-unit", "test": True},
        "uplink": {"broker": "mqtt://127.0.0.1:1883"},
    }
    if tags is not None:
        tables["rules"] = {"tags": str(tags.absolute())}
    for number, name in enumerate(layout.devices):
        tables[f"device.{name}"] = _device(layout, name, number)
    for lane in layout.lanes:
        tables[f"lane.{lane.name}"] = _lane(lane)
    return document(head, tables)


def _device(layout: Layout, name: str, number: int) -> Table:
    host = f"192.0.2.{10 + number}"
    known: Table = {
        "serial": f"SIM-{name.upper()}",
        "calibrated": _CALIBRATED,
        "valid_to": _VALID_TO,
    }
    sensors = [sensor for lane in layout.lanes for sensor in lane.sensors if sensor.device == name]
    eyes = [sensor for sensor in sensors if isinstance(sensor, Eye)]
    antennas = [sensor for sensor in sensors if isinstance(sensor, Antenna)]
    if eyes:
        return {
            "kind": "camera",
            "url": f"rtsp://{host}/live",
            "picture": [1280, 720],
            "anchor": "foot",
            "plates": any(eye.plates for eye in eyes),
            "ground": _GROUND,
            "lines": {
                eye.line: [place * _PART, 500, (place + 1) * _PART - 20, 500]
                for place, eye in enumerate(eyes)
            },
            **known,
        }
    if antennas:
        ports = sorted(antenna.port for antenna in antennas)
        return {"kind": "etc_llrp", "url": f"tcp://{host}:5084", "antennas": ports, **known}
    if sensors:
        station = {"kind": "wim_modbus", "url": f"tcp://{host}:502", "unit_id": 1}
        return {**station, "accuracy": "A(5)", **known}
    loops = {loop: place for place, loop in enumerate(layout.controllers[name], start=1)}
    controller = {"kind": "signal_ntcip", "url": f"udp://{host}:161", **known}
    if name == "ctl2":
        return {**controller, "phases": [2, 4], "walks": [4], "detectors": loops}
    eight = {"walks": [2, 4, 6, 8], "overlaps": [1, 2, 3, 4]}
    return {**controller, **eight, "detectors": loops}


def _lane(lane: SiteLane) -> Table:
    table: Table = {"interval_s": 60, "lines": [_line(eye) for eye in lane.eyes]}
    if lane.antennas:
        table["tags"] = [_antenna(antenna) for antenna in lane.antennas]
    if lane.scales:
        table["scales"] = [_scale(scale) for scale in lane.scales]
    return {**table, **lane.settings}


def _line(eye: Eye) -> Table:
    line: Table = {"device": eye.device, "line": eye.line, **_ACROSS}
    return line if eye.at is None else {**line, "at": eye.at, "spread_m": eye.spread_m}


def _antenna(antenna: Antenna) -> Table:
    return {"device": antenna.device, "antenna": antenna.port, "at": antenna.at}


def _scale(scale: Scale) -> Table:
    # Axles lie further behind the bumper of some than of others.
    return {"device": scale.device, "lane": str(scale.number), "at": scale.at, "spread_m": 0.8}
