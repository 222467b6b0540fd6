from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.simulators.faults.link import LinkError
from edge_agent.simulators.faults.player import Played, play
from edge_agent.simulators.faults.script import ScriptError, parse, read, seconds

SCRIPT = """\
version = 1
length = "1m"

[device.ctl1]
run = ["signal", "--tcp", "127.0.0.1:0"]

[[step]]
at = "10s"
device = "ctl1"
fault = "silence"
args = { share = 0.5 }
for = "20s"

[[step]]
at = "30s"
device = "ctl1"
fault = "reboot"

[[step]]
at = 5
device = "cam1"
clear = true
"""


def test_script_becomes_a_timeline() -> None:
    script = parse(SCRIPT, "f.toml", ["cam1"])
    assert script.devices == {"ctl1": ("signal", "--tcp", "127.0.0.1:0")}
    assert script.length_s == 60
    assert [(o.at_s, o.device, o.body, o.line) for o in script.timeline()] == [
        (5, "cam1", {"clear": True}, 19),
        (10, "ctl1", {"fault": "silence", "on": True, "share": 0.5}, 7),
        (30, "ctl1", {"fault": "silence", "on": False, "share": 0.5}, 7),
        (30, "ctl1", {"fault": "reboot", "on": True}, 14),
    ]


def test_length_is_at_least_that_of_the_last_order() -> None:
    script = parse(SCRIPT.replace('length = "1m"', ""), "f.toml", ["cam1"])
    assert script.length_s == 30


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("version = 1", "version = 2", "f.toml:1: version = 1 is needed"),
        ('at = "10s"', 'at = "ten"', "f.toml:8: at: 'ten' is no duration"),
        ('at = "30s"', "", "f.toml:14: at is missing"),
        ('device = "ctl1"', 'device = "ctl"', "f.toml:9: no device 'ctl'; did you mean 'ctl1'?"),
        ("args", "arg", "f.toml:11: arg is unknown; did you mean 'args'?"),
        ("share = 0.5", "on = false", "f.toml:11: args is a table without fault, on"),
        ("clear = true", "clear = true\nfor = '1s'", "f.toml:23: clear is over at once"),
        ("clear = true", "clear = true\nfault = 'x'", "f.toml:23: a step has either"),
        ('fault = "reboot"', "", "f.toml:14: a step has either"),
        ('["signal", "--tcp", "127.0.0.1:0"]', '"signal"', "f.toml:5: device ctl1: run ="),
        ("[[step]]", "[[stop]]", "f.toml:7: stop is unknown; did you mean 'step'?"),
        ('length = "1m"', "length = -1", "f.toml:2: length: -1 is no duration"),
        ('length = "1m"', 'length = "1m', "f.toml: Illegal character"),
    ],
)
def test_every_mistake_has_its_line(old: str, new: str, words: str) -> None:
    with pytest.raises(ScriptError) as caught:
        parse(SCRIPT.replace(old, new), "f.toml", ["cam1"])
    assert any(line.startswith(words) for line in str(caught.value).splitlines()), caught.value


def test_all_mistakes_come_at_once() -> None:
    text = SCRIPT.replace('at = "10s"', 'at = "soon"').replace('at = "30s"', 'at = "later"')
    with pytest.raises(ScriptError) as caught:
        parse(text, "f.toml", ["cam1"])
    assert [line.split(": ")[0] for line in str(caught.value).splitlines()] == [
        "f.toml:8",
        "f.toml:15",
    ]


def test_missing_file_is_the_systems_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "value"), [("10s", 10), ("1m30s", 90), ("250ms", 0.25), ("2h", 7200), (1.5, 1.5)]
)
def test_durations(text: object, value: float) -> None:
    assert seconds(text) == value


@given(
    st.one_of(
        st.text().filter(lambda text: not set(text) & set("0123456789")),
        st.booleans(),
        st.none(),
        st.floats(max_value=-1e-9),
        st.just(float("nan")),
    )
)
def test_anything_else_is_no_duration(value: object) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        seconds(value)


@given(st.text(max_size=200))
def test_any_text_is_understood_or_refused_with_words(text: str) -> None:
    with pytest.raises(ScriptError, match=r"\Af\.toml"):
        parse(text, "f.toml")  # without a version no text is a script


class Wall:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.t = 100.0

    def now(self) -> float:
        return self.t

    async def pause(self, seconds: float) -> None:
        self.t += seconds


class Obedient:
    def __init__(self, wall: Wall, refuses: str = "", deaf: bool = False) -> None:
        self._wall, self._refuses, self._deaf = wall, refuses, deaf
        self.heard: list[tuple[float, dict[str, Any]]] = []

    async def send(self, order: dict[str, Any]) -> str | None:
        self.heard.append((self._wall.t - 100, order))
        if self._deaf:
            raise LinkError("cam1 has ended")
        return "never heard of it" if order.get("fault") == self._refuses else None


async def played(speed: float, **links: Obedient) -> list[Played]:
    wall = next(iter(links.values()))._wall
    script = parse(SCRIPT, "f.toml", ["cam1"])
    return [p async for p in play(script, links, speed=speed, now=wall.now, pause=wall.pause)]


@pytest.mark.parametrize("speed", [1.0, 10.0])
async def test_orders_are_given_at_their_times(speed: float) -> None:
    wall = Wall()
    ctl1 = Obedient(wall)
    results = await played(speed, ctl1=ctl1, cam1=Obedient(wall))
    assert [t * speed for t, _ in ctl1.heard] == [10, 30, 30]
    assert all(result.why is None and result.late_ms == 0 for result in results)
    assert wall.t == 100 + 60 / speed


async def test_one_that_refuses_or_is_gone_does_not_stop_the_others() -> None:
    wall = Wall()
    ctl1, cam1 = Obedient(wall, refuses="silence"), Obedient(wall, deaf=True)
    results = await played(1.0, ctl1=ctl1, cam1=cam1)
    assert [result.why for result in results] == [
        "cam1 has ended",
        "never heard of it",
        "never heard of it",
        None,
    ]
