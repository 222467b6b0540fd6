"""Incidents that a camera can show are sealed, too."""

import json

from edge_agent.clock import ManualClock
from edge_agent.contract.verdicts import Incident
from edge_agent.device.pictures import Picture, Wanted
from edge_agent.passage.heading import Heading
from tests.evidence import cases
from tests.evidence.cases import CROP, T0, picture
from tests.evidence.deskhouse import House


def incident(**changed: object) -> Incident:
    words: dict[str, object] = {
        "inc": "01JD", "kind": "debris", "state": "raised", "since": T0 - 20_000, "lane": "n1",
        "text": "An object lies on the road", "n": 1, "pic": CROP,
    }  # fmt: skip
    at = cases.moment()
    head = Heading("u1", ManualClock(utc_ms=T0, source="gnss")).of("n1", at)
    return Incident.model_validate(head | words | changed)


async def test_an_incident_is_sealed_with_what_cameras_show_of_it(house: House) -> None:
    house.camera.shows = [picture("at", 30), Picture(CROP, b"jpeg of the thing")]
    event = incident()
    house.desk.incident(event, ["cam1"], cases.moment())
    await house.pass_time(8)
    told = await house.sealed()
    assert (told.of, told.d, told.pics, told.why) == (event.id, "n1", 2, "")
    assert house.camera.asked[0] == Wanted({"at": cases.AT_NS}, (CROP,))
    package = house.package(told)
    roles = {file.name: file.role for file in package.manifest.files}
    assert roles == {
        "record.json": "record",
        "pictures.json": "pictures",
        "cam1-at.jpg": "frame-at",
        "cam1-close.jpg": "frame-close",
    }, "frames are what a copy that leaves has masked"
    about = package.manifest.about
    assert (about.kind, about.rule.id, about.facts["said"]) == (
        "debris", "incident", "An object lies on the road",
    )  # fmt: skip
    shown = json.loads(package.files["pictures.json"])
    assert not any(one["accused"] for each in shown for one in each.get("vehicles", ()))


async def test_an_incident_that_no_camera_sees_owes_no_package(house: House) -> None:
    house.desk.incident(incident(), [], cases.moment())
    assert house.desk.under_way == 0


async def test_a_camera_that_shows_nothing_of_an_incident_is_named(house: House) -> None:
    house.desk.incident(incident(pic=None, lane=None), ["cam9"], cases.moment())
    await house.pass_time(8)
    told = await house.sealed()
    assert (told.pics, told.why) == (0, "without cam9: it shows no pictures now")
