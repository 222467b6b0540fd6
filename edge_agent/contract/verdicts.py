"""Messages about what should not be: violations with their evidence, and incidents."""

from typing import ClassVar, Literal

from pydantic import Field

from edge_agent.contract.envelope import ID, Event, Wire
from edge_agent.contract.vehicles import PassageTag, Plate, VehicleClass

Sha256 = r"^[0-9a-f]{64}$"

RuleKind = Literal[
    "overload",
    "red-light",
    "speeding",
    "wrong-way",
    "wrong-lane",
    "forbidden-turn",
    "motorbike-in-car-lane",
    "stopping",
    "plate-tag-mismatch",
    "no-tag",
]
IncidentKind = Literal[
    "stopped-vehicle",
    "wrong-way",
    "congestion",
    "debris",
    "pedestrian",
    "signal-dark",
    "signal-conflict",
]


class Rule(Wire):
    """The rule that fired, as it stood."""

    id: str = Field(max_length=60, description="Id in the table, unique for ever.")
    ver: str = Field(max_length=20, description="Version of the table.")
    src: str = Field(max_length=200, description="Legal text: number, article, clause.")
    tab: str = Field(pattern=Sha256, description="SHA-256 of the table in force.")


class Excess(Wire):
    """One measured value against what is allowed. Units as in the contract: kg, 0.1 km/h, ms."""

    of: str = Field(max_length=40, description="What: gross, axle-2, group-2-3, speed, red-age…")
    val: int = Field(description="Measured.")
    lim: int = Field(description="Allowed.")
    tol: int = Field(default=0, description="Tolerance that was granted on top, same unit.")
    u: int | None = Field(default=None, ge=0, description="Uncertainty of val, same unit.")
    band: str = Field(default="", max_length=60, description="Band of the table, by its id.")
    alt: str = Field(
        default="", max_length=120, description="The other reading, where the law's is ambiguous."
    )


class Violation(Event):
    """A rule fired on a passage. Here the text of plate and tag may be told."""

    stream: ClassVar[str] = "violation"

    kind: RuleKind
    rule: Rule
    grade: Literal["enforcement", "statistics"] = Field(
        description="statistics: the table is expired or not verified, or the clock, the"
        " calibration or the signal is not good enough; why says which."
    )
    lane: str = Field(pattern=ID)
    pas: str | None = Field(description="Id of the passage; null when there is none.")
    cls: VehicleClass
    ex: list[Excess] = Field(min_length=1, description="The worst first.")
    plate: Plate | None = None
    tag: PassageTag | None = None
    spd: int | None = Field(default=None, ge=0, description="Speed, 0.1 km/h.")
    why: list[str] = Field(
        default_factory=list, description="Why it is for statistics only, in codes."
    )


class Evidence(Event):
    """The sealed package of a violation or incident: where it is and what it hashes to."""

    stream: ClassVar[str] = "evidence"

    of: str = Field(description="Id of the violation or incident.")
    sha: str | None = Field(
        pattern=Sha256, description="SHA-256 of the package's manifest; null: see why."
    )
    name: str = Field(default="", max_length=120, description="File on the unit.")
    n: int | None = Field(default=None, ge=1, description="Link in the unit's ledger.")
    size: int | None = Field(default=None, ge=0, description="Bytes.")
    pics: int = Field(default=0, ge=0, description="Pictures in it.")
    why: str = Field(
        default="", max_length=120, description="What is missing in it, or why there is none."
    )


class Incident(Event):
    """Something on the road that somebody must see to; the same ``inc`` from raised to cleared."""

    stream: ClassVar[str] = "incident"

    inc: str = Field(max_length=40, description="Id of the incident, the same in every update.")
    kind: IncidentKind
    state: Literal["raised", "updated", "cleared"]
    since: int = Field(description="UTC ms of its beginning.")
    lane: str | None = Field(default=None, pattern=ID)
    text: str = Field(default="", max_length=200)
    n: int | None = Field(default=None, ge=0, description="Vehicles in it, where that is counted.")
    pic: str | None = Field(
        default=None, pattern=Sha256, description="SHA-256 of the picture that shows it."
    )
