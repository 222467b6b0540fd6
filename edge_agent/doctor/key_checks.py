"""Checks of who may read what: secrets, keys, the site file, the state."""

from edge_agent.doctor.check import Check, Seen, Words
from edge_agent.doctor.facts import Facts

_OTHERS = 0o007
_OTHERS_WRITE = 0o002
_GROUP_OTHERS = 0o077


def _secrets(facts: Facts) -> Seen:
    bad = [each for each in facts.secrets if each.trouble]
    if bad:
        return Seen(False, f"{bad[0].where}: {bad[0].trouble}")
    return Seen(True, f"{len(facts.secrets)} named, all can be had")


def _site_file(facts: Facts) -> Seen:
    if facts.site_mode is None:
        return Seen(None, "there is no file")
    return Seen(not facts.site_mode & _OTHERS_WRITE, f"mode {facts.site_mode:04o}")


def _state(facts: Facts) -> Seen:
    if facts.state.mode is None:
        return Seen(None, "there is no such folder")
    return Seen(not facts.state.mode & _OTHERS, f"mode {facts.state.mode:04o}")


def _signing(facts: Facts) -> Seen:
    if facts.evidence_mode is None:
        return Seen(None, "none yet")
    return Seen(not facts.evidence_mode & _GROUP_OTHERS, f"mode {facts.evidence_mode:04o}")


CHECKS: tuple[Check[Facts], ...] = (
    Check(
        "secrets", "keys", "error", _secrets,
        Words(
            "Every secret that the site file names can be had, and others cannot read it.",
            "Put the secret where the file says: one line, `chmod 640`, group edge-agent.",
        ),
        Words(
            "Mọi mật khẩu được nêu đều lấy được và người khác không đọc được.",
            "Đặt mật khẩu đúng chỗ: một dòng, `chmod 640`, nhóm edge-agent.",
        ),
    ),
    Check(
        "site-file-mode", "keys", "error", _site_file,
        Words(
            "Not everybody may change the site file.",
            "`chmod o-w` on the site file.",
        ),
        Words("Không phải ai cũng sửa được tệp cấu hình.", "`chmod o-w` tệp cấu hình."),
    ),
    Check(
        "state-mode", "keys", "warning", _state,
        Words(
            "Events wait in a folder that only the agent and its group can open.",
            "`chmod o-rwx` on the state folder.",
        ),
        Words(
            "Chỉ tác tử và nhóm của nó mở được thư mục dữ liệu.",
            "`chmod o-rwx` thư mục dữ liệu.",
        ),
    ),
    Check(
        "signing-key-mode", "keys", "error", _signing,
        Words(
            "The key that signs evidence is the agent's alone.",
            "`chmod 600` on the key; if others had it, make a new one and tell the centre.",
        ),
        Words(
            "Khóa ký bằng chứng chỉ thuộc về tác tử.",
            "`chmod 600` tệp khóa; nếu đã lộ, tạo khóa mới và báo trung tâm.",
        ),
    ),
)  # fmt: skip
