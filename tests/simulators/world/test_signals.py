from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.simulators.world.signal_plan import Phase, Plan, crossing, four_arm
from edge_agent.simulators.world.signals import Controller

Change = tuple[int, str, int, str]


def controller(plan: Plan) -> tuple[Controller, list[Change]]:
    changes: list[Change] = []
    made = Controller("ctl", plan, lambda *_: None)
    made.told = lambda group, number, aspect: changes.append((made.now_ms, group, number, aspect))
    return made, changes


def run(made: Controller, ticks: int) -> Iterator[None]:
    start = made.now_ms
    for tick in range(1, ticks + 1):
        made.tick(start + tick * 100)
        yield


def bright(made: Controller) -> list[int]:
    return [number for number, aspect in made.aspects.items() if aspect in {"g", "y"}]


def check_safe(made: Controller) -> None:
    lit = bright(made)
    for one in lit:
        assert all(made.plan.compatible(one, other) for other in lit), lit


def check_changes(plan: Plan, changes: list[Change]) -> None:
    """Green at least its minimum, yellow exactly, then red for at least its all-red."""
    phases = {phase.number: phase for phase in plan.phases}
    last: dict[int, tuple[int, str]] = {}
    shone: set[int] = set()
    for t, group, number, aspect in changes:
        if group != "phase":
            continue
        phase = phases[number]
        if number in last:
            since, before = last[number]
            held = (t - since) // 100
            if before == "g":
                assert held >= phase.min_green
                assert aspect == ("y" if phase.yellow else "r")
            if before == "y":
                assert (held, aspect) == (phase.yellow, "r")
            if before == "r":
                assert aspect == "g"
                assert held >= phase.red
        if aspect == "g":
            ended = [
                (t - when) // 100 - phases[other].red
                for other, (when, shown) in last.items()
                if shown == "r" and other in shone and not plan.compatible(number, other)
            ]
            assert all(spare >= 0 for spare in ended)
            shone.add(number)
        last[number] = (t, aspect)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["s", "n", "w", "e"]), st.sampled_from(["through", "left"]),
                  st.integers(0, 3), st.integers(1, 150)),
        max_size=40,
    ),
    st.booleans(),
)  # fmt: skip
def test_whatever_detectors_say_no_conflicting_phases_are_lit(
    traffic: list[tuple[str, str, int, int]], fixed: bool
) -> None:
    made, changes = controller(four_arm(1, fixed=fixed))
    for arm, movement, count, ticks in traffic:
        made.present[f"{arm}-{movement}"] = count
        made.walk_calls.add(2)
        for _ in run(made, ticks):
            check_safe(made)
    for _ in run(made, 600):
        check_safe(made)
    check_changes(made.plan, changes)


@pytest.mark.parametrize("plan", [four_arm(1, fixed=True), crossing(1)])
def test_fixed_plan_repeats_to_the_tenth(plan: Plan) -> None:
    made, changes = controller(plan)
    for _ in run(made, 6000):
        check_safe(made)
    starts = [
        t for t, group, number, aspect in changes if (group, number, aspect) == ("phase", 2, "g")
    ]
    periods = {later - earlier for earlier, later in pairwise(starts)}
    assert len(starts) > 3
    assert len(periods) == 1
    check_changes(plan, changes)


def test_every_call_is_served() -> None:
    made, changes = controller(four_arm(1, fixed=False))
    for name in made.present:
        made.present[name] = 1
    for _ in run(made, 2400):
        check_safe(made)
    green = [number for _, group, number, aspect in changes if group == "phase" and aspect == "g"]
    assert all(green.count(number) >= 2 for number in range(1, 9))


def test_green_without_demand_ends_by_gap_and_with_demand_at_its_maximum() -> None:
    def length(present: int) -> int:
        made, changes = controller(four_arm(1, fixed=False))
        made.present["s-through"] = made.present["n-through"] = present
        for _ in run(made, 1500):
            pass
        times = {a: t for t, group, n, a in reversed(changes) if group == "phase" and n == 2}
        return (times["y"] - times["g"]) // 100

    assert length(0) == 80
    assert length(1) >= 240


def test_a_walk_is_given_on_call_and_cleared_before_the_green_ends() -> None:
    made, changes = controller(four_arm(1, fixed=False))
    for _ in run(made, 300):
        pass
    made.walk_calls.add(4)
    for _ in run(made, 900):
        pass
    walks = [(t, a) for t, group, n, a in changes if group == "ped" and n == 4]
    shown = dict.fromkeys(a for _, a in walks)
    assert list(shown) == ["dont", "walk", "clear"]
    start = next(t for t, a in walks if a == "walk")
    clear = next(t for t, a in walks if a == "clear")
    end = next(t for t, a in walks if a == "dont" and t > clear)
    assert (clear - start, end - clear) == (7000, 10_000)
    yellow = next(t for t, g, n, a in changes if (g, n, a) == ("phase", 4, "y") and t > start)
    assert yellow >= end


def test_overlap_is_green_with_either_parent() -> None:
    made, _ = controller(four_arm(1, fixed=True))
    seen = set()
    for _ in run(made, 2000):
        for number, parents in made.plan.overlaps:
            if any(made.aspects[parent] == "g" for parent in parents):
                assert made.overlap_aspects[number] == "g"
                seen.add(number)
    assert seen == {1, 2, 3, 4}


def test_flash_dark_and_start_up() -> None:
    made, changes = controller(four_arm(1, fixed=False))
    for _ in run(made, 400):
        pass
    made.flash()
    for _ in run(made, 10):
        assert set(made.aspects.values()) == {"fy"}
    assert (made.state().plan, made.state().alarms) == (255, ("flash",))
    made.dark()
    for _ in run(made, 10):
        assert set(made.aspects.values()) == {"d"}
    made.start()
    changes.clear()
    for _ in run(made, 300):
        check_safe(made)
    t0 = changes[0][0]
    order = [(t - t0, a) for t, group, n, a in changes if group == "phase" and n == 2][:3]
    assert order == [(0, "fy"), (6000, "r"), (9000, "g")]


def test_forced_green_shows_as_the_conflict_that_it_is() -> None:
    made, _ = controller(four_arm(1, fixed=True))
    for _ in run(made, 100):
        pass
    made.forced.add(4)
    for _ in run(made, 1):
        pass
    assert not all(made.plan.compatible(4, other) for other in bright(made))
    assert made.state().alarms == ("conflict",)


def test_a_plan_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="each phase belongs into one ring"):
        Plan(1, False, (Phase(1, 50, 100),), (((1, 2),),))
