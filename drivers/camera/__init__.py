"""Cameras: RTSP, USB (V4L2) and recordings, watched by a child process each."""

from edge_agent.device.driver import DriverKind
from edge_agent.drivers.camera.discover import DISCOVERY
from edge_agent.drivers.camera.driver import CameraDriver
from edge_agent.drivers.camera.settings import CameraSettings, check, claims, offers, present
from edge_agent.drivers.camera.view import view

KIND = DriverKind(
    name="camera",
    summary="RTSP, USB or recorded camera: vehicles counted at lines and in zones",
    settings=CameraSettings,
    build=CameraDriver,
    claims=claims,
    check=check,
    offers=offers,
    present=present,
    view=view,
    discovery=DISCOVERY,
)
