"""A fully equipped site: which sensor looks at which lane, and where along it.

``at`` is metres along the lane of the front bumper of a usual vehicle when the sensor stamps it: a
camera stamps the middle of a vehicle, a scale its first axle, an antenna a tag that it begins to
hear. ``spread_m`` is how far that is from true for an unusual one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from edge_agent.simulators.world.network import Station

SITES = ("toll-plaza", "junction", "weigh-station")

_HALF_CAR_M, _HALF_BIKE_M, _NOSE_M = 2.2, 0.95, 1.1
_HALF_SPREAD_M = 2.5
_CARS = ("car", "minibus", "bus", "light_truck", "truck", "tractor_trailer", "other", "unknown")


@dataclass(frozen=True, slots=True)
class Eye:
    """A line of a camera across one lane.

    Attributes:
        line: As the camera calls it.
        station: As the world calls it; with ``number`` a lane of it.
        plates: Which plate it reads; None for a camera that only watches.
        stamps: Part of a vehicle whose crossing is told: its middle, or, at a stop line, its front.
    """

    device: str
    line: str
    station: str
    number: int
    at: float | None = None
    plates: Literal["front", "rear"] | None = None
    stamps: Literal["middle", "front"] = "middle"
    spread_m: float = _HALF_SPREAD_M


@dataclass(frozen=True, slots=True)
class Antenna:
    """An antenna of a toll reader over one lane; ``station`` as the world calls it."""

    device: str
    port: int
    station: str
    at: float


@dataclass(frozen=True, slots=True)
class Scale:
    """A weighing station's scale in one lane."""

    device: str
    number: int
    at: float


@dataclass(frozen=True, slots=True)
class SiteLane:
    """One lane of the site file.

    Attributes:
        settings: Further keys of its table.
    """

    name: str
    eyes: tuple[Eye, ...] = ()
    antennas: tuple[Antenna, ...] = ()
    scales: tuple[Scale, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sensors(self) -> tuple[Eye | Antenna | Scale, ...]:
        """All of them."""
        return (*self.eyes, *self.antennas, *self.scales)


@dataclass(frozen=True, slots=True)
class Layout:
    """All of it.

    Attributes:
        extra: Link of the world to lines that it does not have by itself.
        controllers: Signal controllers and their detectors that are told.
    """

    site: str
    lanes: tuple[SiteLane, ...]
    extra: Mapping[str, tuple[Station, ...]]
    controllers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def devices(self) -> tuple[str, ...]:
        """All devices, in a fixed order."""
        sensors = (sensor.device for lane in self.lanes for sensor in lane.sensors)
        return tuple(dict.fromkeys((*self.controllers, *sensors)))


def layout(site: str) -> Layout:
    """The layout of a site.

    Raises:
        KeyError: There is none of this name.
    """
    return {"toll-plaza": _toll_plaza, "weigh-station": _weigh_station, "junction": _junction}[
        site
    ]()


def _toll_plaza() -> Layout:
    return _plaza("toll-plaza", (2, 3, 4), 60, 55, "toll", tagged=True)


def _weigh_station() -> Layout:
    return _plaza("weigh-station", (2, 3), 40, 35, "weighing", tagged=False)


def _plaza(
    site: str, numbers: tuple[int, ...], limit: int, typical: int, purpose: str, *, tagged: bool
) -> Layout:
    """A lane for two wheels and lanes for cars, these with four sensors each.

    The two cameras over the former are kept apart: riders abreast who pass each other cannot be
    paired by time.
    """
    beside = {"purpose": purpose, "limit_kmh": limit, "typical_kmh": typical}
    rules = ["overload", "speeding", "motorbike-in-car-lane", *(["no-tag"] if tagged else [])]
    cars = {**beside, "rules": rules, "only": list(_CARS), "tag_needed": tagged}
    ride = {**beside, "typical_kmh": 50, "rules": ["speeding"]}
    lanes = [
        SiteLane("kerb", (Eye("cam1", "arrive-0", "arrive", 0),), settings=_against(purpose)),
        SiteLane("ride-in", (Eye("cam1", "arrive-1", "arrive", 1),), settings=ride),
        SiteLane(
            "ride",
            (Eye("anpr-rear", "lane1", "lane1", 1, plates="rear"),),
            settings={"purpose": purpose, "typical_kmh": 50},
        ),
    ]
    lanes += [
        SiteLane(
            f"lane{number}",
            (
                Eye("cam1", f"arrive-{number}", "arrive", number, 60.0 + _HALF_CAR_M),
                Eye(
                    "anpr-front" if number == 2 else f"anpr-front{number}",  # noqa: PLR2004
                    f"lane{number}", f"lane{number}", number, 108.0 + _HALF_CAR_M, plates="front",
                ),
            ),
            (Antenna("etc1", number, f"etc1-{number}", 104.0),),
            (Scale("wim1", number, 80.0 + _NOSE_M),),
            cars,
        )
        for number in numbers
    ]  # fmt: skip
    more = tuple(Station("line", f"lane{n}", 108.0, 108.0, (n,)) for n in numbers if n > 2)  # noqa: PLR2004
    return Layout(site, tuple(lanes), {"zone": more})


def _against(purpose: str) -> dict[str, Any]:
    return {"purpose": purpose, "against": "out", "rules": ["wrong-way"], "typical_kmh": 25}


def _junction() -> Layout:
    """Two approaches with plates and tags early on; another camera for each of four stop lines.

    Whoever stands at red in between is not where a speed says; so the stop line is a lane of its
    own. Lane 1 has two signals, for ahead and to the right, and nobody is accused there.
    """
    lanes: list[SiteLane] = []
    for arm, reader, watch in (("s", "etc2", "cam1"), ("w", "etc1", "cam2")):
        kerb = Eye(watch, f"{arm}-speed-0", f"{arm}-speed", 0)
        lanes.append(SiteLane(f"{arm}-kerb", (kerb,), settings=_against("enforcement")))
        for number in (1, 2, 3):
            weighs = arm == "w" and number in {1, 2}
            lanes += [
                _watched(arm, watch, number),
                _approach(arm, reader, number, weighs=weighs),
            ]
    lanes += [_stop_line(arm, number) for arm in ("s", "w", "n", "e") for number in (1, 2, 3)]
    extra = {
        f"{arm}-outer": tuple(
            Station("line", f"{arm}-lane{number}", 64.0, 64.0, (number,)) for number in (1, 3)
        )
        for arm in ("s", "w")
    }
    loops = tuple(f"{arm}-{name}" for arm in ("s", "w") for name in ("through", "left", "advance"))
    return Layout("junction", tuple(lanes), extra, {"ctl1": loops, "ctl2": ("d1", "d2")})


def _watched(arm: str, watch: str, number: int) -> SiteLane:
    eye = Eye(watch, f"{arm}-speed-{number}", f"{arm}-speed", number)
    return SiteLane(f"{arm}{number}-in", (eye,), settings={"typical_kmh": 40})


def _approach(arm: str, reader: str, number: int, *, weighs: bool) -> SiteLane:
    station = f"{arm}-lane{number}"
    own = f"anpr-{arm}" if number == 2 else f"anpr-{arm}{number}"  # noqa: PLR2004 - as the world
    eye = Eye(own, station, station, number, 64.0 + _HALF_CAR_M, plates="rear")
    settings = {
        "purpose": "enforcement",
        "limit_kmh": 50,
        "typical_kmh": 40,
        "rules": ["speeding", *(["overload"] if weighs else [])],
    }
    return SiteLane(
        f"{arm}{number}",
        (eye,),
        (Antenna(reader, number, f"{reader}-{number}", 87.0),),
        (Scale("wim1", number, 70.0 + _NOSE_M),) if weighs else (),
        settings,
    )


_PHASES = {
    ("s", 2): 2, ("s", 3): 5, ("w", 2): 4, ("w", 3): 7,
    ("n", 2): 6, ("n", 3): 1, ("e", 2): 8, ("e", 3): 3,
}  # fmt: skip


def _stop_line(arm: str, number: int) -> SiteLane:
    camera, line = f"stop-{arm}", f"{arm}-stop-{number}"
    eye = Eye(camera, line, f"{arm}-stop", number, plates="rear", stamps="front")
    settings: dict[str, Any] = {"purpose": "enforcement", "typical_kmh": 25}
    phase = _PHASES.get((arm, number))
    if phase is not None:
        settings["signal"] = {"device": "ctl1", "phase": phase, "camera": camera, "line": line}
        settings["rules"] = ["red-light"]
    return SiteLane(f"{arm}{number}-stop", (eye,), settings=settings)
