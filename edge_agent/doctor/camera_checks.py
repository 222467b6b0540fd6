"""Checks of a camera's picture: is it there, sharp, well lit, near enough, and still aimed."""

from edge_agent.device.view import Glance
from edge_agent.doctor.check import OFFLINE, Check, Seen, Words
from edge_agent.doctor.facts import DeviceFacts

_SHARP = 40.0
_DARK, _BRIGHT = 25.0, 230.0
_CLIPPED = 300
_PLATE_PX = 48
_MOVED = 0.02
_FRAMES = 0.7


def _of(device: DeviceFacts) -> Glance | Seen:
    if device.picture is None:
        return Seen(None, OFFLINE)
    if device.picture.trouble:
        return Seen(None, "there is no picture")
    return device.picture


def _decodes(device: DeviceFacts) -> Seen:
    picture = device.picture
    if picture is None:
        return Seen(None, OFFLINE)
    if picture.trouble:
        return Seen(False, picture.trouble)
    size = "" if picture.size is None else f" of {picture.size[0]}x{picture.size[1]}"
    rate = "" if picture.fps is None else f", {picture.fps:.0f} a second"
    good = picture.frames >= _FRAMES * picture.asked
    return Seen(good, f"{picture.frames} of {picture.asked} frames{size}{rate}")


def _sharp(device: DeviceFacts) -> Seen:
    picture = _of(device)
    if isinstance(picture, Seen) or picture.sharp is None:
        return picture if isinstance(picture, Seen) else Seen(None, "not measured")
    return Seen(picture.sharp >= _SHARP, f"{picture.sharp:.0f}, {_SHARP:.0f} is enough")


def _lit(device: DeviceFacts) -> Seen:
    picture = _of(device)
    if isinstance(picture, Seen) or picture.light is None:
        return picture if isinstance(picture, Seen) else Seen(None, "not measured")
    good = _DARK <= picture.light <= _BRIGHT and (picture.clipped or 0) <= _CLIPPED
    return Seen(good, f"mean {picture.light:.0f} of 255, {picture.clipped} ‰ clipped")


def _near(device: DeviceFacts) -> Seen:
    picture = _of(device)
    if isinstance(picture, Seen):
        return picture
    if not device.reads_plates:
        return Seen(None, "it reads no plates")
    if picture.plate_px is None:
        return Seen(None, "no ground marks: calibrate the camera")
    return Seen(picture.plate_px >= _PLATE_PX, f"{picture.plate_px} pixels wide on the line")


def _aimed(device: DeviceFacts) -> Seen:
    picture = _of(device)
    if isinstance(picture, Seen):
        return picture
    if not picture.remembered:
        return Seen(None, "never remembered: run `edge-agent doctor --remember` when it is aimed")
    if picture.shift is None:
        return Seen(False, "nothing of the remembered picture is recognised")
    return Seen(picture.shift <= _MOVED, f"{100 * picture.shift:.1f} % of the width")


CHECKS: tuple[Check[DeviceFacts], ...] = (
    Check(
        "decodes", "devices", "error", _decodes,
        Words(
            "Pictures come and can be decoded.",
            "Check address, user and stream; use H.264 and a key frame each second.",
        ),
        Words(
            "Có hình và giải mã được.",
            "Kiểm tra địa chỉ, người dùng và luồng; dùng H.264, mỗi giây một khung khóa.",
        ),
    ),
    Check(
        "sharp", "devices", "warning", _sharp,
        Words(
            "The picture is sharp enough to read.",
            "Clean the glass, then focus on the counting line, by day and by night.",
        ),
        Words(
            "Hình đủ nét để đọc.",
            "Lau kính, rồi chỉnh nét vào vạch đếm, cả ngày và đêm.",
        ),
    ),
    Check(
        "exposed", "devices", "warning", _lit,
        Words(
            "Neither too dark nor too bright.",
            "Set a shutter of 1/500 s or shorter, then gain; check the lamp and the sun.",
        ),
        Words(
            "Không quá tối, không quá sáng.",
            "Đặt tốc độ màn trập 1/500 s hoặc nhanh hơn, rồi độ lợi; kiểm tra đèn và nắng.",
        ),
    ),
    Check(
        "plate-size", "devices", "warning", _near,
        Words(
            "A motorbike's plate is wide enough to be read where it crosses the line.",
            "Zoom in, move the line nearer, or use the stream of full size.",
        ),
        Words(
            "Biển số xe máy đủ rộng để đọc tại vạch.",
            "Phóng to, dời vạch lại gần, hoặc dùng luồng kích thước đầy đủ.",
        ),
    ),
    Check(
        "aimed", "devices", "error", _aimed,
        Words(
            "It looks where it looked when it was put into service.",
            "Aim it again, or draw lines and ground anew and run `doctor --remember`.",
        ),
        Words(
            "Camera vẫn hướng như lúc nghiệm thu.",
            "Chỉnh lại hướng, hoặc vẽ lại vạch và chạy `doctor --remember`.",
        ),
    ),
)  # fmt: skip
"""Beside those of every device."""
