from pathlib import Path

import pytest

from edge_agent.config.read import Verdict, examine
from edge_agent.errors import Problem
from tests.config.kinds import GOOD, FakeKinds


def judge(tmp_path: Path, text: str | bytes) -> Verdict:
    file = tmp_path / "unit.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return examine(file, FakeKinds())


def only(verdict: Verdict) -> Problem:
    assert verdict.settings is None
    assert len(verdict.errors) == 1, verdict.errors
    return verdict.errors[0]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_a_sound_file(tmp_path: Path) -> None:
    verdict = judge(tmp_path, GOOD)
    assert verdict.errors == []
    assert verdict.warnings == []
    assert verdict.settings is not None
    assert verdict.settings.device["cam1"].model_dump()["fps"] == 10
    assert verdict.settings.model_dump()["device"]["ctl1"]["unit_id"] == 1
    assert verdict.settings.unit.topics.root == "its/1/hanoi/nga-tu-so/u1"
    assert len(verdict.fingerprint) == 16


def test_windows_line_ends_and_bom_are_welcome(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    assert judge(tmp_path, content).settings is not None
    broken = content.replace(b"fps", b"fps").replace(b'id = "u1"', b'id = "U 1"')
    assert only(judge(tmp_path, broken)).line == line_of(GOOD, 'id = "u1"')


# What is replaced by what, where the complaint points to, and a word of each of its parts.
WRONG = [
    ("id = ", "idd = ", [("unit.id", "missing"), ("unit.idd", "did you mean id?")]),
    ('id = "u1"', 'id = "U_1"', [("unit.id", "not allowed here")]),
    ('kind = "eye"', 'kind = "eyes"', [("device.cam1.kind", "did you mean 'eye'?")]),
    ('kind = "eye"', 'kind = "heavy"', [("device.cam1.kind", "needs a module")]),
    ('kind = "eye"\n', "", [("device.cam1", "no table with a kind")]),
    ('kind = "eye"', 'kind = "eye"\nfps = 99', [("device.cam1.fps", "at most 30")]),
    ('kind = "eye"', 'kind = "eye"\nfps = "10"', [("device.cam1.fps", "whole number ≥ 1")]),
    ('kind = "eye"', 'kind = "eye"\nfsp = 9', [("device.cam1.fsp", "did you mean fps?")]),
    (
        'kind = "eye"',
        'kind = "eye"\nsource = { how = "file", lop = true }',
        [("device.cam1.source.path", "missing"), ("device.cam1.source.lop", "mean loop?")],
    ),
    ("b = [600, 10]", "b = [601, 10, 3]", [("device.cam1.line.stop.b", "a list of 2")]),
    ("b = [600, 10]", "b = [700, 10]", [("device.cam1.line.stop.b", "outside the picture")]),
    (
        'line = "stop"',
        'line = "stpo"',
        [("lane.l1.lines[0].line", 'did you mean "stop"?')],
    ),
    (
        '{ device = "cam1"',
        '{ device = "cam2"',
        [("lane.l1.lines[0].device", 'did you mean "cam1"?')],
    ),
    (
        'detector = "d2"',
        'detector = "d1"',
        [("lane.l1.detectors[1].detector", "lane.l1 on line")],
    ),
    ("[lane.l1]", "[lane.ctl1]", [("lane.ctl1", "taken by device.ctl1")]),
    ('id = "u1"', 'id = "ctl1"', [("device.ctl1", "taken by unit.id")]),
    ("[lane.l1]", '[lane."Lane 1"]', [('lane."Lane 1"', "[lane.lane-1]")]),
    ('id = "u1"', 'id = "u1"\ntimezone = "Asia/Hanoi"', [("unit.timezone", "IANA")]),
    ('id = "u1"', 'id = "u1"\ntimezone = "asia/ho_chi_min"', [("unit.timezone", "Chi_Minh")]),
    ("version = 1", "version = 2", [("version", "not one of the choices")]),
    ("version = 1\n", "", [("version", "missing")]),
    ("[uplink]", "[uplnk]", [("uplink", "missing"), ("uplnk", "did you mean uplink?")]),
    (
        "[uplink]",
        '[metrics]\nlisten = "0.0.0.0:9464"\n[uplink]',
        [("metrics.listen", "expose = true")],
    ),
    ("[uplink]", '[metrics]\nlisten = "localhost:1"\n[uplink]', [("metrics.listen", "IP address")]),
    (
        "[lane.l1]",
        '[device.ctl2]\nkind = "box"\nurl = "tcp://10.0.0.6:502"\n[lane.l1]',
        [("device.ctl2", "device.ctl1 on line")],
    ),
    ('kind = "box"', 'kind = "box"\nsilent_s = nan', [("device.ctl1.silent_s", "")]),
    ("[lane.l1]", "[lane]\nl2 = 3\n[lane.l1]", [("lane.l2", "not a table")]),
]


@pytest.mark.parametrize(("old", "new", "expected"), WRONG)
def test_each_wrong_thing_is_named_where_it_is(
    tmp_path: Path, old: str, new: str, expected: list[tuple[str, str]]
) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    verdict = judge(tmp_path, text)
    assert verdict.settings is None
    named = {problem.where: problem for problem in verdict.errors}
    for where, word in expected:
        problem = named[where]
        assert word in f"{problem.wrong} {problem.allowed} {problem.next}"
        assert problem.allowed
        assert problem.next
        last = where.rpartition(".")[2].partition("[")[0].strip('"')
        if "missing" not in problem.wrong:
            assert last in text.splitlines()[problem.line - 1]
    assert len(verdict.errors) == len(expected), verdict.errors


def test_all_at_once_and_in_order_of_lines(tmp_path: Path) -> None:
    text = (
        GOOD.replace("version = 1", "version = 3")
        .replace('site = "nga-tu-so"', 'sight = "nga-tu-so"')
        .replace('line = "stop"', 'line = "stpo"')
        .replace("b = [600, 10]", "b = [700, 10]")
        .replace('url = "tcp://10.0.0.6:502"', "url = 7")
    )
    verdict = judge(tmp_path, text)
    wheres = [problem.where for problem in verdict.errors]
    assert set(wheres) == {
        "version",
        "unit.site",
        "unit.sight",
        "device.cam1.line.stop.b",
        "device.ctl1.url",
        "lane.l1.lines[0].line",
    }
    assert [problem.line for problem in verdict.errors] == sorted(
        problem.line for problem in verdict.errors
    )


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("version = 1\n[unit\n", 2, "not TOML"),
        ("version = 1\nversion = 1\n", 2, "not TOML"),
        ('version = 1\na = """x\n\n', 4, "not TOML"),
        (b"version = 1\n# \xff\n", 2, "UTF-8"),
        (b"x" * 1_000_001, 0, "larger"),
        ("a = " + "[" * 5000 + "]" * 5000, 0, "nested"),
        ("", 0, "missing"),
    ],
)
def test_what_is_no_site_file(tmp_path: Path, text: str | bytes, line: int, word: str) -> None:
    verdict = judge(tmp_path, text)
    assert verdict.settings is None
    assert verdict.errors[0].line == line
    assert word in verdict.errors[0].wrong


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        assert "cannot be read" in only(examine(path, FakeKinds())).wrong


def test_disabled_devices_claim_nothing(tmp_path: Path) -> None:
    text = GOOD + '[device.ctl2]\nkind = "box"\nurl = "tcp://10.0.0.6:502"\nenabled = false\n'
    assert judge(tmp_path, text).settings is not None


def test_a_line_for_nobody_is_a_warning(tmp_path: Path) -> None:
    text = GOOD.replace('lines = [{ device = "cam1", line = "stop" }]\n', "")
    verdict = judge(tmp_path, text)
    assert verdict.settings is not None
    assert [problem.where for problem in verdict.warnings] == ["device.cam1"]
    assert "stop" in verdict.warnings[0].wrong


@pytest.mark.parametrize("value", ['"10"', "true", "10.0", "[10]", "1979-05-27"])
def test_a_number_is_a_number(tmp_path: Path, value: str) -> None:
    problem = only(judge(tmp_path, GOOD.replace('kind = "eye"', f'kind = "eye"\nfps = {value}')))
    assert problem.where == "device.cam1.fps"
    assert problem.wrong == "not a whole number"


DOUBTFUL = [
    (
        "[lane.l1]",
        "[lane.l2]\n[lane.l1]",
        [("lane.l2", "nothing counts into this lane")],
    ),
    (
        'broker = "mqtt://127.0.0.1"',
        'broker = "mqtts://b.example"\ntls.ca = "/none/ca.pem"',
        [("uplink.tls.ca", "no such file")],
    ),
    (
        'broker = "mqtt://127.0.0.1"',
        'broker = "mqtt://127.0.0.1"\ntls.ca = "/proc/self/status"',
        [("uplink.tls", "does not use them")],
    ),
    (
        "[lane.l1]",
        '[privacy]\nseal_to = "/none/centre.pub"\n[lane.l1]',
        [("privacy.seal_to", "no such file")],
    ),
    (
        "[lane.l1]",
        '[evidence.keep]\nfirst = ["speed", "overload"]\n[lane.l1]',
        [("evidence.keep.first", "no such kind")],
    ),
    (
        'broker = "mqtt://127.0.0.1"',
        'broker = "mqtt://b.example"\nusername = "u"\npassword = "env:PATH"',
        [("uplink.broker", "unencrypted")],
    ),
    (
        'broker = "mqtt://127.0.0.1"',
        'broker = "mqtt://127.0.0.1"\nusername = "u"\npassword = "env:PATH"',
        [],
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), DOUBTFUL)
def test_what_is_odd_is_a_warning(
    tmp_path: Path, old: str, new: str, expected: list[tuple[str, str]]
) -> None:
    verdict = judge(tmp_path, GOOD.replace(old, new, 1))
    assert verdict.settings is not None
    assert [problem.where for problem in verdict.warnings] == [where for where, _ in expected]
    for problem, (_, words) in zip(verdict.warnings, expected, strict=True):
        assert words in problem.wrong
