import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.clock import Stamp
from edge_agent.device.pictures import (
    MOST,
    PIECE,
    Answer,
    InPicture,
    Picture,
    Wanted,
    asked,
    pieces,
    question,
)
from edge_agent.device.sights import VehicleClass

STAMPS = st.builds(
    Stamp, st.integers(0, 2**42), st.integers(0, 2**62), st.integers(min_value=0, max_value=9999)
)
VEHICLES = st.builds(
    InPicture,
    st.integers(0, 99),
    st.sampled_from(VehicleClass),
    st.tuples(*[st.integers(-9, 4000)] * 4),
)
PICTURES = st.builds(
    Picture,
    st.text(min_size=1, max_size=9),
    st.binary(max_size=50) | st.just(bytes(range(256)) * 400),
    st.none() | STAMPS,
    st.tuples(st.integers(0, 9999), st.integers(0, 9999)),
    st.lists(VEHICLES, max_size=3).map(tuple),
)


@given(st.lists(PICTURES, max_size=4, unique_by=lambda picture: picture.name))
def test_what_is_sent_arrives(pictures: list[Picture]) -> None:
    answer = Answer()
    for piece in pieces(pictures):
        line = json.dumps(piece)
        assert len(line) < 65_000
        assert not answer.complete
        answer.take(json.loads(line))
    assert answer.complete
    assert answer.pictures() == pictures


@given(st.dictionaries(st.text(max_size=9), st.integers(0, 2**62)), st.lists(st.text(max_size=9)))
def test_what_is_asked_is_understood(moments: dict[str, int], crops: list[str]) -> None:
    wanted = Wanted(moments, tuple(crops))
    assert asked(json.loads(json.dumps(question(wanted)))) == wanted


@pytest.mark.parametrize(
    "line",
    [{}, {"moments": [], "crops": []}, {"moments": {"at": "x"}, "crops": []}, {"moments": {}}],
    ids=["empty", "list", "text", "half"],
)
def test_what_is_no_request_is_refused(line: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not a request"):
        asked(line)


@pytest.mark.parametrize(
    "piece",
    [{}, {"name": "a"}, {"name": "a", "data": "*"}, {"name": "a", "data": 7}],
    ids=["empty", "no-data", "no-base64", "number"],
)
def test_what_is_no_piece_is_refused(piece: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not a piece"):
        Answer().take(piece)


@pytest.mark.parametrize(
    "head",
    [{}, {"size": [1]}, {"size": [1, 2], "vehicles": [[1, "ufo", [1, 2, 3, 4]]]}],
    ids=["none", "half", "class"],
)
def test_a_head_that_means_nothing_is_refused(head: dict[str, object]) -> None:
    answer = Answer()
    answer.take({"name": "a", "data": ""} | head)
    with pytest.raises(ValueError, match="not the head"):
        answer.pictures()


def test_an_answer_has_an_end() -> None:
    answer = Answer()
    (piece, _) = pieces([Picture("a", bytes(PIECE))])
    for _ in range(MOST // PIECE):
        answer.take(piece)
    with pytest.raises(ValueError, match="more than"):
        answer.take(piece)
