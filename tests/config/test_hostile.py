"""Whatever stands in the file: a verdict, never an exception, and words for every complaint."""

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge_agent.config.read import examine
from tests.config.kinds import GOOD, FakeKinds

QUIET = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=80
)
VALUES = st.sampled_from(
    [
        "3",
        "-1",
        "1e400",
        "nan",
        "true",
        '""',
        '"x"',
        "[]",
        "[[]]",
        "{}",
        "{ a = 1 }",
        "1979-05-27",
        "07:32:00",
        "9223372036854775807",
        '"file:/x"',
        '"://@"',
        '"rtsp://a:b@[::1"',
        '"\\u0000"',
    ]
)
KEYS = [line.partition(" = ")[0] for line in GOOD.splitlines() if " = " in line and "{" not in line]
TABLES = [line for line in GOOD.splitlines() if line.startswith("[")]


def judge(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "unit.toml"
    file.write_bytes(content)
    verdict = examine(file, FakeKinds())
    assert (verdict.settings is None) == bool(verdict.errors)
    lines = content.count(b"\n") + 1
    for problem in [*verdict.errors, *verdict.warnings]:
        assert problem.wrong
        assert problem.allowed
        assert problem.next
        assert 0 <= problem.line <= lines
        assert len(problem.value) < 100


@given(st.data())
@QUIET
def test_any_value_for_any_key(tmp_path: Path, data: st.DataObject) -> None:
    text = GOOD
    for _ in range(data.draw(st.integers(1, 4))):
        key, value = data.draw(st.sampled_from(KEYS)), data.draw(VALUES)
        text = "\n".join(
            f"{key} = {value}" if line.startswith(f"{key} = ") else line
            for line in text.splitlines()
        )
    judge(tmp_path, text.encode())


@given(st.data())
@QUIET
def test_tables_lost_renamed_and_replaced(tmp_path: Path, data: st.DataObject) -> None:
    new = st.sampled_from(["", "[more]", "[device]", "[lane.l9.lines]", "[device.cam1.line.a.b]"])
    text = GOOD.replace(data.draw(st.sampled_from(TABLES)), data.draw(new), 1)
    judge(tmp_path, text.encode())


@given(st.data())
@QUIET
def test_damaged_bytes(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(GOOD.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        match data.draw(st.integers(0, 2)):
            case 0:
                content[at] = data.draw(st.integers(0, 255))
            case 1:
                del content[at : at + data.draw(st.integers(1, 40))]
            case _:
                content[at:at] = data.draw(st.binary(min_size=1, max_size=8))
    judge(tmp_path, bytes(content))


JSONISH = st.recursive(
    st.sampled_from(["1", "true", '"x"', "1.5"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(st.sampled_from(["a", "kind", "lines", "device"]), inner, max_size=3).map(
            lambda items: "{" + ", ".join(f"{key} = {value}" for key, value in items.items()) + "}"
        ),
    ),
    max_leaves=8,
)


@given(st.sampled_from(["device", "lane", "unit", "uplink", "spool", "version"]), JSONISH)
@QUIET
def test_anything_for_a_whole_section(tmp_path: Path, section: str, value: Any) -> None:
    judge(tmp_path, f"{section} = {value}\n".encode())
