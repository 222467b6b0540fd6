"""Runs under the system's Python: GStreamer's RTSP server shows a vehicle that passes.

Nothing of ours is imported, and nothing here by ours: x264 is under the GPL. A dark box crosses a
grey road from left to right in three seconds, for each viewer anew. The first line of output is the
URL; with ``--check`` the program only says by its exit code whether it could serve. A user and a
password come as two lines of standard input.
"""

import argparse
import sys

import gi  # type: ignore[import-not-found]

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # type: ignore[import-not-found] # noqa: E402

WIDTH, HEIGHT, FPS = 480, 272, 15
PASSING_S = 3
BOX_W, BOX_H = 64, 40
_GREY, _DARK, _NO_COLOUR = 150, 30, 128
_ENCODERS = {
    "x264enc": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 bitrate=800",
    "openh264enc": "openh264enc gop-size=15 bitrate=800000",
}


class Road(GstRtspServer.RTSPMediaFactory):  # type: ignore[misc]
    """One passing vehicle after another, encoded as a camera would."""

    def __init__(self, encoder: str) -> None:
        super().__init__()
        self.set_launch(
            "( appsrc name=road format=time is-live=true block=true"
            f" caps=video/x-raw,format=I420,width={WIDTH},height={HEIGHT},framerate={FPS}/1"
            f" ! {_ENCODERS[encoder]} ! video/x-h264,profile=baseline"
            " ! rtph264pay name=pay0 pt=96 config-interval=1 )"
        )

    def do_configure(self, media: GstRtspServer.RTSPMedia) -> None:
        """Called by the server for every new media."""
        media.get_element().get_by_name("road").connect("need-data", Passing())


class Passing:
    """Gives one picture after another to one viewer."""

    def __init__(self) -> None:
        self._shown = 0

    def __call__(self, source: Gst.Element, _wanted: int) -> None:
        """Called by GStreamer when it has nothing left to show."""
        buffer = Gst.Buffer.new_wrapped(picture(self._shown))
        buffer.pts = self._shown * Gst.SECOND // FPS
        buffer.duration = Gst.SECOND // FPS
        self._shown += 1
        source.emit("push-buffer", buffer)


def picture(number: int) -> bytes:
    """I420: the plane of light, then two of colour at half the size."""
    plane = bytearray([_GREY]) * (WIDTH * HEIGHT)
    passing = PASSING_S * FPS
    left = (number % passing) * (WIDTH + BOX_W) // passing - BOX_W
    first, last = max(0, left), min(WIDTH, left + BOX_W)
    for row in range((HEIGHT - BOX_H) // 2, (HEIGHT + BOX_H) // 2):
        start = row * WIDTH
        plane[start + first : start + last] = bytes([_DARK]) * (last - first)
    return bytes(plane) + bytes([_NO_COLOUR]) * (WIDTH * HEIGHT // 2)


def lock(server: GstRtspServer.RTSPServer, road: Road, user: str, password: str) -> None:
    """Only this user may watch, by Digest."""
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "viewer")
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    auth.add_digest(user, password, token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    for right in ("media.factory.access", "media.factory.construct"):
        permissions.add_permission_for_role("viewer", right, True)
    road.set_permissions(permissions)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", default="0")
    parser.add_argument("--digest", action="store_true", help="ask for a user")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    Gst.init(None)
    here = [name for name in _ENCODERS if Gst.ElementFactory.find(name)]
    if args.check or not here:
        return 0 if here else 1
    server = GstRtspServer.RTSPServer(address="127.0.0.1", service=args.port)
    road = Road(here[0])
    if args.digest:
        lock(server, road, *sys.stdin.read().splitlines())
    server.get_mount_points().add_factory("/gst", road)
    if server.attach(None) == 0:
        return 1
    sys.stdout.write(f"rtsp://127.0.0.1:{server.get_bound_port()}/gst\n")
    sys.stdout.flush()
    GLib.MainLoop().run()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
