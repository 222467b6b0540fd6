"""axe-core in the page at hand: what keeps people with keyboard or screen reader from using it."""

from importlib.resources import files

from tests.web.chromium import Chromium

SOURCE = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
GRAVE = ("serious", "critical")
_RUN = """axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    resultTypes: ["violations"],
}).then((told) => told.violations.flatMap((each) => each.nodes.map((node) =>
    [each.impact, `${each.id}: ${node.target.join(" ")}: ${node.failureSummary}`])))"""


def findings(browser: Chromium) -> list[tuple[str, str]]:
    """Impact and words of each finding."""
    browser.run(f"{SOURCE};undefined")
    return [(str(impact), str(words)) for impact, words in browser.run(_RUN)]


def grave(browser: Chromium) -> list[str]:
    """Those that shut somebody out."""
    return [words for impact, words in findings(browser) if impact in GRAVE]
