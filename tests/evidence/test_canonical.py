import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.evidence import canonical

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
)


@given(values)
def test_encodes_what_json_reads_back(value: object) -> None:
    assert json.loads(canonical.encode(value)) == value


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.integers()))
def test_the_order_in_which_keys_were_put_in_does_not_matter(fields: dict[str, int]) -> None:
    backwards = dict(reversed(fields.items()))
    assert canonical.encode(fields) == canonical.encode(backwards)


@pytest.mark.parametrize("value", [1.0, [1.5], {"a": [{"b": 0.1}]}])
def test_refuses_floats_wherever_they_hide(value: object) -> None:
    with pytest.raises(TypeError, match="integers"):
        canonical.encode(value)
