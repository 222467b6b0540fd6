"""What a lane's rules need before they can be judged, and whether the lane has it."""

from collections.abc import Callable, Iterator
from typing import get_args

from edge_agent.config.checks import Sound
from edge_agent.config.problems import shown
from edge_agent.config.shape import nearest
from edge_agent.contract.verdicts import RuleKind
from edge_agent.errors import Problem
from edge_agent.passage.lanes import LaneSettings

_KINDS: tuple[str, ...] = get_args(RuleKind)


def _says_against(lane: LaneSettings) -> bool:
    return lane.against is not None


def _says_only(lane: LaneSettings) -> bool:
    return bool(lane.only)


_NEEDS: dict[RuleKind, tuple[Callable[[LaneSettings], bool], str]] = {
    "overload": (lambda lane: bool(lane.scales), 'scales = [{ device = "…", lane = "…" }]'),
    "red-light": (lambda lane: lane.signal is not None, 'signal = { device = "…", phase = 1, … }'),
    "speeding": (lambda lane: lane.limit_kmh is not None, "limit_kmh = the sign's number"),
    "wrong-way": (_says_against, 'against = "the direction that nobody may drive"'),
    "forbidden-turn": (_says_against, 'against = "the direction that nobody may drive"'),
    "wrong-lane": (_says_only, 'only = ["the classes", "that may use it"]'),
    "motorbike-in-car-lane": (_says_only, 'only = ["the classes", "that may use it"]'),
    "stopping": (lambda lane: not lane.stopping, "stopping = false"),
    "plate-tag-mismatch": (lambda lane: bool(lane.tags), 'tags = [{ device = "…", antenna = 1 }]'),
    "no-tag": (lambda lane: lane.tag_needed and bool(lane.tags), "tag_needed = true, and tags"),
}


def rules(sound: Sound) -> Iterator[Problem]:
    """Rules that there are not, or that a lane could never judge."""
    for name, lane in sound.lanes.items():
        for index, rule in enumerate(lane.rules):
            path = ("lane", name, "rules", index)
            if rule not in _KINDS:
                meant = nearest(rule, list(_KINDS))
                yield sound.draft.problem(
                    path,
                    "unknown rule",
                    value=shown(rule),
                    allowed=", ".join(_KINDS),
                    do=f'did you mean "{meant}"?' if meant else "write one of the allowed names",
                )
                continue
            has, what = _NEEDS[rule]  # type: ignore[index] # it is one of the kinds
            if not has(lane):
                yield sound.draft.problem(
                    path,
                    "the lane does not say what this rule is judged by",
                    value=shown(rule),
                    allowed=what,
                    do=f"write it below [lane.{name}], or remove the rule",
                )
