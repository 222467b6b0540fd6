"""The published schemas, judged by a validator that shares no code with the models."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from edge_agent.contract import wire
from edge_agent.contract.channels import CHANNELS
from edge_agent.contract.envelope import Event, Head
from edge_agent.contract.events import Agg, Count, DeviceState, Part, Passage, Plate
from edge_agent.contract.samples import samples
from edge_agent.contract.schema import schema

MODELS = {row.name: row.carries for row in CHANNELS}
SCHEMAS = {name: schema(model) for name, model in MODELS.items()}
WRONG_TYPE = {"string": 7, "integer": "7", "array": {}, "object": [], "boolean": "yes"}


def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(SCHEMAS[name])


def _sample(name: str) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(samples()[name])
    return message


def _mutants() -> Iterator[Any]:
    for name, body in SCHEMAS.items():
        sample = _sample(name)
        for field in body["required"]:
            without = {key: value for key, value in sample.items() if key != field}
            yield pytest.param(name, without, id=f"{name}-without-{field}")
        for field, rule in body["properties"].items():
            for kind in [
                rule.get("type"),
                *(choice.get("type") for choice in rule.get("anyOf", [])),
            ]:
                if kind in WRONG_TYPE:
                    changed = {**sample, field: WRONG_TYPE[kind]}
                    yield pytest.param(name, changed, id=f"{name}-{field}-not-{kind}")
        yield pytest.param(name, {**sample, "v": 2}, id=f"{name}-v2")
        if issubclass(MODELS[name], Event):
            yield pytest.param(name, {**sample, "st": "other"}, id=f"{name}-st")
            yield pytest.param(name, {**sample, "sq": None}, id=f"{name}-unnumbered")
            yield pytest.param(name, {**sample, "sq": 0}, id=f"{name}-sq0")
            yield pytest.param(name, {**sample, "ep": None}, id=f"{name}-no-epoch")
        if issubclass(MODELS[name], Head):
            yield pytest.param(name, {**sample, "t": 1.5}, id=f"{name}-float")
            yield pytest.param(name, {**sample, "test": False}, id=f"{name}-test-false")
            yield pytest.param(name, {**sample, "u": "UPPER"}, id=f"{name}-unit")
            yield pytest.param(name, {**sample, "id": "I" * 26}, id=f"{name}-ulid")


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_is_draft_2020_12(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["$schema"].endswith("/2020-12/schema")


@pytest.mark.parametrize("name", SCHEMAS)
def test_sample_is_valid_and_unknown_fields_are_allowed(name: str) -> None:
    _validator(name).validate(_sample(name))
    _validator(name).validate({**_sample(name), "later": {"than": "this"}})


@pytest.mark.parametrize(("name", "message"), list(_mutants()))
def test_a_spoilt_sample_is_refused(name: str, message: dict[str, Any]) -> None:
    assert not _validator(name).is_valid(message)


@pytest.mark.parametrize("name", SCHEMAS)
def test_no_sample_is_valid_as_another_type(name: str) -> None:
    strangers = [other for other in SCHEMAS if other != name]
    assert not any(_validator(name).is_valid(_sample(other)) for other in strangers)


@pytest.mark.parametrize("name", SCHEMAS)
def test_no_floats_anywhere(name: str) -> None:
    assert '"number"' not in json.dumps(SCHEMAS[name])


IDS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
PER_MILLE = st.none() | st.integers(0, 1000)
NATURAL = st.none() | st.integers(0, 2**53)
HEAD = {
    "id": st.from_regex(r"[0-9A-HJKMNP-TV-Z]{26}", fullmatch=True),
    "u": IDS,
    "d": IDS,
    "t": st.integers(-(2**53), 2**53),
    "tq": NATURAL,
    "ts": st.sampled_from(["gnss", "ntp", "rtc", "none"]),
    "q": st.sampled_from(["live", "old", "restamped"]),
    "test": st.sampled_from([True, None]),
}
CLASSES = st.sampled_from(["motorbike", "car", "tractor_trailer", "unknown"])
PARTS = st.builds(
    Part,
    k=st.just("camera"),
    d=IDS,
    i=st.text(max_size=20),
    dt=st.integers(-5000, 5000),
    r=NATURAL,
)
COUNTS = st.builds(
    Count, dir=st.text(max_size=8), cls=CLASSES, n=st.integers(0, 999), spd=NATURAL, p85=NATURAL
)
PLATES = st.builds(
    Plate,
    t=st.text("0123456789ABCDEĐ", min_size=4, max_size=10),
    p=st.integers(0, 1000),
    n=st.integers(1, 9),
    c=st.lists(st.just("29AA12345"), max_size=2),
    f=st.sampled_from([[], ["car", "motorbike"]]),
    col=st.none() | st.sampled_from(["white", "red"]),
)
EVENTS = st.one_of(
    st.builds(
        Passage,
        **HEAD,
        lane=IDS,
        dir=st.text(max_size=8),
        cls=CLASSES,
        clsp=PER_MILLE,
        spd=NATURAL,
        spdq=NATURAL,
        size=st.none() | st.sampled_from(["small", "medium", "large"]),
        plate=st.none() | PLATES,
        parts=st.lists(PARTS, min_size=1, max_size=3),
        why=st.dictionaries(
            st.sampled_from(["plate", "speed"]), st.sampled_from(["no-sensor", "too-small"])
        ),
    ),
    st.builds(
        Agg,
        **HEAD,
        lane=IDS,
        dur=st.integers(1, 3_600_000),
        src=st.sampled_from(["camera", "detector"]),
        n=st.none() | st.lists(COUNTS, max_size=4),
        occ=PER_MILLE,
        que=NATURAL,
        part=PER_MILLE,
        why=st.none() | st.text(max_size=20),
    ),
    st.builds(
        DeviceState,
        **HEAD,
        state=st.sampled_from(["ok", "degraded", "down"]),
        cause=st.none() | st.just("timeout"),
        since=st.integers(0, 2**53),
        last=NATURAL,
        detail=st.text(max_size=200),
    ),
)


@given(EVENTS, st.integers(1, 2**53))
def test_whatever_the_wire_carries_is_valid_and_reads_back(event: Event, number: int) -> None:
    payload = wire.encode(event, sq=number, ep="5f0c2a91")
    _validator(event.stream).validate(json.loads(payload))
    again = type(event).model_validate_json(payload)
    assert again == event.model_copy(update={"sq": number, "ep": "5f0c2a91", "st": event.stream})
