"""An import-linter contract that reads as a table: a room, and all that it may import.

Allow-lists, so that neither a new room nor a new library can slip in unnoticed. A row names a
module or package below the root; the longest row that fits a module is its room. After ``+``
follow the libraries from outside; the standard library is free to all.
"""

import sys
from dataclasses import dataclass
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


@dataclass(frozen=True)
class Row:
    """``room -> rooms + libraries``."""

    room: str
    rooms: tuple[str, ...]
    libraries: frozenset[str]

    @classmethod
    def read(cls, line: str) -> "Row":
        room, _, allowed = line.partition("->")
        rooms, _, libraries = allowed.partition("+")
        return cls(room.strip(), tuple(rooms.split()), frozenset(libraries.split()))


@dataclass(frozen=True)
class Breach:
    """A module of a room imports what its row does not allow."""

    importer: str
    imported: str
    why: str


class Rooms(Contract):
    """Contract type ``rooms``."""

    type_name = "rooms"
    table = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        root = str(self.session_options["root_packages"][0])
        table = [Row.read(line) for line in self.table]  # type: ignore[attr-defined]
        breaches = find(graph, root, table)
        return ContractCheck(kept=not breaches, metadata={"breaches": breaches})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for breach in check.metadata["breaches"]:
            output.print_error(f"{breach.importer} -> {breach.imported}: {breach.why}", bold=False)
        output.new_line()


def find(graph: ImportGraph, root: str, table: list[Row]) -> list[Breach]:
    """Every import that no row allows, and every module that has no row."""
    breaches = []
    for importer in sorted(module for module in graph.modules if _below(module, root)):
        row = _row(table, importer, root)
        if row is None:
            breaches.append(Breach(importer, "", "this module has no row in the table"))
            continue
        breaches += [
            Breach(importer, imported, f"{row.room} may not")
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if not _allowed(row, imported, root, table)
        ]
    return breaches


def _allowed(row: Row, imported: str, root: str, table: list[Row]) -> bool:
    if not _below(imported, root):
        library = imported.partition(".")[0]
        return library in sys.stdlib_module_names or library in row.libraries
    there = _row(table, imported, root)
    if there is not None and there.room == row.room:
        return True
    return any(_below(imported, f"{root}.{room}") for room in row.rooms) or (
        imported == root and root in row.rooms
    )


def _row(table: list[Row], module: str, root: str) -> Row | None:
    fitting = [row for row in table if _below(module, f"{root}.{row.room}") or module == row.room]
    return max(fitting, key=lambda row: len(row.room), default=None)


def _below(module: str, package: str) -> bool:
    return f"{module}.".startswith(f"{package}.")


def unused(graph: Any, root: str, table: list[Row]) -> list[str]:
    """Allowances that nothing uses: the table must not promise more than the house needs."""
    used = {
        (row.room, imported)
        for importer in graph.modules
        if _below(importer, root) and (row := _row(table, importer, root))
        for imported in graph.find_modules_directly_imported_by(importer)
    }
    return [
        f"{row.room} -> {word}"
        for row in table
        for word in (*row.rooms, *sorted(row.libraries))
        if not any(
            room == row.room and (_below(name, f"{root}.{word}") or _below(name, word))
            for room, name in used
        )
    ]
