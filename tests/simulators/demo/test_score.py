import json
from pathlib import Path
from typing import Any

from edge_agent.simulators.demo.score import (
    Stored,
    crossings,
    percentile,
    phases,
    summary,
    truth,
)

T0 = 1_790_000_000_000


def stored(stream: str, sq: int, t: int, **body: Any) -> Stored:
    event = {"st": stream, "sq": sq, "id": f"{stream}{sq}", "t": t, "q": "live", **body}
    return Stored(event, t + 20)


def signal(sq: int, t: int, aspect: str) -> Stored:
    return stored("signal", sq, t, ph={"1": aspect}, chg=[1])


def change(t: int, aspect: str) -> dict[str, Any]:
    return {"what": "phase", "t": t, "phase": 1, "aspect": aspect}


def test_percentile_is_nearest_rank() -> None:
    assert percentile([], 0.5) is None
    assert percentile([5], 0.99) == 5
    assert percentile(list(range(1, 101)), 0.99) == 99
    assert percentile([1, 2, 3], 0.5) == 2


def test_missing_number_is_a_loss_and_second_copy_a_duplicate() -> None:
    events = [signal(1, T0, "g"), signal(3, T0 + 9000, "r"), signal(3, T0 + 9000, "r")]
    result = summary(events, {"signal": 3}, [], [])
    assert (result["recorded"], result["lost"], result["duplicates"]) == (3, 1, 1)
    assert result["latency_ms"] == {"p50": 20, "p99": 20}


def test_phase_changes_are_matched_once_and_timed() -> None:
    events = [signal(1, T0, "r"), signal(2, T0 + 5050, "g"), signal(3, T0 + 60_000, "r")]
    true = [change(T0 + 5000, "g"), change(T0 + 5200, "g"), change(T0 + 30_000, "y")]
    assert phases(true, events) == {"true": 3, "stored": 1, "recall": 0.3333, "error_ms_p99": 50}


def test_no_signal_at_all_is_said_and_not_scored_as_perfect() -> None:
    assert phases([change(T0, "g")], [])["recall"] is None


def test_crossings_are_compared_by_direction_while_the_camera_was_watched() -> None:
    events = [stored("passage", n, T0 + n * 1000, dir="ab") for n in (1, 2, 3)]
    true = [
        {"what": "crossing", "t": T0 + n * 1000, "direction": "ab" if n < 3 else "ba"}
        for n in range(9)
    ]
    assert crossings(true, events) == {"true": {"ab": 2, "ba": 1}, "stored": {"ab": 3}}


def test_cut_last_line_of_a_truth_file_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    path.write_text(json.dumps(change(T0, "g")) + '\n{"t": 17', encoding="utf-8")
    assert truth(path) == [change(T0, "g")]
