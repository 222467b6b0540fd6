"""The way to the broker, walked step by step: name, port, certificate, login, publish."""

import asyncio
import contextlib
import ssl
import time
from dataclasses import replace
from pathlib import Path

from cryptography import x509

from edge_agent import __version__
from edge_agent.clock import Clock
from edge_agent.config.unit import UnitSettings
from edge_agent.contract import ulid, wire
from edge_agent.contract.events import Health
from edge_agent.doctor.facts import Broker, Certificate
from edge_agent.errors import UplinkError
from edge_agent.secret import SecretError, reveal
from edge_agent.uplink.link import Ears, Link, LinkError, Why, Will
from edge_agent.uplink.settings import UplinkSettings

_PATIENCE_S = 6.0


async def walk(settings: UnitSettings, clock: Clock, *, log_in: bool) -> Broker:
    """Go as far as it goes.

    Args:
        settings: Whose broker.
        clock: For the message.
        log_in: Also CONNECT and publish one health message, marked as a test, under an identity
            beside the unit's own. Not while the agent runs: it knows better.
    """
    uplink = settings.uplink
    seen = Broker(uplink.host, uplink.port, uplink.secure)
    if uplink.tls.cert is not None:
        seen = replace(seen, ours=certificate(uplink.tls.cert))
    seen = await _resolve(seen)
    if seen.addresses is not None:
        seen = await _connect(seen, seen.addresses[0])
    if seen.connected_ms is not None and seen.secure:
        seen = await _handshake(seen, uplink)
    if log_in and seen.connected_ms is not None and (seen.tls is not None or not seen.secure):
        seen = await _log_in(seen, settings, clock)
    return seen


def certificate(path: Path) -> Certificate:
    """The end of the first certificate in a PEM file."""
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as error:
        return Certificate(trouble=f"{path}: {error.strerror}")
    except ValueError:
        return Certificate(trouble=f"{path}: no certificate in PEM")
    return Certificate(round(found.not_valid_after_utc.timestamp() * 1000))


async def _resolve(seen: Broker) -> Broker:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            found = await asyncio.get_running_loop().getaddrinfo(seen.host, seen.port)
    except (OSError, TimeoutError) as error:
        return replace(seen, trouble=_words(error))
    return replace(seen, addresses=tuple(dict.fromkeys(str(each[4][0]) for each in found)))


async def _connect(seen: Broker, address: str) -> Broker:
    begun = time.monotonic()
    try:
        async with asyncio.timeout(_PATIENCE_S):
            _, writer = await asyncio.open_connection(address, seen.port)
    except (OSError, TimeoutError) as error:
        return replace(seen, trouble=_words(error))
    writer.close()
    return replace(seen, connected_ms=1000 * (time.monotonic() - begun))


async def _handshake(seen: Broker, uplink: UplinkSettings) -> Broker:
    try:
        context = _context(uplink)
        async with asyncio.timeout(_PATIENCE_S):
            _, writer = await asyncio.open_connection(
                seen.host, seen.port, ssl=context, server_hostname=seen.host
            )
    except (OSError, TimeoutError, SecretError) as error:
        return replace(seen, trouble=_words(error))
    with contextlib.closing(writer):
        tls = writer.get_extra_info("ssl_object")
        raw = tls.getpeercert(binary_form=True)
        until = x509.load_der_x509_certificate(raw).not_valid_after_utc
        words = f"{tls.version()}, {tls.cipher()[0]}"
    return replace(seen, tls=words, theirs=Certificate(round(until.timestamp() * 1000)))


def _context(uplink: UplinkSettings) -> ssl.SSLContext:
    tls = uplink.tls
    context = ssl.create_default_context(cafile=str(tls.ca) if tls.ca else None)
    if tls.cert is not None:
        password = None if tls.key_password is None else reveal(tls.key_password)
        context.load_cert_chain(tls.cert, tls.key, password)
    return context


async def _log_in(seen: Broker, settings: UnitSettings, clock: Clock) -> Broker:
    acknowledged: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    link: Link | None = None

    def answered(_mid: int, refused: str | None) -> None:
        if not acknowledged.done():
            acknowledged.set_result(refused)

    def ended(_code: int, words: str) -> None:
        # A link that was given up for an older version of MQTT ends as well.
        if link is not None:
            answered(0, words or "the broker closed the connection")

    ears = Ears(
        answered=answered,
        message=lambda _topic, _payload, _retained: None,
        subscribed=lambda _reasons: None,
        ended=ended,
    )
    health = _health(settings, clock)
    topic = settings.unit.topics.health
    name = f"{settings.unit.topics.root.replace('/', '-')}-doctor"
    try:
        link, trouble = await _open(settings, name, Will(topic, health), ears)
        if link is None:
            return replace(seen, login=False, trouble=trouble)
        begun = time.monotonic()
        link.publish(topic, health, qos=1, retain=False)
        async with asyncio.timeout(_PATIENCE_S):
            refused = await acknowledged
    except TimeoutError:
        return replace(seen, login=True, trouble="let in, but a message is not acknowledged")
    except (UplinkError, SecretError) as error:
        return replace(seen, login=False, trouble=str(error))
    finally:
        if link is not None:
            await link.close()
    if refused is not None:
        return replace(seen, login=True, trouble=refused)
    return replace(seen, login=True, puback_ms=1000 * (time.monotonic() - begun))


async def _open(
    settings: UnitSettings, name: str, will: Will, ears: Ears
) -> tuple[Link | None, str]:
    """A connection by MQTT 5, or by 3.1.1 where the broker wants that."""
    trouble = ""
    for v5 in (True, False):
        link = Link(settings.uplink, name, will, v5=v5, ears=ears)
        try:
            await link.open()
        except LinkError as error:
            trouble = str(error)
            if error.why not in (Why.VERSION, Why.SILENT):
                break
        else:
            return link, ""
    return None, trouble


def _health(settings: UnitSettings, clock: Clock) -> bytes:
    quality = clock.quality()
    known = quality.source != "none"
    return wire.encode(
        Health(
            id=ulid.new(clock.utc_ms()),
            u=settings.unit.id,
            d=settings.unit.id,
            t=clock.utc_ms(),
            tq=quality.uncertainty_ms if known else None,
            ts=quality.source,
            test=True,
            up=0,
            rss=None,
            cpu=None,
            rows=0,
            bytes=0,
            oldest=None,
            hours=None,
            dropped={},
            wrote=None,
            devs={},
            fig={"doctor": {"version": int(__version__.split(".")[0])}},
        )
    )


def _words(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {_PATIENCE_S:.0f} s"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    return str(getattr(error, "strerror", None) or error)
