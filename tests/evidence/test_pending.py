from pathlib import Path

import pytest

from edge_agent.contract import ulid
from edge_agent.evidence.pending import Owed, Pending

ONE, TWO = (Owed(ulid.new(t), "overload", "n1", t) for t in (1_790_000_000_000, 1_790_000_000_001))


def test_what_is_owed_is_known_after_a_restart_until_it_is_settled(tmp_path: Path) -> None:
    pending = Pending(tmp_path / "pending")
    pending.owe(TWO)
    pending.owe(ONE)
    assert Pending(tmp_path / "pending").owed() == [ONE, TWO]
    pending.settled(ONE.event)
    pending.settled(ONE.event)
    assert Pending(tmp_path / "pending").owed() == [TWO]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (f"{ONE.event}.json", b""),
        (f"{ONE.event}.json", b"[]"),
        (f"{ONE.event}.json", b'{"event": 1}'),
        (f"{ONE.event}.json", b"\xff"),
        (f"{ONE.event}.half", b'{"event'),
        ("note.txt", b"mine"),
    ],
    ids=["empty", "list", "half-a-record", "bytes", "half", "stranger"],
)
def test_what_a_power_cut_leaves_is_swept(tmp_path: Path, name: str, content: bytes) -> None:
    pending = Pending(tmp_path / "pending")
    pending.owe(TWO)
    (tmp_path / "pending" / name).write_bytes(content)
    assert pending.owed() == [TWO]
    assert len(list((tmp_path / "pending").iterdir())) == 1
