import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.clock import ManualClock, stamp
from edge_agent.contract.vehicles import PSEUDONYM
from edge_agent.privacy.keyring import Key, Keyring
from edge_agent.privacy.pseudonym import Domain, pseudonym
from edge_agent.privacy.veil import Veil

KEY = Key("20260921-abcd", "20260921", bytes(range(32)))


@pytest.mark.parametrize(
    ("domain", "text", "expected"),
    [
        pytest.param("plate", "51F12345", "20260921-abcd.SQREXQ5N5UM72NAR", id="plate"),
        pytest.param("plate", "29MĐ112345", "20260921-abcd.NLMQENWQJTCKXPAJ", id="stroke"),
        pytest.param("tag", "51F12345", "20260921-abcd.SYKVOQAAS6RME5JN", id="as-tag"),
        pytest.param("tag", "E200341201B802011394", "20260921-abcd.JPLKG6BBC4APZHLM", id="tag"),
    ],
)
def test_golden_vectors(domain: Domain, text: str, expected: str) -> None:
    """Calculated with OpenSSL 3 as docs/privacy.md tells it."""
    assert pseudonym(KEY, domain, text) == expected


def test_a_plate_is_the_same_all_day_and_a_tag_of_equal_text_is_another(
    ring: Keyring, clock: ManualClock
) -> None:
    veil = Veil(ring)
    at = stamp(clock)
    assert veil.plate("51F12345", at) == veil.plate("51F12345", at)
    assert veil.plate("51F12345", at).ps != veil.plate("51F12346", at).ps
    assert veil.plate("51F12345", at).ps != veil.tag("51F12345", at).ps
    assert veil.plate("51F12345", at).sealed is None


@given(st.text(min_size=1, max_size=40))
def test_it_fits_the_contract_and_does_not_contain_the_text(text: str) -> None:
    hidden = pseudonym(KEY, "plate", text)
    assert re.match(PSEUDONYM, hidden)
