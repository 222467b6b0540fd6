"""A made-up unit for the page: doors that answer as the agent's do, a browser without a socket."""

import contextlib
import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx2 as httpx

from edge_agent.clock import ManualClock
from edge_agent.door import AskedDoor, Door
from edge_agent.web.access import password, vault
from edge_agent.web.access.accounts import Account
from edge_agent.web.access.role import Role
from edge_agent.web.app import build
from edge_agent.web.house import House
from edge_agent.web.sources.agent import ALARMS, PASSAGES, STATUS
from tests.snapshots import NOW, snapshot

HOST = "unit.test"
ORIGIN = f"https://{HOST}"
SECRET = "correct horse battery"  # noqa: S105 - of nobody
HASHED = password.hashed(SECRET)
BESIDE = {"/cameras/picture", "/cameras/plain", "/cameras/plain/picture"}
"""Paths that are no pages by themselves: without what was shown before, they lead away."""
KINDS = ("view", "plain")
SITE = """version = 1

[unit]
province = "hanoi"
site = "nts"
id = "u1"

[uplink]
broker = "mqtt://127.0.0.1:1883"
"""


def event(number: int, **more: Any) -> list[Any]:
    """A passage as the agent's door tells it."""
    kinds = ("motorbike", "car", "truck", "bus")
    known: dict[str, Any] = {
        "t": NOW - (200 - number) * 900,
        "lane": f"lane-{number % 3 + 1}",
        "dir": "in",
        "cls": kinds[number % 4],
        "spd": 220 + number * 37 % 300,
        "plate": {"t": "29A•••4" + str(number % 10), "p": 960, "n": 4, "col": "white"},
        "why": {"axles": "no-sensor", "tag": "not-detected"},
    }
    if number % 4 == 2:
        known["axles"] = {
            "ax": [
                {"l": 3050, "r": 3110},
                {"l": 4900, "r": 5120, "sp": 410},
                {"l": 4800, "r": 5060, "sp": 131},
            ],
            "gross": 26040,
            "flags": ["braking"] if number % 8 == 2 else [],
        }
    if number % 4 == 1:
        known["tag"] = {"epc": "E28•••1F", "ant": 1 + number % 2, "rssi": -58}
        known["plate"]["col"] = "yellow"
    if number % 5 == 0:
        known["sig"] = {"d": "ctl1", "ph": 2, "a": "g", "age": 8400, "u": 60}
    if number % 7 == 0:
        del known["plate"]
        known["why"]["plate"] = "unreadable"
    return [number, known | more]


def signals() -> list[dict[str, Any]]:
    """Three minutes of two phases."""
    told = []
    for step, aspects in enumerate(
        [("g", "r"), ("y", "r"), ("r", "r"), ("r", "g"), ("r", "y")] * 8
    ):
        told.append(
            {
                "d": "ctl1",
                "t": NOW - 180_000 + step * 4_700,
                "ph": {"1": aspects[0], "2": aspects[1]},
                "chg": [1],
                "plan": 3,
            }
        )
    return told


def passages(**more: Any) -> dict[str, Any]:
    """The answer of the door."""
    vehicles = [event(number, **more) for number in range(1, 121)]
    return {"boot": "b00", "tz": "Asia/Ho_Chi_Minh", "passages": vehicles, "signals": signals()}


def status() -> dict[str, Any]:
    """The answer of the other."""
    told: dict[str, Any] = json.loads(snapshot().model_dump_json())
    figures = {"latency_p50_ms": 38, "latency_p99_ms": 71, "plates_read": 811, "plates_unread": 42}
    camera = {"id": "cam2", "kind": "camera", "state": "ok", "cause": None, "detail": ""}
    times = {"since_ms": NOW - 3_600_000, "last_ms": NOW - 400, "restarts": 0, "readings": 5200}
    told["devices"].append(camera | times | {"figures": figures})
    return told


def alarm(code: str, **more: Any) -> dict[str, Any]:
    """A row of the table of alarms."""
    row: dict[str, Any] = {
        "id": f"cab1/{code}", "device": "cab1", "code": code, "state": "raised", "on": True,
        "severity": "warning", "since_ms": NOW - 754_000, "text": "", "shelf": None, "cause": "",
        "name": {"en": "Mains failed", "vi": "Mất điện lưới"}, "times": 1, "chatters": False,
        "do": {"en": "Ask the power company.", "vi": "Hỏi điện lực."}, "heard": True,
    }  # fmt: skip
    return row | more


def alarms() -> dict[str, Any]:
    """The table of alarms: one of each kind."""
    shelf = {"who": "lan", "why": "đang thay bóng đèn", "until_ms": NOW + 6_300_000}
    rows = [
        alarm("mains-failed", severity="critical", text="No mains"),
        alarm("of-a-map", name=None, do={"en": "Look there", "vi": ""}, heard=False),
        alarm("door-open", name={"en": "Cabinet door open", "vi": "Cửa tủ mở"}, times=6,
              chatters=True),
        alarm("lamp-out", state="shelved", shelf=shelf, name={"en": "Lamp", "vi": "Hỏng bóng đèn"}),
        alarm("ups-on-battery", state="shelved", cause="cab1/mains-failed",
              name={"en": "Runs on the battery", "vi": "Đang chạy ắc-quy"}),
    ]  # fmt: skip
    counts = {"raised": 3, "shelved": 1, "following": 1, "chattered": 1, "hushed": 1}
    return {"now_ms": NOW, "alarms": rows, "counts": counts}


def look(kind: str) -> bytes:
    """What a camera tells at its window; its picture is none that a browser could show."""
    head = {
        "at": NOW - 400, "age_ms": 400, "size": [640, 360], "source": [1280, 720],
        "fps": 25.0, "analysed": 9.8, "masked": kind == "view", "wrong": {},
        "vehicles": [{"id": 12, "cls": "car", "box": [100, 80, 220, 160], "spd": 432}],
        "lines": {"main": [0.1, 0.5, 0.9, 0.5]}, "zones": {"box": [[0, 0], [1, 0], [1, 1]]},
        "stretches": {"shoulder": [[0, 0.5], [1, 0.5], [1, 1]]},
    }  # fmt: skip
    return json.dumps(head).encode() + b"\n" + kind.encode() + b"'s JPEG\n"


@dataclass
class Unit:
    """A page and what is around it."""

    house: House
    clock: ManualClock
    app: Any
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: dict[str, bytes] = field(default_factory=lambda: {kind: look(kind) for kind in KINDS})
    killed: list[tuple[int, int]] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)
    orders: list[dict[str, Any]] = field(default_factory=list)

    async def desk(self, question: bytes) -> bytes:
        """What the agent says of alarms, and to orders."""
        order = json.loads(question)
        if order["do"] != "list":
            self.orders.append(order)
        return self.answer(ALARMS)

    def answer(self, name: str) -> bytes:
        """What the agent says at a door."""
        self.asked[name] = self.asked.get(name, 0) + 1
        return json.dumps(self.told[name]).encode()

    def show(self, kind: str) -> bytes:
        """What the camera says at a window."""
        self.asked[kind] = self.asked.get(kind, 0) + 1
        return self.seen[kind]

    def kill(self, pid: int, number: int) -> None:
        """Instead of the kernel's."""
        self.killed.append((pid, number))

    def browser(self, address: str = "192.0.2.7") -> "Browser":
        """A fresh one."""
        transport = httpx.ASGITransport(app=self.app, client=(address, 4711))
        return Browser(httpx.AsyncClient(transport=transport, base_url=ORIGIN))

    def account(self, name: str, role: Role) -> None:
        """Somebody with the one password of these tests."""
        self.house.accounts.put(Account(name, role, HASHED, self.clock.utc_ms()))

    async def logged_in(self, role: Role) -> "Browser":
        """A browser of a person with a role."""
        self.account("boss", Role.ADMIN)
        name = "boss" if role is Role.ADMIN else f"a-{role.word}"
        self.account(name, role)
        cookie = self.house.sessions.begin(name, role, self.clock.mono_ns())
        browser = self.browser()
        browser.client.cookies.set("__Host-edge", cookie, domain=HOST)
        browser.token = self.house.sessions.token(cookie)
        return browser


@dataclass
class Browser:
    """Follows nothing by itself; brings the last token along."""

    client: httpx.AsyncClient
    token: str = ""

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """Look."""
        answer = await self.client.get(path, headers=headers)
        found = re.search(r'name="token" value="([0-9a-f]+)"', answer.text)
        if found:
            self.token = found[1]
        return answer

    async def post(
        self, path: str, form: Mapping[str, str] | None = None, **headers: str
    ) -> httpx.Response:
        """Send a form as a browser would."""
        fields = {"token": self.token, **(form or {})}
        return await self.client.post(path, data=fields, headers={"origin": ORIGIN, **headers})


async def _at_once(folder: Path, request: dict[str, Any]) -> dict[str, Any]:
    """The vault without its process."""
    return vault.answer(folder, request)


@contextlib.asynccontextmanager
async def unit(folder: Path, *, agent: bool = True, restart: bool = False) -> AsyncIterator[Unit]:
    """A unit whose agent answers, or does not."""
    state_dir, config = folder / "state", folder / "etc" / "unit.toml"
    state_dir.mkdir(exist_ok=True)
    config.parent.mkdir(exist_ok=True)
    config.write_text(SITE)
    clock = ManualClock(utc_ms=NOW)
    hosts = frozenset({HOST})
    house = House(config, state_dir, clock, hosts, restart, ask_vault=_at_once)
    made = Unit(
        house, clock, build(house), {STATUS: status(), PASSAGES: passages(), ALARMS: alarms()}
    )
    house.trials._kill = made.kill
    async with contextlib.AsyncExitStack() as stack:
        for name in (STATUS, PASSAGES) if agent else ():
            await stack.enter_async_context(Door(state_dir, name, partial(made.answer, name)))
        if agent:
            await stack.enter_async_context(AskedDoor(state_dir, ALARMS, made.desk))
        for kind in KINDS if agent else ():
            door = Door(state_dir, f"{kind}-cam2.sock", partial(made.show, kind))
            await stack.enter_async_context(door)
        try:
            yield made
        finally:
            await house.chores.close()
