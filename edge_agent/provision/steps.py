"""The table of steps, in the order of a visit."""

from functools import partial

from edge_agent.provision.accepting import accepting
from edge_agent.provision.applying import apply, dry_run
from edge_agent.provision.calibration import calibration, lanes
from edge_agent.provision.colours import colours
from edge_agent.provision.finding import discovery, draft
from edge_agent.provision.identity import clock, identity
from edge_agent.provision.observed import live
from edge_agent.provision.soaking import soaking
from edge_agent.provision.visit import Step
from edge_agent.provision.walking import walking
from edge_agent.provision.weighing import weighing

_BEFORE = (
    Step("identity", "Identity", "Danh tính", identity),
    Step("clock", "Clock", "Đồng hồ", clock),
    Step("discovery", "Discovery", "Dò tìm thiết bị", discovery),
    Step("draft", "Site file", "Tệp cấu hình", draft),
    Step("live", "Live test", "Thử trực tiếp", live),
    Step("lanes", "Lanes and lines", "Làn và vạch", lanes),
    Step("calibration", "Camera calibration", "Hiệu chuẩn camera", calibration),
    Step("weighing", "Weigh-in-motion check", "Kiểm tra cân động", weighing),
    Step("walking", "Toll tag walk test", "Thử thẻ thu phí", walking),
    Step("colours", "Signal colours", "Màu đèn tín hiệu", colours),
    Step("dry-run", "Dry run", "Xem trước thay đổi", dry_run),
    Step("apply", "Apply", "Áp dụng", apply),
    Step("soak", "Soak", "Chạy thử", soaking),
)

STEPS = (
    *_BEFORE,
    Step("acceptance", "Acceptance", "Nghiệm thu", partial(accepting, before=_BEFORE)),
)
