from math import nan

import numpy as np

from edge_agent.device.readings import VehicleClass
from edge_agent.vision.frame import CLASSES, UNKNOWN
from edge_agent.vision.tracking.tracker import Tracks
from edge_agent.vision.vehicles import Vehicles

BIKE, CAR = CLASSES.index(VehicleClass.MOTORBIKE), CLASSES.index(VehicleClass.CAR)


def tracks(*those: tuple[int, dict[int, float], float], ended: tuple[int, ...] = ()) -> Tracks:
    """Track number, votes, stature."""
    votes = np.zeros((len(those), len(CLASSES)))
    for row, (_, given, _) in zip(votes, those, strict=True):
        for kind, weight in given.items():
            row[kind] = weight
    count = len(those)
    return Tracks(
        ids=np.array([track for track, _, _ in those], np.int64),
        boxes=np.tile([100.0, 100.0, 130.0, 150.0], (count, 1)),
        velocity=np.zeros((count, 2)),
        hits=np.full(count, 9),
        seen=np.ones(count, bool),
        confirmed=np.ones(count, bool),
        votes=votes,
        score=np.full(count, 0.8),
        stature=np.array([stature for _, _, stature in those]),
        ended=np.array(ended, np.int64),
    )


def taught() -> Vehicles:
    """By riders, and by cars a third higher."""
    vehicles = Vehicles((640, 360), "foot", None, 0)
    for track in range(100, 160):
        kind, stature = ((BIKE, 1.0), (CAR, 1.33))[track % 2]
        for step in range(8):
            tremble = 1 + 0.04 * ((step + track // 2) % 3 - 1)
            vehicles.see(step * 0.1, tracks((track, {kind: 5.0}, stature * tremble)))
    return vehicles


def test_a_rider_with_a_large_box_is_told_from_a_car_by_its_height() -> None:
    vehicles = taught()
    vehicles.see(1.0, tracks((1, {CAR: 3.0, BIKE: 1.5}, 1.0), (2, {CAR: 3.0, BIKE: 1.5}, 1.3)))
    assert vehicles[1].kind is VehicleClass.MOTORBIKE
    assert vehicles[2].kind is VehicleClass.CAR


def test_height_alone_makes_no_rider_of_a_car_that_is_half_hidden() -> None:
    vehicles = taught()
    vehicles.see(1.0, tracks((1, {CAR: 3.0, BIKE: 0.1}, 0.9)))
    assert vehicles[1].kind is VehicleClass.CAR


def test_who_is_not_measured_is_what_most_votes_say() -> None:
    vehicles = taught()
    vehicles.see(1.0, tracks((1, {CAR: 3.0, BIKE: 1.5}, nan)))
    assert vehicles[1].kind is VehicleClass.CAR
    assert vehicles[1].share == 3.0 / 4.5


def test_who_is_in_doubt_teaches_nothing() -> None:
    vehicles = taught()
    for step in range(3000):
        vehicles.see(2.0 + step, tracks((200 + step // 8, {CAR: 3.0, BIKE: 1.5}, 0.8)))
    vehicles.see(9e3, tracks((1, {CAR: 3.0, BIKE: 1.5}, 1.0)))
    assert vehicles[1].kind is VehicleClass.MOTORBIKE


def test_who_knows_nothing_says_nothing_against_who_does() -> None:
    vehicles = Vehicles((640, 360), "foot", None, 0)
    vehicles.see(0.0, tracks((1, {UNKNOWN: 9.0, BIKE: 0.5}, nan)))
    assert vehicles[1].kind is VehicleClass.MOTORBIKE
    assert vehicles[1].share > 0.99


def test_numbers_go_on_after_those_of_the_scene_before() -> None:
    vehicles = Vehicles((640, 360), "foot", None, 40)
    sights, ended = vehicles.see(0.0, tracks((3, {CAR: 1.0}, nan), ended=(2,)))
    assert [sight.track for sight in sights] == [43]
    assert (ended, vehicles.highest) == ([42], 43)
    vehicles.forget([43])
    assert 43 not in vehicles
