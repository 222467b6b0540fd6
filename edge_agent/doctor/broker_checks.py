"""Checks of the way to the centre, step by step: the first that fails is where to look."""

from edge_agent.doctor.check import NO_AGENT, OFFLINE, Check, Seen, Words
from edge_agent.doctor.facts import Broker, Certificate, Facts

_DAY_MS = 86_400_000
_SOON_DAYS = 14
_RECEIPT_MS = 15 * 60_000


def _asked(facts: Facts) -> Broker | Seen:
    if facts.broker is None:
        return Seen(None, OFFLINE if facts.offline else "the site file is broken")
    return facts.broker


def _addresses(facts: Facts) -> Seen:
    return Seen(bool(facts.addresses), ", ".join(facts.addresses) or "only the loopback")


def _name(facts: Facts) -> Seen:
    broker = _asked(facts)
    if isinstance(broker, Seen):
        return broker
    if broker.addresses is None:
        return Seen(False, f"{broker.host}: {broker.trouble}")
    return Seen(True, f"{broker.host}: {', '.join(broker.addresses)}")


def _port(facts: Facts) -> Seen:
    broker = _asked(facts)
    if isinstance(broker, Seen):
        return broker
    if broker.addresses is None:
        return Seen(None, "its name is not known")
    if broker.connected_ms is None:
        return Seen(False, f"{broker.host}:{broker.port}: {broker.trouble}")
    return Seen(True, f"{broker.host}:{broker.port} in {broker.connected_ms:.0f} ms")


def _tls(facts: Facts) -> Seen:
    broker = _asked(facts)
    if isinstance(broker, Seen):
        return broker
    if not broker.secure:
        return Seen(None, "mqtt:// has none")
    if broker.connected_ms is None:
        return Seen(None, "it cannot be reached")
    return Seen(broker.tls is not None, broker.tls or broker.trouble)


def _encrypted(facts: Facts) -> Seen:
    if facts.settings is None:
        return Seen(None, "the site file is broken")
    uplink = facts.settings.uplink
    here = uplink.host in ("localhost", "::1") or uplink.host.startswith("127.")
    return Seen(uplink.secure or here, uplink.broker)


def _ends(which: str, facts: Facts) -> Seen:
    broker = _asked(facts)
    if isinstance(broker, Seen):
        return broker
    certificate: Certificate | None = getattr(broker, which)
    if certificate is None:
        return Seen(None, "there is none")
    if certificate.until_ms is None:
        return Seen(False, certificate.trouble)
    days = (certificate.until_ms - facts.now_ms) // _DAY_MS
    return Seen(
        days >= _SOON_DAYS, f"ends in {days} days" if days >= 0 else f"ended {-days} days ago"
    )


def _login(facts: Facts) -> Seen:
    if facts.snapshot is not None:
        uplink = facts.snapshot.uplink
        return Seen(uplink.connected, f"the agent: {uplink.trouble or uplink.protocol or 'yes'}")
    broker = _asked(facts)
    if isinstance(broker, Seen):
        return broker
    if broker.login is None:
        return Seen(None, "it cannot be reached")
    return Seen(broker.login, "accepted" if broker.login else broker.trouble)


def _publish(facts: Facts) -> Seen:
    if facts.snapshot is not None:
        at = facts.snapshot.uplink.last_puback_ms
        if at is None:
            return Seen(False, "never acknowledged")
        return Seen(True, f"acknowledged {max(0, facts.snapshot.now_ms - at) // 1000} s ago")
    broker = _asked(facts)
    if isinstance(broker, Seen):
        return broker
    if not broker.login:
        return Seen(None, "not let in")
    took = broker.puback_ms
    return Seen(took is not None, f"{took:.0f} ms" if took is not None else broker.trouble)


def _receipt(facts: Facts) -> Seen:
    if facts.settings is not None and not facts.settings.spool.receipts:
        return Seen(None, "[spool] receipts = false: this centre sends none")
    if facts.snapshot is None:
        return Seen(None, NO_AGENT)
    at, waiting = facts.snapshot.uplink.last_receipt_ms, facts.snapshot.spool.oldest_ms
    if not waiting:
        return Seen(True, "nothing waits for one")
    if at is None:
        return Seen(waiting <= _RECEIPT_MS, "never")
    ago = max(0, facts.snapshot.now_ms - at)
    return Seen(ago <= _RECEIPT_MS, f"{ago // 1000} s ago")


def _denied(facts: Facts) -> Seen:
    if facts.snapshot is None:
        return Seen(None, NO_AGENT)
    denied = facts.snapshot.uplink.denied
    return Seen(denied == 0, f"{denied} messages")


def _steady(facts: Facts) -> Seen:
    if facts.snapshot is None:
        return Seen(None, NO_AGENT)
    hours = max(1.0, facts.snapshot.up_s / 3600)
    rate = facts.snapshot.uplink.reconnects / hours
    return Seen(rate <= 6, f"{facts.snapshot.uplink.reconnects} reconnects, {rate:.1f} an hour")  # noqa: PLR2004 - one in ten minutes


CHECKS: tuple[Check[Facts], ...] = (
    Check(
        "has-address", "network", "warning", _addresses,
        Words(
            "The unit has an address in some network.",
            "Check the cable or the SIM, then `ip address`.",
        ),
        Words("Thiết bị có địa chỉ mạng.", "Kiểm tra cáp hoặc SIM, rồi `ip address`."),
    ),
    Check(
        "broker-name", "network", "error", _name,
        Words(
            "The broker's name leads to an address.",
            "Check [uplink] broker and the name server: `resolvectl query NAME`.",
        ),
        Words(
            "Tên máy chủ phân giải được ra địa chỉ.",
            "Kiểm tra [uplink] broker và máy chủ tên miền: `resolvectl query TÊN`.",
        ),
    ),
    Check(
        "broker-port", "network", "error", _port,
        Words(
            "Somebody listens at the broker's address and port.",
            "Ask the centre whether the broker runs and the firewall lets this unit through.",
        ),
        Words(
            "Có dịch vụ ở địa chỉ và cổng của máy chủ.",
            "Hỏi trung tâm máy chủ có chạy và tường lửa có cho thiết bị này qua không.",
        ),
    ),
    Check(
        "broker-tls", "broker", "error", _tls,
        Words(
            "The broker proves who it is: chain, name and dates of its certificate.",
            "Compare [uplink.tls] ca with the centre's authority, and the name in broker.",
        ),
        Words(
            "Máy chủ chứng minh danh tính: chuỗi, tên và hạn của chứng thư.",
            "So [uplink.tls] ca với chứng thư gốc của trung tâm, và tên trong broker.",
        ),
    ),
    Check(
        "broker-encrypted", "broker", "warning", _encrypted,
        Words(
            "Nobody on the way can read or change what is sent.",
            "Use mqtts:// and the centre's authority in [uplink.tls].",
        ),
        Words(
            "Không ai trên đường truyền đọc hay sửa được dữ liệu.",
            "Dùng mqtts:// và chứng thư gốc của trung tâm trong [uplink.tls].",
        ),
    ),
    Check(
        "broker-certificate", "broker", "warning", lambda facts: _ends("theirs", facts),
        Words(
            "The broker's certificate is good for two weeks more at least.",
            "Tell the centre: when it ends, every unit falls silent.",
        ),
        Words(
            "Chứng thư của máy chủ còn hạn ít nhất hai tuần.",
            "Báo trung tâm: khi hết hạn, mọi thiết bị sẽ mất liên lạc.",
        ),
    ),
    Check(
        "own-certificate", "broker", "error", lambda facts: _ends("ours", facts),
        Words(
            "This unit's certificate is good for two weeks more at least.",
            "Have the centre sign a new one for this unit's key, and put it in [uplink.tls] cert.",
        ),
        Words(
            "Chứng thư của thiết bị này còn hạn ít nhất hai tuần.",
            "Xin trung tâm ký chứng thư mới cho khóa của thiết bị, đặt vào [uplink.tls] cert.",
        ),
    ),
    Check(
        "broker-login", "broker", "error", _login,
        Words(
            "The broker lets this unit in.",
            "Check user, password and certificate with the centre.",
        ),
        Words(
            "Máy chủ cho thiết bị này đăng nhập.",
            "Kiểm tra tên, mật khẩu và chứng thư với trung tâm.",
        ),
    ),
    Check(
        "broker-publish", "broker", "error", _publish,
        Words(
            "The broker takes a message of this unit and acknowledges it.",
            "Have the centre check the access rules for this unit's topics.",
        ),
        Words(
            "Máy chủ nhận và xác nhận bản tin của thiết bị.",
            "Nhờ trung tâm kiểm tra quyền trên các chủ đề của thiết bị.",
        ),
    ),
    Check(
        "centre-receipt", "broker", "error", _receipt,
        Words(
            "The centre says that it has stored what was sent; only then is it forgotten here.",
            "Ask the centre whether its receiver runs; nothing is lost meanwhile.",
        ),
        Words(
            "Trung tâm báo đã lưu dữ liệu; chỉ khi đó thiết bị mới xóa.",
            "Hỏi trung tâm bộ nhận có chạy không; trong lúc đó không mất gì.",
        ),
    ),
    Check(
        "broker-refusals", "broker", "error", _denied,
        Words(
            "Messages that the broker refused since the start.",
            "Have the centre check the access rules for this unit's topics.",
        ),
        Words(
            "Số bản tin bị máy chủ từ chối từ khi khởi động.",
            "Nhờ trung tâm kiểm tra quyền trên các chủ đề của thiết bị.",
        ),
    ),
    Check(
        "broker-steady", "broker", "warning", _steady,
        Words(
            "The connection holds; more than six breaks an hour mean a bad link.",
            "Check the antenna, the SIM and the cable; look for a second unit with this id.",
        ),
        Words(
            "Kết nối ổn định; trên sáu lần đứt mỗi giờ là đường truyền kém.",
            "Kiểm tra ăng-ten, SIM và cáp; tìm thiết bị thứ hai trùng mã.",
        ),
    ),
)  # fmt: skip
