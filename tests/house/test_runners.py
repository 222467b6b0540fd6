"""The runners of faults and figures judge rightly: a ledger that sees nothing must not pass."""

import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from tests.bench import __main__ as bench
from tests.bench.measure import Figure, Measure
from tests.torture import __main__ as torture
from tests.torture.fault import Fault, Outcome, Scale

HELD = Outcome(tried=5, lost=0, duplicates=0, recovery_s=1.25)


def _module(name: str, **content: object) -> ModuleType:
    module = ModuleType(f"tests.x.{name}")
    for key, value in content.items():
        setattr(module, key, value)
    return module


@pytest.fixture
def run_faults(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, dict[str, Any]]]:
    def run(*faults: Fault) -> tuple[int, dict[str, Any]]:
        monkeypatch.setattr(torture, "modules", lambda *_: [_module("one", FAULTS=list(faults))])
        code = torture.main(["--json"])
        return code, json.loads(capsys.readouterr().out.splitlines()[-1])

    return run


def _fault(outcome: Outcome, control: bool = False, needs: tuple[str, ...] = ()) -> Fault:
    return Fault("kill", "8", control, lambda _: outcome, needs)


def _broken(_: Scale) -> Outcome:
    raise RuntimeError("the harness itself")


@pytest.mark.parametrize(
    ("fault", "code", "verdict"),
    [
        (_fault(HELD), 0, "holds"),
        (_fault(Outcome(5, 1, 0, None)), 1, "BROKEN"),
        (_fault(Outcome(5, 0, 1, None)), 1, "BROKEN"),
        (_fault(Outcome(0, 0, 0, None)), 1, "BROKEN"),
        (_fault(HELD, control=True), 1, "BLIND"),
        (_fault(Outcome(5, 3, 0, None), control=True), 0, "fails, as it must"),
        (Fault("kill", "8", False, _broken), 1, "ERROR"),
    ],
)
def test_a_fault_is_judged(
    run_faults: Callable[..., tuple[int, dict[str, Any]]],
    fault: Fault,
    code: int,
    verdict: str,
) -> None:
    given, last = run_faults(_fault(HELD), fault)
    assert given == code
    assert [row["verdict"] for row in last["rows"]] == ["holds", verdict]
    wanted = {"fault", "tried", "lost", "duplicates", "recovery_s", "negative_control"}
    assert all(wanted <= set(row) for row in last["rows"])


def test_a_fault_that_cannot_be_caused_here_is_said_and_not_counted(
    run_faults: Callable[..., tuple[int, dict[str, Any]]],
) -> None:
    code, last = run_faults(_fault(HELD), _fault(HELD, needs=("no-such-program",)))
    assert code == 0
    assert len(last["rows"]) == 1
    assert last["skipped"] == ["kill"]


@pytest.mark.parametrize(("ok", "code"), [(True, 0), (False, 1)])
def test_a_missed_target_is_told_by_the_exit_code(
    ok: bool, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []

    def run(quick: bool) -> list[Figure]:
        asked.append(quick)
        return [Figure("delay", 1.2, "×", "≤ 1.3 × bare", ok)]

    other = _module("later", MEASURES=[Measure("other", run)], SUITE="eyes")
    mine = _module("gateway", MEASURES=[Measure("delay", run)])
    monkeypatch.setattr(bench, "modules", lambda *_: [mine, other])
    assert bench.main(["spine", "--quick", "--json"]) == code
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert asked == [True]
    assert last["bad"] == ([] if ok else ["delay"])


@pytest.mark.parametrize(
    ("words", "ran"),
    [([], ["short"]), (["eyes"], ["short"]), (["eyes", "whole"], ["short", "whole"])],
)
def test_a_long_measure_is_run_when_its_name_is_said_and_else_named(
    words: list[str],
    ran: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked: list[str] = []

    def run(name: str) -> list[Figure]:
        asked.append(name)
        return [Figure(name, 1.0, "×", "≤ 1", True)]

    measures = [
        Measure("short", lambda _: run("short")),
        Measure("whole", lambda _: run("whole"), long=True),
    ]
    monkeypatch.setattr(
        bench, "modules", lambda *_: [_module("x", MEASURES=measures, SUITE="eyes")]
    )
    assert bench.main(words) == 0
    assert asked == ran
    assert ("they are long: whole" in capsys.readouterr().out) is ("whole" not in ran)


def test_a_word_that_names_nothing_is_wrong_usage() -> None:
    assert bench.main(["no-such-suite"]) == 2
    assert torture.main(["--only", "no-such-fault"]) == 2
