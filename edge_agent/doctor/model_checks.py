"""Checks of the networks that find and read: present, and what they claim to be."""

from edge_agent.doctor.check import Check, Seen, Words
from edge_agent.doctor.facts import Facts


def _installed(facts: Facts) -> Seen:
    if not any(device.kind == "camera" for device in facts.devices):
        return Seen(None, "there is no camera")
    return Seen(facts.models is not None, "yes" if facts.models is not None else "no")


def _sound(name: str, facts: Facts) -> Seen:
    if facts.models is None:
        return Seen(None, "not installed")
    if name not in facts.models:
        return Seen(False, "missing in the manifest")
    return Seen(not facts.models[name], facts.models[name] or "sound")


def _row(name: str, what_en: str, what_vi: str) -> Check[Facts]:
    return Check(
        f"model-{name}", "models", "error", lambda facts: _sound(name, facts),
        Words(
            f"{what_en} is there, with the digest, shapes and classes that its manifest says.",
            "`edge-agent models verify` says what is wrong; install this software's package anew.",
        ),
        Words(
            f"{what_vi} có mặt, đúng mã băm, kích thước và lớp như bản kê.",
            "`edge-agent models verify` nêu lỗi; cài lại gói phần mềm.",
        ),
    )  # fmt: skip


CHECKS: tuple[Check[Facts], ...] = (
    Check(
        "vision-installed", "models", "error", _installed,
        Words(
            "Cameras need the vision part of this software.",
            "Install it: `pip install edge-agent[vision]`.",
        ),
        Words("Camera cần phần nhận dạng của phần mềm.", "Cài: `pip install edge-agent[vision]`."),
    ),
    _row("detector", "The network that finds vehicles", "Mô hình tìm xe"),
    _row("finder", "The network that finds plates", "Mô hình tìm biển số"),
    _row("reader", "The network that reads plates", "Mô hình đọc biển số"),
)  # fmt: skip
