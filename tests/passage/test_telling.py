"""Who may read a plate or a tag, and what a fired rule makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import pytest
from pydantic import ValidationError

from edge_agent.clock import Stamp
from edge_agent.contract.events import Excess, Passage, Rule, Tag, Violation
from edge_agent.contract.verdicts import RuleKind
from edge_agent.device.readings import Axle, AxlesReading, CrossingReading, TagReading
from edge_agent.passage.fused import Fused
from edge_agent.passage.lanes import LaneSettings
from tests.passage.road import Car, Street, lane, settled


@dataclass(frozen=True)
class Hidden:
    ps: str
    sealed: str | None


class Curtain:
    """Hides a text behind its length: enough to see that it was hidden."""

    def plate(self, text: str, at: Stamp) -> Hidden:
        return Hidden(f"k1.{'A' * 15}{'ABCDEFGHIJKLMNOP'[len(text)]}", "c2VhbGVk")

    def tag(self, epc: str, at: Stamp) -> Hidden:
        return Hidden(f"k1.{'B' * 15}{'ABCDEFGHIJKLMNOP'[len(epc) % 16]}", None)


RULE = Rule(id="r", ver="1", src="168/2024/NĐ-CP", tab="0" * 64)


@dataclass(frozen=True)
class Verdict:
    kind: RuleKind = "speeding"
    rule: Rule = RULE
    grade: Literal["enforcement", "statistics"] = "enforcement"
    excess: Sequence[Excess] = (Excess(of="speed", val=700, lim=600),)
    why: Sequence[str] = ("clock-uncertain",)


class Strict:
    """Everybody is guilty."""

    def __init__(self, grade: Literal["enforcement", "statistics"] = "enforcement") -> None:
        self.judged: list[Fused] = []
        self._grade = grade

    def judge(self, fused: Fused) -> list[Verdict]:
        self.judged.append(fused)
        return [Verdict(grade=self._grade)]


def run(purpose: str, **more: Any) -> Street:
    street = Street(lane(purpose=purpose), veil=Curtain(), **more)
    street.drive([Car(settled(street), number=1, plate="30A12345")])
    street.wait(2)
    return street


@pytest.mark.parametrize("purpose", ["toll", "weighing", "enforcement"])
def test_where_the_purpose_allows_it_texts_leave(purpose: str) -> None:
    street = run(purpose)
    (event,) = street.passages
    assert event.plate is not None
    assert event.tag is not None
    assert (event.plate.t, event.plate.ps, event.plate.c) == ("30A12345", None, ["30A99999"])
    assert (event.tag.epc, event.tag.ps) == ("30000001", None)


def test_statistics_know_nobody() -> None:
    street = run("statistics")
    (event,) = street.passages
    assert event.plate is not None
    assert event.tag is not None
    assert (event.plate.t, event.plate.x, event.plate.c) == (None, "c2VhbGVk", [])
    assert event.plate.ps == f"k1.{'A' * 15}I"
    assert (event.tag.epc, event.tag.ps) == (None, f"k1.{'B' * 15}I")
    assert (event.plate.p, event.plate.n) == (950, 4)
    (tag,) = (each for each in street.events if isinstance(each, Tag))
    assert (tag.epc, tag.tid, tag.ps) == (None, "", event.tag.ps)
    told = "".join(each.model_dump_json() for each in street.events)
    assert not any(secret in told for secret in ("30A12345", "30A99999", "30000001"))


def test_an_antenna_of_no_lane_tells_no_text() -> None:
    street = Street(lane(), veil=Curtain())
    street.say("etc1", TagReading(street.at(0), 9, "30000001", tid="E2801160"))
    (tag,) = street.events
    assert isinstance(tag, Tag)
    assert (tag.epc, tag.tid) == (None, "")


def test_unpaired_readings_are_hidden_as_well() -> None:
    street = Street(lane(purpose="statistics"), veil=Curtain())
    start = settled(street)
    street.drive([Car(start, number=1, has=("tag",))])
    _, device, reading = street.readings(Car(start - 900, number=2, plate="30A12345"), "leave")
    street.say(device, reading)
    street.wait(12)
    told = "".join(each.model_dump_json() for each in street.unpaired)
    assert len(street.unpaired) == 2
    assert "30A12345" not in told
    assert "30000001" not in told


def test_a_rule_that_may_not_be_enforced_tells_no_more_than_the_passage() -> None:
    street = run("statistics", judge=Strict("statistics"))
    passage, violation = (e for e in street.events if isinstance(e, Passage | Violation))
    assert (violation.plate, violation.tag) == (passage.plate, passage.tag)
    assert violation.plate is not None
    assert violation.plate.t is None
    assert "30A12345" not in violation.model_dump_json()


def test_a_judge_that_fails_costs_no_passage() -> None:
    class Broken(Strict):
        def judge(self, fused: Fused) -> list[Verdict]:
            raise ZeroDivisionError(fused.lane)

    street = run("statistics", judge=Broken())
    assert len([e for e in street.events if isinstance(e, Passage)]) == 1
    assert street.interpreter.judge_failures > 1
    [alarm] = street.interpreter.alarms.alarms()
    reading = alarm.reading
    assert (alarm.code, alarm.state, reading.severity) == ("judge-failed", "raised", "critical")
    assert "ZeroDivisionError" in reading.text


def test_a_fired_rule_may_tell_and_its_passage_keeps_its_pseudonym() -> None:
    seen: list[tuple[Violation, Fused, LaneSettings]] = []
    judge = Strict()
    street = run("statistics", judge=judge, on_violation=lambda *told: seen.append(told))
    passage, violation = (e for e in street.events if isinstance(e, Passage | Violation))
    assert isinstance(passage, Passage)
    assert isinstance(violation, Violation)
    assert violation.plate is not None
    assert violation.tag is not None
    assert (violation.plate.t, violation.tag.epc) == ("30A12345", "30000001")
    assert passage.plate is not None
    assert passage.plate.t is None
    assert (violation.pas, violation.lane, violation.cls) == (passage.id, "l1", "car")
    assert (violation.kind, violation.grade, violation.why) == (
        "speeding",
        "enforcement",
        ["clock-uncertain"],
    )
    event, fused, of = seen[-1]
    assert event is violation
    assert fused is judge.judged[-1]
    assert of.purpose == "statistics"
    assert {member.place for member in fused.members} == {
        "cam1/arrive-1", "wim1/1", "etc1/1", "cam2/leave-1",
    }  # fmt: skip
    assert set(fused.crossings) == {"cam1/arrive-1", "cam2/leave-1"}
    assert (fused.clock_ms, fused.clock_source) == (5, "ntp")


@pytest.mark.parametrize("place", ["arrive", "wim", "tag"])
def test_what_the_contract_has_no_words_for_is_refused_at_once(place: str) -> None:
    street = Street()
    _, device, reading = street.readings(Car(1.0, number=1), place)
    if isinstance(reading, AxlesReading):
        bad: Any = replace(reading, axles=(Axle(1, 1, -5),))
    elif isinstance(reading, TagReading):
        bad = replace(reading, epc="no hex")
    else:
        assert isinstance(reading, CrossingReading)
        bad = replace(reading, confidence=4000)
    with pytest.raises(ValidationError):
        street.interpreter.read(device, bad)
    street.stop()
    assert street.passages == []
    assert street.unpaired == []
