import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.provision import colours, heat, tickets, weighing
from edge_agent.provision.record import write
from edge_agent.provision.tickets import Ticket
from edge_agent.provision.visit import Observed, StepFailed, Visit
from edge_agent.provision.walking import walking
from tests.provision.kit import GROUND, NOW_MS, OBSERVED, SCRIPT, visit


def rows(*gross: int) -> list[dict[str, Any]]:
    return [
        {"device": "w", "at_ms": NOW_MS + 10_000 * n, "lane": "1", "gross_kg": g, "axles_kg": []}
        for n, g in enumerate(gross)
    ]


def known(*gross: int, lane: str = "1") -> list[Ticket]:
    return [
        Ticket(at_ms=NOW_MS + 10_000 * n + 400, lane=lane, gross_kg=g) for n, g in enumerate(gross)
    ]


def test_errors_by_hand() -> None:
    told = weighing.judged(rows(10_300, 9_900, 20_000), known(10_000, 10_000, 20_000))
    assert told["gross"] == {
        "count": 3, "mean_permille": 7, "deviation_permille": 21, "worst_permille": 30,
    }  # fmt: skip
    assert told["class"] == "A(5)"


def test_another_lane_or_time_is_another_vehicle() -> None:
    assert weighing.judged(rows(10_000), known(10_000, lane="2"))["matched"] == 0
    late = [Ticket(at_ms=NOW_MS + tickets.NEAR_MS + 1, lane="1", gross_kg=1)]
    assert weighing.judged(rows(10_000), late)["matched"] == 0


@pytest.mark.parametrize(
    ("worst", "name"),
    [(50, "A(5)"), (51, "B+(7)"), (100, "B(10)"), (150, "C(15)"), (200, "D+(20)"), (251, "")],
)
def test_classes_from_both_sides(worst: int, name: str) -> None:
    assert weighing.class_of([0, -worst]) == name


@given(st.lists(st.integers(-400, 400), max_size=8))
def test_more_errors_never_make_a_better_class(errors: list[int]) -> None:
    order = ["", "D(25)", "D+(20)", "C(15)", "B(10)", "B+(7)", "A(5)"]
    ranks = [order.index(weighing.class_of(errors[: n + 1])) for n in range(len(errors))]
    assert ranks == sorted(ranks, reverse=True)


def drawn(folder: Path, script: dict[str, Any], observed: Observed = OBSERVED) -> Visit:
    """A visit whose live test is done."""
    one = visit(folder, script=script)
    devices = {"cam1": "camera", "etc1": "etc_llrp", "wim1": "wim_modbus", "ctl1": "signal_ntcip"}
    one.record.done("draft", {"facts": {"devices": devices}})
    write(
        one.record.folder / "observed.json", {f: getattr(observed, f) for f in observed.__slots__}
    )
    return one


def lines_of(file: Path, rows: list[dict[str, Any]]) -> str:
    file.write_text("\n".join(map(json.dumps, rows)))
    return str(file)


async def test_a_tag_is_seen_n_of_m_times(tmp_path: Path) -> None:
    passes = [{"at_ms": NOW_MS + 5000 * n, "antenna": 1, "epc": "e200ab12"} for n in range(4)]
    file = lines_of(tmp_path / "passes.jsonl", passes)
    result = await walking(drawn(tmp_path, {**SCRIPT, "walk": {"passes": file}}))
    assert result.state == "doubtful"
    assert result.facts["antennas"] == {"1": {"seen": 3, "of": 4}}
    assert "E200AB12" not in json.dumps(result.as_json())


async def test_scales_against_tickets(tmp_path: Path) -> None:
    rows = [
        {"at_ms": NOW_MS + 1000 * n, "lane": "1", "gross_kg": 10_000, "axles_kg": [4000, 6000]}
        for n in range(5)
    ]
    script = {**SCRIPT, "weigh": {"tickets": lines_of(tmp_path / "t.jsonl", rows)}}
    result = await weighing.weighing(drawn(tmp_path, script))
    assert (result.state, result.facts["stations"]["wim1"]["class"]) == ("ok", "A(5)")
    assert result.facts["stations"]["wim1"]["axles"]["count"] == 10


@pytest.mark.parametrize(
    "line", ["{", '{"at_ms": 1}', "[]", '{"at_ms": 1, "lane": "1", "gross_kg": -4}']
)
async def test_a_wrong_ticket_is_told_with_its_line(tmp_path: Path, line: str) -> None:
    file = tmp_path / "t.jsonl"
    file.write_text(f'{{"at_ms": 1, "lane": "1", "gross_kg": 9}}\n{line}\n')
    with pytest.raises(StepFailed, match=r"t\.jsonl:2"):
        tickets.tickets(str(file))


async def test_colours_are_compared_over_three_cycles(tmp_path: Path) -> None:
    seen = [
        {"at_ms": NOW_MS + 10_000 * n + 300, "phase": 1, "colour": "rg"[n % 2]} for n in range(8)
    ]
    result = await colours.colours(drawn(tmp_path, {**SCRIPT, "colours": {"ctl1": seen}}))
    agreed = {"agreed": 8, "of": 8, "cycles": 4, "late_ms": 300}
    assert (result.state, result.facts["ctl1"]) == ("ok", agreed)
    wrong = [row | {"colour": "y"} for row in seen]
    other = drawn(tmp_path / "b", {**SCRIPT, "colours": {"ctl1": wrong}})
    assert (await colours.colours(other)).state == "doubtful"


def plain(folder: Path) -> Path:
    file = folder / "cam.png"
    cv2.imwrite(str(file), np.full((360, 640, 3), 90, np.uint8))
    return file


def test_points_that_agree_and_one_that_does_not(tmp_path: Path) -> None:
    good = heat.calibrate(plain(tmp_path), tmp_path / "out.png", GROUND)
    assert (good.points, good.error_px, good.error_mm) == (4, 0, 0)
    assert cv2.imread(str(tmp_path / "out.png")).shape == (360, 640, 3)  # type: ignore[union-attr]
    # The middle of the picture's lower edge lies 3.5 m across; 1 m aside is a mistake.
    more = [*GROUND, [0.5, 0.9, 3.5, 0], [0.5, 0.9, 4.5, 0]]
    bad = heat.calibrate(plain(tmp_path), tmp_path / "out.png", more)
    assert bad.error_mm > 200
    assert bad.error_px > 100


def test_plates_are_wider_where_the_road_is_nearer(tmp_path: Path) -> None:
    fit = heat.calibrate(plain(tmp_path), tmp_path / "out.png", GROUND)
    # 7 m span 0.6 of 640 pixels at the near edge: 0.19 m span 10.4 of them there.
    assert fit.plate_px[0] <= fit.plate_px[1] <= fit.plate_px[2]
    assert fit.plate_px[2] >= 10


def test_points_that_fix_nothing(tmp_path: Path) -> None:
    line = [[0.1, 0.1, 0, 0], [0.2, 0.2, 1, 1], [0.3, 0.3, 2, 2], [0.4, 0.4, 3, 3]]
    with pytest.raises(ValueError, match="one line"):
        heat.calibrate(plain(tmp_path), tmp_path / "out.png", line)
