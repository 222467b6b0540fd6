"""Pictures of a moment, asked of a real child that watches a simulated camera."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_agent.device.pictures import Wanted
from edge_agent.door import call
from edge_agent.errors import Cause, DeviceError
from tests.drivers.camera.kit import Heard, driver, settings, until
from tests.simulators.camera.kit import camera

LINE = {"main": (0.5, 0.0, 0.5, 1.0)}


@pytest.mark.slow
async def test_the_frames_around_a_crossing_can_be_had_while_the_camera_lives(
    tmp_path: Path,
) -> None:
    heard = Heard()
    async with camera(flow=500) as cam:
        own = driver(settings(cam.url, lines=LINE), heard)
        own._context = replace(own._context, pictures_s=8.0, window=tmp_path)
        with pytest.raises(DeviceError):
            await own.pictures(Wanted({}), 1.0)
        task = asyncio.create_task(own.run(heard.readings.append), name="driver")
        try:
            await until(lambda: len(heard.of("crossing")) >= 2, 30)
            crossing = heard.of("crossing")[-1]
            at = crossing.at.mono_ns
            await asyncio.sleep(1.2)
            wanted = Wanted({"before": at - 10**9, "at": at, "after": at + 10**9, "never": 1})
            pictures = {picture.name: picture for picture in await own.pictures(wanted, 3.0)}
            seen = await call(tmp_path, "view-cam1.sock", 5.0)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    assert set(pictures) == {"before", "at", "after"}
    for name, picture in pictures.items():
        assert picture.at is not None
        assert abs(picture.at.mono_ns - wanted.moments[name]) < 4e8
        pixels = cv2.imdecode(np.frombuffer(picture.data, np.uint8), cv2.IMREAD_COLOR)
        assert pixels is not None
        assert pixels.shape[1::-1] == picture.size == (320, 180)
    assert pictures["at"].at is not None
    assert abs(pictures["at"].at.mono_ns - at) < 1.2e8, "the frame of the crossing itself"
    assert crossing.track in {vehicle.track for vehicle in pictures["at"].vehicles}
    head, _, jpeg = seen.partition(b"\n")
    told = json.loads(head)
    assert told["masked"] is True
    assert list(told["lines"]) == ["main"]
    assert 0 <= told["age_ms"] < 2000
    shown = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert list(shown.shape[1::-1]) == told["size"] == [320, 180]
    with pytest.raises(DeviceError) as caught:
        await own.pictures(Wanted({"at": at}), 1.0)
    assert caught.value.cause is Cause.GONE
