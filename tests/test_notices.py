import json
from typing import Any

from edge_agent.clock import ManualClock, stamp
from edge_agent.contract.events import About, Health, State
from edge_agent.device.readings import InventoryReading
from edge_agent.health import UnitFigures
from edge_agent.notices import Notices, new_boot
from edge_agent.passage.heading import Heading
from edge_agent.spool.model import Gauge, Row, StreamGauge


def make(clock: ManualClock) -> Notices:
    return Notices(Heading("u1", clock), "0123456789abcdef", {"cam1": "camera", "ctl1": "x"})


def row(sub: str, body: bytes = b"{}") -> Row:
    return Row(pos=1, stream="s", sq=1, sub=sub, t=0, body=body)


def gauge(**more: Any) -> Gauge:
    facts: dict[str, Any] = {
        "rows": 3,
        "bytes": 4096,
        "max_bytes": 1 << 30,
        "oldest_t": None,
        "streams": {"agg": StreamGauge(3, 9)},
        "pending": 0,
        "pending_bytes": 0,
        "drops": {},
        "appended": 3,
        "commits": 3,
        "commit_bytes": 900,
        "wrote": 0,
        "failing": None,
        "failing_since_ms": None,
        "read_errors": 0,
        "hours_left": None,
    }
    return Gauge(**facts | more)


NOT_MEASURED = UnitFigures(*[None] * 11)


def test_boots_differ() -> None:
    assert len({new_boot() for _ in range(100)}) == 100


def test_birth_names_the_boot_and_about_the_same_one() -> None:
    notices = make(ManualClock())
    state = State.model_validate_json(notices.state("online"))
    about = About.model_validate_json(notices.about(["north"], "0badcafe", receipts=True))
    assert state.boot == about.boot == notices.boot
    assert about.streams == [
        "passage",
        "unpaired",
        "violation",
        "evidence",
        "incident",
        "tag",
        "axles",
        "signal",
        "agg",
        "figure",
        "alarm",
        "dev",
        "loss",
    ]


def test_inventory_is_news_once() -> None:
    clock = ManualClock()
    notices = make(clock)
    first = InventoryReading(stamp(clock), maker="M", serial="7", versions={"fw": "1"})
    assert notices.inventory("cam1", first)
    clock.advance(60)
    assert not notices.inventory("cam1", InventoryReading(stamp(clock), "M", "", "7", {"fw": "1"}))
    assert notices.inventory("cam1", InventoryReading(stamp(clock), "M", "", "7", {"fw": "2"}))
    about = About.model_validate_json(notices.about([], "0badcafe", receipts=False))
    assert about.devices[0].versions == {"fw": "2"}
    assert about.devices[1].serial == ""


def test_only_the_newest_word_of_a_retained_topic_is_kept_states_first() -> None:
    notices = make(ManualClock())
    notices.committed(row("evt/passage"))
    notices.committed(row("alarm/cam1/frozen", b"1"))
    notices.committed(row("dev/cam1/state", b"2"))
    notices.committed(row("alarm/cam1/frozen", b"3"))
    assert list(notices.retained().items()) == [
        ("dev/cam1/state", b"2"),
        ("alarm/cam1/frozen", b"3"),
    ]


def test_health_says_null_for_what_was_not_measured() -> None:
    clock = ManualClock()
    notices = make(clock)
    clock.advance(90)
    drops = {("agg", "sacrificed"): 2, ("signal", "sacrificed"): 3, ("agg", "io"): 1}
    payload = notices.health(
        NOT_MEASURED,
        gauge(oldest_t=clock.utc_ms() - 500, drops=drops, hours_left=12.4),
        {"cam1": "down"},
        {"cam1": {"shed": 4}},
    )
    said = json.loads(payload)
    assert (said["up"], said["rss"], said["wrote"]) == (90, None, None)
    assert (said["oldest"], said["hours"]) == (500, 12)
    assert said["dropped"] == {"sacrificed": 5, "io": 1}
    Health.model_validate_json(payload)
