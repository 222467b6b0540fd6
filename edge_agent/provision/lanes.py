"""Step: what each camera shows, and its counting lines drawn on it."""

from collections.abc import Mapping
from typing import Any

from edge_agent import settings
from edge_agent.device.view import View
from edge_agent.provision.answers import table, yes
from edge_agent.provision.revise import Content, camera, in_its_units, revise, views
from edge_agent.provision.visit import Result, Visit


async def lanes(visit: Visit) -> Result:
    """Take a picture of each camera, take lines that were drawn on it, and show both."""
    from edge_agent.provision.heat import draw  # noqa: PLC0415 - OpenCV is an extra

    fresh = visit.answers.get("lanes.fresh", "", yes, True)
    facts, pictures, dark = {}, [], []
    for name, view in views(visit).items():
        still = visit.record.pictures / f"{name}.png"
        # Who draws on a picture sees the same one again, and does not wait for others.
        kept = still.exists() and not fresh
        trouble = "" if kept else await visit.bench.still(view, still)
        facts[name] = trouble or "ok"
        if trouble:
            dark.append(name)
    if not facts:
        return Result("skipped", "this unit has no camera")
    visit.tell(f"    pictures in {visit.record.pictures}")
    drawn = visit.answers.get("lines", "", table, {})
    if drawn:
        revise(visit, "lines", lambda content: _put(content, drawn))
    for name, view in views(visit).items():
        still = visit.record.pictures / f"{name}.png"
        if still.exists():
            file = f"{name}-lines.png"
            draw(still, visit.record.pictures / file, _lines(visit, name, view))
            pictures.append(file)
    if dark:
        return Result("doubtful", f"no picture of {', '.join(dark)}", facts, tuple(pictures))
    return Result("ok", "", facts, tuple(pictures))


def _put(content: Content, drawn: Mapping[str, Any]) -> None:
    """Lines of each camera named, and the lanes that they count for.

    ``drawn`` is camera to line to ``ends`` (x1, y1, x2, y2 as shares of the picture) and ``lane``
    (left out or empty: of none). All lines of a camera are given: what is not there is gone.
    """
    for name, lines in drawn.items():
        own = camera(content, name)
        own["lines"] = {
            line: in_its_units(own, [float(each) for each in said["ends"]])
            for line, said in lines.items()
        }
        wanted = {line: said["lane"] for line, said in lines.items() if said.get("lane")}
        tables = content.setdefault("lane", {})
        for lane, each in tables.items():
            known = each.get("lines", [])
            each["lines"] = [
                source
                for source in known
                if source["device"] != name or wanted.get(source["line"]) == lane
            ]
        for line, lane in wanted.items():
            sources = tables.setdefault(lane, {}).setdefault("lines", [])
            if not any(one["device"] == name and one["line"] == line for one in sources):
                sources.append({"device": name, "line": line})


def _lines(visit: Visit, name: str, view: View) -> dict[str, tuple[float, ...]]:
    device = settings.load(visit.draft).device[name]
    names = getattr(device, "lines", {})
    return dict(zip(names, view.lines, strict=True))
