"""Work in processes that end: one of a kind, with a deadline, whoever waits; how it is shown."""

import asyncio
import sys

from edge_agent.clock import ManualClock
from edge_agent.doctor.check import Finding
from edge_agent.web.access.role import Role
from edge_agent.web.sources.chores import Chores, Done, ours
from tests.snapshots import NOW
from tests.web.unit import Unit

HOSTILE = "<script>alert(1)</script>"


def _python(script: str) -> list[str]:
    return [sys.executable, "-c", script]


async def test_the_last_line_is_the_answer() -> None:
    chores = Chores(ManualClock())
    done = await chores.result("x", _python("print('words'); print('{\"ok\": 1}')"), 20)
    assert (done.answer, done.trouble) == ({"ok": 1}, "")
    assert chores.last("x") is done
    chores.forget("x")
    assert chores.last("x") is None


async def test_what_ends_without_a_word_says_so() -> None:
    chores = Chores(ManualClock())
    assert "ended with 3" in (await chores.result("x", _python("exit(3)"), 20)).trouble
    assert "No such file" in (await chores.result("y", ["/no/such/program"], 20)).trouble


async def test_what_takes_too_long_is_ended() -> None:
    chores = Chores(ManualClock())
    done = await chores.result("x", _python("import time; time.sleep(600)"), 0.05)
    assert done.trouble.startswith("not done within")
    assert not chores.running("x")


async def test_two_who_ask_share_one_and_one_who_leaves_ends_nothing() -> None:
    chores = Chores(ManualClock())
    words = _python("import os; print('{\"pid\": %d}' % os.getpid())")
    leaver = asyncio.create_task(chores.result("x", words, 20))
    stayer = asyncio.create_task(chores.result("x", words, 20))
    await asyncio.sleep(0)
    assert chores.running("x")
    leaver.cancel()
    done = await stayer
    assert done.answer is not None
    assert done is chores.last("x")
    await asyncio.gather(leaver, return_exceptions=True)


async def test_closing_ends_what_runs() -> None:
    chores = Chores(ManualClock())
    chores.start("x", _python("import time; time.sleep(600)"), 600)
    await asyncio.sleep(0.1)
    await chores.close()
    assert not chores.running("x")


def test_a_verb_is_run_by_this_interpreter() -> None:
    assert ours("check", "--json")[0] == sys.executable


async def test_findings_are_shown_the_failed_first_with_what_to_do(there: Unit) -> None:
    found = [
        Finding("state-folder", "storage", "error", False, HOSTILE, "meaning", "do this"),
        Finding("clock-source", "clock", "warning", True, "ntp", "meaning", ""),
        Finding("tls", "broker", "error", None, "not asked for", "meaning", ""),
    ]
    answer = {"checks": [finding.as_json() for finding in found]}
    there.house.chores._done["doctor en"] = Done(NOW, answer)
    browser = await there.logged_in(Role.TECHNICIAN)
    text = (await browser.get("/doctor", **{"accept-language": "en"})).text
    assert text.index("state-folder") < text.index("clock-source")
    assert "→ do this" in text
    assert HOSTILE not in text
    assert "1 / 1" in text


async def test_a_proof_marks_each_package(there: Unit) -> None:
    folder = there.house.state_dir / "evidence"
    folder.mkdir()
    lines = [
        f'{{"n":{n},"t":{NOW},"what":"sealed","facts":{{"kind":"k","file":"{n}.zip","size":9}}}}'
        for n in (1, 2, 3)
    ]
    (folder / "ledger.jsonl").write_text("\n".join(lines) + "\n")
    answer = {
        "ok": False,
        "packages": [{"path": "/x/1.zip"}, {"path": "/x/2.zip"}],
        "links": 3,
        "findings": [{"path": "/x/2.zip", "part": HOSTILE, "wrong": "block 4 differs"}],
    }
    there.house.chores._done["verify"] = Done(NOW, answer)
    browser = await there.logged_in(Role.TECHNICIAN)
    text = (await browser.get("/evidence", **{"accept-language": "en"})).text
    assert text.count("✓ proved") == 1
    assert text.count("not proved yet") == 1
    assert "block 4 differs" in text
    assert HOSTILE not in text
