"""Do a lane's sensors agree on where they stand, so that their readings can be paired?"""

from collections.abc import Iterator, Mapping

from edge_agent.config.locate import Path
from edge_agent.config.problems import Draft, dotted, shown
from edge_agent.config.shape import nearest
from edge_agent.errors import Problem
from edge_agent.passage.lanes import LaneSettings

_SENSORS = (("lines", "line"), ("scales", "lane"), ("tags", "antenna"))
"""Lists of a lane's sensors that may have a place, and what an entry of each names."""


def places(
    draft: Draft, lanes: Mapping[str, LaneSettings], devices: list[str]
) -> Iterator[Problem]:
    """What is wrong with places, scales, antennas and signals of all lanes.

    Args:
        draft: The file.
        lanes: Those that are sound by themselves.
        devices: All that the file declares.
    """
    yield from _owned_once(draft, lanes)
    for lane, settings in lanes.items():
        yield from _known(draft, lane, settings, devices)
        yield from _placed_all(draft, lane, settings)
        yield from _directions(draft, lane, settings)
        yield from _signal(draft, lane, settings)


def _owned_once(draft: Draft, lanes: Mapping[str, LaneSettings]) -> Iterator[Problem]:
    """A scale or an antenna of two lanes would give each vehicle to both."""
    used: dict[tuple[str, str, str], Path] = {}
    for lane, settings in lanes.items():
        for listed, what in _SENSORS[1:]:
            for index, source in enumerate(getattr(settings, listed)):
                path: Path = ("lane", lane, listed, index)
                key = source.device, listed, str(getattr(source, what))
                if key in used:
                    other = used[key]
                    yield draft.problem(
                        (*path, what),
                        f"{dotted(other[:2])} on line {draft.lines.of(other)} already has it",
                        value=shown(getattr(source, what)),
                        allowed=f"each {listed.removesuffix('s')} in one lane, once",
                        do="remove one of the two, or correct its number",
                    )
                used.setdefault(key, path)


def _known(
    draft: Draft, lane: str, settings: LaneSettings, devices: list[str]
) -> Iterator[Problem]:
    named: list[tuple[Path, str]] = [
        (("lane", lane, listed, index, "device"), source.device)
        for listed, _ in _SENSORS[1:]
        for index, source in enumerate(getattr(settings, listed))
    ]
    if settings.signal is not None:
        named.append((("lane", lane, "signal", "device"), settings.signal.device))
    for path, device in named:
        if device not in devices:
            meant = nearest(device, devices)
            yield draft.problem(
                path,
                "unknown device",
                value=shown(device),
                allowed=", ".join(devices) or "nothing: there is no device",
                do=f'did you mean "{meant}"?' if meant else "write one of the allowed names",
            )


def _placed_all(draft: Draft, lane: str, settings: LaneSettings) -> Iterator[Problem]:
    """Where others pair, a sensor without a place would make a second passage of each vehicle."""
    sensors = [
        (("lane", lane, listed, index), source.at)
        for listed, _ in _SENSORS
        for index, source in enumerate(getattr(settings, listed))
    ]
    if sum(at is not None for _, at in sensors) < 2:  # noqa: PLR2004 - nothing to pair
        return
    for path, at in sensors:
        if at is None:
            yield draft.problem(
                path,
                "no place, though the lane's other sensors have one",
                value="at is missing",
                allowed="at for every line, scale and antenna of a lane that pairs, or for none",
                do="write at = metres along the lane in the direction of driving",
            )


def _directions(draft: Draft, lane: str, settings: LaneSettings) -> Iterator[Problem]:
    """Lines of a lane that pairs call its two directions alike."""
    placed = [(n, line) for n, line in enumerate(settings.lines) if line.at is not None]
    if len(placed) > 1:
        _, first = placed[0]
        names = {first.ab, first.ba}
        for index, line in placed[1:]:
            if {line.ab, line.ba} != names:
                yield draft.problem(
                    ("lane", lane, "lines", index),
                    "calls the directions otherwise than the lane's first line",
                    value=shown(f"{line.ab}, {line.ba}"),
                    allowed=f"{first.ab} and {first.ba}, whichever way round",
                    do="write the same two names as ab and ba",
                )


def _signal(draft: Draft, lane: str, settings: LaneSettings) -> Iterator[Problem]:
    signal = settings.signal
    if signal is None:
        return
    own = [f"{line.device}/{line.line}" for line in settings.lines]
    if f"{signal.camera}/{signal.line}" not in own:
        yield draft.problem(
            ("lane", lane, "signal", "line"),
            "the stop line is no line of this lane",
            value=shown(f"{signal.camera}/{signal.line}"),
            allowed=", ".join(own) or "nothing: the lane has no line",
            do="name the lane's line on the stop line, or add that line to its lines",
        )
