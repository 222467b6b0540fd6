"""Checks of the unit itself: its file, its agent, its box."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from edge_agent.doctor.check import NO_AGENT, Check, Seen, Words, above, below
from edge_agent.doctor.facts import Facts

_HOT = 800
_LOAD = 3000
_FREE_KB = 100_000
_DESCRIPTORS = 0.8


def _file(facts: Facts) -> Seen:
    if facts.settings is not None:
        return Seen(True, f"sound, fingerprint {facts.fingerprint}")
    first = facts.errors[0] if facts.errors else None
    where = f"{first.file}:{first.line}: {first.wrong}" if first else "cannot be read"
    return Seen(False, f"{len(facts.errors)} errors; {where}")


def _doubts(facts: Facts) -> Seen:
    if not facts.warnings:
        return Seen(True, "none")
    first = facts.warnings[0]
    return Seen(False, f"{len(facts.warnings)}; {first.file}:{first.line}: {first.wrong}")


def _agent(facts: Facts) -> Seen:
    now = facts.snapshot
    return Seen(now is not None, f"up {now.up_s} s, pid {now.pid}" if now else facts.no_agent)


def _in_force(facts: Facts) -> Seen:
    if facts.snapshot is None:
        return Seen(None, NO_AGENT)
    same = facts.snapshot.config == facts.fingerprint and not facts.snapshot.config_problems
    return Seen(same, f"in force {facts.snapshot.config}, file {facts.fingerprint}")


def _version(facts: Facts) -> Seen:
    if facts.snapshot is None:
        return Seen(None, NO_AGENT)
    return Seen(
        facts.snapshot.version == facts.version,
        f"running {facts.snapshot.version}, installed {facts.version}",
    )


def _test_mode(facts: Facts) -> Seen:
    on = facts.settings is not None and facts.settings.unit.test
    return Seen(not on, "on" if on else "off")


def _zone(facts: Facts) -> Seen:
    if facts.settings is None:
        return Seen(None, "the site file is broken")
    name = facts.settings.unit.timezone
    try:
        local = datetime.fromtimestamp(facts.now_ms / 1000, UTC).astimezone(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError):
        return Seen(False, f"{name} is not known here")
    return Seen(True, f"{local:%Y-%m-%d %H:%M:%S} {name}")


def _alarms(facts: Facts) -> Seen:
    if facts.snapshot is None:
        return Seen(None, NO_AGENT)
    serious = [alarm for alarm in facts.snapshot.alarms if alarm.severity == "critical"]
    words = ", ".join(f"{alarm.device} {alarm.code}" for alarm in serious)
    return Seen(not serious, words or "none")


def _memory(facts: Facts) -> Seen:
    free = facts.memory_free_kb
    return above(free, _FREE_KB, f"{(free or 0) // 1024} MB available")


def _heat(facts: Facts) -> Seen:
    heat = facts.figures.temperature
    return below(heat, _HOT, f"{(heat or 0) / 10:.0f} °C")


def _power(facts: Facts) -> Seen:
    slowed, low = facts.figures.slowed, facts.figures.under_voltage
    if slowed is None and low is None:
        return Seen(None, "not told here")
    words = ["supply too low"] if low else []
    words += ["held back"] if slowed else []
    return Seen(not words, ", ".join(words) or "runs freely")


def _load(facts: Facts) -> Seen:
    load = facts.figures.load_1m
    return below(load, _LOAD, f"{(load or 0) / 1000:.2f}")


def _descriptors(facts: Facts) -> Seen:
    process = facts.snapshot.process if facts.snapshot else None
    if process is None or process.fds is None or not process.fds_max:
        return Seen(None, NO_AGENT if process is None else "not measured here")
    return Seen(
        process.fds <= _DESCRIPTORS * process.fds_max, f"{process.fds} of {process.fds_max}"
    )


def _tables(facts: Facts) -> Seen:
    if facts.settings is None:
        return Seen(None, "the site file is broken")
    devices, lanes = len(facts.settings.device), len(facts.settings.lane)
    return Seen(devices > 0, f"{devices} devices, {lanes} lanes")


CHECKS: tuple[Check[Facts], ...] = (
    Check(
        "site-file", "unit", "error", _file,
        Words(
            "The site file says what this unit drives and where it sends.",
            "Run `edge-agent check` and mend each line that it names.",
        ),
        Words(
            "Tệp cấu hình cho biết thiết bị này điều khiển gì và gửi đi đâu.",
            "Chạy `edge-agent check` và sửa từng dòng được nêu.",
        ),
    ),
    Check(
        "site-file-doubts", "unit", "warning", _doubts,
        Words(
            "Things in the site file that work but are seldom meant.",
            "Run `edge-agent check` and look at its warnings.",
        ),
        Words(
            "Những điểm trong tệp cấu hình chạy được nhưng hiếm khi là chủ ý.",
            "Chạy `edge-agent check` và xem các cảnh báo.",
        ),
    ),
    Check(
        "devices-named", "unit", "error", _tables,
        Words(
            "A unit without devices measures nothing.",
            "Add a [device.<id>] table for each device; `edge-agent sample KIND` prints one.",
        ),
        Words(
            "Không khai báo thiết bị thì không đo được gì.",
            "Thêm bảng [device.<id>] cho từng thiết bị; `edge-agent sample KIND` in ra mẫu.",
        ),
    ),
    Check(
        "agent-running", "unit", "warning", _agent,
        Words(
            "The agent drives the devices and sends what they say.",
            "Start it: `systemctl start edge-agent`; then `journalctl -u edge-agent`.",
        ),
        Words(
            "Tác tử điều khiển thiết bị và gửi dữ liệu.",
            "Khởi động: `systemctl start edge-agent`; rồi xem `journalctl -u edge-agent`.",
        ),
    ),
    Check(
        "file-in-force", "unit", "error", _in_force,
        Words(
            "The agent runs on the file as it is now, not on an older one.",
            "If the file is sound, restart the agent; else mend it first: `edge-agent check`.",
        ),
        Words(
            "Tác tử đang chạy đúng tệp cấu hình hiện tại, không phải bản cũ.",
            "Tệp hợp lệ thì khởi động lại tác tử; nếu không hãy sửa: `edge-agent check`.",
        ),
    ),
    Check(
        "version", "unit", "warning", _version,
        Words(
            "After an upgrade the old version runs until a restart.",
            "Restart the agent: `systemctl restart edge-agent`.",
        ),
        Words(
            "Sau khi nâng cấp, bản cũ vẫn chạy cho đến khi khởi động lại.",
            "Khởi động lại tác tử: `systemctl restart edge-agent`.",
        ),
    ),
    Check(
        "test-mode", "unit", "warning", _test_mode,
        Words(
            "In test mode nothing enters the statistics.",
            "Set test = false in [unit] when the unit goes into service.",
        ),
        Words(
            "Ở chế độ thử, dữ liệu không được tính vào thống kê.",
            "Đặt test = false trong [unit] khi đưa vào vận hành.",
        ),
    ),
    Check(
        "time-zone", "unit", "warning", _zone,
        Words(
            "Times are shown to people in this zone; the wire is always UTC.",
            "Write a zone that exists, for example Asia/Ho_Chi_Minh, or install tzdata.",
        ),
        Words(
            "Giờ hiển thị theo múi giờ này; dữ liệu gửi đi luôn là UTC.",
            "Ghi múi giờ có thật, ví dụ Asia/Ho_Chi_Minh, hoặc cài tzdata.",
        ),
    ),
    Check(
        "critical-alarms", "unit", "error", _alarms,
        Words(
            "Alarms that the agent itself raises as critical.",
            "Run `edge-agent status`: each alarm says what to do.",
        ),
        Words(
            "Các báo động nghiêm trọng do tác tử phát ra.",
            "Chạy `edge-agent status`: mỗi báo động nêu việc cần làm.",
        ),
    ),
    Check(
        "memory", "unit", "warning", _memory,
        Words(
            "Memory that programs may still take; below 100 MB the kernel may stop one.",
            "See which program takes it (`top`); reduce cameras or their frame rate.",
        ),
        Words(
            "Bộ nhớ còn dùng được; dưới 100 MB hệ điều hành có thể dừng chương trình.",
            "Xem chương trình nào chiếm bộ nhớ (`top`); giảm số camera hoặc tốc độ khung hình.",
        ),
    ),
    Check(
        "temperature", "unit", "warning", _heat,
        Words(
            "Above 80 °C the processor slows down and ages.",
            "Clean the fan and the filter, give the cabinet shade; check cab sensors.",
        ),
        Words(
            "Trên 80 °C bộ xử lý chạy chậm và mau hỏng.",
            "Vệ sinh quạt và lưới lọc, che nắng tủ; kiểm tra cảm biến trong tủ.",
        ),
    ),
    Check(
        "power", "unit", "warning", _power,
        Words(
            "The processor is held back by heat, or by a supply that is too low.",
            "Measure the supply under load, replace it or its cable; clean the fan.",
        ),
        Words(
            "Bộ xử lý bị giảm tốc do nóng hoặc do nguồn yếu.",
            "Đo nguồn khi có tải, thay bộ nguồn hoặc dây; vệ sinh quạt.",
        ),
    ),
    Check(
        "load", "unit", "warning", _load,
        Words(
            "Work that waits for a processor; above 3 pictures are shed.",
            "Analyse fewer frames a second, use detector net-small, or take a stronger box.",
        ),
        Words(
            "Công việc chờ bộ xử lý; trên 3 thì khung hình bị bỏ bớt.",
            "Giảm số khung hình phân tích, dùng detector net-small, hoặc đổi máy mạnh hơn.",
        ),
    ),
    Check(
        "descriptors", "unit", "warning", _descriptors,
        Words(
            "Files and sockets that the agent holds open; it must not run out of them.",
            "Restart the agent and send a support bundle: something leaks.",
        ),
        Words(
            "Số tệp và kết nối tác tử đang mở; không được để cạn.",
            "Khởi động lại tác tử và gửi gói hỗ trợ: có rò rỉ tài nguyên.",
        ),
    ),
)  # fmt: skip
