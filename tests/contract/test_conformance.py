"""An integrator's view: nothing but the written contract and whatever a running unit sends."""

import json
import re
import subprocess
import sys
import threading
import time
import tomllib
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
import pytest
from jsonschema import Draft202012Validator
from paho.mqtt.enums import CallbackAPIVersion

BIN = Path(sys.executable).parent
Message = tuple[str, bytes]


class Contract:
    """What was written by ``edge-agent contract``."""

    def __init__(self, folder: Path) -> None:
        document = json.loads((folder / "asyncapi.json").read_text())
        self._addresses = {
            name: re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(channel["address"])))
            for name, channel in document["channels"].items()
        }
        self._validators = {
            path.stem: Draft202012Validator(json.loads(path.read_text()))
            for path in (folder / "schema").glob("*.json")
        }

    def read(self, topic: str, payload: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
        """Type and content of each thing in a message; raises on anything not in the contract."""
        (name,) = (name for name, shape in self._addresses.items() if shape.fullmatch(topic))
        if name == "bulk":
            stream = topic.rpartition("/")[2]
            for line in zlib.decompress(payload).splitlines():
                yield stream, self._valid(stream, json.loads(line))
        else:
            yield name, self._valid(name, json.loads(payload))

    def _valid(self, name: str, content: dict[str, Any]) -> dict[str, Any]:
        self._validators[name].validate(content)
        return content


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    folder = tmp_path_factory.mktemp("contract")
    subprocess.run([BIN / "edge-agent", "contract", "--out", folder], check=True)
    return Contract(folder)


def _listen(site: Path, heard: list[Message], subscribed: threading.Event) -> mqtt.Client:
    broker = urlsplit(tomllib.loads(site.read_text())["uplink"]["broker"])
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
    client.on_connect = lambda client, *_: client.subscribe("its/#", qos=1)
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_message = lambda _c, _d, message: heard.append(
        (message.topic, bytes(message.payload))
    )
    client.connect(str(broker.hostname), int(broker.port or 1883))
    client.loop_start()
    return client


@pytest.mark.slow
def test_every_message_of_a_running_unit_is_in_the_contract(
    contract: Contract, tmp_path: Path
) -> None:
    heard: list[Message] = []
    subscribed = threading.Event()
    site = tmp_path / "site.toml"
    told = ["--seconds", "10", "--json", "--no-page", "--keep", str(tmp_path)]
    command = [str(BIN / "edge-sim"), "demo", *told]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as demo:
        deadline = time.monotonic() + 60
        while not (site.exists() and site.read_text().strip()):
            assert demo.poll() is None, demo.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        client = _listen(site, heard, subscribed)
        try:
            assert subscribed.wait(10)
            out, err = demo.communicate(timeout=90)
        finally:
            client.loop_stop()
            client.disconnect()
    assert demo.returncode == 0, (out, err)
    contents = [found for topic, payload in heard for found in contract.read(topic, payload)]
    seen = Counter(name for name, _ in contents)
    assert {"state", "about", "dev", "signal", "passage", "receipt"} <= set(seen)
    _numbers_are_whole([content for name, content in contents if "sq" in content])


def _numbers_are_whole(events: list[dict[str, Any]]) -> None:
    """Streams count without holes from where we began to listen; an id is one number for ever."""
    streams: dict[tuple[str, str, str], set[int]] = {}
    for event in events:
        streams.setdefault((event["u"], event["ep"], event["st"]), set()).add(event["sq"])
    for name, numbers in streams.items():
        assert numbers == set(range(min(numbers), max(numbers) + 1)), name
    places = {(event["id"], event["st"], event["sq"]) for event in events}
    assert len({place[0] for place in places}) == len(places)
