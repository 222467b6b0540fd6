"""One MQTT connection from CONNECT to its end. It never reconnects: a new one is a new Link.

paho keeps what was not acknowledged and sends it again under new ids after a reconnect of the
same client. We know better what to send again, so every connection gets a client of its own.
paho's network thread starts and ends in here; its callbacks cross over to the event loop.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from edge_agent.errors import UplinkError
from edge_agent.secret import reveal
from edge_agent.uplink.settings import UplinkSettings

TAKEN_OVER = 0x8E
_UNSUPPORTED_VERSION = 0x84
_NOT_ALLOWED = frozenset({0x86, 0x87, 0x8A, 0x8C})
_CONNACK_S = 10.0
_LARGEST_PACKET = 256 * 1024 * 1024


class Why(Enum):
    """Why there is no connection."""

    UNREACHABLE = "unreachable"
    VERSION = "version"
    """The broker does not speak this version of MQTT, and says so."""
    SILENT = "silent"
    """TCP stands, but CONNECT was not answered, or answered by hanging up."""
    DENIED = "denied"


class LinkError(UplinkError):
    """No connection."""

    def __init__(self, why: Why, text: str) -> None:
        super().__init__(text)
        self.why = why


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says for us when we vanish."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the broker granted: messages in flight and bytes in a packet, at most."""

    receive_maximum: int
    max_packet: int


Refusal = tuple[Why, str]


@dataclass(frozen=True, slots=True)
class Ears:
    """Who listens; all are called on the event loop.

    Attributes:
        answered: A PUBACK: message id, and the reason when the broker refused, else None.
        message: Topic, payload, whether it was retained.
        subscribed: Reasons by place in the subscription; None where it was granted.
        ended: The connection is over: reason code (0 without one) and words.
    """

    answered: Callable[[int, str | None], None]
    message: Callable[[str, bytes, bool], None]
    subscribed: Callable[[list[str | None]], None]
    ended: Callable[[int, str], None]


class Link:
    """See the module. Methods belong to the event loop's thread."""

    def __init__(
        self, settings: UplinkSettings, client_id: str, will: Will, *, v5: bool, ears: Ears
    ) -> None:
        self._settings = settings
        self._ears = ears
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[Welcome | Refusal] = self._loop.create_future()
        self._over = asyncio.Event()
        self.v5 = v5
        version = MQTTProtocolVersion.MQTTv5 if v5 else MQTTProtocolVersion.MQTTv311
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=None if v5 else True,
            protocol=version,
            reconnect_on_failure=False,
        )
        client.will_set(will.topic, will.payload, qos=1, retain=True)
        client.max_inflight_messages_set(settings.window)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        client.on_subscribe = self._on_subscribe
        self._client: mqtt.Client | None = client

    async def open(self) -> Welcome:
        """Connect.

        Raises:
            LinkError: And everything that was opened is closed again.
            SecretError: A secret is not where its reference says.
        """
        await self._dial()
        try:
            async with asyncio.timeout(_CONNACK_S):
                answer = await self._answer
        except TimeoutError:
            answer = (Why.SILENT, "the broker does not answer CONNECT")
        except asyncio.CancelledError:
            await self.abort()
            raise
        if isinstance(answer, Welcome):
            return answer
        await self.abort()
        raise LinkError(*answer)

    async def _dial(self) -> None:
        client = self._client
        if client is None:
            raise LinkError(Why.UNREACHABLE, "this link was closed; open a new one")
        opening = self._loop.run_in_executor(None, self._connect, client)
        try:
            # Shielded: a cancelled connect would go on in its thread, with nobody to close it.
            await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_close_late(client))
            raise
        except (OSError, ValueError) as error:  # an SSL context refuses files in many ways
            raise LinkError(Why.UNREACHABLE, _words(error)) from error
        client.loop_start()

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> int | None:
        """Hand over a message; returns its id, None when the connection is gone."""
        if self._client is None:
            return None
        info = self._client.publish(topic, payload, qos=qos, retain=retain)
        return info.mid if info.rc == mqtt.MQTT_ERR_SUCCESS else None

    def subscribe(self, *topics: str) -> None:
        if self._client is not None:
            self._client.subscribe([(topic, 1) for topic in topics])

    async def close(self) -> None:
        """Say goodbye; the will is not sent."""
        if self._client is not None:
            self._client.disconnect()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self._over.wait()
        await self.abort()

    async def abort(self) -> None:
        """Drop the connection without a word; the broker sends the will."""
        # Let go of the client: paho closes the sockets that wake its thread only when it is
        # collected.
        client, self._client = self._client, None
        if client is not None:
            _hang_up(client)
            await self._loop.run_in_executor(None, client.loop_stop)

    # --- in a worker thread ---

    def _connect(self, client: mqtt.Client) -> None:
        settings = self._settings
        if settings.secure:
            client.tls_set_context(self._tls())
        if settings.username is not None:
            secret = reveal(settings.password) if settings.password is not None else None
            client.username_pw_set(settings.username, secret)
        properties = None
        if self.v5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = 0
        client.connect(
            settings.host,
            settings.port,
            keepalive=settings.keepalive_s,
            clean_start=True if self.v5 else mqtt.MQTT_CLEAN_START_FIRST_ONLY,
            properties=properties,
        )

    def _tls(self) -> ssl.SSLContext:
        tls = self._settings.tls
        context = ssl.create_default_context(cafile=str(tls.ca) if tls.ca else None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.sslsocket_class = _TlsSocket
        if tls.cert is not None:
            password = reveal(tls.key_password) if tls.key_password is not None else ""
            # Never None: OpenSSL would ask on the terminal for the password of the key.
            context.load_cert_chain(tls.cert, tls.key, password=password)
        return context

    # --- paho's thread ---

    def _tell(self, what: Callable[..., None], *args: Any) -> None:
        # The loop is closed only when the program ends under us.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(what, *args)

    def _on_connect(
        self, _client: Any, _data: Any, _flags: Any, reason: ReasonCode, properties: Any
    ) -> None:
        if reason.is_failure:
            why = {_UNSUPPORTED_VERSION: Why.VERSION}.get(reason.value, Why.UNREACHABLE)
            why = Why.DENIED if reason.value in _NOT_ALLOWED else why
            self._tell(self._answered, (why, f"the broker refuses: {reason}"))
            return
        welcome = Welcome(
            getattr(properties, "ReceiveMaximum", 65_535),
            getattr(properties, "MaximumPacketSize", _LARGEST_PACKET),
        )
        self._tell(self._answered, welcome)

    def _on_disconnect(
        self, _client: Any, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any
    ) -> None:
        self._tell(self._end, reason.value, str(reason))

    def _on_publish(
        self, _client: Any, _data: Any, mid: int, reason: ReasonCode, _properties: Any
    ) -> None:
        self._tell(self._ears.answered, mid, str(reason) if reason.is_failure else None)

    def _on_subscribe(
        self, _client: Any, _data: Any, _mid: int, reasons: list[ReasonCode], _properties: Any
    ) -> None:
        told = [str(reason) if reason.is_failure else None for reason in reasons]
        self._tell(self._ears.subscribed, told)

    def _on_message(self, _client: Any, _data: Any, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""  # nobody's; counted there like any other that is not ours
        self._tell(self._ears.message, topic, bytes(message.payload), message.retain)

    # --- the event loop again ---

    def _answered(self, answer: Welcome | Refusal) -> None:
        if not self._answer.done():
            self._answer.set_result(answer)

    def _end(self, code: int, words: str) -> None:
        if self._over.is_set():
            return
        self._over.set()
        self._answered((Why.SILENT, f"hung up at CONNECT: {words}"))
        self._ears.ended(code, words)


class _TlsSocket(ssl.SSLSocket):
    """Closes itself when the handshake fails; paho would leave it open."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def _hang_up(client: mqtt.Client) -> None:
    """Shut the socket down: it wakes paho's thread, even one writing to who no longer reads."""
    end = client.socket()
    if isinstance(end, socket.socket):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _close_late(client: mqtt.Client) -> "Callable[[asyncio.Future[None]], None]":
    """For a connect that nobody waits for any more and that comes to its end all the same."""

    def close(opening: "asyncio.Future[None]") -> None:
        if not opening.cancelled():
            opening.exception()  # looked at, so that nobody complains
        _hang_up(client)

    return close


def _words(error: OSError | ValueError) -> str:
    if isinstance(error, ssl.SSLError):
        reason = getattr(error, "verify_message", None) or error.reason or str(error)
        return f"TLS: {reason}"
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error)
