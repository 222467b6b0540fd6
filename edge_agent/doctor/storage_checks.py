"""Checks of where events wait for the centre, and of what carries them over a power cut."""

from edge_agent.doctor.check import NO_AGENT, UNKNOWN, Check, Seen, Words, above, below
from edge_agent.doctor.facts import Facts

_MB = 1_000_000
_FREE = 500 * _MB
_INODES = 1000
_FSYNC_MS = 500.0
_HOURS = 24.0
_WAITING_MS = 15 * 60_000
_DAILY = 2_000 * _MB
_LIFE, _SPARES = 90, 80


def _folder(facts: Facts) -> Seen:
    state = facts.state
    if state.mode is None:
        return Seen(False, f"{state.path}: {state.trouble or 'is not there'}")
    return Seen(not state.trouble, state.trouble or f"{state.path} can be written")


def _read_only(facts: Facts) -> Seen:
    if facts.state.mode is None:
        return Seen(None, "there is no such folder")
    return Seen(not facts.state.read_only, "read-only" if facts.state.read_only else "read-write")


def _durable(facts: Facts) -> Seen:
    took = facts.state.fsync_ms
    return below(took, _FSYNC_MS, f"{took or 0:.0f} ms")


def _free(facts: Facts) -> Seen:
    free = facts.figures.disk_free
    return above(free, _FREE, f"{(free or 0) // _MB} MB")


def _inodes(facts: Facts) -> Seen:
    free = facts.figures.inodes_free
    return above(free, _INODES, f"{free}")


def _headroom(facts: Facts) -> Seen:
    if facts.settings is None or facts.figures.disk_free is None:
        return Seen(None, UNKNOWN)
    policy = facts.settings.spool
    used = facts.spool.file_bytes if facts.spool else 0
    wanted = (policy.max_mb + policy.ballast_mb) * _MB - used
    free = facts.figures.disk_free
    return Seen(free >= wanted, f"needs {max(0, wanted) // _MB} MB more, {free // _MB} MB free")


def _spool(facts: Facts) -> Seen:
    if facts.spool is None:
        # A unit that never ran has none, and that is no fault.
        return Seen(False if facts.spool_trouble else None, facts.spool_trouble or "none yet")
    damaged = sum(stream.damaged for stream in facts.spool.streams)
    rows = sum(stream.rows for stream in facts.spool.streams)
    return Seen(damaged == 0, f"{rows} events, {damaged} damaged")


def _writes(facts: Facts) -> Seen:
    if facts.snapshot is None:
        return Seen(None, NO_AGENT)
    failing = facts.snapshot.spool.failing
    return Seen(not failing, failing or f"{facts.snapshot.spool.commits} commits")


def _hours(facts: Facts) -> Seen:
    if facts.snapshot is None:
        return Seen(None, NO_AGENT)
    hours = facts.snapshot.spool.hours_left
    return above(hours, _HOURS, f"{hours or 0:.0f} h")


def _waiting(facts: Facts) -> Seen:
    if facts.snapshot is None:
        return Seen(None, NO_AGENT)
    age = facts.snapshot.spool.oldest_ms or 0
    return Seen(age <= _WAITING_MS, f"{age // 1000} s")


def _dropped(facts: Facts) -> Seen:
    if facts.snapshot is None:
        return Seen(None, NO_AGENT)
    drops = facts.snapshot.spool.dropped
    words = ", ".join(f"{drop.n} {drop.stream} ({drop.why})" for drop in drops)
    return Seen(not drops, words or "none")


def _wear(facts: Facts) -> Seen:
    if facts.snapshot is None:
        return Seen(None, NO_AGENT)
    daily = facts.snapshot.process.written_per_day
    return below(daily, _DAILY, f"{(daily or 0) // _MB} MB a day")


def _life(facts: Facts) -> Seen:
    used, spares = facts.figures.life_used, facts.figures.spares_used
    if used is None and spares is None:
        return Seen(None, "the storage does not tell")
    words = f"at most {used} % used" if used is not None else "life not told"
    words += f", at least {spares} % of the spare blocks" if spares else ""
    return Seen((used or 0) < _LIFE and (spares or 0) < _SPARES, words)


CHECKS: tuple[Check[Facts], ...] = (
    Check(
        "state-folder", "storage", "error", _folder,
        Words(
            "The folder where events wait until the centre has them.",
            "Make it and give it to the agent's user: `systemctl start edge-agent` does both.",
        ),
        Words(
            "Thư mục giữ dữ liệu cho đến khi trung tâm nhận được.",
            "Tạo thư mục và giao cho người dùng của tác tử: `systemctl start edge-agent`.",
        ),
    ),
    Check(
        "not-read-only", "storage", "error", _read_only,
        Words(
            "A file system that went read-only is a sign of a dying card.",
            "Look at `dmesg`; replace the card or the disk, then restore the unit.",
        ),
        Words(
            "Hệ thống tệp chuyển sang chỉ đọc là dấu hiệu thẻ nhớ sắp hỏng.",
            "Xem `dmesg`; thay thẻ nhớ hoặc ổ đĩa rồi khôi phục thiết bị.",
        ),
    ),
    Check(
        "fsync", "storage", "warning", _durable,
        Words(
            "How long a small file takes to be safe from a power cut.",
            "The card is worn or overloaded: see what else writes (`iotop`), or replace it.",
        ),
        Words(
            "Thời gian để một tệp nhỏ được ghi an toàn khi mất điện.",
            "Thẻ nhớ mòn hoặc quá tải: xem chương trình nào đang ghi (`iotop`), hoặc thay thẻ.",
        ),
    ),
    Check(
        "disk-free", "storage", "error", _free,
        Words(
            "Space that is free where events wait; below 500 MB trouble is near.",
            "Delete what does not belong here, lower [spool] max_mb, or fit a larger disk.",
        ),
        Words(
            "Dung lượng trống nơi giữ dữ liệu; dưới 500 MB là sắp có sự cố.",
            "Xóa tệp không cần, giảm [spool] max_mb, hoặc lắp ổ lớn hơn.",
        ),
    ),
    Check(
        "inodes-free", "storage", "error", _inodes,
        Words(
            "Files that may still be made; without any nothing new can be written.",
            "Find the folder with the many files: `du --inodes -x / | sort -n | tail`.",
        ),
        Words(
            "Số tệp còn tạo được; hết thì không ghi thêm được gì.",
            "Tìm thư mục có quá nhiều tệp: `du --inodes -x / | sort -n | tail`.",
        ),
    ),
    Check(
        "spool-room", "storage", "warning", _headroom,
        Words(
            "The disk has room for the queue at its full size.",
            "Lower [spool] max_mb to what the disk can hold, or free space.",
        ),
        Words(
            "Ổ đĩa đủ chỗ cho hàng đợi khi đầy.",
            "Giảm [spool] max_mb theo dung lượng ổ, hoặc giải phóng chỗ trống.",
        ),
    ),
    Check(
        "spool-sound", "storage", "error", _spool,
        Words(
            "The queue of events opens, and the checksum of every row is right.",
            "Start the agent: it sets a damaged queue aside and saves what is whole.",
        ),
        Words(
            "Hàng đợi mở được và mã kiểm của từng dòng đều đúng.",
            "Khởi động tác tử: nó cất hàng đợi hỏng sang bên và cứu phần còn nguyên.",
        ),
    ),
    Check(
        "spool-writes", "storage", "error", _writes,
        Words(
            "The agent can write its queue.",
            "See the checks of the disk; until then events wait in memory.",
        ),
        Words(
            "Tác tử ghi được hàng đợi.",
            "Xem các mục về ổ đĩa; trong lúc đó dữ liệu chờ trong bộ nhớ.",
        ),
    ),
    Check(
        "spool-hours", "storage", "warning", _hours,
        Words(
            "Hours until the queue is full at today's rate, were the centre away.",
            "Raise [spool] max_mb, or lower what is sent (figures, intervals).",
        ),
        Words(
            "Số giờ đến khi hàng đợi đầy nếu trung tâm không nhận.",
            "Tăng [spool] max_mb, hoặc giảm lượng gửi (chỉ số, chu kỳ).",
        ),
    ),
    Check(
        "oldest-waiting", "storage", "warning", _waiting,
        Words(
            "Age of the oldest event that the centre does not have yet.",
            "See the checks of broker and centre: something does not take events.",
        ),
        Words(
            "Tuổi của dữ liệu cũ nhất mà trung tâm chưa có.",
            "Xem các mục về máy chủ và trung tâm: có nơi không nhận dữ liệu.",
        ),
    ),
    Check(
        "nothing-dropped", "storage", "error", _dropped,
        Words(
            "Events given up since the start, by stream and reason.",
            "Find out why the queue was full or the disk failed; the centre was told the gap.",
        ),
        Words(
            "Dữ liệu đã phải bỏ từ khi khởi động, theo loại và lý do.",
            "Tìm nguyên nhân hàng đợi đầy hoặc lỗi đĩa; trung tâm đã được báo phần thiếu.",
        ),
    ),
    Check(
        "flash-wear", "storage", "warning", _wear,
        Words(
            "Bytes written a day; above 2 GB a cheap card lasts a year or less.",
            "See which stream is busiest (`edge-agent spool`); use an industrial card.",
        ),
        Words(
            "Lượng ghi mỗi ngày; trên 2 GB thẻ rẻ tiền chỉ bền khoảng một năm.",
            "Xem loại dữ liệu nhiều nhất (`edge-agent spool`); dùng thẻ công nghiệp.",
        ),
    ),
    Check(
        "storage-life", "storage", "warning", _life,
        Words(
            "How much of its life soldered flash has used; cards do not tell.",
            "Plan its replacement; take the site file and the keys along.",
        ),
        Words(
            "Tuổi thọ đã dùng của bộ nhớ eMMC; thẻ nhớ không cho biết.",
            "Lên kế hoạch thay; nhớ chép tệp cấu hình và khóa.",
        ),
    ),
)  # fmt: skip
