import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from edge_agent import logs
from edge_agent.logs import BURST, MINUTE_S, RateLimit
from edge_agent.redact import MASK


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in logs.LIBRARIES:
        logging.getLogger(name).setLevel(logging.NOTSET)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_json_lines() -> None:
    out = io.StringIO()
    logs.configure(stream=out)
    structlog.get_logger("device").bind(device="cam1").warning("device down", cause="timeout")
    (line,) = lines(out)
    assert line["msg"] == "device down"
    assert line["level"] == "warning"
    assert line["logger"] == "device"
    assert list(line)[:4] == ["at", "level", "logger", "msg"]
    assert line["device"] == "cam1"
    assert str(line["at"]).endswith("Z")


def test_pretty_is_for_terminals_and_for_whoever_asks() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for out, form in ((Terminal(), "auto"), (io.StringIO(), "pretty")):
        logs.configure("info", form, stream=out)  # type: ignore[arg-type]
        structlog.get_logger().info("up")
        assert not out.getvalue().startswith("{")
        assert "up" in out.getvalue()


def test_level() -> None:
    out = io.StringIO()
    logs.configure("warning", stream=out)
    structlog.get_logger().info("quiet")
    logging.getLogger("paho.mqtt").info("quiet")
    structlog.get_logger().warning("loud")
    assert [line["msg"] for line in lines(out)] == ["loud"]


def test_configuring_twice_writes_once() -> None:
    first, second = io.StringIO(), io.StringIO()
    logs.configure(stream=first)
    logs.configure(stream=second)
    structlog.get_logger().info("once")
    assert first.getvalue() == ""
    assert len(lines(second)) == 1


@pytest.mark.parametrize("form", ["json", "pretty"])
def test_secrets_never_pass(form: logs.Format) -> None:
    out = io.StringIO()
    planted = 'p@s:s/"w#%\\ö'
    redactor = logs.configure("debug", form, secrets=[planted], stream=out)
    redactor.learn("later-one")
    log = structlog.get_logger("x").bind(url=f"rtsp://admin:{planted}@10.0.0.5/a")
    facts = {"text": f"said {planted}", "nested": {"a": [planted, ("later-one",)]}}
    log.info("told", **facts, passwd="other")  # noqa: S106 - planted, to be found masked
    log.info("quoted", text="p%40s%3As/%22w%23%25%5C%C3%B6")
    log.info("bytes", payload=b"59A-12345 " + planted.encode(), body=bytearray(b"59A"))
    logging.getLogger("pymodbus").error("cannot open %s", f"tcp://u:{planted}@h")
    try:
        int(planted)
    except ValueError:
        log.exception("failed")
    written = out.getvalue()
    spellings = (planted, json.dumps(planted)[1:-1], repr(planted)[1:-1])
    for hidden in (*spellings, "59A", "other", "later-one"):
        assert hidden not in written
    assert "p%40s" not in written
    assert MASK in written
    assert "ValueError" in written
    assert "10.0.0.5" in written


def test_under_systemd_the_severity_goes_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", "8:12345")
    logs.configure()
    structlog.get_logger().error("bad")
    structlog.get_logger().info("good")
    bad, good = capsys.readouterr().err.splitlines()
    assert bad.startswith('<3>{"')
    assert good.startswith('<6>{"')


def test_a_library_that_repeats_itself_is_held_back() -> None:
    now = [0.0]
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(RateLimit(("paho",), lambda: now[0]))
    library, ours = logging.getLogger("paho.test"), logging.getLogger("device.test")
    for log in (library, ours):
        log.propagate = False
        log.setLevel("INFO")
        log.addHandler(handler)
    try:
        for number in range(50):
            library.warning("lost %d", number)
            ours.warning("mine")
        now[0] = MINUTE_S
        library.warning("lost %d", 99)
        library.warning("other")
    finally:
        for log in (library, ours):
            log.removeHandler(handler)
    said = out.getvalue().splitlines()
    assert said.count("mine") == 50
    assert len([line for line in said if line.startswith("lost")]) == BURST + 1
    assert f"lost 99 [{50 - BURST} more of these were held back]" in said
    assert "other" in said


def test_the_rate_limit_forgets() -> None:
    now = [0.0]
    limit = RateLimit(("paho",), lambda: now[0])
    for number in range(5000):
        now[0] += 1
        record = logging.LogRecord("paho", 30, "", 0, f"message {number}", (), None)
        assert limit.filter(record)
    assert len(limit._windows) < 300
