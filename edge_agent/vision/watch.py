"""What is wrong with a camera's picture: one object that a pipeline steps and asks."""

from collections.abc import Iterator
from dataclasses import dataclass

from edge_agent.vision.frame import Grey
from edge_agent.vision.watching.life import Life, LifeSettings
from edge_agent.vision.watching.tamper import Tamper, TamperSettings


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that may be wrong.

    Attributes:
        code: Of the condition.
        active: Whether it is so.
        text: What is wrong, for maintenance staff; "" while nothing is.
        do: What to do about it.
    """

    code: str
    active: bool
    text: str
    do: str


_NO_VIEW = {"covered", "blurred"}
_DO = {
    "picture-frozen": "power-cycle the camera; check its encoder settings",
    "picture-black": "check lens cover, iris, infrared lamp and cable",
    "picture-covered": "take away whatever is before the lens; look for vandalism",
    "picture-blurred": "clean the front glass, let it dry, then set the focus anew",
    "picture-moved": "turn the camera back and tighten its bracket, or draw its lines anew"
    " and restart",
}


class PictureWatch:
    """Pure state machine; its clock is the frames'.

    At most one thing is wrong at a time: of a black or frozen picture nothing else is said, and a
    bag over the lens is no frozen picture although nothing moves in it.
    """

    def __init__(
        self, life: LifeSettings | None = None, tamper: TamperSettings | None = None
    ) -> None:
        self._life = Life(life)
        self._tamper = Tamper(tamper)

    def step(self, t: float, picture: Grey) -> None:
        """Look at one frame, analysed size, ``t`` in seconds on the stream's own axis."""
        self._life.step(t, picture)
        if not self._life.black:
            self._tamper.step(t, picture)

    @property
    def frozen(self) -> bool | None:
        """Whether the picture stands still; None until that is known, as with the others."""
        life = self._life
        return life.frozen and not life.black and self._tamper.suspected not in _NO_VIEW

    @property
    def black(self) -> bool | None:
        """Whether there is no light at all."""
        return self._life.black

    @property
    def covered(self) -> bool | None:
        """Whether something is before the lens."""
        return self._tampered("covered")

    @property
    def blurred(self) -> bool | None:
        """Whether it is out of focus, or dirt or fog is on the lens."""
        return self._tampered("blurred")

    @property
    def moved(self) -> bool | None:
        """Whether the camera looks elsewhere than it did."""
        return self._tampered("moved")

    @property
    def blind(self) -> str:
        """Why nothing seen in this picture can be believed; "" while it can."""
        for verdict in self.verdicts():
            if verdict.active:
                return verdict.code.replace("-", " ")
        return ""

    def verdicts(self) -> Iterator[Verdict]:
        """All that are known."""
        known = {
            "picture-frozen": self.frozen,
            "picture-black": self.black,
            "picture-covered": self.covered,
            "picture-blurred": self.blurred,
            "picture-moved": self.moved,
        }
        for code, active in known.items():
            if active is not None:
                yield Verdict(code, active, self._text(code) if active else "", _DO[code])

    def _tampered(self, flaw: str) -> bool | None:
        if self._tamper.flaw is None:
            return None
        return self._tamper.flaw == flaw and not (self.frozen or self.black)

    def _text(self, code: str) -> str:
        match code:
            case "picture-frozen":
                return "the picture does not change"
            case "picture-black":
                return "the picture is black"
            case "picture-covered":
                return f"{self._tamper.bare:.0%} of the picture is covered"
            case "picture-blurred":
                return "the picture is blurred"
            case _:
                return self._moved_text()

    def _moved_text(self) -> str:
        shift = self._tamper.shift
        if shift is None:
            return "the camera looks at something else: its counting lines are wrong"
        pixels = round(shift * self._tamper.width)
        return (
            f"the camera moved by {pixels} of {self._tamper.width} pixels:"
            " its counting lines are wrong"
        )
