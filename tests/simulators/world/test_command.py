import json
from pathlib import Path

import pytest

from edge_agent.simulators import cli
from edge_agent.simulators.world.pace import Pace, speed


def test_same_seed_same_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    digests = []
    for name in ("a.jsonl", "b.jsonl"):
        argv = ["world", "--seed", "7", "--minutes", "1", "--out", str(tmp_path / name), "--json"]
        assert cli.main(argv) == 0
        digests.append(json.loads(capsys.readouterr().out)["sha256"])
    one, other = (tmp_path / "a.jsonl").read_bytes(), (tmp_path / "b.jsonl").read_bytes()
    assert one == other
    assert digests[0] == digests[1]
    assert one.count(b"\n") > 200


def test_summary_for_people_says_speed_vehicles_and_events(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["world", "--site", "weigh-station", "--minutes", "1"]) == 0
    text = capsys.readouterr().out
    assert "60 s simulated at ×" in text
    assert "vehicles" in text
    assert "events" in text


def test_truth_on_standard_output_stays_clean(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["world", "--minutes", "0.5", "--out", "-", "--json"]) == 0
    said = capsys.readouterr()
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert all("what" in line for line in lines)
    assert json.loads(said.err)["events"] == len(lines)


def test_file_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["world", "--minutes", "1", "--out", str(tmp_path / "no" / "a")]) == 2
    assert "No such file" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--speed=0", "--speed=fast", "--minutes=-1", "--site=moon"])
def test_wrong_usage_is_refused(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["world", option])
    assert caught.value.code == 2


def test_pace_follows_the_wall_clock_by_its_factor() -> None:
    wall = [5_000_000_000]
    pace = Pace(1000, 10.0, lambda: wall[0])
    wall[0] += 500_000_000
    assert pace.now_ms() == 6000
    assert pace.wait_s(7000) == pytest.approx(0.1)
    assert pace.wait_s(5000) == 0.0


def test_paces_given_one_beginning_agree_whenever_they_were_made() -> None:
    wall = [7_000_000_000]
    early = Pace(0, 2.0, lambda: wall[0], wall_start_ms=6000)
    wall[0] += 123_000_000
    late = Pace(0, 2.0, lambda: wall[0], wall_start_ms=6000)
    assert early.now_ms() == late.now_ms() == 2246


def test_full_speed_is_bound_to_no_clock() -> None:
    pace = Pace(0, speed("max"))
    assert pace.now_ms() is None
    assert pace.wait_s(10**9) == 0.0


@pytest.mark.parametrize(
    ("text", "factor"), [("realtime", 1), ("10", 10), ("×2.5", 2.5), ("x3", 3)]
)
def test_speed_as_people_write_it(text: str, factor: float) -> None:
    assert speed(text) == factor
