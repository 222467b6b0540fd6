"""The window itself: who may look, how often a picture is made, and that nobody holds it up."""

import json
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edge_agent.door import knock
from edge_agent.errors import StatusError
from edge_agent.vision.window import LOOKING_NS, PACE_NS, Kind, Window

S = 1_000_000_000


class Clock:
    def __init__(self) -> None:
        self.now = 1000 * S

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def window(tmp_path: Path, clock: Clock) -> Iterator[Window]:
    made = Window(tmp_path, "cam1", clock)
    yield made
    made.close()


def look(folder: Path, kind: Kind = "view") -> tuple[dict[str, Any], bytes]:
    head, _, jpeg = knock(folder, f"{kind}-cam1.sock", 5.0).partition(b"\n")
    return json.loads(head), jpeg


def looking(window: Window, clock: Clock, folder: Path, kind: Kind = "view") -> None:
    """Somebody asks, and is answered by the first picture that is made."""
    asker = threading.Thread(target=look, args=(folder, kind))
    asker.start()
    while kind not in window._asked:
        pass
    window.show(kind, clock.now, {}, b"x")
    asker.join()


def test_nobody_looks_so_nothing_is_made(window: Window, clock: Clock) -> None:
    for _ in range(100):
        clock.now += S // 10
        assert window.wanted() is None


def test_what_is_shown_is_what_whoever_asks_gets_with_its_age(
    window: Window, clock: Clock, tmp_path: Path
) -> None:
    looking(window, clock, tmp_path)
    window.show("view", clock.now - S // 5, {"at": 7, "size": [2, 1]}, b"\xff\n\x00jpeg")
    clock.now += S // 10
    assert look(tmp_path) == ({"at": 7, "size": [2, 1], "age_ms": 300}, b"\xff\n\x00jpeg")


@pytest.mark.parametrize("askers", [1, 40])
def test_one_picture_a_second_however_many_ask(
    window: Window, clock: Clock, tmp_path: Path, askers: int
) -> None:
    looking(window, clock, tmp_path)
    began, made = clock.now, 0
    while clock.now < began + 5 * S:
        clock.now += S // 10
        for _ in range(askers // 10 or 1):
            look(tmp_path)
        if window.wanted():
            window.show("view", clock.now, {}, b"x")
            made += 1
    assert made == 5 * S // PACE_NS


def test_a_while_after_the_last_one_looked_nothing_is_made(
    window: Window, clock: Clock, tmp_path: Path
) -> None:
    looking(window, clock, tmp_path)
    clock.now += LOOKING_NS - 1
    assert window.wanted() == "view"
    clock.now += 1
    assert window.wanted() is None


def test_those_who_see_it_plain_and_those_who_do_not_share_the_pace(
    window: Window, clock: Clock, tmp_path: Path
) -> None:
    looking(window, clock, tmp_path, "view")
    clock.now += PACE_NS
    looking(window, clock, tmp_path, "plain")
    turns = []
    for _ in range(4):
        clock.now += PACE_NS
        look(tmp_path, "view")
        look(tmp_path, "plain")
        kind = window.wanted()
        assert kind is not None
        window.show(kind, clock.now, {"of": kind}, b"x")
        assert window.wanted() is None
        turns.append(kind)
    assert turns == ["view", "plain", "view", "plain"]
    assert look(tmp_path, "plain")[0]["of"] == "plain"
    assert look(tmp_path, "view")[0]["of"] == "view"


def test_who_may_look_stands_on_the_sockets(window: Window, tmp_path: Path) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("*.sock")}
    assert modes == {"view-cam1.sock": 0o660, "plain-cam1.sock": 0o600}


def test_a_camera_that_gives_no_picture_keeps_nobody_for_ever(
    window: Window, tmp_path: Path
) -> None:
    assert knock(tmp_path, "view-cam1.sock", 5.0) == b""


def test_whoever_does_not_read_holds_up_neither_camera_nor_others(
    window: Window, clock: Clock, tmp_path: Path
) -> None:
    looking(window, clock, tmp_path)
    window.show("view", clock.now, {}, bytes(4_000_000))
    with socket.socket(socket.AF_UNIX) as lazy:
        lazy.connect(str(tmp_path / "view-cam1.sock"))
        assert len(look(tmp_path)[1]) == 4_000_000


def test_a_socket_left_by_a_killed_child_is_replaced(tmp_path: Path, clock: Clock) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "view-cam1.sock"))
    with pytest.raises(StatusError):
        look(tmp_path)
    window = Window(tmp_path, "cam1", clock)
    looking(window, clock, tmp_path)
    window.close()
    with pytest.raises(StatusError):
        look(tmp_path)


def test_where_no_socket_can_be_made_it_says_so(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "plain-cam1.sock").mkdir()
    with pytest.raises(OSError, match=r"in use|exists"):
        Window(tmp_path, "cam1", clock)
    with pytest.raises(FileNotFoundError):
        Window(tmp_path / "none", "cam1", clock)
