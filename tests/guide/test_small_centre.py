"""The centre of the integrator's guide, as it is printed there, beside a unit that speaks to it.

The broker allows what the guide's access list allows, and no more.
"""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge_agent import status
from edge_agent.simulators.plugin.stand import Stand
from edge_agent.spool.inspect import summary
from tests.brokers import Mosquitto, needs_mosquitto
from tests.guide.pages import fences

SITE = """
version = 1
[unit]
province = "hanoi"
site = "plaza"
id = "u1"
[uplink]
broker = "{broker}"
username = "hanoi-plaza-u1"
password = "env:UNIT_PASSWORD"
[metrics]
enabled = false
[device.wim1]
kind = "wim_modbus"
url = "{wim1}"
[device.etc1]
kind = "etc_llrp"
url = "{etc1}"
"""
WITHIN_S = 60.0
LOOK_S = 0.2


def wait(what: Callable[[], bool]) -> None:
    end = time.monotonic() + WITHIN_S
    while not what():
        assert time.monotonic() < end
        time.sleep(LOOK_S)


@contextmanager
def running(*words: str, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(
        [sys.executable, *words], stderr=subprocess.DEVNULL, env=os.environ | environment
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(20)


def stored(file: Path) -> dict[str, set[int]]:
    """Numbers by stream; what a loss names is settled."""
    if not file.exists():
        return {}
    with sqlite3.connect(file) as db:
        rows = db.execute("SELECT body FROM event").fetchall()
    db.close()
    here: dict[str, set[int]] = {}
    for (body,) in rows:
        event = json.loads(body)
        here.setdefault(event["st"], set()).add(event["sq"])
        if event["st"] == "loss":
            here.setdefault(event["of"], set()).update(range(event["frm"], event["to"] + 1))
    return here


def given_out(state: Path) -> dict[str, int]:
    """Highest number by stream, once the agent stands."""
    if not (state / status.SOCKET).exists():
        return {}
    return {each.name: each.high for each in summary(state / "spool.db").streams}


def nothing_waits(state: Path) -> bool:
    """The unit has a receipt for all it had to say."""
    return status.ask(state).spool.rows == 0


def test_both_guides_print_the_same_centre() -> None:
    assert fences("integrator", "vi", "python") == fences("integrator", "en", "python")


@needs_mosquitto
@pytest.mark.slow
def test_a_unit_forgets_only_what_the_printed_centre_has(tmp_path: Path) -> None:
    script, db = tmp_path / "small_centre.py", tmp_path / "centre.db"
    (text,) = [each for each in fences("integrator", "en", "python") if "small_centre" in each]
    script.write_text(text)
    config, state = tmp_path / "unit.toml", tmp_path / "state"
    (acl,) = fences("integrator", "en", "acl")
    passwords = {"hanoi-plaza-u1": "rain on tin", "centre": "sun on rice"}
    only = "allow_anonymous false\n"
    with (
        Mosquitto(only, acl=acl, passwords=passwords) as broker,
        Stand("toll-plaza", 7, tmp_path) as stand,
    ):
        places = {name: stand.device(name).url for name in ("wim1", "etc1")}
        config.write_text(SITE.format(broker=broker.url, **places))
        unit = ("-m", "edge_agent", "run", "--config", str(config), "--state-dir", str(state))
        centre = (str(script), "127.0.0.1", str(broker.port), str(db))
        known = {"MQTT_USER": "centre", "MQTT_PASSWORD": passwords["centre"]}
        with running(*unit, UNIT_PASSWORD=passwords["hanoi-plaza-u1"]):
            # Events from before there was a centre: the broker has acknowledged them to nobody.
            wait(lambda: sum(given_out(state).values()) >= 8)
            early = given_out(state)
            assert not nothing_waits(state)
            with running(*centre, **known) as first:
                wait(lambda: len(stored(db)) > 1)
                first.kill()
            with running(*centre, **known):
                wait(lambda: nothing_waits(state))
                here = stored(db)
    for stream, high in early.items():
        assert set(range(1, high + 1)) <= here.get(stream, set()), stream
