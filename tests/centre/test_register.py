from hypothesis import given
from hypothesis import strategies as st

from edge_agent.centre.intake import Key, Numbered
from edge_agent.centre.register import Account, Register, Verdict
from edge_agent.contract.receipt import MAX_GAPS
from edge_agent.contract.spans import Spans
from tests.uplink.events import EPOCH, UNIT

KEY = Key(UNIT, EPOCH, "passage")


def event(sq: int, name: str = "") -> Numbered:
    return Numbered(KEY, sq, name or f"id-{sq}", 0, "live", b"{}", loss=None, known=True)


def test_new_duplicate_conflict() -> None:
    account = Account(KEY)
    assert account.admit(event(1), id_known=False) is Verdict.STORED
    assert account.admit(event(1), id_known=True) is Verdict.DUPLICATE
    assert account.admit(event(1, "other"), id_known=False) is Verdict.CONFLICT
    assert (account.duplicates, account.conflicts) == (1, 1)


def test_a_loss_closes_its_range_and_a_late_event_is_still_taken() -> None:
    account = Account(KEY)
    for sq in (1, 2, 6):
        account.admit(event(sq), id_known=False)
    assert account.gaps() == [(3, 5)]
    account.closed.add(3, 5)
    assert account.gaps() == []
    assert account.receipt().upto == 6
    assert account.admit(event(4), id_known=False) is Verdict.STORED


@given(st.sets(st.integers(1, 2000)))
def test_a_receipt_says_exactly_what_is_there(numbers: set[int]) -> None:
    account = Account(KEY)
    for number in numbers:
        account.admit(event(number), id_known=False)
    said = account.receipt()
    assert len(said.gaps) <= MAX_GAPS
    vouched = Spans([(1, said.top)] if said.top else [])
    for low, high in said.gaps:
        vouched.discard(low, high)
    told = {number for low, high in vouched for number in range(low, high + 1)}
    assert told == {number for number in numbers if number <= said.top}
    if len(account.gaps()) <= MAX_GAPS:
        assert said.top == max(numbers, default=0)


def test_too_many_gaps_are_told_piece_by_piece() -> None:
    account = Account(KEY)
    for number in range(2, 1001, 2):
        account.admit(event(number), id_known=False)
    said = account.receipt()
    assert len(said.gaps) == MAX_GAPS
    assert said.top == 2 * MAX_GAPS
    for low, high in said.gaps:
        account.closed.add(low, high)
    assert account.receipt().upto == said.top


def test_a_receipt_covers_one_unit_and_epoch() -> None:
    register = Register()
    register.at(KEY).admit(event(1), id_known=False)
    register.at(Key(UNIT, EPOCH, "alarm")).admit(event(1), id_known=False)
    register.at(Key(UNIT, "ffffffff", "passage")).admit(event(1), id_known=False)
    receipt = register.receipt((UNIT, EPOCH), 5)
    assert [stream.st for stream in receipt.streams] == ["alarm", "passage"]
    assert register.receipt((UNIT, "00000000"), 5).streams == []
