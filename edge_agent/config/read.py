"""From the bytes of a site file to a verdict: settings, or everything that is wrong with it."""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from edge_agent.config import alarming, checks, doubts, judged, secrets
from edge_agent.config.locate import locate
from edge_agent.config.problems import Draft, of_model, shown, syntax
from edge_agent.config.shape import Shape
from edge_agent.config.unit import UnitSettings
from edge_agent.device.driver import DeviceSettings, DriverKind
from edge_agent.errors import Problem
from edge_agent.passage.lanes import LaneSettings
from edge_agent.registry import RegistryError

M = TypeVar("M", bound=BaseModel)

_LARGEST = 1_000_000
"""Bytes; a larger file is something else."""


class Kinds(Protocol):
    """Where driver kinds come from; ``edge_agent.registry`` is one."""

    def kinds(self) -> list[str]: ...
    def load(self, name: str) -> DriverKind: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What there is to say about one site file.

    Attributes:
        settings: None when there is any error.
        errors: What keeps the file from being used, in order of lines.
        warnings: What is odd but lets the unit run.
        content: The file's bytes; empty when it could not be read.
    """

    settings: UnitSettings | None
    errors: list[Problem]
    warnings: list[Problem]
    content: bytes

    @property
    def fingerprint(self) -> str:
        """First 16 hex digits of the file's sha256."""
        return hashlib.sha256(self.content).hexdigest()[:16]


def examine(file: File, kinds: Kinds, around: Mapping[str, Any] | None = None) -> Verdict:
    """Read and judge a file. Touches no device, looks up every secret that it names.

    Args:
        file: The file.
        kinds: The drivers there are.
        around: The other tables, where a file of ``[device.<id>]`` tables alone will do.
    """
    name = str(file)
    try:
        content = _content(file)
    except OSError as error:
        wrong = f"cannot be read: {error.strerror or error}"
        return _refused(name, wrong, "check the path and who may read it: ls -l", b"")
    if len(content) > _LARGEST:
        return _refused(name, f"larger than {_LARGEST} bytes", "is this the right file?", b"")
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _refused(name, "not UTF-8 text", "save it as UTF-8", content, line)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Verdict(None, [syntax(name, text, error)], [], content)
    except RecursionError:
        return _refused(name, "nested too deeply", "is this the right file?", content)
    if data.keys() == {"device"}:
        data |= around or {}
    return _judge(Draft(name, data, locate(text)), kinds, content)


def validated(model: type[M], table: Mapping[str, Any]) -> M:
    """A table as its model, strictly: no number out of "10" or true.

    By way of JSON, whose lists and texts may become tuples and paths even so.

    Raises:
        pydantic.ValidationError: It does not fit.
    """
    return model.model_validate_json(json.dumps(table, default=str), strict=True)


def _content(file: File) -> bytes:
    with file.open("rb") as stream:
        return stream.read(_LARGEST + 1)


def _refused(name: str, wrong: str, do: str, content: bytes, line: int = 0) -> Verdict:
    allowed = "a TOML file, see config/examples/minimal.toml"
    return Verdict(None, [Problem(name, line, "", "", wrong, allowed, do)], [], content)


def _judge(draft: Draft, kinds: Kinds, content: bytes) -> Verdict:
    errors: list[Problem] = []
    devices: dict[str, tuple[DriverKind, DeviceSettings]] = {}
    for name, table in _table(draft.data.get("device")).items():
        found = _device(draft, name, table, kinds, errors)
        if found is not None:
            devices[name] = found

    shape = Shape(UnitSettings)
    settings: UnitSettings | None = None
    tables = isinstance(draft.data.get("device", {}), Mapping)
    rest = dict(draft.data) | ({"device": {}} if tables else {})
    try:
        settings = validated(UnitSettings, rest)
    except ValidationError as error:
        errors += of_model(draft, (), shape, error)

    sound = checks.Sound(draft, dict(_lanes(draft)), devices)
    for check in (*checks.CHECKS, judged.rules, alarming.rows):
        errors += check(sound)
    inline = {problem.where: problem for problem in secrets.inline(draft)}
    errors = [problem for problem in errors if problem.where not in inline] + [*inline.values()]

    references = list(secrets.references(rest, shape))
    for name, (kind, _) in devices.items():
        table = draft.value(("device", name))
        references += secrets.references(table, Shape(kind.settings), ("device", name))
    warnings = list(secrets.unresolved(draft, references))
    for doubt in (*doubts.DOUBTS, alarming.doubts):
        warnings += doubt(sound)
    if settings is not None:
        sound_devices = {name: device for name, (_, device) in devices.items()}
        settings = settings.model_copy(update={"device": sound_devices})
    return Verdict(None if errors else settings, _in_order(errors), _in_order(warnings), content)


def _device(
    draft: Draft, name: str, table: Any, kinds: Kinds, errors: list[Problem]
) -> tuple[DriverKind, DeviceSettings] | None:
    path = ("device", name)
    known = kinds.kinds()
    if not isinstance(table, Mapping) or "kind" not in table:
        errors.append(
            draft.problem(
                path,
                "is no table with a kind",
                value=shown(table),
                allowed=f"kind = one of {', '.join(known)}",
                do=f'write [device.{name}] and kind = "…"; `edge-agent drivers` lists them',
            )
        )
        return None
    try:
        kind = kinds.load(str(table["kind"]))
    except RegistryError as error:
        errors.append(
            draft.problem(
                (*path, "kind"),
                error.wrong,
                value=shown(table["kind"]),
                allowed=error.allowed,
                do=error.next or "`edge-agent drivers` lists them",
            )
        )
        return None
    try:
        return kind, validated(kind.settings, table)
    except ValidationError as error:
        errors += of_model(draft, path, Shape(kind.settings), error)
        return None


def _lanes(draft: Draft) -> Iterator[tuple[str, LaneSettings]]:
    """Lanes that are sound by themselves; the others have been complained about."""
    for name, table in _table(draft.data.get("lane")).items():
        try:
            yield name, validated(LaneSettings, table)
        except ValidationError:
            continue


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _in_order(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.line, problem.where))
