import json
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.contract import ulid
from edge_agent.contract.events import Loss, Part, Passage, Signal
from edge_agent.contract.wire import encode
from edge_agent.simulators import cli
from edge_agent.simulators.score.items import Item
from edge_agent.simulators.score.match import match
from edge_agent.simulators.world.truth import line
from edge_agent.simulators.world.world import World

T0 = 1_790_000_000_000
SECONDS = 180
NAMES = '[names.lane]\n"s-speed" = "south"\n[names.device]\ns-speed = "cam1"\n'


@cache
def true_events() -> list[dict[str, Any]]:
    return [
        event
        for event in World("junction", 7, T0).advance_to(T0 + SECONDS * 1000)
        if event.get("controller") == "ctl1" or event.get("line") == "s-speed"
    ]


class Ledger:
    """Writes what a perfect unit would have stored of a true road; tests then spoil it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.truth = true_events()
        self.bodies: list[dict[str, Any]] = []
        aspects: dict[str, Any] = {}
        numbers = {"signal": 0, "passage": 0}
        for event in self.truth:
            if event["what"] == "phase":
                aspects[str(event["phase"])] = event["aspect"]
                body: Any = Signal(
                    **self.head("ctl1", event), ph=dict(aspects), chg=[event["phase"]]
                )
            elif event["what"] == "crossing":
                part = Part(k="camera", d="cam1", i=str(event["vehicle"]))
                body = Passage(
                    **self.head("south", event), lane="south", dir=event["direction"],
                    cls=event["cls"], clsp=900, spd=event["spd"], parts=[part],
                )  # fmt: skip
            else:
                continue
            numbers[body.stream] += 1
            wire = encode(body, sq=numbers[body.stream], ep="0badcafe")
            self.bodies.append(json.loads(wire))

    @staticmethod
    def head(device: str, event: dict[str, Any]) -> dict[str, Any]:
        t = event["t"] + 40
        return {"id": ulid.new(t), "u": "unit1", "d": device, "t": t, "tq": 5, "ts": "ntp"}

    def of(self, stream: str) -> list[dict[str, Any]]:
        return [body for body in self.bodies if body["st"] == stream]

    def drop(self, *gone: dict[str, Any]) -> None:
        self.bodies = [body for body in self.bodies if body not in gone]

    def run(self, thresholds: str = "", *more: str, live: bool = False) -> int:
        (self.folder / "truth.jsonl").write_text("".join(line(e) + "\n" for e in self.truth))
        rows = (
            ({"event": b, "root": "r", "received_ms": b["t"], "committed_ms": b["t"] + 160}
             for b in self.bodies) if live else self.bodies
        )  # fmt: skip
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (self.folder / "stored.ndjson").write_text(text)
        (self.folder / "limits.toml").write_text(thresholds + NAMES)
        return cli.main(
            ["score", str(self.folder / "truth.jsonl"), str(self.folder / "stored.ndjson"),
             "--thresholds", str(self.folder / "limits.toml"), *more]
        )  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path)


PERFECT = """
[phase]
true = 20
recall = 1.0
precision = 1.0
error_ms_p99 = 40
[crossing]
true = 20
recall = 1.0
precision = 1.0
class_accuracy = 1.0
[stored]
missing = 0
duplicates = 0
"""


def answer(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


def row(result: dict[str, Any], kind: str, scope: str = "all", name: str = "") -> dict[str, Any]:
    found: dict[str, Any] = next(
        r for r in result["rows"] if (r["kind"], r["scope"], r["name"]) == (kind, scope, name)
    )
    return found


def test_perfect_unit_meets_every_threshold(
    ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ledger.run(PERFECT, "--json", live=True) == 0
    result = answer(capsys)
    assert all(demand["ok"] for demand in result["demands"])
    crossing = row(result, "crossing", "lane", "south")
    assert (crossing["recall"], crossing["latency_ms_p50"], crossing["error_ms_p99"]) == (
        1,
        200,
        40,
    )


def test_export_has_no_commit_times_and_that_is_not_zero(
    ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ledger.run("[crossing]\nlatency_ms_p99 = 10000\n", "--json") == 1
    assert row(answer(capsys), "crossing")["latency_ms_p99"] is None


def test_missed_invented_and_confused_are_told_apart(
    ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    passages = ledger.of("passage")
    middle = len(passages) // 2
    ledger.drop(passages[middle])
    passages[middle + 2]["dir"] = "ba"
    confused = next(body for body in passages[8:] if body["cls"] == "motorbike")
    confused["cls"] = "bus"
    assert ledger.run(PERFECT, "--json") == 1
    result = answer(capsys)
    crossing = row(result, "crossing")
    assert crossing["true"] == crossing["stored"] + 1
    assert crossing["recall"] == pytest.approx(1 - 2 / crossing["true"], abs=1e-4)
    assert crossing["precision"] == pytest.approx(1 - 1 / crossing["stored"], abs=1e-4)
    assert crossing["confusion"] == {"motorbike>bus": 1}
    assert row(result, "phase")["recall"] == 1
    assert row(result, "stored")["missing"] == 1


def test_a_unit_that_falls_silent_has_missed_the_rest(
    ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger.drop(*(body for body in ledger.bodies if body["t"] > T0 + 90_000))
    assert ledger.run("[phase]\nrecall = 0.9\n", "--json") == 1
    assert row(answer(capsys), "phase")["recall"] < 0.7


def test_loss_that_is_declared_is_given_up_not_missing(
    ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = ledger.of("passage")[5]
    ledger.drop(gone)
    loss = Loss(
        **Ledger.head("unit1", {"t": gone["t"]}), of="passage", frm=gone["sq"], to=gone["sq"], n=1,
        why="sacrificed",
    )  # fmt: skip
    ledger.bodies.append(json.loads(encode(loss, sq=1, ep="0badcafe")))
    assert ledger.run("[stored]\nmissing = 0\n", "--json") == 0
    assert row(answer(capsys), "stored")["given_up"] == 1


def test_second_copy_is_a_duplicate(ledger: Ledger) -> None:
    ledger.bodies.append(ledger.bodies[3])
    assert ledger.run("[stored]\nduplicates = 0\n") == 1


def test_nothing_stored_fails_whatever_is_asked(ledger: Ledger) -> None:
    ledger.bodies = []
    assert ledger.run("[phase]\nrecall = 0.0\n") == 1


def test_table_shows_kinds_devices_and_lanes(
    ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ledger.run(PERFECT) == 0
    text = capsys.readouterr().out
    wanted = (
        "phase device ctl1",
        "crossing lane south",
        "crossing device cam1",
        "ok     phase true",
    )
    for words in wanted:
        assert words in text


def test_junit_has_a_case_a_demand_and_names_what_failed(ledger: Ledger, tmp_path: Path) -> None:
    ledger.drop(ledger.of("signal")[10])
    out = tmp_path / "score.xml"
    assert ledger.run(PERFECT, "--junit", str(out)) == 1
    suite = ET.parse(out).getroot()[0]  # noqa: S314 - our own file
    assert suite.get("tests") == "10"
    failed = [
        case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None
    ]
    assert failed == ["phase recall ≥ 1", "stored missing ≤ 0"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[crosing]\nrecall = 1\n", "limits.toml:1: no such kind; did you mean crossing?"),
        ("\n[phase]\nrecal = 1\n", "limits.toml:3: recal: no such figure; did you mean recall?"),
        ("[phase]\nrecall = 'high'\n", "limits.toml:2: recall is a number of 0 or more"),
        ("[phase\n", "limits.toml: Expected ']'"),
    ],
)
def test_thresholds_that_make_no_sense_are_named_with_their_line(
    ledger: Ledger, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    assert ledger.run(text) == 2
    assert words in capsys.readouterr().err


def test_garbage_in_a_file_is_named_but_a_cut_last_line_is_left_out(
    ledger: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ledger.run() == 0
    truth, stored = tmp_path / "truth.jsonl", tmp_path / "stored.ndjson"
    with truth.open("a") as file:
        file.write('{"t": 17')
    assert cli.main(["score", str(truth), str(stored)]) == 0
    with stored.open("a") as file:
        file.write("what?\n")
    assert cli.main(["score", str(truth), str(stored)]) == 2
    assert "stored.ndjson:" in capsys.readouterr().err


times = st.lists(st.integers(0, 20_000), max_size=30)


@given(times, times, st.integers(0, 3000))
def test_matching_uses_everything_once_and_pairs_only_neighbours(
    true: list[int], stored: list[int], window: int
) -> None:
    def items(values: list[int]) -> list[Item]:
        return [Item(t, ("lane", "ab"), cls=("car", "bus")[t % 2]) for t in values]

    result = match(items(true), items(stored), window)
    assert len(result.pairs) + len(result.missed) == len(true)
    assert len(result.pairs) + len(result.extra) == len(stored)
    assert sorted([p.t for p, _ in result.pairs] + [m.t for m in result.missed]) == sorted(true)
    assert all(abs(one.t - other.t) <= window for one, other in result.pairs)
    for missed in result.missed:
        assert all(abs(missed.t - extra.t) > window for extra in result.extra)


@given(times)
def test_matching_a_thing_with_itself_is_perfect(values: list[int]) -> None:
    items = [Item(t, ("k",), cls="car") for t in values]
    result = match(items, items, 0)
    assert not result.missed
    assert not result.extra
