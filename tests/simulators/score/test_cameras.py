"""Cameras against the truth: what they counted and which plates they read."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from edge_agent.simulators.demo import tell
from edge_agent.simulators.demo.judge import Judgement
from edge_agent.simulators.demo.stage import Outcome
from edge_agent.simulators.score.cameras import cameras
from edge_agent.simulators.score.figures import Row, Span, score
from edge_agent.simulators.score.items import SAME, Stored

T0 = 1_790_000_000_000
WHEN = Span(T0, T0 + 60_000)


def crossed(
    t: int, cls: str, *, direction: str = "ab", spd: int = 400, **more: Any
) -> dict[str, Any]:
    return {
        "t": T0 + t, "what": "crossing", "device": "anpr-s", "line": "s-lane2",
        "direction": direction, "cls": cls, "vehicle": t, "spd": spd, **more,
    }  # fmt: skip


def shown(t: int, text: str, px: int = 120) -> dict[str, Any]:
    return {
        "t": T0 + t + 900, "what": "plate", "device": "anpr-s", "text": text, "px": px,
        "from": T0 + t - 400, "to": T0 + t + 400,
    }  # fmt: skip


def passage(t: int, cls: str, plate: str | None, *, spd: int | None = 404, **more: Any) -> Stored:
    body: dict[str, Any] = {
        "st": "passage", "sq": t, "t": T0 + t, "lane": "s-lane2", "dir": "ab", "cls": cls,
        "spd": spd, "parts": [{"d": "anpr-s"}], **more,
    }  # fmt: skip
    if plate is None:
        body["why"] = {"plate": "unreadable"}
    else:
        body["plate"] = {"t": plate, "p": 900, "n": 3}
    return Stored(body, T0 + t + 200)


TRUTH = [
    crossed(10_000, "light_truck"), shown(10_000, "29C12345"),
    crossed(12_000, "motorbike"), shown(12_000, "29B112345", px=92),
    crossed(14_000, "car"), shown(14_000, "30A55555"),
    crossed(16_000, "bus"), shown(16_000, "30A99999", px=60),
    crossed(18_000, "car", direction="ba"),
]  # fmt: skip
TOLD = [
    passage(10_300, "truck", "29C12345"),
    passage(12_200, "motorbike", None),
    passage(14_100, "bus", "30A55556"),
    passage(16_200, "bus", "30A99999", spd=None),
]


def row(kind: str) -> Row:
    return next(
        one for one in score(TRUTH, TOLD, SAME, WHEN) if (one.kind, one.scope) == (kind, "all")
    )


def test_plates_wide_enough_must_be_read_and_narrow_ones_may_be() -> None:
    found = cameras(TRUTH, TOLD, SAME, WHEN)["anpr-s"]
    assert found["plates"] == {"shown": 3, "read": 1, "unread": 2, "wrong": 1}
    assert found["why"] == {"unreadable": 1}
    plates = row("plate").values
    assert plates["recall"] == pytest.approx(1 / 3, abs=1e-4)
    assert plates["precision"] == 0.5


def test_counts_are_by_direction_and_by_the_classes_that_a_picture_shows() -> None:
    found = cameras(TRUTH, TOLD, SAME, WHEN)["anpr-s"]
    assert found["counts"] == {
        "ab": {
            "bus": {"true": 1, "stored": 2},
            "car": {"true": 1, "stored": 0},
            "motorbike": {"true": 1, "stored": 1},
            "truck": {"true": 1, "stored": 1},
        },
        "ba": {"car": {"true": 1, "stored": 0}},
    }
    assert found["confusion"] == {"car>bus": 1}
    assert row("crossing").values["class_accuracy"] == 0.75


def test_whoever_is_hidden_need_not_be_counted_and_may_be() -> None:
    hidden = [crossed(20_000, "motorbike", shown=0.1), crossed(25_000, "car", shown=0.29)]
    seen = crossed(30_000, "bicycle", shown=0.3)
    told = [*TOLD, passage(25_100, "car", None)]
    plain = cameras(TRUTH, TOLD, SAME, WHEN)["anpr-s"]["counts"]
    counts = cameras([*TRUTH, *hidden, seen], told, SAME, WHEN)["anpr-s"]["counts"]
    assert counts.pop("ab") == plain.pop("ab") | {"bicycle": {"true": 1, "stored": 0}}
    assert counts == plain


def test_speed_is_held_against_the_true_one_where_there_is_one() -> None:
    assert row("crossing").values["speed_error_pct_p99"] == 1.0
    assert row("plate").values["speed_error_pct_p50"] is None


def test_a_plate_at_the_border_of_the_time_is_nobodys_fault() -> None:
    late = [shown(59_000, "30A77777"), *TRUTH]
    told = [*TOLD, passage(60_400, "car", "30A77777")]
    assert cameras(late, told, SAME, WHEN)["anpr-s"]["plates"]["wrong"] == 1
    assert cameras(late, told, SAME, WHEN)["anpr-s"]["plates"]["read"] == 2


def test_the_table_of_the_demo_says_it_in_words() -> None:
    console = Console(record=True, width=200, file=StringIO())
    seen = cameras(TRUTH, TOLD, SAME, WHEN)
    judgement = Judgement(Outcome([], {}, T0, T0), [], [], seen)
    fused = {
        "cls": "truck", "lane": "lane2", "spd": 481, "plate": {"t": "30C12345"}, "tag": None,
        "axles": {"ax": [{}, {}, {}], "gross": 21_400},
        "parts": [{"d": "cam1"}, {"d": "wim1", "dt": 1204}],
    }  # fmt: skip
    result = {
        **judgement.result,
        "fused": fused,
        "violations": {"overload": {"stored": 2, "precision": 1.0}},
        "evidence": {"packages": 2, "ok": True, "wrong": []},
        "realtime": {"kept": True, "of": "anpr-s", "worst_lag_ms": 90},
        "faults": {"refused": []},
    }
    tell.site(console, result, judgement, None)
    text = console.export_text()
    assert "1 of 3" in text
    assert "bus 2/1" in text
    assert "confused: car>bus 1" in text
    assert "unreadable 1" in text
    told = "truck on lane2, 48 km/h; plate 30C12345; 3 axles, 21400 kg; cam1 +0 ms  wim1 +1204 ms"
    assert told in text
    assert "overload 2, of these right 100 %" in text
    assert "sealed packages of evidence: 2, each as it was sealed" in text
