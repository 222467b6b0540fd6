import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme

from edge_agent.secret import SecretError
from edge_agent.uplink.link import TAKEN_OVER, Ears, Link, LinkError, Welcome, Why, Will
from edge_agent.uplink.settings import UplinkSettings
from tests.brokers import Mosquitto, amqtt, free_port, needs_mosquitto
from tests.uplink.rig import until

REFERENCE = "env:UNIT_PASSWORD"
PASSWORD = "s3cret p@ss:/#%"  # noqa: S105 - of a broker that lives for one test


@dataclass
class Heard:
    answers: list[tuple[int, str | None]] = field(default_factory=list)
    messages: list[tuple[str, bytes, bool]] = field(default_factory=list)
    granted: list[list[str | None]] = field(default_factory=list)
    ends: list[tuple[int, str]] = field(default_factory=list)

    def ears(self) -> Ears:
        return Ears(
            lambda mid, refusal: self.answers.append((mid, refusal)),
            lambda topic, payload, retained: self.messages.append((topic, payload, retained)),
            self.granted.append,
            lambda code, words: self.ends.append((code, words)),
        )


def link(heard: Heard, url: str, *, v5: bool = True, name: str = "u1", **more: Any) -> Link:
    settings = UplinkSettings.model_validate({"broker": url, **more})
    return Link(settings, name, Will("will", b"gone"), v5=v5, ears=heard.ears())


async def works(url: str, *, v5: bool, **more: Any) -> Welcome:
    """Connect, subscribe, publish to ourselves, leave."""
    heard = Heard()
    one = link(heard, url, v5=v5, **more)
    welcome = await one.open()
    one.subscribe("a/b")
    await until(lambda: bool(heard.granted))
    mid = one.publish("a/b", b"x", qos=1, retain=False)
    await until(lambda: heard.answers == [(mid, None)] and heard.messages != [])
    assert heard.messages == [("a/b", b"x", False)]
    await one.close()
    await until(lambda: bool(heard.ends))
    return welcome


@needs_mosquitto
@pytest.mark.parametrize("v5", [True, False])
async def test_both_versions_at_mosquitto(v5: bool) -> None:
    with Mosquitto() as broker:
        welcome = await works(broker.url, v5=v5)
        assert welcome.receive_maximum == (20 if v5 else 65_535)


async def test_the_embedded_broker() -> None:
    with amqtt() as url:
        await works(url, v5=False)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@dataclass
class Files:
    ca: Path
    cert: Path
    key: Path


def issue(authority: trustme.CA, folder: Path, name: str) -> Files:
    issued = authority.issue_cert(name)
    files = Files(folder / "ca.pem", folder / f"{name}.pem", folder / f"{name}.key")
    authority.cert_pem.write_to_path(files.ca)
    files.cert.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(files.key)
    return files


@needs_mosquitto
@pytest.mark.parametrize("v5", [True, False])
async def test_tls_and_both_sides_certified(
    v5: bool, authority: trustme.CA, tmp_path: Path
) -> None:
    server = issue(authority, tmp_path, "localhost")
    ours = issue(authority, tmp_path, "unit-1")
    with Mosquitto(
        ca=server.ca, cert=server.cert, key=server.key, require_certificate=True
    ) as broker:
        tls = {"ca": ours.ca, "cert": ours.cert, "key": ours.key}
        await works(broker.url, v5=v5, tls=tls)
        with pytest.raises(LinkError):  # without our certificate
            await link(Heard(), broker.url, v5=v5, tls={"ca": ours.ca}).open()


@needs_mosquitto
async def test_a_broker_of_another_authority_is_not_trusted(
    authority: trustme.CA, tmp_path: Path
) -> None:
    server = issue(authority, tmp_path, "localhost")
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    with Mosquitto(ca=server.ca, cert=server.cert, key=server.key) as broker:
        with pytest.raises(LinkError, match=r"(?i)certificate") as caught:
            await link(Heard(), broker.url, tls={"ca": other}).open()
        assert caught.value.why is Why.UNREACHABLE
        # The name in the certificate counts too.
        by_number = broker.url.replace("localhost", "127.0.0.1")
        with pytest.raises(LinkError, match=r"(?i)certificate"):
            await link(Heard(), by_number, tls={"ca": server.ca}).open()


@needs_mosquitto
@pytest.mark.parametrize("v5", [True, False])
async def test_user_and_password(v5: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNIT_PASSWORD", PASSWORD)
    monkeypatch.setenv("WRONG_PASSWORD", "hunter2")
    with Mosquitto("allow_anonymous false\n", passwords={"u1": PASSWORD}) as broker:
        await works(broker.url, v5=v5, username="u1", password=REFERENCE)
        wrong: list[dict[str, Any]] = [{"username": "u1", "password": "env:WRONG_PASSWORD"}, {}]
        for bad in wrong:
            with pytest.raises(LinkError) as caught:
                await link(Heard(), broker.url, v5=v5, **bad).open()
            assert caught.value.why is Why.DENIED
            assert "hunter2" not in str(caught.value)


async def test_a_secret_that_is_not_there_is_named_not_shown() -> None:
    one = link(Heard(), "mqtt://127.0.0.1:9", username="u", password="env:NO_SUCH")  # noqa: S106
    with pytest.raises(SecretError, match="NO_SUCH"):
        await one.open()


async def test_nobody_there() -> None:
    with pytest.raises(LinkError) as caught:
        await link(Heard(), f"mqtt://127.0.0.1:{free_port()}").open()
    assert caught.value.why is Why.UNREACHABLE


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x20\x02\x00\x01"])
async def test_who_answers_is_no_broker_of_our_version(answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(LinkError) as caught:
        await link(Heard(), f"mqtt://127.0.0.1:{port}").open()
    assert caught.value.why is (Why.VERSION if answer.startswith(b"\x20") else Why.SILENT)
    server.close()
    await server.wait_closed()


@needs_mosquitto
async def test_denied_topics_are_told_on_5_and_silent_on_3() -> None:
    acl = "topic write open/#\ntopic read open/#\n"
    with Mosquitto("allow_anonymous true\n", acl=acl) as broker:
        for v5 in (True, False):
            heard = Heard()
            one = link(heard, broker.url, v5=v5)
            await one.open()
            one.publish("closed/x", b"x", qos=1, retain=False)
            await until(lambda h=heard: bool(h.answers))  # type: ignore[misc]
            refusal = heard.answers[0][1]
            assert refusal == ("Not authorized" if v5 else None)
            await one.close()


async def test_a_session_taken_over_is_told_on_5() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(bytes.fromhex("2003000000e0028e00"))  # CONNACK, DISCONNECT 0x8E
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    heard = Heard()
    one = link(heard, f"mqtt://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    await one.open()
    await until(lambda: bool(heard.ends))
    assert heard.ends[0][0] == TAKEN_OVER
    await one.abort()
    server.close()
    await server.wait_closed()


@needs_mosquitto
async def test_abort_ends_a_hung_connection_at_once() -> None:
    with Mosquitto() as broker:
        heard = Heard()
        one = link(heard, broker.url)
        await one.open()
        broker.freeze()
        for _ in range(30):
            one.publish("a", b"x" * 100_000, qos=1, retain=False)
        async with asyncio.timeout(3):
            await one.abort()
        broker.thaw()
