"""Checks of each device: is it there, does it answer, is it the right one, is what it says sane."""

from edge_agent.doctor.check import OFFLINE, Check, Seen, Words
from edge_agent.doctor.facts import DeviceFacts

_STALE_S = 120.0
_RESTARTS = 20


def _present(device: DeviceFacts) -> Seen:
    if not device.enabled:
        return Seen(None, "enabled = false")
    if device.present is None:
        return Seen(None, OFFLINE)
    return Seen(device.present, device.kind if device.present else device.detail or "not there")


def _stable(device: DeviceFacts) -> Seen:
    if device.stable_name is None:
        return Seen(None, "no serial port")
    return Seen(device.stable_name, "by id" if device.stable_name else "a bare /dev/tty… name")


def _answers(device: DeviceFacts) -> Seen:
    if not device.enabled:
        return Seen(None, "enabled = false")
    if device.answered is None:
        return Seen(None, OFFLINE)
    if device.answered:
        return Seen(True, "yes")
    return Seen(False, ": ".join(filter(None, (device.cause, device.detail))))


def _identity(device: DeviceFacts) -> Seen:
    if not device.answered:
        return Seen(None, "it does not answer")
    return Seen(True, device.identity or "it does not say")


def _protocol(device: DeviceFacts) -> Seen:
    if device.answered:
        return Seen(True, device.kind)
    if device.cause in ("protocol", "parse", "checksum"):
        return Seen(False, f"{device.cause}: {device.detail}")
    return Seen(None, "it does not answer")


def _speaks(device: DeviceFacts) -> Seen:
    if not device.answered:
        return Seen(None, "it does not answer")
    if device.good_ago_s is not None:
        return Seen(device.good_ago_s <= _STALE_S, f"{device.good_ago_s:.0f} s ago")
    if device.readings is None:
        return Seen(None, "it was not listened to")
    told = ", ".join(f"{n} {kind}" for kind, n in sorted(device.readings.items()))
    return Seen(True, told or "alive, nothing passed meanwhile")


def _plausible(device: DeviceFacts) -> Seen:
    if not device.answered:
        return Seen(None, "it does not answer")
    return Seen(not device.wrong, "; ".join(device.wrong) or "nothing wrong")


def _steady(device: DeviceFacts) -> Seen:
    if device.restarts is None:
        return Seen(None, "no agent is running")
    return Seen(device.restarts <= _RESTARTS, f"{device.restarts} restarts")


CHECKS: tuple[Check[DeviceFacts], ...] = (
    Check(
        "present", "devices", "error", _present,
        Words(
            "Its port or address is there.",
            "Check power and cable; for a serial port `ls -l /dev/serial/by-id`.",
        ),
        Words(
            "Cổng hoặc địa chỉ của nó có mặt.",
            "Kiểm tra nguồn và cáp; cổng nối tiếp: `ls -l /dev/serial/by-id`.",
        ),
    ),
    Check(
        "stable-name", "devices", "warning", _stable,
        Words(
            "Names such as /dev/ttyUSB0 change after a reboot.",
            "Use the name below /dev/serial/by-id or by-path in its url.",
        ),
        Words(
            "Tên như /dev/ttyUSB0 đổi sau khi khởi động lại.",
            "Dùng tên trong /dev/serial/by-id hoặc by-path ở url.",
        ),
    ),
    Check(
        "answers", "devices", "error", _answers,
        Words(
            "It answers within its deadline.",
            "`edge-agent probe DEVICE` shows the reason; check address, unit id, user, baud rate.",
        ),
        Words(
            "Nó trả lời đúng hạn.",
            "`edge-agent probe DEVICE` cho biết lý do; kiểm tra địa chỉ, mã, người dùng, tốc độ.",
        ),
    ),
    Check(
        "protocol", "devices", "error", _protocol,
        Words(
            "It speaks the protocol and the map that the site file says.",
            "Check `kind`, profile and map of the device; another model may be fitted.",
        ),
        Words(
            "Nó dùng đúng giao thức và bảng thanh ghi đã khai.",
            "Kiểm tra `kind`, profile và bảng thanh ghi; có thể đã lắp mẫu khác.",
        ),
    ),
    Check(
        "identity", "devices", "info", _identity,
        Words("Who it says it is.", ""),
        Words("Nó tự khai là gì.", ""),
    ),
    Check(
        "speaks", "devices", "warning", _speaks,
        Words(
            "Something useful comes from it.",
            "Let somebody drive past, or wait for a change; then `edge-agent try DEVICE`.",
        ),
        Words(
            "Có dữ liệu hữu ích từ nó.",
            "Cho xe chạy qua hoặc chờ thay đổi; rồi `edge-agent try DEVICE`.",
        ),
    ),
    Check(
        "plausible", "devices", "warning", _plausible,
        Words(
            "What it says can be true, and it reports no fault of its own.",
            "Mend what it names; `edge-agent try DEVICE` shows what it says now.",
        ),
        Words(
            "Dữ liệu của nó hợp lý và nó không tự báo lỗi.",
            "Khắc phục lỗi được nêu; `edge-agent try DEVICE` xem dữ liệu hiện tại.",
        ),
    ),
    Check(
        "steady", "devices", "warning", _steady,
        Words(
            "The agent rarely has to start it again.",
            "Look at power, cable and ground; `edge-agent status` has the last reason.",
        ),
        Words(
            "Tác tử hiếm khi phải nối lại.",
            "Xem nguồn, cáp và tiếp địa; `edge-agent status` có lý do lần cuối.",
        ),
    ),
)  # fmt: skip
"""For every device."""
