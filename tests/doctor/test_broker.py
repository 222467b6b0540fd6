from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from edge_agent.clock import SystemClock
from edge_agent.config.unit import UnitSettings
from edge_agent.doctor.broker import certificate, walk
from edge_agent.doctor.facts import Broker
from tests.brokers import Mosquitto, amqtt, free_port, needs_mosquitto
from tests.uplink.test_link import issue


def unit(url: str, **uplink: object) -> UnitSettings:
    return UnitSettings.model_validate(
        {
            "version": 1,
            "unit": {"province": "hanoi", "site": "s1", "id": "u1"},
            "uplink": {"broker": url, **uplink},
        }
    )


async def walked(url: str, *, log_in: bool = True, **uplink: object) -> Broker:
    return await walk(unit(url, **uplink), SystemClock(), log_in=log_in)


@needs_mosquitto
async def test_the_whole_way(tmp_path: Path) -> None:
    with Mosquitto() as broker:
        seen = await walked(broker.url)
    assert (seen.login, seen.trouble) == (True, "")
    assert seen.puback_ms is not None
    assert (seen.tls, seen.ours) == (None, None)


async def test_a_broker_of_the_older_version() -> None:
    with amqtt() as url:
        seen = await walked(url)
    assert (seen.login, seen.trouble) == (True, "")
    assert seen.puback_ms is not None


@needs_mosquitto
async def test_nothing_is_said_when_that_is_not_asked_for() -> None:
    with Mosquitto() as broker:
        seen = await walked(broker.url, log_in=False)
    assert seen.connected_ms is not None
    assert (seen.login, seen.puback_ms) == (None, None)


@needs_mosquitto
async def test_certificates_of_both_sides(tmp_path: Path) -> None:
    authority = trustme.CA()
    server = issue(authority, tmp_path, "localhost")
    ours = issue(authority, tmp_path, "unit-1")
    stranger = tmp_path / "stranger.pem"
    trustme.CA().cert_pem.write_to_path(stranger)
    with Mosquitto(
        ca=server.ca, cert=server.cert, key=server.key, require_certificate=True
    ) as broker:
        own = {"cert": str(ours.cert), "key": str(ours.key)}
        good = await walked(broker.url, tls={"ca": str(ours.ca), **own})
        wrong = await walked(broker.url, tls={"ca": str(stranger), **own})
    assert good.login
    assert good.theirs is not None
    assert good.theirs.until_ms == certificate(server.cert).until_ms
    assert good.ours == certificate(ours.cert)
    assert (wrong.tls, wrong.login) == (None, None)
    assert "not trusted" in wrong.trouble


@needs_mosquitto
async def test_a_wrong_password_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WRONG", "hunter2")
    with Mosquitto("allow_anonymous false\n", passwords={"u1": "right"}) as broker:
        seen = await walked(broker.url, username="u1", password="env:WRONG")  # noqa: S106 - a reference
    assert seen.login is False
    assert seen.trouble
    assert "hunter2" not in seen.trouble


async def test_where_nobody_listens() -> None:
    port = free_port()
    seen = await walked(f"mqtt://127.0.0.1:{port}")
    assert seen.addresses == ("127.0.0.1",)
    assert (seen.connected_ms, seen.login) == (None, None)
    assert seen.trouble


async def test_a_name_that_leads_nowhere() -> None:
    seen = await walked("mqtt://nobody.invalid")
    assert seen.addresses is None
    assert seen.trouble


def test_what_is_no_certificate(tmp_path: Path) -> None:
    file = tmp_path / "x.pem"
    assert "No such file" in certificate(file).trouble
    file.write_text("hello")
    assert replace(certificate(file), trouble="") == certificate(file).__class__()
    assert "no certificate" in certificate(file).trouble
