"""The page of the documentation holds the tables as they are."""

from edge_agent.rules.sheet import MARK, markdown
from edge_agent.rules.tables import load
from tests.house.source import ROOT


def test_the_page_has_not_drifted() -> None:
    """After a change: `edge-agent rules --markdown` behind the mark."""
    page = (ROOT / "docs" / "rules.md").read_text()
    assert page[page.index(MARK) :] == markdown(load())


def test_the_page_is_short() -> None:
    page = (ROOT / "docs" / "rules.md").read_text()
    assert len(page.splitlines()) <= 120
