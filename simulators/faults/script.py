"""The script: TOML in, a timeline out; every mistake with its line.

Simulators own the names of their faults and refuse what they do not know; the script owns times,
devices and form.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VERSION = 1

_TOP = ("version", "length", "device", "step")
_DEVICE = ("run",)
_STEP = ("at", "device", "fault", "args", "for", "clear")
_RESERVED = ("fault", "on", "clear", "quit", "report")
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?", re.ASCII)


class ScriptError(ValueError):
    """A script that makes no sense; the text has a line ``file:line: what`` for each mistake."""


@dataclass(frozen=True, slots=True)
class Step:
    """One fault.

    Attributes:
        at_s: Seconds after the start.
        fault: Name that the device's simulator knows; None to clear all its faults.
        args: Further keys of the order.
        for_s: Switched off after so long; None leaves it, or it is over at once.
        line: Where it stands in the script.
    """

    at_s: float
    device: str
    fault: str | None
    args: dict[str, Any]
    for_s: float | None
    line: int


@dataclass(frozen=True, slots=True)
class Order:
    """What a simulator is told, and when."""

    at_s: float
    device: str
    body: dict[str, Any]
    line: int


@dataclass(frozen=True, slots=True)
class Script:
    """A script that was understood.

    Attributes:
        devices: Name to the words after ``edge-sim`` that start it; none are started for a script
            that leaves its devices to whoever plays it.
        length_s: The end; at least that of the last order.
    """

    devices: dict[str, tuple[str, ...]]
    steps: tuple[Step, ...]
    length_s: float

    def timeline(self) -> tuple[Order, ...]:
        """All orders in order of time; what ends goes before what begins at the same moment."""
        orders: list[tuple[float, int, int, Order]] = []
        for number, step in enumerate(self.steps):
            body = {"clear": True} if step.fault is None else {"fault": step.fault, "on": True}
            begin = Order(step.at_s, step.device, {**body, **step.args}, step.line)
            orders.append((step.at_s, 1, number, begin))
            if step.for_s is not None:
                end_s = step.at_s + step.for_s
                off = {"fault": step.fault, "on": False, **step.args}
                orders.append((end_s, 0, number, Order(end_s, step.device, off, step.line)))
        return tuple(order for *_, order in sorted(orders, key=lambda entry: entry[:3]))


def seconds(value: object) -> float:
    """A duration: ``"1m30s"``, ``"250ms"``, or a number of seconds.

    Raises:
        ValueError: Anything else.
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9:  # noqa: PLR2004 - finite
        return float(value)
    found = _DURATION.fullmatch(value) if isinstance(value, str) and value else None
    if found is None:
        raise ValueError(f'{value!r} is no duration such as "10s", "1m30s", "250ms"')
    hours, minutes, whole, thousandths = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + whole + thousandths / 1000


def read(path: Path, devices: Iterable[str] | None = None) -> Script:
    """Read a script file.

    Args:
        path: The file.
        devices: Names of devices that somebody else has started, besides those of the script.

    Raises:
        ScriptError: All mistakes at once.
        OSError: It cannot be read.
    """
    return parse(path.read_text(encoding="utf-8"), str(path), devices)


def parse(text: str, name: str, devices: Iterable[str] | None = None) -> Script:
    """Read a script; ``name`` is what errors call it. See ``read``."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScriptError(f"{name}: {error}") from error
    reader = _Reader(text, name)
    script = reader.script(tables, list(devices or ()))
    if reader.problems:
        raise ScriptError("\n".join(reader.problems))
    return script


class _Reader:
    """Collects mistakes while it reads."""

    def __init__(self, text: str, name: str) -> None:
        self._lines = text.splitlines()
        self._name = name
        self.problems: list[str] = []
        self._steps = [
            number
            for number, line in enumerate(self._lines, start=1)
            if re.match(r"\s*\[\[\s*step\s*\]\]", line)
        ]

    def script(self, tables: dict[str, Any], started: list[str]) -> Script:
        self._known(tables, _TOP, 1, len(self._lines))
        if tables.get("version") != VERSION:
            self._say(self._find("version", 1), f"version = {VERSION} is needed")
        own = dict(self._devices(tables.get("device", {})))
        names = [*own, *started]
        steps = tables.get("step", [])
        if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
            self._say(self._find("step", 1), "step is a list of tables: [[step]]")
            steps = []
        read = [self._step(step, index, names) for index, step in enumerate(steps)]
        whole = tuple(step for step in read if step is not None)
        length = self._seconds(tables, "length", 1, len(self._lines)) or 0.0
        ends = [step.at_s + (step.for_s or 0.0) for step in whole]
        return Script(own, whole, max([length, *ends]))

    def _devices(self, tables: object) -> Iterator[tuple[str, tuple[str, ...]]]:
        if not isinstance(tables, dict):
            self._say(self._find("device", 1), "device is a table of tables: [device.NAME]")
            return
        for name, table in tables.items():
            line = self._header(name)
            if not isinstance(table, dict):
                self._say(line, f"[device.{name}] is a table")
                continue
            self._known(table, _DEVICE, line, line + 20)
            run = table.get("run")
            if not isinstance(run, list) or not run or not all(isinstance(w, str) for w in run):
                self._say(
                    self._find("run", line),
                    f'device {name}: run = ["signal", "--tcp", "127.0.0.1:0"], words of edge-sim',
                )
                continue
            yield name, tuple(run)

    def _step(self, table: dict[str, Any], index: int, names: Sequence[str]) -> Step | None:
        before = len(self.problems)
        start = self._steps[index] if index < len(self._steps) else self._find("step", 1)
        following = self._steps[index + 1 : index + 2] or [len(self._lines) + 1]
        end = following[0] - 1
        self._known(table, _STEP, start, end)
        at = self._seconds(table, "at", start, end)
        if at is None and "at" not in table:
            self._say(start, 'at is missing: at = "10s"')
        device, fault, clear = table.get("device"), table.get("fault"), table.get("clear", False)
        if device not in names:
            near = _nearest(str(device), names)
            self._say(self._find("device", start, end), f"no device {device!r}{near}")
        if clear is True and fault is None:
            if "for" in table:
                self._say(self._find("for", start, end), "clear is over at once: no for")
        elif not isinstance(fault, str) or not fault or clear:
            line = self._find("fault", start, end)
            self._say(line, 'a step has either fault = "name" or clear = true')
        args = table.get("args", {})
        if not isinstance(args, dict) or any(key in _RESERVED for key in args):
            words = ", ".join(_RESERVED)
            self._say(self._find("args", start, end), f"args is a table without {words}")
        for_s = self._seconds(table, "for", start, end)
        if len(self.problems) > before or at is None:
            return None
        return Step(at, str(device), fault, args, for_s, start)

    def _seconds(self, table: dict[str, Any], key: str, start: int, end: int) -> float | None:
        if key not in table:
            return None
        try:
            return seconds(table[key])
        except ValueError as error:
            self._say(self._find(key, start, end), f"{key}: {error}")
            return None

    def _known(self, table: dict[str, Any], known: Sequence[str], start: int, end: int) -> None:
        for key in table:
            if key not in known:
                self._say(self._find(key, start, end), f"{key} is unknown{_nearest(key, known)}")

    def _header(self, name: str) -> int:
        header = re.compile(rf"""\s*\[\s*device\s*\.\s*["']?{re.escape(name)}["']?\s*\]""")
        for number, line in enumerate(self._lines, start=1):
            if header.match(line):
                return number
        return self._find("device", 1)

    def _find(self, key: str, start: int, end: int | None = None) -> int:
        """Line of a key within a part of the file; the part's first line when it is not found."""
        wanted = re.compile(rf"""\s*\[*\s*["']?{re.escape(key)}["']?\s*[=.\]]""")
        for number in range(start, min(end or len(self._lines), len(self._lines)) + 1):
            if wanted.match(self._lines[number - 1]):
                return number
        return start

    def _say(self, line: int, what: str) -> None:
        self.problems.append(f"{self._name}:{line}: {what}")


def _nearest(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, 1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; there are {', '.join(known)}" if known else "; the script names none"
