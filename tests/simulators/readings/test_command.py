import json
import tomllib
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from edge_agent import settings
from edge_agent.device.readings import from_wire, to_wire
from edge_agent.simulators.cli import main
from edge_agent.simulators.readings.layout import SITES, layout

Lines = list[dict[str, Any]]


def told(folder: Path, site: str, *more: str) -> tuple[Lines, Lines, Path]:
    out, truth, config = (folder / name for name in ("r.jsonl", "t.jsonl", "site.toml"))
    words = ("readings", "--site", site, "--seed", "7", "--minutes", "4", *more)
    files = ("--out", str(out), "--truth", str(truth), "--config", str(config))
    assert main((*words, *files)) == 0
    return lines(out), lines(truth), config


def lines(path: Path) -> Lines:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module", params=SITES)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Lines, Lines, Path]:
    name = str(request.param)
    return name, *told(tmp_path_factory.mktemp(name), name)


def test_every_reading_is_what_a_driver_would_have_written(
    site: tuple[str, Lines, Lines, Path],
) -> None:
    _, said, _, _ = site
    kinds: Counter[str] = Counter()
    for line in said:
        if "reading" in line:
            again = to_wire(from_wire(json.dumps(line["reading"]).encode()))
            assert json.loads(again) == line["reading"]
            kinds[line["reading"]["type"]] += 1
    assert kinds["crossing"] > 30
    assert kinds["axles"] > 5
    assert kinds["tag"] > 5


def test_what_reaches_the_unit_is_in_order_and_every_device_is_well_first(
    site: tuple[str, Lines, Lines, Path],
) -> None:
    name, said, _, _ = site
    arrivals = [line["at_ms"] for line in said]
    assert arrivals == sorted(arrivals)
    well = [line["device"] for line in said[: len(layout(name).devices)] if line["state"] == "ok"]
    assert sorted(well) == sorted(layout(name).devices)


def test_the_site_file_is_sound_and_names_every_sensor(
    site: tuple[str, Lines, Lines, Path],
) -> None:
    _, said, _, config = site
    verdict = settings.examine(config)
    assert verdict.errors == []
    assert {line["device"] for line in said} <= set(
        tomllib.loads(config.read_text(encoding="utf-8"))["device"]
    )


def test_each_reading_about_a_vehicle_is_in_the_truth_once(
    site: tuple[str, Lines, Lines, Path],
) -> None:
    _, said, truth, _ = site
    assert [event["t"] for event in truth] == sorted(event["t"] for event in truth)
    seen = Counter((e["device"], e["kind"], e["id"]) for e in truth if e["what"] == "seen")
    assert max(seen.values()) == 1
    ids = set()
    for line in said:
        match line.get("reading", {}).get("type"):
            case "crossing":
                own = line["reading"]
                ids.add((line["device"], "camera", f"{own['run']}-{own['track']}"))
            case "axles":
                ids.add((line["device"], "axles", str(line["reading"]["number"])))
    assert ids == {key for key in seen if key[1] != "tag"}
    stamps = {(e["device"], e["stamp"]) for e in truth if e["what"] == "seen"}
    assert stamps == {
        (line["device"], line["reading"]["at"]["utc_ms"])
        for line in said
        if line.get("reading", {}).get("type") in {"crossing", "tag", "axles"}
    }


def test_a_vehicle_is_where_its_readings_say(site: tuple[str, Lines, Lines, Path]) -> None:
    """Most of what is told of a vehicle in a lane of cars lies seconds apart, in driving order."""
    name, _, truth, _ = site
    order = {
        sensor.device: sensor.at
        for lane in layout(name).lanes
        for sensor in lane.sensors
        if sensor.at is not None
    }
    whole = defaultdict(list)
    for event in truth:
        if event["what"] == "seen" and event["device"] in order and event["vehicle"] is not None:
            whole[event["vehicle"], event["lane"]].append(event)
    several = [parts for parts in whole.values() if len(parts) > 2]
    assert several
    for parts in several:
        assert parts[-1]["t"] - parts[0]["t"] < 60_000


def test_the_same_seed_tells_the_same_bytes(tmp_path: Path) -> None:
    texts = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        told(folder, "weigh-station", "--light", "night-rain")
        texts.append([file.read_bytes() for file in sorted(folder.iterdir())])
    assert texts[0] == texts[1]


def test_a_clock_that_is_off_moves_stamps_and_nothing_else(tmp_path: Path) -> None:
    right, _, _ = told(tmp_path, "weigh-station")
    wrong, _, _ = told(tmp_path, "weigh-station", "--clock-off", "etc1=2000")
    assert [line["at_ms"] for line in wrong] == [line["at_ms"] for line in right]
    moved = 0
    for one, other in zip(right, wrong, strict=True):
        if one["device"] == "etc1" and "reading" in one:
            assert other["reading"]["at"]["utc_ms"] == one["reading"]["at"]["utc_ms"] + 2000
            moved += 1
        else:
            assert other == one
    assert moved > 5


def test_a_device_that_fails_says_so_and_is_silent(tmp_path: Path) -> None:
    said, _, _ = told(tmp_path, "weigh-station", "--fail", "wim1=60-180")
    start = said[0]["at_ms"]
    states = [
        (line["state"], line["at_ms"] - start)
        for line in said
        if line["device"] == "wim1" and "state" in line
    ]
    assert states == [("ok", 0), ("down", 60_000), ("ok", 180_000)]
    spoke = [
        line["at_ms"] - start for line in said if line["device"] == "wim1" and "reading" in line
    ]
    assert spoke
    assert not [at for at in spoke if 60_000 <= at < 180_000]


def test_night_and_rain_trouble_cameras(tmp_path: Path) -> None:
    def unread(said: Lines) -> float:
        plates = [
            line["reading"]["plate"] is None
            for line in said
            if line.get("reading", {}).get("no_plate", "off") != "off"
            or line.get("reading", {}).get("plate")
        ]
        return sum(plates) / len(plates)

    day, _, _ = told(tmp_path, "toll-plaza")
    night, _, _ = told(tmp_path, "toll-plaza", "--light", "night-rain")
    assert unread(night) > unread(day)


def test_a_device_that_is_not_there_is_refused_with_those_that_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [f"--{name}={tmp_path / name}" for name in ("out", "truth", "config")]
    assert main(["readings", "--site", "toll-plaza", "--clock-off", "etc9=1", *files]) == 2
    assert "etc1" in capsys.readouterr().err
