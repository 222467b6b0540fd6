"""The demo's site file: one controller, one camera, one lane, told as a technician would."""

from dataclasses import dataclass
from typing import Any

UNIT = "demo-unit"
PROVINCE = "demo"
SITE = "junction"


@dataclass(frozen=True, slots=True)
class Wiring:
    """Where the simulated things are."""

    broker: str
    protocol: str
    controller: str
    camera: str
    camera_user: str
    camera_password_file: str
    line: dict[str, Any]


def site_file(wiring: Wiring) -> str:
    """TOML text of the site."""
    name, points = wiring.line["name"], wiring.line["points"]
    return f"""\
# Written by `edge-sim demo`; check it with: edge-agent check <this file>
version = 1

[unit]
province = "{PROVINCE}"
site = "{SITE}"
id = "{UNIT}"
test = true                     # marks every event: never counted as real traffic

[uplink]
broker = "{wiring.broker}"
protocol = "{wiring.protocol}"

[metrics]
listen = "127.0.0.1:0"

[device.ctl1]
kind = "signal_modbus"
profile = "generic_v1"
url = "{wiring.controller}"

[device.cam1]
kind = "camera"
url = "{wiring.camera}"
username = "{wiring.camera_user}"
password = "file:{wiring.camera_password_file}"
lines = {{ {name} = {points} }}

[lane.main]
name = "Main road"
interval_s = 5
lines = [{{ device = "cam1", line = "{name}", ab = "ab", ba = "ba" }}]
detectors = [{{ device = "ctl1", detector = "d1", dir = "ab" }}]
"""
