"""Checks of time: without it no event can be trusted, and no evidence holds."""

from edge_agent.clock import BUILD_EPOCH_MS
from edge_agent.doctor.check import NO_AGENT, Check, Seen, Words
from edge_agent.doctor.facts import Facts

_UNSURE_MS = 500
_EVIDENCE_MS = 100


def _set(facts: Facts) -> Seen:
    good = facts.now_ms >= BUILD_EPOCH_MS and facts.quality.source != "none"
    return Seen(good, f"{facts.now_ms} ms since 1970, by {facts.quality.source}")


def _disciplined(facts: Facts) -> Seen:
    return Seen(facts.quality.source in ("ntp", "gnss"), facts.quality.source)


def _uncertainty(limit_ms: int, facts: Facts) -> Seen:
    if facts.quality.source == "none":
        return Seen(None, "UTC is not set")
    return Seen(facts.quality.uncertainty_ms <= limit_ms, f"± {facts.quality.uncertainty_ms} ms")


def _steps(facts: Facts) -> Seen:
    if facts.snapshot is None:
        return Seen(None, NO_AGENT)
    steps = facts.snapshot.clock.steps
    return Seen(steps <= 1, f"{steps} since the agent started")


def _kept(facts: Facts) -> Seen:
    if facts.hardware_clock is None:
        return Seen(None, "not measured here")
    return Seen(facts.hardware_clock, "there" if facts.hardware_clock else "none: /dev/rtc0")


CHECKS: tuple[Check[Facts], ...] = (
    Check(
        "clock-set", "clock", "error", _set,
        Words(
            "UTC is plausible at all.",
            "Connect the NTP server or the GNSS receiver, or set it: `date -u -s …`.",
        ),
        Words(
            "Giờ UTC có hợp lý hay không.",
            "Nối máy chủ NTP hoặc bộ thu GNSS, hoặc đặt giờ: `date -u -s …`.",
        ),
    ),
    Check(
        "clock-source", "clock", "warning", _disciplined,
        Words(
            "Something keeps the clock right: NTP or GNSS; a clock that runs free drifts.",
            "Look at `chronyc sources`: name the province's NTP server in chrony.conf.",
        ),
        Words(
            "Đồng hồ được NTP hoặc GNSS giữ đúng; đồng hồ chạy tự do sẽ lệch.",
            "Xem `chronyc sources`; ghi máy chủ NTP của tỉnh vào chrony.conf.",
        ),
    ),
    Check(
        "clock-uncertainty", "clock", "warning", lambda facts: _uncertainty(_UNSURE_MS, facts),
        Words(
            "How far UTC may be off; within half a second readings of devices still match.",
            "Look at `chronyc tracking`: a nearer NTP server, a better network.",
        ),
        Words(
            "Sai số có thể của UTC; trong nửa giây dữ liệu các thiết bị vẫn khớp nhau.",
            "Xem `chronyc tracking`; dùng máy chủ NTP gần hơn, mạng tốt hơn.",
        ),
    ),
    Check(
        "clock-evidence", "clock", "info", lambda facts: _uncertainty(_EVIDENCE_MS, facts),
        Words(
            "Evidence for enforcement wants UTC within a tenth of a second.",
            "Use a GNSS receiver, or an NTP server in the same network.",
        ),
        Words(
            "Bằng chứng xử phạt cần UTC đúng trong 0,1 giây.",
            "Dùng bộ thu GNSS hoặc máy chủ NTP trong cùng mạng.",
        ),
    ),
    Check(
        "clock-steps", "clock", "warning", _steps,
        Words(
            "Jumps of UTC since the agent started; one at the start is normal.",
            "Let one program alone set the clock: chrony, and no other.",
        ),
        Words(
            "Số lần UTC nhảy từ khi tác tử chạy; một lần lúc đầu là bình thường.",
            "Chỉ để một chương trình chỉnh giờ: chrony.",
        ),
    ),
    Check(
        "hardware-clock", "clock", "warning", _kept,
        Words(
            "A clock with a battery keeps time over a power cut without a network.",
            "Fit a real-time clock, or accept wrong times after a power cut without network.",
        ),
        Words(
            "Đồng hồ có pin giữ giờ khi mất điện và không có mạng.",
            "Lắp đồng hồ thời gian thực, hoặc chấp nhận sai giờ sau khi mất điện.",
        ),
    ),
)  # fmt: skip
