"""HTML and SVG as nested calls; every text is escaped unless it is markup already."""

from html import escape


class Markup(str):
    """Text that is HTML."""

    __slots__ = ()


_VOID = frozenset({"br", "hr", "img", "meta"})


def tag(name: str, /, *inside: str, **attributes: str | float | None) -> Markup:
    """One element.

    Args:
        name: Of the element.
        inside: Children in order; a plain ``str`` is escaped.
        attributes: ``class_`` is class, ``stroke_width`` is stroke-width; None leaves one out.
    """
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_value(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{said}>")
    return Markup(f"<{name}{said}>{join(*inside)}</{name}>")


def join(*parts: str) -> Markup:
    """Parts one after the other."""
    return Markup(
        "".join(part if isinstance(part, Markup) else escape(part, quote=False) for part in parts)
    )


def _value(value: str | float) -> str:
    """A tenth of a pixel is enough for a drawing."""
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
