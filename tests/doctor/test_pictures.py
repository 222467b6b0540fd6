from pathlib import Path

import cv2
import numpy as np

from edge_agent.device.view import View
from edge_agent.doctor.pictures import look_all


async def test_cameras_are_looked_through_by_processes_of_their_own(tmp_path: Path) -> None:
    film = tmp_path / "street.avi"
    out = cv2.VideoWriter(str(film), cv2.VideoWriter.fourcc(*"MJPG"), 10, (640, 360))
    for _ in range(30):
        out.write(np.full((360, 640, 3), 90, np.uint8))
    out.release()
    views = {"cam1": View(f"file://{film}"), "cam2": View(f"file://{tmp_path}/none.mp4")}
    seen = await look_all(views, tmp_path, remember=False)
    assert (seen["cam1"].frames, seen["cam1"].size) == (25, (640, 360))
    assert seen["cam2"].trouble
