"""Measure and print each figure beside its target.

A module of this package belongs to the suite that its ``SUITE`` names, ``spine`` when it has none.
Exit code: 0 every target met, 1 one missed or a measure failed, 2 wrong usage.
"""

import argparse
import json
import sys
import traceback
from dataclasses import asdict
from types import ModuleType

from tests.bench.measure import Figure, Measure
from tests.families import modules, silence
from tests.needs import missing


def _name(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


def _chosen(found: list[ModuleType], words: list[str]) -> tuple[list[Measure], list[Measure]]:
    """What is asked for; and of that the long ones that were not asked for by name."""
    asked = [
        measure
        for module in found
        for measure in module.MEASURES
        if not words
        or {getattr(module, "SUITE", "spine"), _name(module), measure.name} & set(words)
    ]
    long = [measure for measure in asked if measure.long and measure.name not in words]
    return [measure for measure in asked if measure not in long], long


def _text(figure: Figure) -> str:
    verdict = "ok" if figure.ok else "MISSED"
    value = f"{figure.value:,.4g}" if abs(figure.value) < 1e4 else f"{figure.value:,.0f}"
    return (
        f"{figure.name:<46} {value:>10} {figure.unit:<10} {figure.target:<30} {verdict}"
        f"{'; ' if figure.note else ''}{figure.note}"
    )


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("which", nargs="*", help="suites, families or measures; default: all")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("--json", action="store_true", help="last line: the figures as JSON")
    parser.add_argument("--list", action="store_true", help="print the names and stop")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Measure, print, judge."""
    options = _arguments(argv)
    measures, long = _chosen(modules("tests.bench", "MEASURES"), options.which)
    if options.list or not measures:
        print(*(measure.name for measure in [*measures, *long]), sep="\n")
        return 0 if measures else 2
    print(f"{'figure':<46} {'value':>10} {'unit':<10} target", flush=True)
    silence()
    figures: list[Figure] = []
    broken: list[str] = []
    for number, measure in enumerate(measures, 1):
        print(f"measuring {measure.name}, {number} of {len(measures)}", file=sys.stderr, flush=True)
        absent = missing(measure.needs)
        if absent:
            print(f"{measure.name:<46} skipped: needs {', '.join(absent)}")
            continue
        try:
            fresh = measure.run(options.quick)
        except Exception:  # noqa: BLE001 - one broken measure must not hide the others' figures
            traceback.print_exc()
            broken.append(measure.name)
            print(f"{measure.name:<46} ERROR", flush=True)
            continue
        figures += fresh
        print(*map(_text, fresh), sep="\n", flush=True)
    bad = [figure.name for figure in figures if not figure.ok] + broken
    print(f"{len(figures)} figures, {len(bad)} missed")
    if long:
        print("by name only, for they are long:", ", ".join(measure.name for measure in long))
    if options.json:
        print(json.dumps({"figures": [asdict(figure) for figure in figures], "bad": bad}))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
