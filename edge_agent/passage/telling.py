"""What sensors said of a vehicle, in the words of the contract; hides what may not be told."""

import re
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from edge_agent.contract.envelope import Wire
from edge_agent.contract.events import (
    PLATE_TEXT,
    Axles,
    AxleWeight,
    Missing,
    Part,
    Passage,
    PassageAxles,
    PassageSignal,
    PassageTag,
    Plate,
    Tag,
    Unpaired,
    VehicleClass,
    Violation,
)
from edge_agent.device.readings import AxlesReading, CrossingReading, TagReading
from edge_agent.device.readings import Plate as SeenPlate
from edge_agent.passage.fused import Fused, Member
from edge_agent.passage.heading import Heading
from edge_agent.passage.judging import Verdict
from edge_agent.passage.lanes import Purpose
from edge_agent.passage.veil import Veil, may_tell

_CANDIDATES = 3
"""Other texts that a passage carries at most: each costs a dozen bytes."""


class Teller:
    """Makes events about vehicles.

    Args:
        heading: Makes heads.
        veil: Hides plates and tags where the lane's purpose does not let them leave as text; None:
            all leave as text.
    """

    def __init__(self, heading: Heading, veil: Veil | None) -> None:
        self._heading = heading
        self._veil = veil

    def passage(self, fused: Fused, purpose: Purpose) -> Passage:
        """A vehicle crossed a lane."""
        sizes = [each.size for each in fused.crossings.values() if each.size is not None]
        return Passage(
            **self._heading.of(fused.lane, fused.at) | {"id": fused.id},
            lane=fused.lane,
            dir=fused.direction,
            cls=fused.vehicle.value,
            clsp=fused.confidence or None,
            spd=fused.speed,
            spdq=fused.spread,
            size=sizes[0] if sizes else None,
            plate=self._plate(fused.plate, purpose),
            tag=self._passage_tag(fused.tag, purpose),
            axles=_passage_axles(fused.axles),
            sig=_signal(fused),
            parts=list(_parts(fused.at.mono_ns, fused.members)),
            why=dict(fused.missing),
        )

    def unpaired(self, lane: str, member: Member, why: Missing, purpose: Purpose) -> Unpaired:
        """A reading that belongs to nobody."""
        reading = member.reading
        return Unpaired(
            **self._heading.of(member.device, member.at),
            lane=lane,
            k=member.kind,
            i=member.id,
            tag=self._passage_tag(reading, purpose) if isinstance(reading, TagReading) else None,
            axles=_passage_axles(reading) if isinstance(reading, AxlesReading) else None,
            plate=self._plate(reading.plate, purpose)
            if isinstance(reading, CrossingReading)
            else None,
            why=why,
        )

    def violation(self, verdict: Verdict, fused: Fused, purpose: Purpose) -> Violation:
        """A rule fired: here the texts may be told, unless it may not be enforced."""
        enforced = verdict.grade == "enforcement"
        return Violation(
            **self._heading.of(fused.lane, fused.at),
            kind=verdict.kind,
            rule=verdict.rule,
            grade=verdict.grade,
            lane=fused.lane,
            pas=fused.id,
            cls=fused.vehicle.value,
            ex=list(verdict.excess),
            plate=_plate_text(fused.plate) if enforced else self._plate(fused.plate, purpose),
            tag=_tag_text(fused.tag) if enforced else self._passage_tag(fused.tag, purpose),
            spd=fused.speed,
            why=list(verdict.why),
        )

    def tag(self, device: str, reading: TagReading, number: str, purpose: Purpose | None) -> Tag:
        """A tag passed an antenna."""
        # Made whole first: what is no EPC must be refused, not hidden.
        tag = Tag(
            **self._heading.of(device, reading.at),
            ant=reading.antenna,
            epc=reading.epc,
            n=reading.reads,
            rssi=reading.rssi,
            dur=reading.seen_ms,
            tid=reading.tid,
            i=number,
        )
        if self._veil is None or may_tell(purpose):
            return tag
        hidden = self._veil.tag(reading.epc, reading.at)
        return tag.model_copy(update={"epc": None, "ps": hidden.ps, "x": hidden.sealed, "tid": ""})

    def axles(self, device: str, reading: AxlesReading) -> Axles:
        """A vehicle was weighed."""
        return Axles(
            **self._heading.of(device, reading.at),
            lane=reading.lane,
            num=reading.number,
            ax=_weights(reading),
            gross=reading.gross,
            spd=reading.speed,
            len=reading.length,
            rev=reading.reverse,
            temp=reading.temperature,
            flags=list(reading.flags),
        )

    def _plate(self, plate: SeenPlate | None, purpose: Purpose) -> Plate | None:
        told = _plate_text(plate)
        if told is None or plate is None or self._veil is None or may_tell(purpose):
            return told
        hidden = self._veil.plate(plate.text, plate.at)
        return told.model_copy(
            update={"t": None, "ps": hidden.ps, "x": hidden.sealed, "c": list[str]()}
        )

    def _passage_tag(self, tag: TagReading | None, purpose: Purpose) -> PassageTag | None:
        told = _tag_text(tag)
        if told is None or tag is None or self._veil is None or may_tell(purpose):
            return told
        hidden = self._veil.tag(tag.epc, tag.at)
        return told.model_copy(update={"epc": None, "ps": hidden.ps, "x": hidden.sealed})


class _Crossed(Wire):
    """What a passage takes from a crossing."""

    cls: VehicleClass
    clsp: Annotated[int, Field(ge=0, le=1000)]
    spd: Annotated[int, Field(ge=0)] | None
    spdq: Annotated[int, Field(ge=0)] | None
    size: Literal["small", "medium", "large"] | None


def refuse_unfit(crossing: CrossingReading) -> None:
    """A crossing that is published later must be fit for it now, while its driver is known.

    Raises:
        pydantic.ValidationError: It says what the contract has no words for.
    """
    _Crossed(
        cls=crossing.vehicle.value,
        clsp=crossing.confidence,
        spd=crossing.speed,
        spdq=crossing.spread,
        size=crossing.size,
    )
    _plate_text(crossing.plate)


def is_plate(plate: SeenPlate | None) -> bool:
    """Whether a plate has a text that a plate can have, of whatever network it came."""
    return plate is not None and re.match(PLATE_TEXT, plate.text) is not None


def _plate_text(plate: SeenPlate | None) -> Plate | None:
    if plate is None or not is_plate(plate):
        return None
    return Plate(
        t=plate.text,
        p=plate.confidence,
        n=plate.looks,
        c=list(plate.candidates[:_CANDIDATES]),
        f=list(plate.formats) if len(plate.formats) > 1 else [],
        col=plate.colour,
    )


def _tag_text(tag: TagReading | None) -> PassageTag | None:
    return None if tag is None else PassageTag(epc=tag.epc, ant=tag.antenna, rssi=tag.rssi)


def _passage_axles(reading: AxlesReading | None) -> PassageAxles | None:
    if reading is None:
        return None
    return PassageAxles(
        ax=_weights(reading), gross=reading.gross, len=reading.length, flags=list(reading.flags)
    )


def _weights(reading: AxlesReading) -> list[AxleWeight]:
    return [AxleWeight(l=axle.left, r=axle.right, sp=axle.spacing) for axle in reading.axles]


def _signal(fused: Fused) -> PassageSignal | None:
    signal = fused.signal
    if signal is None or signal.stale:
        return None
    return PassageSignal(
        d=signal.device,
        ph=signal.phase,
        a=signal.colour.value,
        age=signal.age_ms,
        u=signal.spread_ms,
    )


def _parts(first_ns: int, members: Iterable[Member]) -> Iterable[Part]:
    for member in members:
        yield Part(
            k=member.kind,
            d=member.device,
            i=member.id,
            dt=round((member.at.mono_ns - first_ns) / 1_000_000),
            r=member.residual_ms,
        )
