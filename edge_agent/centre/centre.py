"""The centre on the network: one MQTT session, one writer thread, receipts after each commit.

MQTT 3.1.1 on purpose: every broker speaks it, and nothing here needs more.
"""

import contextlib
import queue
import ssl
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from edge_agent.centre.desk import ReceiptDesk
from edge_agent.centre.intake import Noticed
from edge_agent.centre.keeper import Arrival, Keeper, Watch
from edge_agent.centre.register import Account
from edge_agent.centre.store import Store, StoreError
from edge_agent.contract.events import State
from edge_agent.contract.topics import PREFIX

EVERYTHING = f"{PREFIX}/+/+/+/#"

_GROUP_MESSAGES = 500
_GROUP_BYTES = 1 << 20
_WAITING = 5_000
_IDLE_S = 0.5
_PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True)
class Broker:
    """Where the broker is and how to get in.

    Attributes:
        url: ``mqtt://host[:port]`` or ``mqtts://host[:port]``.
        password: Never shown in a repr.
        ca: PEM of the authorities to trust; the system's when None.
    """

    url: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None

    def address(self) -> tuple[str, int, bool]:
        """Host, port and whether TLS.

        Raises:
            ValueError: Not a broker's URL.
        """
        parts = urlsplit(self.url)
        if parts.scheme not in _PORTS or not parts.hostname or parts.username:
            raise ValueError("broker: must be mqtt://host[:port] or mqtts://host[:port]")
        return parts.hostname, parts.port or _PORTS[parts.scheme], parts.scheme == "mqtts"


class Centre:
    """Receives, stores, answers. Use as a context manager, or ``start`` and ``stop``.

    ``watch`` is called from the writer thread for every event, after it is durable.
    """

    def __init__(
        self,
        broker: Broker,
        store: Store,
        watch: Watch | None = None,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._host, self._port, tls = broker.address()
        self._now_ns = now_ns
        self._keeper = Keeper(store, now_ns, watch)
        self._desk = ReceiptDesk()
        self._arrivals: queue.Queue[Arrival] = queue.Queue(_WAITING)
        self._stop = threading.Event()
        self._subscribed = threading.Event()
        self._units: dict[str, Noticed] = {}
        self._guard = threading.Lock()
        self._writer = threading.Thread(target=self._work, name="centre-writer", daemon=True)
        self._client = self._make_client(broker, tls)
        self.receipts = 0
        self.denied: str | None = None
        self.reached = False

    def _make_client(self, broker: Broker, tls: bool) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"its-centre-{uuid.uuid4().hex[:8]}",
            protocol=mqtt.MQTTv311,
        )
        if tls:
            context = ssl.create_default_context(cafile=str(broker.ca) if broker.ca else None)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            if broker.cert is not None:
                context.load_cert_chain(broker.cert, broker.key)
            client.tls_set_context(context)
        if broker.username is not None:
            client.username_pw_set(broker.username, broker.password)
        client.reconnect_delay_set(1, 10)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    # --- life ---

    def start(self) -> None:
        """Begin; the broker may come later."""
        self._writer.start()
        self._client.connect_async(self._host, self._port, keepalive=10)
        self._client.loop_start()

    def ready(self, timeout_s: float) -> bool:
        """Wait until subscribed; False when that did not happen in time."""
        return self._subscribed.wait(timeout_s)

    def stop(self) -> None:
        """Store what has arrived, send the receipts for it, leave."""
        self._stop.set()
        self._writer.join()
        self._client.disconnect()
        self._client.loop_stop()
        # paho closes the sockets that wake its thread only when the client is collected, and
        # callbacks that lead back here would keep it for the garbage collector.
        self._client.on_connect = None
        self._client.on_subscribe = None
        self._client.on_disconnect = None
        self._client.on_message = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop()

    # --- what it knows ---

    def tally(self) -> Counter[str]:
        with self._guard:
            return Counter(self._keeper.tally)

    def accounts(self) -> list[Account]:
        """Copies, safe to read from any thread."""
        with self._guard:
            return [account.copy() for account in self._keeper.accounts()]

    def units(self) -> dict[str, Noticed]:
        """Last state of every unit, by its root topic."""
        with self._guard:
            return dict(self._units)

    @property
    def alive(self) -> bool:
        """False after a mistake in the writer's thread, e.g. a ``watch`` that raised."""
        return self._writer.is_alive()

    @property
    def connected(self) -> bool:
        return self._client.is_connected()

    # --- paho's thread ---

    def _on_connect(
        self, client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _props: Any
    ) -> None:
        if reason.is_failure:
            self.denied = f"connection refused: {reason}"
            return
        client.subscribe(EVERYTHING, qos=1)

    def _on_subscribe(
        self, _client: mqtt.Client, _data: Any, _mid: int, reasons: list[ReasonCode], _props: Any
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            self.denied = f"may not subscribe to {EVERYTHING}"
            return
        self.denied = None
        self.reached = True
        self._subscribed.set()

    def _on_disconnect(self, *_args: Any) -> None:
        self._subscribed.clear()

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        # Blocks when the writer cannot follow: then the broker's own flow control holds.
        self._arrivals.put(Arrival(topic, bytes(message.payload), self._now_ns()))

    # --- the writer's thread ---

    def _work(self) -> None:
        while True:
            arrivals = self._gather()
            if arrivals:
                self._store(arrivals)
            elif self._stop.is_set():
                break
            self._answer(time.monotonic())
        self._answer(float("inf"))

    def _gather(self) -> list[Arrival]:
        """What has arrived: alone when idle; what came during the last commit when busy."""
        longest = 0.0 if self._stop.is_set() else _IDLE_S
        group: list[Arrival] = []
        size = 0
        with contextlib.suppress(queue.Empty):
            wait_s = self._desk.wait_s(time.monotonic(), longest)
            first = self._arrivals.get(timeout=wait_s) if wait_s else self._arrivals.get_nowait()
            group.append(first)
            while len(group) < _GROUP_MESSAGES and size < _GROUP_BYTES:
                size += len(group[-1].payload)
                group.append(self._arrivals.get_nowait())
        return group

    def _store(self, arrivals: list[Arrival]) -> None:
        try:
            with self._guard:
                outcome = self._keeper.take(arrivals)
                for item in outcome.notices:
                    if isinstance(item.notice, State):
                        self._units[item.unit.root] = item
        except StoreError:
            # Counted by the keeper. Not stored, so not receipted, so the units send it again;
            # meanwhile do not spin on a full disk.
            self._stop.wait(1.0)
            return
        now = time.monotonic()
        for home in outcome.touched:
            self._desk.owe(home, now)
        for home in outcome.born:
            self._desk.hurry(home, now)

    def _answer(self, now: float) -> None:
        for home in self._desk.ready(now):
            if not self._client.is_connected():
                continue  # the unit's (re)birth or our own return asks again
            try:
                with self._guard:
                    receipt = self._keeper.receipt(home)
            except StoreError:
                self._desk.owe(home, now)
                continue
            self._client.publish(home[0].receipt, receipt.model_dump_json(), qos=1)
            self.receipts += 1
