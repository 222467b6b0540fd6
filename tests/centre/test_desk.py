from edge_agent.centre.desk import ReceiptDesk
from tests.uplink.events import EPOCH, UNIT

HOME = (UNIT, EPOCH)


def test_the_first_receipt_goes_at_once_and_the_next_is_coalesced() -> None:
    desk = ReceiptDesk(0.2)
    desk.owe(HOME, 10.0)
    assert desk.ready(10.0) == [HOME]
    for now in (10.01, 10.05, 10.1):
        desk.owe(HOME, now)
        assert desk.ready(now) == []
    assert round(desk.wait_s(10.1, 1.0), 3) == 0.1
    assert desk.ready(10.2) == [HOME]
    assert desk.ready(11.0) == []


def test_a_birth_does_not_wait() -> None:
    desk = ReceiptDesk(0.2)
    desk.owe(HOME, 10.0)
    desk.ready(10.0)
    desk.hurry(HOME, 10.01)
    assert desk.ready(10.01) == [HOME]


def test_the_wait_is_bounded() -> None:
    assert ReceiptDesk().wait_s(5.0, 0.5) == 0.5
