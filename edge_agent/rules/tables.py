"""Reads the tables of rules, once at start.

A table that cannot be trusted in form (a gap, an overlap, an unknown key, no source) is refused
with file and line; one that cannot be trusted in substance (nobody verified it, or its time is
over) is taken, and everything judged by it says so.
"""

import hashlib
import itertools
import tomllib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from pydantic import ValidationError

from edge_agent.config.locate import locate
from edge_agent.config.problems import Draft, of_model, shown, syntax
from edge_agent.config.read import validated
from edge_agent.config.shape import Shape
from edge_agent.contract.verdicts import RuleKind
from edge_agent.errors import ConfigError, Problem
from edge_agent.rules.chain import Loaded, Tables
from edge_agent.rules.law import ClauseTable, RedLightTable, StoppingTable, Table
from edge_agent.rules.limits import OverloadTable, SpeedingTable

SHIPPED = Path(__file__).parent / "tables"
"""The tables that come with the software; drawn in front as ``config/rules``."""

MODELS: dict[str, type[Table]] = {
    kind: model
    for model in (ClauseTable, RedLightTable, StoppingTable, SpeedingTable, OverloadTable)
    for kind in model.KINDS
}


def load(own: Path | None = None, shipped: Path = SHIPPED) -> Tables:
    """All tables; a kind that the unit's own folder speaks of is not taken from the shipped ones.

    Args:
        own: Folder of the unit, or None.
        shipped: Folder of what came with the software.

    Raises:
        ConfigError: With every problem of every table.
    """
    problems: list[Problem] = []
    chains = _folder(shipped, problems)
    if own is not None:
        if not own.is_dir():
            raise ConfigError([_whole(own, "no such folder", "check [rules] tables")])
        chains |= _folder(own, problems)
    if problems:
        raise ConfigError(problems)
    return Tables(chains)


def read(file: Path) -> Loaded:
    """One table.

    Raises:
        ConfigError: It cannot be used.
    """
    loaded, problems, _ = _read(file)
    if loaded is None or problems:
        raise ConfigError(problems)
    return loaded


def _folder(folder: Path, problems: list[Problem]) -> dict[RuleKind, tuple[Loaded, ...]]:
    found: list[tuple[Loaded, Draft]] = []
    for file in sorted(folder.glob("*.toml")):
        loaded, wrong, draft = _read(file)
        problems += wrong
        if loaded is not None and draft is not None:
            found.append((loaded, draft))
    chains: dict[RuleKind, tuple[Loaded, ...]] = {}
    by_kind = sorted(found, key=lambda one: (one[0].table.kind, one[0].table.valid_from))
    for kind, group in itertools.groupby(by_kind, key=lambda one: one[0].table.kind):
        chain = list(group)
        problems += _links(chain)
        chains[kind] = tuple(loaded for loaded, _ in chain)
    return chains


def _links(chain: list[tuple[Loaded, Draft]]) -> Iterator[Problem]:
    """Days on which no table of a kind, or more than one, is in force."""
    for (before, _), (after, draft) in itertools.pairwise(chain):
        end, begin = before.table.valid_to, after.table.valid_from
        if begin == end + timedelta(days=1):
            continue
        yield draft.problem(
            ("valid_from",),
            "overlaps" if begin <= end else "leaves a gap after",
            value=f"{begin}, while {before.file} ends on {end}",
            allowed="one table of a kind on each day",
            do=f"begin it on {end + timedelta(days=1)}, or end the other on "
            f"{begin - timedelta(days=1)}",
        )


def _read(file: Path) -> tuple[Loaded | None, list[Problem], Draft | None]:
    name = str(file)
    try:
        content = file.read_bytes()
        text = content.decode("utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        wrong = f"cannot be read: {error.strerror or error}"
        return None, [_whole(file, wrong, "check who may read it: ls -l")], None
    except UnicodeDecodeError:
        return None, [_whole(file, "not UTF-8 text", "save it as UTF-8")], None
    except tomllib.TOMLDecodeError as error:
        return None, [syntax(name, text, error)], None
    draft = Draft(name, data, locate(text))
    kind = data.get("kind")
    model = MODELS.get(str(kind))
    if model is None:
        allowed = ", ".join(sorted(MODELS))
        problem = draft.problem(
            ("kind",),
            "not a kind of rule" if "kind" in data else "is missing",
            value=shown(kind),
            allowed=allowed,
            do="say what the table judges",
        )
        return None, [problem], draft
    try:
        table = validated(model, data)
    except ValidationError as error:
        return None, list(of_model(draft, (), Shape(model), error)), draft
    problems = list(_flaws(draft, table))
    return Loaded(table, hashlib.sha256(content).hexdigest(), name), problems, draft


def _flaws(draft: Draft, table: Table) -> Iterable[Problem]:
    for flaw in table.flaws():
        yield draft.problem(
            flaw.path,
            flaw.wrong,
            value=shown(draft.value(flaw.path)),
            allowed=flaw.allowed,
            do=flaw.do,
        )


def _whole(file: Path, wrong: str, do: str) -> Problem:
    return Problem(str(file), 0, "", "", wrong, "a table as in config/rules", do)
