"""The demo's last words, for people."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from edge_agent.simulators.demo.judge import Judgement
from edge_agent.simulators.demo.page import Page

_COLUMNS = {
    "true": "true",
    "stored": "stored",
    "recall": "recall",
    "precision": "prec.",
    "class_accuracy": "class",
    "error_ms_p99": "± ms",
    "latency_ms_p99": "late ms",
    "weight_error_pct_p50": "± kg %",
    "speed_error_pct_p50": "± km/h %",
}


def page(console: Console, opened: Page) -> None:
    """Where the unit's own page is, and how to come in."""
    console.print()
    console.print(f"the unit's page: [bold link={opened.url}]{opened.url}[/]")
    console.print(f"  name [bold]{opened.name}[/]  password [bold]{opened.password}[/]")
    console.print("  its certificate is the unit's own: the browser asks once", style="dim")
    console.print()


def road(console: Console, result: Mapping[str, Any], keep: Path | None) -> None:
    """Of the demo without a site."""
    phases, crossings = result["truth"]["phases"], result["truth"]["crossings"]
    _kept(console, result)
    console.print(
        f"phase changes: {phases['stored']} of {phases['true']} true ones, "
        f"time error p99 {phases['error_ms_p99']} ms"
    )
    console.print(f"vehicles: counted {crossings['stored']}, true {crossings['true']}")
    _next(console, keep)


def site(
    console: Console, result: Mapping[str, Any], judgement: Judgement, keep: Path | None
) -> None:
    """Of a site."""
    _kept(console, result)
    table = Table(title="each device against the world's truth", title_justify="left", box=None)
    table.add_column("device", no_wrap=True)
    table.add_column("what", no_wrap=True)
    for words in _COLUMNS.values():
        table.add_column(words, justify="right", no_wrap=True)
    for device, kinds in result["devices"].items():
        for kind, figures in kinds.items():
            cells = (figures.get(name) for name in _COLUMNS)
            table.add_row(device, kind, *("–" if cell is None else f"{cell:g}" for cell in cells))
    console.print(table)
    console.print("± ms, late ms: 99th percentiles; ± kg %, ± km/h %: medians", style="dim")
    _cameras(console, result["cameras"])
    _passages(console, result)
    for verdict in judgement.verdicts:
        word, style = ("ok", "green") if verdict.ok else ("MISSED", "bold red")
        value = "nothing to measure" if verdict.value is None else f"{verdict.value:g}"
        console.print(f"{word:6} {verdict.demand.title}: {value}", style=style)
    pace = result["realtime"]
    if pace["kept"]:
        console.print(f"real time was kept; the latest was {pace['of']}, {pace['worst_lag_ms']} ms")
    else:
        console.print(
            f"real time was not kept here: {pace['of']} was {pace['worst_lag_ms']} ms late",
            style="bold red",
        )
    for refused in result["faults"]["refused"]:
        console.print(f"fault not done: {refused}", style="bold red")
    _next(console, keep)


def _passages(console: Console, result: Mapping[str, Any]) -> None:
    """How whole vehicles are, one of them, and what was broken."""
    figures = result["passages"]
    if figures:
        console.print(
            f"passages: {figures['stored']}, of vehicles that several sensors saw"
            f" {_share(figures['complete'])} whole, {_share(figures['wrong'])} of parts another's,"
            f" readings lost {figures['lost']}, used twice {figures['twice']},"
            f" unpaired {figures['unpaired']}"
        )
    if result["fused"] is not None:
        console.print(f"one of them: {passage(result['fused'])}")
    for rule, own in result["violations"].items():
        console.print(
            f"violations: {rule} {own['stored']}, of these right {_share(own['precision'])}"
        )
    proven = result["evidence"]
    if proven["ok"]:
        console.print(f"sealed packages of evidence: {proven['packages']}, each as it was sealed")
    else:
        console.print(f"evidence is not as it was sealed: {proven['wrong']}", style="bold red")


def passage(body: Mapping[str, Any]) -> str:
    """A passage in words: what is known of the vehicle, and from where."""
    speed = "" if body["spd"] is None else f", {body['spd'] / 10:.0f} km/h"
    plate, tag, axles = (body.get(name) for name in ("plate", "tag", "axles"))
    known = [
        *([f"plate {plate.get('t') or plate.get('ps')}"] if plate else []),
        *([f"tag {tag.get('epc') or tag.get('ps')}"] if tag else []),
        *([f"{len(axles['ax'])} axles, {axles['gross'] or '–'} kg"] if axles else []),
    ]
    parts = "  ".join(f"{part['d']} {part.get('dt', 0):+d} ms" for part in body["parts"])
    return f"{body['cls']} on {body['lane']}{speed}; {'; '.join(known) or 'nothing else'}; {parts}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.3g} %"


def _cameras(console: Console, seen: Mapping[str, Any]) -> None:
    """What each camera counted, and the plates that it showed."""
    if not seen:
        return
    table = Table(title="what the cameras saw, of what was there", title_justify="left", box=None)
    for name in ("camera", "way", "counted / true by class", "plates read", "wrong", "why unread"):
        table.add_column(name)
    for camera, own in seen.items():
        plates, said = own["plates"], ["–", "–", ""]
        if plates["shown"] or plates["wrong"]:
            read = f"{plates['read']} of {plates['shown']}"
            said = [read, str(plates["wrong"]), _words(own["why"])]
        ways = [
            (way, _words({name: f"{n['stored']}/{n['true']}" for name, n in classes.items()}))
            for way, classes in own["counts"].items()
        ] or [("", "")]
        for number, row in enumerate(ways):
            table.add_row("" if number else camera, *row, *(["", "", ""] if number else said))
        if own["confusion"]:
            table.add_row("", "", f"confused: {_words(own['confusion'])}", "", "", "")
    console.print(table)


def _words(figures: Mapping[str, Any]) -> str:
    return "  ".join(f"{name} {value}" for name, value in figures.items())


def _kept(console: Console, result: Mapping[str, Any]) -> None:
    console.print()
    console.print(
        f"recorded {result['recorded']}  stored {result['stored']}  lost {result['lost']}  "
        f"duplicates {result['duplicates']}",
        style="bold",
    )
    console.print(f"by stream: {result['streams']}")
    console.print(f"delay from the street to the centre's disk: {result['latency_ms']}")


def _next(console: Console, keep: Path | None) -> None:
    where = keep if keep is not None else "DIR"
    console.print()
    console.print("Where to look next:")
    if keep is None:
        console.print("  ./dev demo --keep DIR         keep site file, databases, truth and logs")
    console.print(f"  edge-agent check {where}/site.toml")
    console.print(f"  edge-agent spool show --state-dir {where}/state")
    console.print(f"  edge-centre gaps --db {where}/centre.db")
    console.print("  docs/contract/README.md       what a centre may rely on")
