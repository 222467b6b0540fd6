import pytest

from edge_agent.clock import ManualClock
from edge_agent.contract import wire
from edge_agent.contract.events import State
from edge_agent.uplink.identity import Said, listen, own_state
from tests.uplink.events import T0, state

OURS = state("boot-a", T0)


def said(boot: str, word: str, after_ms: int) -> bytes:
    change = {"boot": boot, "state": word, "t": T0 + after_ms, "since": T0 + after_ms}
    return wire.encode(state().model_copy(update=change))


@pytest.mark.parametrize(
    ("boot", "word", "after_ms", "retained", "born", "meaning"),
    [
        ("boot-a", "online", 0, False, True, Said.NOTHING),
        ("boot-a", "offline", 5, False, True, Said.GONE),
        ("boot-a", "offline", 5, True, False, Said.NOTHING),  # our will of the last connection
        ("boot-0", "offline", -5, True, False, Said.NOTHING),  # the boot before this one
        ("boot-0", "online", -5, True, True, Said.NOTHING),  # a broker restored from a backup
        ("boot-b", "online", 5, True, False, Said.NOTHING),  # we have not spoken yet
        ("boot-b", "online", 5, True, True, Said.RIVAL),
        ("boot-b", "offline", 5, True, True, Said.RIVAL),
        ("boot-b", "online", -(10**9), False, True, Said.RIVAL),  # its clock is wrong
    ],
)
def test_what_our_own_topic_tells(
    boot: str, word: str, after_ms: int, retained: bool, born: bool, meaning: Said
) -> None:
    payload = said(boot, word, after_ms)
    assert listen(payload, OURS, retained=retained, born=born) == (meaning, boot)


@pytest.mark.parametrize("payload", [b"", b"{}", b"\xff", b"null"])
def test_nonsense_is_nonsense(payload: bytes) -> None:
    assert listen(payload, OURS, retained=False, born=True)[0] is Said.NONSENSE


def test_the_will_is_the_birth_with_another_word() -> None:
    clock = ManualClock(utc_ms=T0 + 1000)
    will = State.model_validate_json(own_state(OURS, clock, "offline", "connection lost"))
    assert (will.boot, will.state, will.t) == (OURS.boot, "offline", T0 + 1000)
    assert will.id != OURS.id
