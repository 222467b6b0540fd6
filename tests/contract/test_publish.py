"""The committed contract is what the models say, and its samples are what the wire carries."""

import re
from pathlib import Path

import pytest

from edge_agent.centre.intake import MAX_EVENT_BYTES
from edge_agent.contract import events, wire
from edge_agent.contract.channels import BULK, CHANNELS, Channel, parameters
from edge_agent.contract.envelope import Event, Head
from edge_agent.contract.publish import contents, write
from edge_agent.contract.receipt import Receipt
from edge_agent.contract.samples import backlog, samples
from edge_agent.contract.topics import UnitTopics, below, parse
from edge_agent.errors import Cause
from edge_agent.uplink.settings import UplinkSettings

COMMITTED = Path(__file__).parents[2] / "docs" / "contract"
NAMED = {row.name: row for row in CHANNELS}


def test_committed_files_are_what_the_models_say() -> None:
    committed = {
        str(path.relative_to(COMMITTED)): path.read_bytes()
        for path in COMMITTED.rglob("*")
        if path.is_file()
    }
    fresh = contents()
    assert sorted(committed) == sorted(fresh), "run ./dev generate"
    stale = [name for name in fresh if committed[name] != fresh[name]]
    assert not stale, "run ./dev generate"


def test_write_makes_the_folder_and_names_what_it_wrote(tmp_path: Path) -> None:
    out = tmp_path / "new" / "contract"
    written = write(out)
    assert written == sorted(path for path in out.rglob("*") if path.is_file())
    assert {str(path.relative_to(out)) for path in written} == set(contents())


def test_every_type_of_the_contract_has_a_channel_and_a_sample() -> None:
    carried = {row.carries for row in CHANNELS}
    assert carried == {*events.EVENTS, *events.NOTICES, Receipt}
    assert set(samples()) == set(NAMED)


@pytest.mark.parametrize("name", NAMED)
def test_sample_survives_reading_and_writing(name: str) -> None:
    payload = samples()[name]
    message = NAMED[name].carries.model_validate_json(payload)
    if isinstance(message, Head):
        assert wire.encode(message) == payload
    else:
        assert message.model_dump_json().encode() == payload


@pytest.mark.parametrize("row", CHANNELS, ids=lambda row: row.name)
def test_table_and_topics_agree(row: Channel) -> None:
    unit = UnitTopics("hn", "cg", "hn-cg-014")
    message = row.carries.model_validate_json(samples()[row.name])
    if isinstance(message, Event):
        address = f"{unit.root}/{below(message)}"
    else:
        address = str(getattr(unit, row.name))
    assert _fits(address, row.address)
    parsed = parse(address)
    assert parsed is not None
    assert parsed.unit == unit


def test_bulk_topic_agrees_and_its_sample_unpacks() -> None:
    unit = UnitTopics("hn", "cg", "hn-cg-014")
    assert unit.bulk("passage") == f"{unit.root}/{BULK.format(stream='passage')}"
    lines = wire.unpack(wire.pack(backlog()))
    passages = [events.Passage.model_validate_json(line) for line in lines]
    assert [passage.sq for passage in passages] == [118, 119]
    assert {passage.q for passage in passages} == {"old"}
    assert len({passage.id for passage in passages}) == 2


def test_guide_names_every_topic() -> None:
    guide = contents()["README.md"].decode()
    for row in CHANNELS:
        assert row.below.replace("{", "<").replace("}", ">") in guide
    assert "{" not in guide


def test_guide_gives_the_limits_that_hold() -> None:
    guide = contents()["README.md"].decode()
    rows = dict(re.findall(r"^\| ([a-z][^|]+) \| ([^|]+ \| [^|]*) \|$", guide, re.MULTILINE))
    fields = UplinkSettings.model_fields
    for row, name, factor in (
        ("events in a bulk message", "batch", 1),
        ("messages in flight without a PUBACK", "window", 1),
        ("share of these that backlog may take", "backlog_share", 100),
        ("backlog events sent and not yet receipted", "backlog_open", 1),
    ):
        most = next(rule.le for rule in fields[name].metadata if hasattr(rule, "le"))
        told = [int(cell.replace(" ", "").strip("%")) for cell in rows[row].split("|")]
        assert told == [round(most * factor), round(fields[name].default * factor)], row
    assert f"{MAX_EVENT_BYTES >> 10} KiB" in rows["a single event"]
    burst = fields["batch"].default * fields["window"].default
    assert f"{burst} events by default" in guide


def test_guide_explains_every_cause() -> None:
    guide = contents()["README.md"].decode()
    _, _, below_heading = guide.partition("| cause | meaning |\n")
    told = re.findall(r"^\| `(\w+)` \|", below_heading.partition("\n\n")[0], re.MULTILINE)
    assert sorted(told) == sorted(Cause)


def _fits(address: str, pattern: str) -> bool:
    given, wanted = address.split("/"), pattern.split("/")
    free = set(parameters(pattern))
    return len(given) == len(wanted) and all(
        word == rule or rule.strip("{}") in free for word, rule in zip(given, wanted, strict=True)
    )
