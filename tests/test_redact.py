import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.redact import MASK, Redactor, has_credentials, in_text, in_url, names_secret

SECRETS = st.text(min_size=6, max_size=20).map(lambda text: f"S3{text}cr3T")
SPELLINGS = (
    str,
    quote,
    lambda text: quote(text, safe=""),
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    lambda text: repr(text)[1:-1],
)


@given(SECRETS, st.sampled_from(SPELLINGS), st.text(max_size=10), st.text(max_size=10))
def test_a_known_secret_never_passes(secret: str, spell, before: str, after: str) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    redactor = Redactor([secret])
    spelt = spell(secret)
    text = f"{before}{spelt}{after}"
    assert spelt not in redactor.text(text)
    nested = redactor.value({"a": [text, {"b": (text,)}], text: 1})
    assert spelt not in repr(nested)


NAMES = st.sampled_from(["password", "mqtt_passwd", "api-key", "token", "Secret", "psk"])
VALUES = st.from_regex(r"[!#-%(-+\-.0-:<-~]{0,8}[0-9][!#-%(-+\-.0-:<-~]{0,8}", fullmatch=True)
"""A credential as most are: with a digit in it, and nothing that ends it early."""


@given(
    st.sampled_from(["", "/", "/etc/", "a/", "~/a ", "/etc/passwd: not a ", "x?", "a: b "]),
    NAMES,
    st.sampled_from(["=", ": ", ":", " = "]),
    VALUES,
    st.sampled_from(["", " and so on", ", next", "&x=1"]),
)
def test_the_value_of_a_pair_never_passes(
    before: str, name: str, sign: str, value: str, after: str
) -> None:
    assert in_text(f"{before}{name}{sign}{value}{after}") == f"{before}{name}{sign}{MASK}{after}"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("rtsp://admin:p@ss:w/o#r%d@10.0.0.5:554/a?b", f"rtsp://admin:{MASK}@10.0.0.5:554/a?b"),
        ("at mqtt://u:x@h:1 failed", f"at mqtt://u:{MASK}@h:1 failed"),
        ("mqtts://token@h", f"mqtts://{MASK}@h"),
        ("rtsp://10.0.0.5/main", "rtsp://10.0.0.5/main"),
        ("mail a@b.example", "mail a@b.example"),
        ("http://h/?password=abc&x=1", f"http://h/?password={MASK}&x=1"),
        ("token: abc, next", f"token: {MASK}, next"),
        ("api_key=abc", f"api_key={MASK}"),
        ("the password is wrong", "the password is wrong"),
        ("/etc/passwd: not a video", "/etc/passwd: not a video"),
        ("in conf/mqtt-token: Permission denied", "in conf/mqtt-token: Permission denied"),
        ("/run/key/api_key: No such file", "/run/key/api_key: No such file"),
        ("/etc/passwd: password=abc def", f"/etc/passwd: {MASK} def"),
        ("/etc/passwd: wrong password: abc", f"/etc/passwd: wrong password: {MASK}"),
        ("/api/token: abc", f"/api/token: {MASK}"),
        ("/api/token: abc, def", f"/api/token: {MASK}, def"),
        ("/api/token=abc def", f"/api/token={MASK} def"),
        ("GET http://h/token: abc def", f"GET http://h/token: {MASK} def"),
        ("at /login password: abc def", f"at /login password: {MASK} def"),
        ("", ""),
    ],
)
def test_urls_and_pairs(text: str, clean: str) -> None:
    assert in_text(text) == clean
    assert in_text(clean) == clean


def test_one_url_may_hold_blanks() -> None:
    assert in_url("rtsp://admin:my pass@h/a") == f"rtsp://admin:{MASK}@h/a"
    assert in_url("rtsp://h/a") == "rtsp://h/a"


@pytest.mark.parametrize(
    ("url", "has"),
    [
        ("rtsp://u:p@h/a", True),
        ("rtsp://u@h", True),
        ("rtsp://u:pa/ss@h", True),
        ("rtsp://h/path@2", False),
        ("rtsp://h:554/path@2", False),
        ("rtsp://[::1]/path@2", False),
        ("a@b", False),
        ("serial:///dev/serial/by-id/x?baud=9600", False),
    ],
)
def test_has_credentials(url: str, *, has: bool) -> None:
    assert has_credentials(url) is has


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        ("password", True),
        ("key_password", True),
        ("PASSWD", True),
        ("api-key", True),
        ("private_key", True),
        ("token", True),
        ("pass", True),
        ("key", False),
        ("bypass", False),
        ("passage", False),
        ("passed", False),
    ],
)
def test_names_secret(key: str, *, secret: bool) -> None:
    assert names_secret(key) is secret


def test_bytes_are_counted_and_numbers_kept() -> None:
    redactor = Redactor()
    assert redactor.value([b"plate", bytearray(b"ab"), 1, 2.5, None, True]) == [
        "<5 bytes>",
        "<2 bytes>",
        1,
        2.5,
        None,
        True,
    ]


def test_a_value_under_a_secret_name_is_masked() -> None:
    value = Redactor().value({"password": "x", "nested": {"token": "y"}, "passage": "z"})
    assert value == {"password": MASK, "nested": {"token": MASK}, "passage": "z"}


def test_too_short_to_search_for() -> None:
    assert Redactor(["abc"]).text("abcdef") == "abcdef"
