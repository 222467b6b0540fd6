"""What is gathered of the log."""

from pathlib import Path

import pytest

from edge_agent.bundle import gather


def test_of_a_log_without_end_whole_lines_of_its_end_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "agent.log"
    log.write_bytes(b"".join(b"line %d\n" % n for n in range(10_000)))
    monkeypatch.setattr(gather, "_LOG_BYTES", 1000)
    lines = gather._log(log).decode().splitlines()
    assert lines[-1] == "line 9999"
    assert all(len(line) == len("line 9999") for line in lines)
    assert len(lines) == 1000 // len("line 9999\n") - 1


def test_a_short_log_is_read_from_its_first_line(tmp_path: Path) -> None:
    log = tmp_path / "agent.log"
    log.write_bytes(b"first\nlast\n")
    assert gather._log(log) == b"first\nlast\n"
