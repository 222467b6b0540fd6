"""The ring of what signals showed lately."""

import json

from edge_agent.history.recent import SIGNALS_KEPT, Recent


def _told(recent: Recent) -> list[object]:
    signals: list[object] = json.loads(recent.answer())["signals"]
    return signals


def test_signals_are_told_as_they_came() -> None:
    recent = Recent("b1", "Asia/Ho_Chi_Minh")
    assert _told(recent) == []
    recent.keep("signal", b'{"d":"ctl1","ph":{"1":"g"}}')
    recent.keep("agg", b'{"d":"lane-1"}')
    recent.keep("signal", '{"d":"ctl1","mode":"thường"}'.encode())
    assert _told(recent) == [{"d": "ctl1", "ph": {"1": "g"}}, {"d": "ctl1", "mode": "thường"}]


def test_only_so_many_are_kept() -> None:
    recent = Recent("b1", "UTC")
    for number in range(SIGNALS_KEPT + 5):
        recent.keep("signal", json.dumps(number).encode())
    assert _told(recent) == list(range(5, SIGNALS_KEPT + 5))
