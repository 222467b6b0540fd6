"""The bar tells the truth about how far the work is, and keeps quiet where nobody looks."""

import io

import pytest

from edge_agent.progress import Progress


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_one_line_that_grows() -> None:
    screen, moments = _Terminal(), [0.0]
    with Progress("read", 4, stream=screen, clock=lambda: moments[0]) as bar:
        for done in range(5):
            moments[0] = 10.0 * done
            bar.show(done, f"{done} plates")
    shown = screen.getvalue()
    assert shown.count("\n") == 1
    assert "read  [#######                       ]  25 %  0:30 left  1 plates" in shown
    assert f"[{'#' * 30}] 100 %  0:00 left  4 plates" in shown


def test_work_that_is_taken_up_again_is_judged_by_what_this_run_does() -> None:
    screen, moments = _Terminal(), [0.0]
    with Progress("learn", 100, stream=screen, clock=lambda: moments[0]) as bar:
        for done in (60, 70, 80):
            bar.show(done)
            moments[0] += 10.0
    assert " 60 %\r" in screen.getvalue()
    assert "70 %  0:30 left" in screen.getvalue()
    assert "80 %  0:20 left" in screen.getvalue()


def test_the_same_line_is_not_written_twice() -> None:
    screen = _Terminal()
    bar = Progress("read", 4, stream=screen, clock=lambda: 0.0)
    bar.show(1)
    once = len(screen.getvalue())
    bar.show(1)
    assert len(screen.getvalue()) == once


def test_a_wiped_bar_leaves_its_line_empty_and_comes_again() -> None:
    screen = _Terminal()
    bar = Progress("read", 4, stream=screen, clock=lambda: 0.0)
    bar.show(1)
    long = len(screen.getvalue()) - 1
    bar.clear()
    assert screen.getvalue().endswith(f"\r{' ' * long}\r")
    bar.clear()
    bar.show(1)
    assert screen.getvalue().count("read") == 2


def test_a_log_gets_a_plain_line_now_and_then() -> None:
    log, moments = io.StringIO(), [0.0]
    with Progress("train", 100, every_s=10, stream=log, clock=lambda: moments[0]) as bar:
        for second in range(100):
            moments[0] = float(second)
            bar.show(second)
    lines = log.getvalue().splitlines()
    assert len(lines) == 9
    assert "\r" not in log.getvalue()


def test_silence_where_it_is_asked_for() -> None:
    log, moments = io.StringIO(), [0.0]
    with Progress("read", 100, every_s=None, stream=log, clock=lambda: moments[0]) as bar:
        for second in range(100):
            moments[0] = float(second)
            bar.show(second)
    assert log.getvalue() == ""


@pytest.mark.parametrize(("done", "percent"), [(-1, 0), (0, 0), (7, 70), (10, 100), (11, 100)])
def test_more_than_all_is_all(done: int, percent: int) -> None:
    screen = _Terminal()
    Progress("x", 10, stream=screen, clock=lambda: 1.0).show(done)
    assert f"] {percent:3d} %" in screen.getvalue()


def test_an_unknown_total_is_counted() -> None:
    screen = _Terminal()
    Progress("frames", 0, stream=screen).show(17)
    assert screen.getvalue().strip() == "frames  17"
