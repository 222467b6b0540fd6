"""Stream URLs: what is taken, what is refused, and with which words."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from edge_agent.device.endpoint import (
    EndpointError,
    EndpointUrl,
    SerialEndpoint,
    TcpEndpoint,
    parse,
)


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("tcp://10.0.0.7:502", TcpEndpoint("10.0.0.7", 502)),
        ("tcp://plc.local:1502/", TcpEndpoint("plc.local", 1502)),
        ("tcp://[fd00::7]:502", TcpEndpoint("fd00::7", 502)),
        (
            "serial:///dev/serial/by-id/usb-FTDI_A1-if00?baud=19200&parity=E&stop=2&bits=7",
            SerialEndpoint("/dev/serial/by-id/usb-FTDI_A1-if00", 19200, "E", 2, 7),
        ),
        ("serial:///dev/ttyS0", SerialEndpoint("/dev/ttyS0")),
        ("serial:///dev/ttyAMA0?baud=115200", SerialEndpoint("/dev/ttyAMA0", 115200)),
        ("serial:///dev/pts/3", SerialEndpoint("/dev/pts/3")),
        ("pty:///tmp/a%20bus", SerialEndpoint("/tmp/a bus")),
    ],
)
def test_accepted(url: str, endpoint: object) -> None:
    assert parse(url) == endpoint


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("10.0.0.7:502", "scheme"),
        ("/dev/ttyS0", "no scheme"),
        ("udp://10.0.0.7:502", "unknown scheme 'udp'"),
        ("tcp://10.0.0.7", "no port"),
        ("tcp://10.0.0.7:0", "no port"),
        ("tcp://10.0.0.7:70000", "not a URL"),
        ("tcp://:502", "no host"),
        ("tcp://10.0.0.7:502/unit/1", "after the port"),
        ("serial://dev/ttyS0", "three slashes"),
        ("serial:///", "three slashes"),
        ("serial:///dev/ttyS0?baud=9601", "baud=9601"),
        ("serial:///dev/ttyS0?parity=X", "parity=X"),
        ("serial:///dev/ttyS0?stop=3", "stop=3"),
        ("serial:///dev/ttyS0?baudrate=9600", "unknown option 'baudrate'"),
        ("serial:///dev/ttyS0?baud=9600&baud=19200", "given twice"),
    ],
)
def test_refused_with_words(url: str, words: str) -> None:
    with pytest.raises(EndpointError, match=words) as caught:
        parse(url)
    assert caught.value.allowed


def test_a_secret_in_the_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(EndpointError) as caught:
        parse("tcp://admin:h0rse@10.0.0.7:502")
    assert "h0rse" not in str(caught.value)
    assert "file:" in caught.value.next


def test_a_name_that_changes_at_reboot_is_refused_with_the_one_that_does_not(
    tmp_path: Path,
) -> None:
    stable = tmp_path / "usb-FTDI_FT232R_A1B2C3-if00-port0"
    stable.symlink_to("/dev/ttyUSB7")
    (tmp_path / "other").symlink_to("/dev/ttyUSB8")
    with pytest.raises(EndpointError) as caught:
        parse("serial:///dev/ttyUSB7?baud=9600", by_id=tmp_path)
    assert caught.value.next == f"use serial://{stable}"
    with pytest.raises(EndpointError, match="ls -l"):
        parse("serial:///dev/ttyACM0", by_id=tmp_path)


def test_two_names_of_one_port_have_one_key(tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.touch()
    link = tmp_path / "link"
    link.symlink_to(node)
    assert parse(f"serial://{link}").key == parse(f"serial://{node}?baud=19200").key
    assert parse(f"serial://{link}").present()
    link.unlink()
    assert not parse(f"serial://{link}").present()


def test_the_settings_type_keeps_the_text_and_tells_the_reason() -> None:
    class Model(BaseModel):
        url: EndpointUrl

    assert Model(url="tcp://a:1").url == "tcp://a:1"
    with pytest.raises(ValidationError, match="unknown scheme"):
        Model(url="ftp://a:1")


@given(st.text(max_size=60) | st.from_regex(r"(tcp|serial|pty)://.{0,40}", fullmatch=True))
def test_any_text_is_an_endpoint_or_an_endpoint_error(text: str) -> None:
    try:
        endpoint = parse(text)
    except EndpointError as error:
        assert error.wrong  # noqa: PT017 - or no error at all
        assert error.allowed  # noqa: PT017 - or no error at all
    else:
        assert endpoint.key
