import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.bundle.standins import StandIns, masked

plates = st.from_regex(r"[1-9][0-9][A-Z][A-Z0-9]?[0-9]{4,5}", fullmatch=True)


@given(plates, st.binary(min_size=1, max_size=8))
def test_the_form_stays_and_the_same_stays_the_same(plate: str, key: bytes) -> None:
    one, other = StandIns(key), StandIns(key)
    told = one.plate(plate)
    assert told == other.plate(plate)
    assert [c.isdecimal() for c in told] == [c.isdecimal() for c in plate]


def test_each_bundle_has_a_key_of_its_own() -> None:
    assert len({StandIns().plate("51F12345") for _ in range(5)}) > 1


def test_a_reading_keeps_what_is_nobodys() -> None:
    crossing = {
        "type": "crossing",
        "track": 7,
        "plate": {"text": "51F12345", "candidates": ["51F12346"], "picture": "ab" * 32, "looks": 3},
    }
    told = StandIns().reading(crossing)
    assert (told["track"], told["plate"]["looks"]) == (7, 3)
    assert "51F1234" not in str(told)
    assert told["plate"]["picture"] == ""
    tag = StandIns().reading({"type": "tag", "epc": "3034257BF468D480000003E7", "tid": ""})
    assert len(tag["epc"]) == 24
    assert tag["epc"] != "3034257BF468D480000003E7"


@pytest.mark.parametrize(
    "plate",
    [
        "51F12345", "51F-123.45", "51F 123.45", "29AA12345", "29-B1 123.45", "51F1234", "TM3386",
        "TM-33-86", "80441NG02", "80-441-NG-02", "80NG44102", "T1234567", "30MĐ112345",
        "3034257BF468D480000003E7",
    ],
)  # fmt: skip
def test_no_plate_stays_in_running_text(plate: str) -> None:
    assert plate not in masked(f"passage of {plate}, lane 2")
    assert masked(plate) != plate


def test_what_is_no_plate_stays() -> None:
    words = "01KSR492000000000000000004 lane 2 97fe29bc2a7ef18a 12:30:45 192.168.10.24 -52 dBm"
    assert masked(words) == words


def test_two_hundred_plates_find_none() -> None:
    dice = random.Random(3)
    letters = "ABCDEFGHKLMNPSTUVXYZ"
    planted = [
        f"{dice.randint(11, 99)}{dice.choice(letters)}{dice.randint(10_000, 99_999)}"
        for _ in range(200)
    ]
    text = masked("\n".join(f"saw {plate} pass" for plate in planted))
    assert [plate for plate in planted if plate in text] == []
