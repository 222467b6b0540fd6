"""A simulator that answers late is not understood to have answered something else."""

import asyncio
import sys

import pytest

from edge_agent.simulators.faults import link
from edge_agent.simulators.faults.link import LinkError, Simulator

SLOW = """
import json, sys, time
for number, line in enumerate(sys.stdin):
    if number == 0:
        time.sleep(0.6)
    said = json.loads(line)
    print(json.dumps({"note": "not an answer"}), flush=True)
    key = "refused" if said["fault"] == "bad" else "done"
    print(json.dumps({key: line, "why": said["fault"]}), flush=True)
"""


async def test_late_answer_belongs_to_its_own_order(monkeypatch: pytest.MonkeyPatch) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SLOW, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    simulator = Simulator("slow", process)
    try:
        monkeypatch.setattr(link, "ANSWER_S", 0.3)
        with pytest.raises(LinkError, match="said nothing"):
            await simulator.send({"fault": "bad"})
        monkeypatch.setattr(link, "ANSWER_S", 5.0)
        assert await simulator.send({"fault": "good"}) is None
        assert await simulator.send({"fault": "bad"}) == "bad"
    finally:
        await simulator.stop()
