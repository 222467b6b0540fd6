import base64
import re
from hashlib import md5

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.simulators.camera.auth import Gate

word = st.text(st.characters(codec="utf-8", exclude_characters=":", categories=["L", "N", "P"]))


def _md5(text: str) -> str:
    return md5(text.encode()).hexdigest()  # noqa: S324 - what RFC 7616 asks for


def digest(gate: Gate, user: str, password: str) -> str:
    method, uri = "DESCRIBE", "rtsp://h/live"
    [realm], [nonce] = (re.findall(f'{k}="([^"]*)"', gate.challenge()) for k in ("realm", "nonce"))
    first = _md5(f"{user}:{realm}:{password}")
    second = _md5(f"{method}:{uri}")
    response = _md5(f"{first}:{nonce}:{second}")
    escaped = user.replace("\\", "\\\\").replace('"', '\\"')
    return (
        f'Digest username="{escaped}", realm="{realm}", nonce="{nonce}", '
        f'uri="{uri}", response="{response}"'
    )


@given(word.filter(bool), st.text(max_size=20), st.text(max_size=20))
def test_digest_admits_the_right_password_only(user: str, right: str, wrong: str) -> None:
    gate = Gate(user, right.encode("utf-8", "replace").decode())
    assert gate.admits("DESCRIBE", digest(gate, user, gate.password))
    assert not gate.admits("PLAY", digest(gate, user, gate.password))
    if wrong.encode("utf-8", "replace") != gate.password.encode():
        given_ = wrong.encode("utf-8", "replace").decode()
        assert not gate.admits("DESCRIBE", digest(gate, user, given_))


def test_basic() -> None:
    gate = Gate("u", "p:@/", "basic")
    right = base64.b64encode(b"u:p:@/").decode()
    assert gate.admits("SETUP", f"Basic {right}")
    assert not gate.admits("SETUP", "Basic dTpw")
    assert not gate.admits("SETUP", None)
    assert gate.challenge() == 'Basic realm="edge-sim camera"'


def test_digest_of_another_nonce_is_old() -> None:
    old, new = Gate("u", "p"), Gate("u", "p")
    assert not new.admits("DESCRIBE", digest(old, "u", "p"))


def test_without_a_user_everybody_may_watch() -> None:
    assert Gate().admits("PLAY", None)
