import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent import registry
from edge_agent.discover import toml, where
from edge_agent.discover.proposal import Proposal, best, named, settled

KINDS = {name: registry.load(name) for name in ("wim_modbus", "modbus_map", "etc_llrp", "camera")}
WIM = Proposal("wim_modbus", "tcp://10.0.0.5:502", 1, "", 99, "mark")
MAP = Proposal("modbus_map", "tcp://10.0.0.5:502", 1, "", 60, "fits", {"profile": "cabinet_v1"})
ETC = Proposal("etc_llrp", "tcp://10.0.0.6:5084", None, "", 98, "welcome", serial="A1")


def test_a_proof_silences_guesses() -> None:
    assert settled([MAP, WIM], KINDS, {}) == [WIM]


def test_two_kinds_at_one_address_are_named() -> None:
    unsure = replace(WIM, confidence=70)
    both = settled([MAP, unsure], KINDS, {})
    assert [each.conflicts for each in both] == [
        ("wim_modbus fits here too (70 %)",),
        ("modbus_map fits here too (60 %)",),
    ]
    assert [each.kind for each in best(both)] == ["wim_modbus"]


def test_one_port_under_two_names_is_named(tmp_path: Path) -> None:
    (tmp_path / "node").touch()
    for link in ("one", "two"):
        (tmp_path / link).symlink_to(tmp_path / "node")
    twins = [
        Proposal("wim_modbus", f"serial://{tmp_path}/{link}", 1, "", 99, "mark")
        for link in ("one", "two")
    ]
    assert [bool(each.conflicts) for each in settled(twins, KINDS, {})] == [True, True]


def test_one_reader_at_two_addresses_is_named() -> None:
    other = replace(ETC, url="tcp://10.0.1.6:5084")
    first, second = settled([ETC, other], KINDS, {})
    assert "serial number A1" in first.conflicts[0]
    assert "tcp://10.0.0.6:5084" in second.conflicts[0]


def test_what_the_site_file_has_is_named() -> None:
    known = {
        "etc7": KINDS["etc_llrp"].settings.model_validate({"kind": "etc_llrp", "url": ETC.url})
    }
    (found,) = settled([ETC], KINDS, known)
    assert found.conflicts == ("[device.etc7] is there already",)


def test_a_camera_found_in_two_ways_is_one() -> None:
    port = Proposal("camera", "rtsp://10.0.0.9:554/live", None, "", 95, "describes")
    call = Proposal("camera", "rtsp://10.0.0.9:554/", None, "Dome 4", 75, "answered the call")
    (found,) = settled([call, port], KINDS, {})
    assert (found.url, found.identity, found.conflicts) == (port.url, "Dome 4", ())
    assert list(named([found, ETC])) == ["cam1", "etc1"]


def test_a_table_can_be_pasted() -> None:
    text = WIM.as_json("wim1")["toml"]
    assert tomllib.loads(text) == {"device": {"wim1": WIM.settings}}


keys = st.text(min_size=1, max_size=8)
plain = st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.text(max_size=20))
values = st.recursive(
    plain,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3)),
    max_leaves=8,
)


@given(st.dictionaries(keys, values, max_size=4))
def test_every_table_survives_toml(content: dict[str, object]) -> None:
    assert tomllib.loads(toml.table(("a", "b c"), content)) == {"a": {"b c": content}}


def test_where() -> None:
    assert where.hosts(["192.168.10.0/30", "192.168.10.2"]) == ("192.168.10.1", "192.168.10.2")
    assert where.ports("502,8000-8002") == (502, 8000, 8001, 8002)
    assert where.units("0-2,247") == (0, 1, 2, 247)
    for wrong in ("10.0.0.0/8", "house", ""):
        with pytest.raises(where.WhereError):
            where.hosts([wrong])
    for wrong in ("0", "9-2", "x", "70000", "1-", ""):
        with pytest.raises(where.WhereError):
            where.ports(wrong)
