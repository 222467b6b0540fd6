"""The acceptance as one HTML file: no request to anywhere, made to be printed and signed."""

import base64
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from edge_agent.provision.lines import SIGNERS, head, judged, lines
from edge_agent.report.markup import Markup, join, tag
from edge_agent.report.style import STYLE

_OWN = """
td, th { text-align: left; vertical-align: top; } td:first-child { width: 38%; }
td { overflow-wrap: anywhere; } img { max-width: 100%; height: auto; }
.sign { display: grid; grid-template-columns: 1fr 1fr; gap: 32px; margin-top: 24px; }
.sign div { border-top: 1px solid var(--ink); padding-top: 6px; margin-top: 72px; }
"""


def page(document: Mapping[str, Any], pictures: Path) -> str:
    """The whole file.

    Args:
        document: As ``accepting.document`` makes it.
        pictures: Folder of the pictures that it names.
    """
    title = f"Acceptance · Biên bản nghiệm thu — {document['unit']}"
    body = [
        tag("header", tag("h1", title), _table(head(document))),
        *(_step(step, pictures) for step in document["steps"]),
        tag("h2", "Doctor · Kiểm tra"),
        _table((f"{each['id']} ({each['state']})", each["value"]) for each in document["doctor"]),
        tag("h2", "Networks · Mô hình"),
        _table(document["models"].items()),
        tag("h2", "Signatures · Chữ ký"),
        tag("section", *(tag("div", each) for each in SIGNERS), class_="sign"),
    ]
    inside = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", Markup(STYLE + _OWN)),
    )
    return f"<!doctype html>\n{tag('html', inside, tag('body', *body), lang='en')}\n"


def _step(step: Mapping[str, Any], pictures: Path) -> Markup:
    shown = [
        tag("figure", tag("img", src=_data(pictures / name), alt=name), tag("figcaption", name))
        for name in step["pictures"]
    ]
    head_ = tag("h2", f"{step['en']} · {step['vi']}")
    return join(head_, tag("p", judged(step)), _table(lines(step["facts"])), *shown)


def _table(rows: Iterable[tuple[str, str]]) -> Markup:
    return tag("table", tag("tbody", *(tag("tr", tag("td", a), tag("td", b)) for a, b in rows)))


def _data(file: Path) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(file.read_bytes()).decode()}"
