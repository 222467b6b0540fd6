"""Every word of the page, Vietnamese and English side by side."""

from typing import Literal

Language = Literal["vi", "en"]

_TABLE: dict[str, tuple[str, str]] = {
    # head
    "title": ("Báo cáo giao thông", "Traffic report"),
    "unit": ("Tủ thiết bị", "Unit"),
    "units": ("Các tủ thiết bị", "Units"),
    "units-n": ("{n} tủ thiết bị", "{n} units"),
    "to": ("đến", "to"),
    "made": ("Lập lúc", "Made"),
    "zone": ("Múi giờ", "Time zone"),
    "source": ("Nguồn dữ liệu", "Source"),
    "test-mode": ("CHẾ ĐỘ THỬ: số liệu thử nghiệm", "TEST MODE: events of test mode are included"),
    # key figures
    "vehicles": ("Lượt xe", "Vehicles"),
    "busiest": ("Cao điểm", "Busiest"),
    "of-two": ("{share} xe hai bánh", "{share} two-wheelers"),
    "per-hour": ("xe/giờ", "veh/h"),
    "mean-speed": ("Tốc độ trung bình", "Mean speed"),
    "kmh": ("km/h", "km/h"),
    "p85": ("P85", "P85"),
    "unread": ("Biển số không đọc được", "Plates not read"),
    "of-looked": ("trong {n} xe có tìm biển số", "of {n} that were looked for"),
    "violations": ("Vi phạm", "Violations"),
    "of-enforcement": ("{n} đủ điều kiện xử lý", "{n} fit for enforcement"),
    "incidents": ("Sự cố giao thông", "Incidents"),
    "still-open": ("{n} chưa kết thúc", "{n} not over"),
    "measured": ("Thời gian đo được", "Time measured"),
    "of-lanes": ("trên {n} làn", "over {n} lanes"),
    "devices-ok": ("Thiết bị hoạt động tốt", "Devices in order"),
    "of-devices": ("trung bình của {n} thiết bị", "mean of {n} devices"),
    # traffic
    "traffic": ("Dòng xe", "Traffic"),
    "flow": ("Lưu lượng theo loại xe", "Flow by class"),
    "flow-axis": ("xe/giờ, mỗi cột {step}", "vehicles an hour, a column {step}"),
    "lanes": ("Theo làn", "By lane"),
    "lane": ("Làn", "Lane"),
    "sensor": ("Đo bằng", "Seen by"),
    "camera": ("camera", "camera"),
    "detector": ("vòng từ", "detector"),
    "share": ("Tỷ lệ", "Share"),
    "peak": ("Cao nhất", "Peak"),
    "headway": ("Giãn cách", "Headway"),
    "occupancy": ("Chiếm dụng", "Occupancy"),
    "queue": ("Hàng chờ", "Queue"),
    "saturation": ("Bão hòa", "Saturation"),
    "over-time": ("Diễn biến", "Over time"),
    "total": ("Tổng", "Total"),
    "all-lanes": ("Tất cả các làn", "All lanes"),
    "classes": ("Loại xe và hướng", "Classes and directions"),
    "class": ("Loại xe", "Class"),
    "speeds-headways": ("Tốc độ và giãn cách", "Speeds and headways"),
    "speeds": ("Diễn biến tốc độ", "Speed over time"),
    "mean-kmh": ("TB, km/h", "Mean, km/h"),
    "p85-kmh": ("P85, km/h", "P85, km/h"),
    "speed-axis": ("km/h", "km/h"),
    "mean": ("trung bình", "mean"),
    "headways": ("Giãn cách thời gian trung bình", "Mean headway"),
    "headway-axis": ("giây, đầu xe đến đầu xe", "seconds, front to front"),
    "saturations": ("Mức bão hòa khi đèn xanh", "Saturation while green"),
    "saturation-axis": ("% lưu lượng bão hòa đã khai báo", "% of the declared saturation flow"),
    "week": ("Lưu lượng theo ngày và giờ", "Flow by day and hour"),
    # congestion
    "congestion": ("Ùn tắc", "Congestion"),
    "level-free": ("thông thoáng", "free"),
    "level-dense": ("đông", "dense"),
    "level-slow": ("chậm", "slow"),
    "level-jammed": ("ùn tắc", "jammed"),
    "unknown": ("không rõ", "not known"),
    "partly": ("có làn không đo được", "a lane was not measured"),
    # enforcement
    "overload": ("Quá tải", "Overload"),
    "overload-none": (
        "Không có xe quá tải nào được ghi nhận.",
        "No overloaded vehicle was recorded.",
    ),
    "band": ("Mức", "Band"),
    "worst": ("Nặng nhất", "Worst"),
    "number": ("Số vụ", "Number"),
    "enforcement": ("Xử lý được", "Enforcement"),
    "statistics": ("Chỉ thống kê", "Statistics only"),
    "kind": ("Loại", "Kind"),
    "rule": ("Quy định", "Rule"),
    "limit": ("cho phép", "allowed"),
    "of-gross": ("tổng trọng lượng", "gross weight"),
    "of-axle": ("trục", "axle"),
    "of-group": ("cụm trục", "axles"),
    "of-speed": ("tốc độ", "speed"),
    "of-red-age": ("sau khi đèn đỏ", "after red began"),
    "of-stood": ("đã dừng", "stood"),
    "tolerance": ("dung sai", "tolerance"),
    "evidence": ("Chứng cứ", "Evidence"),
    "no-evidence": ("không có gói chứng cứ", "no package"),
    "no-picture": ("không có ảnh đã che", "no masked picture"),
    "violations-none": ("Không ghi nhận vi phạm.", "No violation was recorded."),
    "more": ("và {n} vụ khác không in ở đây", "and {n} more that are not printed here"),
    "each": ("Từng vụ", "One by one"),
    "since": ("Từ", "Since"),
    "lasted": ("Kéo dài", "Lasted"),
    "state": ("Trạng thái", "State"),
    "state-raised": ("đang diễn ra", "going on"),
    "state-updated": ("đang diễn ra", "going on"),
    "state-cleared": ("đã kết thúc", "over"),
    "words": ("Mô tả", "Words"),
    "incidents-none": ("Không ghi nhận sự cố.", "No incident was recorded."),
    # devices
    "devices": ("Thiết bị", "Devices"),
    "device": ("Thiết bị", "Device"),
    "state-ok": ("tốt", "in order"),
    "state-degraded": ("suy giảm", "degraded"),
    "state-down": ("ngừng", "down"),
    "downs": ("Lần ngừng", "Times down"),
    "longest": ("Ngừng lâu nhất", "Longest down"),
    "causes": ("Nguyên nhân", "Causes"),
    "alarms": ("Cảnh báo", "Alarms"),
    "alarm": ("Cảnh báo", "Alarm"),
    "times": ("Số lần", "Times"),
    "raised-now": ("đang bật", "raised"),
    "shelved-now": ("tạm gác", "shelved"),
    "cleared": ("đã tắt", "cleared"),
    "alarms-none": ("Không có cảnh báo.", "No alarm was raised."),
    "losses": ("Bản ghi mất", "Events lost"),
    "losses-none": (
        "Không mất bản ghi nào: mọi số thứ tự đều đủ.",
        "None: no number in any stream is missing.",
    ),
    "stream": ("Luồng", "Stream"),
    "why": ("Lý do", "Why"),
    "clock": ("Đồng hồ", "Clock"),
    "clock-words": (
        "{share} bản ghi có giờ đồng bộ ({sources}); sai số lớn nhất {worst}.",
        "{share} of the events had a synchronised clock ({sources}); largest uncertainty {worst}.",
    ),
    "nothing": ("Không có số liệu.", "There are no figures."),
    # notes
    "notes": ("Cách đọc", "How to read it"),
    "note-flow": (
        "Lưu lượng là số xe chia cho thời gian thực đo; tổng là số xe đã đếm, không suy rộng.",
        (
            "Flow is vehicles by the time that was measured; totals are vehicles counted, nothing"
            " is extrapolated."
        ),
    ),
    "note-sensor": (
        "Camera và vòng từ được tính riêng; tổng lấy theo camera, nơi không có thì theo vòng từ.",
        (
            "Camera and detector are kept apart; totals follow the camera, or the detector where"
            " there is none."
        ),
    ),
    "note-p85": (
        "P85 là trung bình (theo số xe) của phân vị 85 từng khoảng đo.",
        "P85 is the mean, by vehicles, of the intervals' 85th percentiles.",
    ),
    "note-level": (
        "Mức ùn tắc theo ngưỡng khai báo của từng làn.",
        "Levels of congestion follow the thresholds declared for each lane.",
    ),
    "note-privacy": (
        "Báo cáo không chứa biển số; ảnh là bản sao đã che mặt người và biển số xe khác.",
        (
            "No plate stands in this report; pictures are copies in which faces and the plates of"
            " others are masked."
        ),
    ),
    "note-grade": (
        (
            "Vụ “chỉ thống kê” không đủ điều kiện xử lý: bảng quy định, đồng hồ, kiểm định hoặc đèn"
            " chưa đạt."
        ),
        (
            "Cases for statistics only are not fit for enforcement: table, clock, calibration or"
            " signal is not good enough."
        ),
    ),
    "note-doubts": (
        (
            "Đã bỏ qua: {broken} dòng hỏng, {twice} bản ghi lặp, {test} bản ghi thử, {torn} tệp bị"
            " đứt."
        ),
        (
            "Passed over: {broken} broken lines, {twice} repeated events, {test} test events,"
            " {torn} torn files."
        ),
    ),
    # classes
    "class-motorbike": ("xe máy", "motorbike"),
    "class-bicycle": ("xe đạp", "bicycle"),
    "class-car": ("ô tô con", "car"),
    "class-minibus": ("xe khách nhỏ", "minibus"),
    "class-bus": ("xe buýt, xe khách", "bus"),
    "class-light_truck": ("xe tải nhẹ", "light truck"),
    "class-truck": ("xe tải", "truck"),
    "class-tractor_trailer": ("đầu kéo, rơ moóc", "tractor-trailer"),
    "class-other": ("khác", "other"),
    "class-unknown": ("không rõ loại", "unknown class"),
    "group-two": ("xe hai bánh", "two-wheelers"),
    "group-car": ("ô tô con", "cars"),
    "group-bus": ("xe khách", "buses"),
    "group-truck": ("xe tải", "trucks"),
    "group-trailer": ("đầu kéo", "tractor-trailers"),
    "group-other": ("khác", "others"),
    # kinds
    "rule-overload": ("quá tải", "overload"),
    "rule-red-light": ("vượt đèn đỏ", "red light"),
    "rule-speeding": ("quá tốc độ", "speeding"),
    "rule-wrong-way": ("ngược chiều", "wrong way"),
    "rule-wrong-lane": ("sai làn", "wrong lane"),
    "rule-forbidden-turn": ("rẽ nơi cấm", "forbidden turn"),
    "rule-motorbike-in-car-lane": ("xe máy vào làn ô tô", "motorbike in a car lane"),
    "rule-stopping": ("dừng đỗ nơi cấm", "stopping"),
    "rule-plate-tag-mismatch": ("biển số khác thẻ ETC", "plate is not the tag's"),
    "rule-no-tag": ("không có thẻ ETC", "no tag"),
    "incident-stopped-vehicle": ("xe dừng", "stopped vehicle"),
    "incident-wrong-way": ("xe ngược chiều", "wrong-way driver"),
    "incident-congestion": ("ùn tắc", "congestion"),
    "incident-debris": ("vật rơi trên đường", "debris"),
    "incident-pedestrian": ("người đi bộ", "pedestrian"),
    "incident-signal-dark": ("đèn tín hiệu tắt", "signal dark"),
    "incident-signal-conflict": ("đèn tín hiệu xung đột", "signal conflict"),
}


class Words:
    """The words of one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._place = 0 if language == "vi" else 1

    def __call__(self, key: str, **values: str) -> str:
        """A word or sentence.

        Raises:
            KeyError: There is none.
        """
        return _TABLE[key][self._place].format(**values)

    def of(self, family: str, key: str) -> str:
        """A word for a code; the code itself where a newer unit has one that nobody knows here."""
        known = _TABLE.get(f"{family}-{key}")
        return known[self._place] if known else key
