"""A large JPEG becomes a small one, where OpenCV is installed; without it small ones pass."""

_WIDTH = 480
_QUALITY = 72
_SMALL_BYTES = 60_000


def thumbnail(jpeg: bytes) -> bytes | None:
    """At most 480 pixels wide; None when it is no picture, or too large and cannot be shrunk."""
    try:
        import cv2  # noqa: PLC0415 - a centre, or a unit without cameras, may not have it
        import numpy as np  # noqa: PLC0415 - comes with it
    except ImportError:
        is_jpeg = jpeg.startswith(b"\xff\xd8")
        return jpeg if is_jpeg and len(jpeg) <= _SMALL_BYTES else None
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        return None
    height, width = picture.shape[:2]
    if width > _WIDTH:
        size = (_WIDTH, max(1, round(height * _WIDTH / width)))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    done, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return bytes(packed) if done else None
