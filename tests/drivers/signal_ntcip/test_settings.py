"""What a table may say, and what it means for the house."""

from typing import Any

import pytest
from pydantic import ValidationError

from edge_agent.drivers.signal_ntcip import KIND


@pytest.mark.parametrize(
    "table",
    [
        {"url": "tcp://127.0.0.1:161"},
        {"url": "udp://user@127.0.0.1:161"},
        {"url": "udp://127.0.0.1:161/x"},
        {"url": "udp://127.0.0.1", "community": "public"},
        {"url": "udp://127.0.0.1", "phases": [1, 1]},
        {"url": "udp://127.0.0.1", "phases": []},
        {"url": "udp://127.0.0.1", "phases": [0]},
        {"url": "udp://127.0.0.1", "detectors": {"a": 1, "b": 1}},
        {"url": "udp://127.0.0.1", "poll_hz": 1, "gap_s": 1},
        {"url": "udp://127.0.0.1", "phases": [17], "tscbm_port": 6053},
        {"url": "udp://127.0.0.1", "speed": 1},
    ],
)
def test_tables_that_are_refused(table: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        KIND.settings.model_validate({"kind": "signal_ntcip", **table})


def test_what_it_claims_and_offers() -> None:
    settings = KIND.settings.model_validate(
        {
            "kind": "signal_ntcip",
            "url": "udp://127.0.0.1",
            "detectors": {"d1": 1},
            "tscbm_port": 6053,
        }
    )
    assert KIND.claims(settings) == {"udp-in:6053"}
    assert KIND.offers(settings) == {"detector": {"d1"}}
