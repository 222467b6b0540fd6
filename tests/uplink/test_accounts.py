import random

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from edge_agent.contract.receipt import MAX_GAPS, StreamReceipt
from edge_agent.contract.spans import Spans
from edge_agent.uplink.accounts import Patience, StreamAccount

S = 1_000_000_000
PATIENCE = Patience(settle_ns=5 * S, receipt_ns=10 * S)


def account() -> StreamAccount:
    return StreamAccount(PATIENCE, random.Random(1))


def receipt(
    upto: int, top: int | None = None, gaps: list[tuple[int, int]] | None = None
) -> StreamReceipt:
    return StreamReceipt(st="passage", upto=upto, top=top or upto, gaps=gaps or [])


def test_what_is_receipted_may_be_forgotten_once() -> None:
    one = account()
    one.published([(1, 10)], 0)
    assert one.receipt(receipt(6), S) == ([(1, 6)], [])
    assert one.receipt(receipt(6), S) == ([], [])
    assert one.receipt(receipt(10), S) == ([(7, 10)], [])
    assert one.open == 0


def test_a_young_gap_is_not_sent_again_and_an_old_one_is() -> None:
    one = account()
    one.published([(1, 10)], 0)
    assert one.receipt(receipt(3, 10, [(4, 5)]), 1 * S)[1] == []
    assert one.receipt(receipt(3, 10, [(4, 5)]), 6 * S)[1] == [(4, 5)]
    assert one.receipt(receipt(3, 10, [(4, 5)]), 7 * S)[1] == []  # on its way again


def test_a_gap_that_we_never_sent_is_no_reason_to_send() -> None:
    one = account()
    one.published([(100, 110)], 0)
    assert one.receipt(receipt(0, 110, [(1, 99)]), 60 * S) == ([(100, 110)], [])


def test_what_lies_above_the_account_is_missing_too() -> None:
    one = account()
    one.published([(1, 10)], 0)
    assert one.receipt(receipt(6), 1 * S)[1] == []
    assert one.receipt(receipt(6), 6 * S)[1] == [(7, 10)]


def test_an_account_with_all_its_gaps_told_may_be_cut_short() -> None:
    one = account()
    one.published([(1, 1000)], 0)
    gaps = [(n, n) for n in range(1, 2 * MAX_GAPS, 2)]
    again = one.receipt(receipt(0, 2 * MAX_GAPS, gaps), 60 * S)[1]
    assert again == gaps


def test_silence_sends_all_that_is_settled_again_and_is_more_patient_each_time() -> None:
    one = account()
    now, waits = 0, []
    for _ in range(4):
        one.published([(1, 10)], now)
        began = now
        while not (again := one.overdue(now)):
            now += S // 4
        assert again == [(1, 10)]
        waits.append((now - began) // S)
    assert waits == sorted(waits)
    assert waits[0] >= 10
    assert waits[-1] >= 80
    assert one.rounds == 4


def test_progress_makes_it_quick_again() -> None:
    one = account()
    one.published([(1, 10)], 0)
    assert one.overdue(60 * S)
    assert one.rounds == 1
    one.published([(1, 10)], 60 * S)
    one.receipt(receipt(5), 61 * S)
    assert one.rounds == 0


def test_the_receipt_may_overtake_the_puback() -> None:
    one = account()
    assert one.receipt(receipt(3), 0) == ([(1, 3)], [])
    one.published([(1, 3)], 0)
    assert one.open == 0
    assert one.overdue(1000 * S) == []


def test_refused_numbers_come_again_after_patience() -> None:
    one = account()
    one.refused([(4, 4)], 0)
    assert one.overdue(9 * S) == []
    assert one.overdue(100 * S) == [(4, 4)]
    assert one.overdue(1000 * S) == []


def test_a_new_connection_knows_only_what_was_stored() -> None:
    one = account()
    one.published([(1, 10)], 0)
    one.receipt(receipt(4), S)
    one.forget_connection()
    assert one.open == 0
    assert one.overdue(1000 * S) == []
    one.published([(3, 12)], 2 * S)
    assert one.open == 8


@given(
    st.lists(
        st.tuples(st.integers(-5, 2**70), st.integers(-5, 2**70)),
        max_size=10,
    ),
    st.integers(0, 50),
    st.integers(0, 80),
)
def test_gaps_that_make_no_sense_never_vouch_for_more(
    gaps: list[tuple[int, int]], upto: int, top: int
) -> None:
    one = account()
    one.published([(1, 100)], 0)
    news, again = one.receipt(
        StreamReceipt(st="passage", upto=upto, top=max(upto, top), gaps=gaps), 60 * S
    )
    claimed = Spans([(1, max(upto, top))] if max(upto, top) else [])
    assert all(claimed.missing(low, high) == [] for low, high in news)
    assert all(1 <= low <= high <= 100 for low, high in again)


class CentreAndUnit(RuleBasedStateMachine):
    """A lossy way to an honest centre: nothing is ever forgotten that is not stored, and in the
    end everything is.
    """

    def __init__(self) -> None:
        super().__init__()
        self.account = account()
        self.rng = random.Random(3)
        self.now = 0
        self.made = 0
        self.stored = Spans()
        self.forgotten = Spans()
        self.to_send = Spans()

    @rule(count=st.integers(1, 20))
    def make(self, count: int) -> None:
        self.to_send.add(self.made + 1, self.made + count)
        self.made += count

    @rule(loss=st.sampled_from([0.0, 0.3, 1.0]))
    def send(self, loss: float) -> None:
        for low, high in list(self.to_send):
            for number in range(low, high + 1):
                if self.rng.random() >= loss:
                    self.stored.add(number)
            self.account.published([(low, high)], self.now)
        self.to_send.clear()

    @rule()
    def hear(self) -> None:
        stored = self.stored
        gaps = stored.missing(stored.upto + 1, stored.top)
        said = StreamReceipt(st="passage", upto=stored.upto, top=stored.top, gaps=gaps[:200])
        news, again = self.account.receipt(said, self.now)
        for piece in news:
            self.forgotten.add(*piece)
        for piece in again:
            self.to_send.add(*piece)

    @rule(seconds=st.integers(1, 300))
    def wait(self, seconds: int) -> None:
        self.now += seconds * S
        for piece in self.account.overdue(self.now):
            self.to_send.add(*piece)

    @invariant()
    def only_stored_is_forgotten(self) -> None:
        assert all(self.stored.missing(*piece) == [] for piece in self.forgotten)

    @invariant()
    def every_number_is_somewhere(self) -> None:
        known = self.forgotten.total + self.to_send.total + self.account.open
        assert known >= self.made

    def teardown(self) -> None:
        for _ in range(6):
            self.send(0.0)
            self.hear()
            self.wait(1000)
        if self.made:
            assert list(self.forgotten) == [(1, self.made)]


TestCentreAndUnit = CentreAndUnit.TestCase
