"""Events as the live table words them."""

from typing import Any

import pytest

from edge_agent.simulators.demo.table import words

PASSAGE = {"cls": "car", "lane": "lane2", "dir": "ab", "parts": [{"d": "cam1"}, {"d": "wim1"}]}
FIRED = {"kind": "no-tag", "lane": "lane2", "cls": "car", "grade": "statistics"}
COUNTED = {"lane": "s1", "src": "camera", "dur": 10_000}


@pytest.mark.parametrize(
    ("stream", "body", "told"),
    [
        ("passage", PASSAGE, "car on lane2, direction ab: cam1+wim1"),
        ("unpaired", {"k": "tag", "lane": "s1", "why": "ambiguous"}, "tag on s1: ambiguous"),
        ("violation", FIRED, "no-tag on lane2: car, statistics"),
        ("evidence", {"pics": 3, "name": "a.tar"}, "3 pictures in a.tar"),
        ("signal", {"ph": {"2": "g", "4": "r"}}, "2:g  4:r"),
        ("agg", {**COUNTED, "n": None}, "s1 by camera: not measured in 10 s"),
        ("agg", {**COUNTED, "n": [{"n": 2}, {"n": 1}]}, "s1 by camera: 3 in 10 s"),
        ("alarm", {"code": "door", "state": "raised"}, "door raised"),
        ("dev", {"state": "down", "cause": "silent"}, "down silent"),
        ("something", {}, ""),
    ],
)
def test_an_event_is_told_in_a_few_words(stream: str, body: dict[str, Any], told: str) -> None:
    assert words({"st": stream, **body}) == told
