"""Problems on paper: for a person at a terminal, or as data."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from edge_agent.errors import Problem


def as_text(problems: Sequence[Problem], heading: str) -> str:
    """``file:line`` first, so that editors and terminals can jump there."""
    return "\n".join([heading, *(_one(problem) for problem in problems)])


def _one(problem: Problem) -> str:
    place = f"{problem.file}:{problem.line}" if problem.line else problem.file
    found = " ".join(filter(None, (problem.where, problem.value and f"= {problem.value}")))
    lines = [f"{place}: {found}: {problem.wrong}" if found else f"{place}: {problem.wrong}"]
    lines.append(f"    allowed: {problem.allowed}")
    lines.append(f"    next:    {problem.next}")
    return "\n".join(lines)


def as_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Plain mappings with the fields of Problem."""
    return [asdict(problem) for problem in problems]
