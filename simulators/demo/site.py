"""The demo's site file: what a technician would write for these devices."""

import json
from collections.abc import Mapping
from typing import Any

from edge_agent.simulators.demo.device import USER, Device, Place, Scene

UNIT = "demo-unit"
PROVINCE = "demo"


def site_file(
    scene: Scene,
    place: Place,
    broker: Mapping[str, str],
    ready: Mapping[str, Mapping[str, Any]],
) -> str:
    """TOML text of the site.

    Args:
        scene: Its devices and lanes.
        place: Where it is played.
        broker: ``broker`` and ``protocol`` of the uplink.
        ready: Device to the first line of its simulator.
    """
    tables: dict[str, Mapping[str, Any]] = {
        "unit": {"province": PROVINCE, "site": scene.name, "id": UNIT, "test": True},
        "uplink": broker,
        "metrics": {"listen": "127.0.0.1:0"},
    }
    for device in scene.devices:
        tables[f"device.{device.name}"] = _device(device, place, ready[device.name])
    for name, lane in scene.lanes.items():
        tables[f"lane.{name}"] = lane
    parts = [
        "# Written by `edge-sim demo`; check it with: edge-agent check <this file>",
        "# test = true marks every event: never counted as real traffic.",
        "version = 1",
    ]
    for name, table in tables.items():
        parts += ["", f"[{name}]", *(f"{key} = {toml(value)}" for key, value in table.items())]
    return "\n".join(parts) + "\n"


def _device(device: Device, place: Place, ready: Mapping[str, Any]) -> Mapping[str, Any]:
    table = dict(device.table(ready))
    if device.films:
        table |= {"username": USER, "password": f"file:{place.secret}"}
    return table


def toml(value: Any) -> str:
    """A value in TOML; what JSON has in common with it, and inline tables."""
    match value:
        case Mapping():
            inside = ", ".join(f"{json.dumps(str(k))} = {toml(v)}" for k, v in value.items())
            return f"{{ {inside} }}" if inside else "{}"
        case list() | tuple():
            return f"[{', '.join(toml(each) for each in value)}]"
        case _:
            return json.dumps(value, ensure_ascii=False)
