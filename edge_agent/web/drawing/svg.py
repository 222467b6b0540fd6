"""SVG as escaped text. Colours and line widths are the style sheet's, by class."""

from collections.abc import Iterable

from markupsafe import Markup, escape


def element(name: str, *children: Markup | str, **values: object) -> Markup:
    """One element; ``class_`` is ``class``, other underscores are dashes, None is left out."""
    pairs = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), shown(value))
        for key, value in values.items()
        if value is not None
    )
    inner = Markup("").join(escape(child) for child in children)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), pairs, inner)  # noqa: S704 - names are ours


def drawing(width: int, height: int, title: str, parts: Iterable[Markup]) -> Markup:
    """A whole picture that scales with the page; ``title`` is what a screen reader says."""
    return element(
        "svg",
        element("title", title),
        *parts,
        viewBox=f"0 0 {width} {height}",
        role="img",
        class_="plot",
        preserveAspectRatio="xMidYMid meet",
    )


def label(text: str, x: float, y: float, anchor: str = "start", kind: str = "tick") -> Markup:
    """Words at a place."""
    return element("text", text, x=x, y=y, text_anchor=anchor, class_=kind)


def shown(value: object) -> object:
    """Numbers without the digits that nobody sees."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else value
