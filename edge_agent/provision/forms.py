"""The steps of a visit in their order, and what each asks: one table for engine, page and tests.

Light on purpose: the page's process reads it and must not load what the steps need.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "yes", "choice", "file", "secret", "toml", "own"]
"""How it is typed. ``file``: the content of a small text file. ``secret``: stored beside, and
only a reference to it is kept. ``own``: the step's form gathers it from several fields."""


@dataclass(frozen=True, slots=True)
class Field:
    """A question of a step.

    Attributes:
        key: As the step asks it; also the name of its field.
        usual: What is taken when nothing is typed.
        needed: Nothing is taken instead.
    """

    key: str
    kind: Kind = "text"
    usual: str = ""
    needed: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A step.

    Attributes:
        en, vi: What it is called.
        auto: Questions that a page answers by its buttons, not by fields.
    """

    id: str
    en: str
    vi: str
    fields: tuple[Field, ...] = ()
    auto: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """All that the step may ask."""
        return (*(field.key for field in self.fields), *self.auto)


CONFIRM = "apply.confirm"
HOW = ("service", "manager", "process")
"""Ways to restart the agent; see ``service``."""

FORMS = (
    Form(
        "identity", "Identity", "Danh tính",
        (
            Field("technician"),
            Field("unit.province", needed=True),
            Field("unit.site", needed=True),
            Field("unit.id", needed=True),
            Field("unit.name"),
            Field("identity.certificate", "file"),
            Field("identity.authorities", "file"),
        ),
    ),
    Form("clock", "Clock", "Đồng hồ"),
    Form(
        "discovery", "Discovery", "Dò tìm thiết bị",
        (
            Field("search.net"),
            Field("search.user"),
            Field("search.password", "secret"),
            Field("search.announce", "yes", "y"),
            Field("search.serial"),
            Field("search.ports"),
            Field("search.units", usual="1-247"),
        ),
        ("search.take",),
    ),
    Form(
        "draft", "Site file", "Tệp cấu hình",
        (
            Field("device", "own"),
            Field("uplink", needed=True),
            Field("lane", "toml"),
            Field("more", "toml"),
        ),
    ),
    Form("live", "Live test", "Thử trực tiếp", (Field("live.seconds", "number", "60"),)),
    Form(
        "lanes", "Lanes and lines", "Làn và vạch",
        (Field("lanes.fresh", "yes", "y"), Field("lines", "own")),
    ),
    Form("calibration", "Camera calibration", "Hiệu chuẩn camera", (Field("ground", "own"),)),
    Form(
        "weighing", "Weigh-in-motion check", "Kiểm tra cân động", (Field("weigh.tickets", "own"),)
    ),
    Form("walking", "Toll tag walk test", "Thử thẻ thu phí", (Field("walk.passes", "file"),)),
    Form("colours", "Signal colours", "Màu đèn tín hiệu", (Field("colours", "own"),)),
    Form("dry-run", "Dry run", "Xem trước thay đổi", auto=("apply.agreed",)),
    Form(
        "apply", "Apply", "Áp dụng",
        (Field("apply.how", "choice", choices=("", *HOW)),),
        (CONFIRM,),
    ),
    Form("soak", "Soak", "Chạy thử", (Field("soak.seconds", "number", "600"),)),
    Form("acceptance", "Acceptance", "Nghiệm thu"),
)  # fmt: skip

IDS = tuple(form.id for form in FORMS)


def form_of(step: str) -> Form:
    """The row of a step; raises KeyError."""
    return {form.id: form for form in FORMS}[step]
