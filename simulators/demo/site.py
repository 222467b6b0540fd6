"""The demo's site file: what a technician would write for these devices."""

from collections.abc import Mapping
from typing import Any

from edge_agent.simulators.demo.device import USER, Device, Place, Scene
from edge_agent.simulators.tomlfile import document

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
    head = [
        "# Written by `edge-sim demo`; check it with: edge-agent check <this file>",
        "# test = true marks every event: never counted as real traffic.",
        "version = 1",
    ]
    return document(head, tables)


def _device(device: Device, place: Place, ready: Mapping[str, Any]) -> Mapping[str, Any]:
    table = dict(device.table(ready))
    if device.films:
        table |= {"username": USER, "password": f"file:{place.secret}"}
    return table
