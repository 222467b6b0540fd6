"""``edge-sim ntcip``: ready line, orders, truth, end."""

import itertools
import json
import socket
from pathlib import Path

from tests.simulators.ntcip.process import simulator


def test_ready_line_orders_and_truth(tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    with simulator("--truth", str(truth), "--seed", "3") as running:
        assert running.ready["ready"] is True
        assert running.ready["phases"] == list(range(1, 9))
        assert running.order(fault="flash", reason="mmu") == {
            "done": {"fault": "flash", "reason": "mmu"}
        }
        assert "one of" in running.order(fault="nonsense")["why"]
        assert "refused" in running.order(fault="flash", reason="nonsense")
        running.process.terminate()
        assert running.process.wait(timeout=10) == 0
    lines = [json.loads(line) for line in truth.read_text().splitlines()]
    assert {(line["phase"], line["aspect"]) for line in lines if line["what"] == "phase"} >= {
        (n, "fy") for n in range(1, 9)
    }
    assert {"code": "flash", "active": True}.items() <= next(
        line for line in lines if line["what"] == "condition"
    ).items()
    assert all(line["t"] % 100 == 0 for line in lines)


def test_quit_ends_it() -> None:
    with simulator() as running:
        assert running.process.stdin is not None
        running.process.stdin.write('{"quit": true}\n')
        running.process.stdin.flush()
        assert running.process.wait(timeout=10) == 0


def test_the_broadcast_comes_ten_times_a_second() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(5)
        port = listener.getsockname()[1]
        with simulator("--tscbm", f"127.0.0.1:{port}"):
            frames = [listener.recv(2000) for _ in range(6)]
    assert {len(frame) for frame in frames} == {241}
    assert [frame[235] for frame in frames] == list(range(6))
    millis = [int.from_bytes(frame[239:241], "big") + 1000 * frame[238] for frame in frames]
    steps = {(later - earlier) % 60_000 for earlier, later in itertools.pairwise(millis)}
    assert steps <= {100, 200}  # a late tick is skipped, never sent with a wrong time
