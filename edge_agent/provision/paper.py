"""The acceptance as a PDF, for the file and the signature; letters with all Vietnamese marks."""

from collections.abc import Iterable, Mapping
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    Flowable,
    Image,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from edge_agent.provision.lines import SIGNERS, head, judged, lines

_PLAIN, _BOLD = "DejaVuSans", "DejaVuSans-Bold"
_WIDTH = A4[0] - 36 * mm
_MOST_HIGH = 110 * mm
_TEXT = ParagraphStyle("text", fontName=_PLAIN, fontSize=8, leading=10.5, wordWrap="CJK")
_HEAD = ParagraphStyle(
    "head", fontName=_BOLD, fontSize=12, leading=15, spaceBefore=10, spaceAfter=4
)
_TITLE = ParagraphStyle("title", fontName=_BOLD, fontSize=16, leading=20, spaceAfter=8)
_GRID = TableStyle(
    [
        ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.lightgrey),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
    ]
)


def paper(document: Mapping[str, Any], pictures: Path) -> bytes:
    """The whole file; the same document makes the same bytes.

    Args:
        document: As ``accepting.document`` makes it.
        pictures: Folder of the pictures that it names.
    """
    _fonts()
    title = f"Acceptance · Biên bản nghiệm thu — {document['unit']}"
    story: list[Flowable] = [Paragraph(escape(title), _TITLE), _table(head(document))]
    for step in document["steps"]:
        begin = [Paragraph(escape(f"{step['en']} · {step['vi']}"), _HEAD), _words(judged(step))]
        story += [KeepTogether(begin), Spacer(1, 3), _table(lines(step["facts"]))]
        story += [_picture(pictures / name) for name in step["pictures"]]
    story += [Paragraph("Doctor · Kiểm tra", _HEAD)]
    story += [_table((f"{e['id']} ({e['state']})", e["value"]) for e in document["doctor"])]
    story += [Paragraph("Networks · Mô hình", _HEAD), _table(document["models"].items())]
    story += [KeepTogether([Paragraph("Signatures · Chữ ký", _HEAD), _signatures()])]
    out = BytesIO()
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), 18 * mm)
    # Invariant: no date and no random id of the library's own.
    made = SimpleDocTemplate(out, pagesize=A4, title=title, invariant=1, **margins)
    made.build(story, onFirstPage=_foot, onLaterPages=_foot)
    return out.getvalue()


def _fonts() -> None:
    folder = resources.files("edge_agent.provision") / "fonts"
    for name in (_PLAIN, _BOLD):
        if name not in pdfmetrics.getRegisteredFontNames():
            with resources.as_file(folder / f"{name}.ttf") as file:
                pdfmetrics.registerFont(TTFont(name, str(file)))


def _words(text: str) -> Paragraph:
    return Paragraph(escape("".join(c if c.isprintable() else " " for c in text)), _TEXT)


def _table(rows: Iterable[tuple[str, str]]) -> Flowable:
    cells = [[_words(a), _words(b)] for a, b in rows]
    if not cells:
        return Spacer(1, 1)
    return Table(cells, colWidths=[0.4 * _WIDTH, 0.6 * _WIDTH], style=_GRID)


def _picture(file: Path) -> Flowable:
    image = Image(str(file))
    scale = min(_WIDTH / image.imageWidth, _MOST_HIGH / image.imageHeight)
    image.drawWidth, image.drawHeight = scale * image.imageWidth, scale * image.imageHeight
    return KeepTogether([Spacer(1, 4), image, _words(file.name)])


def _signatures() -> Table:
    cells = [["", ""], [_words(each) for each in SIGNERS]]
    table = Table(cells, colWidths=[_WIDTH / 2] * 2, rowHeights=[22 * mm, None])
    table.setStyle(TableStyle([("LINEABOVE", (0, 1), (-1, 1), 0.5, colors.black)]))
    return table


def _foot(canvas: Any, made: Any) -> None:
    canvas.setFont(_PLAIN, 7)
    canvas.drawRightString(A4[0] - 18 * mm, 10 * mm, f"{made.title}  {made.page}")
