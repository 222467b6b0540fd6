"""Pictures on request: what a device that makes pictures can still show of a moment.

The parent asks over the child's stdin, one line of JSON; the child answers on stdout in pieces
small enough for its other lines to pass between them.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Protocol, runtime_checkable

from edge_agent.clock import Stamp
from edge_agent.device.sights import VehicleClass

PIECE = 36_000
"""Bytes of a picture in one line: 48 000 characters."""
MOST = 32_000_000
"""Bytes that an answer may have."""

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to show.

    Attributes:
        moments: Monotonic time of each frame that is wanted, ns, by a name of one's own.
        crops: SHA-256 of plates' pictures, as ``Plate.picture`` tells.
    """

    moments: Mapping[str, int]
    crops: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InPicture:
    """A vehicle that the tracker had in a frame: box in pixels of the picture, x1, y1, x2, y2."""

    track: int
    vehicle: VehicleClass
    box: Box


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG as the device made it.

    Attributes:
        name: Under which it was wanted: the moment's name, or the crop's digest.
        at: When it was taken; None for a crop.
        size: Width and height, pixels; (0, 0) for a crop.
        vehicles: Who was in it, as far as the tracker knew.
    """

    name: str
    data: bytes
    at: Stamp | None = None
    size: tuple[int, int] = (0, 0)
    vehicles: tuple[InPicture, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the JPEG."""
        return sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Masked:
    """A picture in which other people cannot be recognised.

    Attributes:
        vehicles: Others' that were masked whole.
        plates: Others' that were masked.
        accused: Whether the vehicle that it is about was known in it; if not, all are masked.
    """

    jpeg: bytes
    vehicles: int
    plates: int
    accused: bool


@runtime_checkable
class Photographer(Protocol):
    """A device that keeps pictures of the last seconds."""

    async def pictures(self, wanted: Wanted, deadline_s: float) -> Sequence[Picture]:
        """What it can show; what it has no more is left out.

        Raises:
            DeviceError: It is not there, or did not answer in time.
        """


def question(wanted: Wanted) -> dict[str, Any]:
    """For the child."""
    return {"moments": dict(wanted.moments), "crops": list(wanted.crops)}


def asked(line: Mapping[str, Any]) -> Wanted:
    """What ``question`` wrote.

    Raises:
        ValueError: It is something else.
    """
    try:
        moments = {str(name): int(at) for name, at in line["moments"].items()}
        return Wanted(moments, tuple(map(str, line["crops"])))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError("not a request for pictures") from error


def pieces(pictures: Iterable[Picture]) -> Iterator[dict[str, Any]]:
    """Lines of an answer; the last one says that it is."""
    for picture in pictures:
        head: dict[str, Any] = {"name": picture.name, "size": picture.size}
        if picture.at is not None:
            head["at"] = [picture.at.utc_ms, picture.at.mono_ns, picture.at.spread_ms]
        head["vehicles"] = [(one.track, one.vehicle.value, one.box) for one in picture.vehicles]
        for start in range(0, max(1, len(picture.data)), PIECE):
            part = picture.data[start : start + PIECE]
            yield head | {"data": b64encode(part).decode()}
            head = {"name": picture.name}
    yield {"end": True}


@dataclass
class Answer:
    """Puts the pieces of an answer together.

    Attributes:
        complete: Whether the last piece has come.
    """

    complete: bool = False
    _heads: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _data: dict[str, bytearray] = field(default_factory=dict)
    _bytes: int = 0

    def take(self, piece: Mapping[str, Any]) -> None:
        """The next piece.

        Raises:
            ValueError: It is none, or the answer is larger than any may be.
        """
        if piece.get("end") is True:
            self.complete = True
            return
        try:
            name, data = str(piece["name"]), b64decode(piece["data"], validate=True)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError("not a piece of a picture") from error
        self._bytes += len(data)
        if self._bytes > MOST:
            raise ValueError(f"an answer of more than {MOST} bytes")
        self._heads.setdefault(name, piece)
        self._data.setdefault(name, bytearray()).extend(data)

    def pictures(self) -> list[Picture]:
        """What came.

        Raises:
            ValueError: A head means nothing.
        """
        return [_picture(name, head, self._data[name]) for name, head in self._heads.items()]


def _picture(name: str, head: Mapping[str, Any], data: bytearray) -> Picture:
    try:
        width, height = head["size"]
        vehicles = tuple(
            InPicture(int(track), VehicleClass(vehicle), _box(box))
            for track, vehicle, box in head["vehicles"]
        )
        at = Stamp(*map(int, head["at"])) if "at" in head else None
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("not the head of a picture") from error
    return Picture(name, bytes(data), at, (int(width), int(height)), vehicles)


def _box(box: Sequence[Any]) -> Box:
    x1, y1, x2, y2 = map(int, box)
    return x1, y1, x2, y2
