"""Vehicle scores under the rules of each set, worked out by hand."""

from typing import Any

import numpy as np
import pytest

from edge_agent.evaluation.labels import Box, Item, LabelError
from edge_agent.evaluation.rules import rules_of
from edge_agent.evaluation.sheet import Sheet
from edge_agent.evaluation.vehicles import VehicleScore
from edge_agent.vision.frame import Detections
from tests.evaluation.items import HANOI, HCMC, PICTURE, Told, crop, detections, frame, item

A: Box = (100, 300, 200, 400)
B: Box = (600, 300, 700, 400)
C: Box = (900, 500, 1000, 640)


def _report(*pairs: tuple[Item, Detections], sheet: Sheet | None = None) -> dict[str, Any]:
    score = VehicleScore(Told(*(found for _, found in pairs)), sheet)
    for one, _ in pairs:
        assert score.wants(one)
        score.add(one, PICTURE)
    return score.report(None, lambda _: False)


def test_a_class_that_is_wrong_is_right_for_any() -> None:
    report = _report(
        (frame(("car", A), ("bus", B)), detections(("car", 0.9, A), ("car", 0.8, B))),
    )
    assert report["overall"] == {
        "items": 1,
        "vehicles": 2,
        "ap50_any": 1.0,
        "ap50_car": 1.0,
        "ap50_bus": 0.0,
    }
    assert report["by_class"]["car"] == {"vehicles": 1, "ap50": 1.0}


def test_finer_classes_count_as_coarse_ones() -> None:
    report = _report(
        (
            frame(("minibus", A), ("light_truck", B)),
            detections(("bus", 0.9, A), ("tractor_trailer", 0.8, B)),
        )
    )
    assert report["overall"]["ap50_bus"] == 1.0
    assert report["overall"]["ap50_truck"] == 1.0


def test_a_class_is_scored_only_on_sets_that_have_it() -> None:
    report = _report(
        (frame(("truck", A), source="one"), detections(("truck", 0.5, A))),
        # The other set has no trucks: its false truck harms the score of any, not that of trucks.
        (frame(("car", B), source="two"), detections(("truck", 0.9, C), ("car", 0.8, B))),
    )
    assert report["overall"]["ap50_truck"] == 1.0
    assert report["overall"]["ap50_any"] == pytest.approx(2 / 3, abs=1e-4)
    assert "ap50_truck" not in report["by_source"]["two"]


def test_the_fixed_camera_of_the_south() -> None:
    low: Box = (300, 300, 330, 327.9)
    truth = frame(("motorbike", A), ("motorbike", low), source=HCMC)
    found = detections(
        ("bicycle", 0.3, A),  # all two-wheelers are motorbikes there
        ("car", 0.9, (500, 100, 560, 169)),  # ends above the line
        ("car", 0.9, (500, 400, 560, 427)),  # too low to have been labelled
        ("car", 0.9, (1200, 400, 1275, 500)),  # touches the margin of six pixels
        ("car", 0.9, (5, 400, 90, 500)),
        ("motorbike", 0.9, low),  # truth that is too low
    )
    report = _report((truth, found))
    assert report["overall"]["vehicles"] == 1
    assert report["overall"]["ap50_any"] == 1.0
    assert report["overall"]["ap50_motorbike"] == 1.0


@pytest.mark.parametrize(
    "box",
    [(500, 101, 560, 171), (500, 400, 560, 428.1), (1100, 400, 1273, 500), (6.5, 400, 90, 500)],
)
def test_just_beyond_its_rules_a_find_is_wrong(box: Box) -> None:
    found = detections(("car", 0.9, box), ("car", 0.8, A))
    assert _report((frame(("car", A), source=HCMC), found))["overall"]["ap50_any"] == 0.5


def test_truth_above_its_line_still_counts_there() -> None:
    high: Box = (500, 100, 560, 160)
    report = _report((frame(("car", high), source=HCMC), detections()))
    assert report["overall"] == {"items": 1, "vehicles": 1, "ap50_any": 0.0, "ap50_car": 0.0}


def test_regions_and_the_sky_of_junctions() -> None:
    above: Box = (100, 50, 200, 141)
    truth = frame(
        ("car", A),
        ("car", above),
        source=HANOI,
        scene="one",
        ignore=((600, 300, 800, 500),),
        ignore_above_y=142.0,
    )
    found = detections(
        ("car", 0.5, A),
        ("car", 0.9, above),
        ("car", 0.9, (300, 20, 380, 141.9)),  # above the row
        ("car", 0.9, (620, 320, 700, 420)),  # in the region
        ("bus", 0.9, (750, 320, 845, 420)),  # more than half in the region
    )
    report = _report((truth, found))
    assert report["overall"]["vehicles"] == 1
    assert report["overall"]["ap50_any"] == 1.0
    assert report["by_scene"]["one"]["ap50_any"] == 1.0


def test_less_than_half_in_a_region_is_wrong() -> None:
    truth = frame(("car", A), source=HANOI, ignore=((600, 300, 800, 500),))
    found = detections(("car", 0.9, (760, 320, 850, 420)), ("car", 0.5, A))
    assert _report((truth, found))["overall"]["ap50_any"] == 0.5


def test_trucks_have_no_score_of_their_own_at_junctions() -> None:
    report = _report((frame(("truck", A), source=HANOI), detections(("truck", 0.9, A))))
    assert report["overall"] == {"items": 1, "vehicles": 1, "ap50_any": 1.0}


def test_a_set_tells_its_own_rules() -> None:
    told = {"lowest": 50, "edge": 10, "same": {"bicycle": "motorbike"}, "unscored": ["bus"]}
    rules = rules_of(frame(("car", A), source="ours", rules=told))
    assert rules.told.same == {"bicycle": "motorbike"}
    boxes = np.array([A, (300, 300, 400, 349), (9, 300, 99, 400)], np.float64)
    assert rules.unjudged_truth(boxes).tolist() == [False, True, False]
    assert rules.forgiven(boxes, (1280, 720)).tolist() == [False, True, True]


@pytest.mark.parametrize("told", [{"lowest": "low"}, {"heights": 3}, {"same": ["a"]}])
def test_rules_that_nobody_understands_are_refused(told: dict[str, Any]) -> None:
    with pytest.raises(LabelError, match=r"labels\.jsonl:a\.jpg: rules"):
        rules_of(frame(rules=told))


def test_nothing_found_and_nothing_there() -> None:
    report = _report((frame(), detections()), (frame(("car", A)), detections()))
    assert report["overall"]["ap50_any"] == 0.0
    assert "ap50_any" not in _report((frame(), detections(("car", 1, A))))["overall"]


def test_seen_and_unseen_stand_apart() -> None:
    score = VehicleScore(Told(detections(("car", 0.9, A)), detections()))
    for scene in ("known", "new"):
        score.add(frame(("car", A), scene=scene), PICTURE)
    report = score.report(lambda one: one.scene == "known", lambda one: one.scene == "new")
    assert report["seen"]["ap50_any"] == 1.0
    assert report["unseen"]["ap50_any"] == 0.0
    assert report["disputed"]["items"] == 1


def test_a_vehicle_that_the_label_lacks_costs_nothing_where_disputes_are_left_out() -> None:
    score = VehicleScore(
        Told(detections(("car", 0.9, B), ("car", 0.8, A)), detections(("car", 0.7, B))),
        unlabelled=lambda one: np.array([B] if one.scene == "lacking" else []).reshape(-1, 4),
    )
    score.add(frame(("car", A), scene="lacking"), PICTURE)
    score.add(frame(scene="whole"), PICTURE)
    report = score.report(lambda _: False, lambda _: False)
    assert report["overall"]["ap50_car"] == 0.5
    for without in ("without_disputed", "unseen_without_disputed"):
        assert report[without] == {"items": 2, "vehicles": 1, "ap50_any": 1.0, "ap50_car": 1.0}
    assert "disputed" not in report


def test_without_a_dispute_nothing_is_told_of_it() -> None:
    report = _report((frame(("car", A)), detections(("car", 0.9, A))))
    assert not {"disputed", "without_disputed"} & report.keys()


def test_failures_come_onto_the_sheet_and_the_picture_stays_as_it_is() -> None:
    sheet, before = Sheet(), PICTURE.copy()
    _report(
        (frame(("car", A)), detections(("car", 0.9, A))),
        (frame(("car", A)), detections(("car", 0.9, B))),
        sheet=sheet,
    )
    assert sheet.added == 1
    assert (before == PICTURE).all()


def test_only_labelled_frames_are_wanted() -> None:
    assert not VehicleScore.wants(crop("30A12345"))
    assert not VehicleScore.wants(item())
    assert VehicleScore.wants(frame())
