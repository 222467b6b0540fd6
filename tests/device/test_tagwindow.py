"""Passes: nothing is lost, nothing is doubled, and memory has an end."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.clock import ManualClock
from edge_agent.device.tagwindow import TagRead, TagWindow, reading

_MS = 1_000_000


def _read(at_ms: int, epc: str = "AA", antenna: int = 1, rssi: int | None = -60) -> TagRead:
    return TagRead(antenna, epc, at_ms * _MS, at_ms * _MS, 1, rssi, 3)


def test_reads_within_the_window_are_one_pass() -> None:
    window = TagWindow(100, 10_000)
    for at_ms, rssi in ((0, -70), (90, -50), (180, None), (270, -65)):
        assert window.see(_read(at_ms, rssi=rssi), at_ms * _MS) == []
    assert window.due(369 * _MS) == []
    assert window.next_ns() == 370 * _MS
    (told,) = window.due(370 * _MS)
    assert told == TagRead(1, "AA", 0, 270 * _MS, 4, -50, 3)
    assert window.next_ns() is None


def test_antennas_are_apart() -> None:
    window = TagWindow(100, 10_000)
    window.see(_read(0), 0)
    window.see(_read(1, antenna=2), _MS)
    assert {told.antenna for told in window.flush()} == {1, 2}


def test_a_tag_that_stays_is_told_again() -> None:
    window = TagWindow(100, 1000)
    told = [ended for at in range(0, 3001, 50) for ended in window.see(_read(at), at * _MS)]
    assert [(ended.last_ns - ended.first_ns) // _MS for ended in told] == [1000, 1000]
    assert sum(ended.reads for ended in (*told, *window.flush())) == 61


def test_two_passes_that_a_reader_kept_stay_two() -> None:
    window = TagWindow(100, 10_000)
    late_ns = 60_000 * _MS
    assert window.see(_read(0), late_ns) == []
    assert window.see(_read(50), late_ns) == []
    (first,) = window.see(_read(5000), late_ns)
    assert first.reads == 2
    assert len(window.flush()) == 1


def test_the_reading_is_stamped_with_the_first_read() -> None:
    clock = ManualClock()
    made_ns = clock.mono_ns()
    clock.advance(2)
    told = reading(TagRead(3, "AB", made_ns, made_ns + 400 * _MS, 9, -51, 4), clock)
    assert told.at.utc_ms == clock.utc_ms() - 2000
    assert (told.at.mono_ns, told.at.spread_ms) == (made_ns, 4)
    assert (told.seen_ms, told.reads, told.rssi, told.antenna) == (400, 9, -51, 3)


def test_a_flood_tells_early_and_loses_nothing() -> None:
    window = TagWindow(1000, 10_000, capacity=50)
    told = []
    for number in range(1000):
        told += window.see(_read(0, f"{number:04X}"), number)
        assert len(window) <= 50
    told += window.flush()
    assert {ended.epc for ended in told} == {f"{number:04X}" for number in range(1000)}
    assert window.early == 950


_READS = st.lists(
    st.tuples(
        st.integers(0, 300),
        st.sampled_from(["AA", "BB", "CC"]),
        st.integers(1, 2),
        st.integers(0, 500),
    ),
    max_size=60,
)


@given(_READS, st.integers(50, 400), st.integers(400, 2000), st.integers(1, 6))
def test_every_read_is_in_exactly_one_pass(
    steps: list[tuple[int, str, int, int]], window_ms: int, max_ms: int, capacity: int
) -> None:
    window = TagWindow(window_ms, max_ms, capacity)
    now_ms, sent, told = 0, Counter[tuple[int, str]](), []
    for after_ms, epc, antenna, delay_ms in steps:
        now_ms += after_ms
        told += window.due(now_ms * _MS)
        sent[antenna, epc] += 1
        told += window.see(_read(max(0, now_ms - delay_ms), epc, antenna), now_ms * _MS)
        assert len(window) <= capacity
        due_ns = window.next_ns()
        assert due_ns is not None
        assert due_ns > now_ms * _MS
    told += window.flush()
    got = Counter[tuple[int, str]]()
    for ended in told:
        got[ended.antenna, ended.epc] += ended.reads
        assert 0 <= ended.last_ns - ended.first_ns <= max_ms * _MS
    assert got == sent
