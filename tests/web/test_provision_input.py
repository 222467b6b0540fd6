"""What a stranger or a bad line sends to the pages of a visit: refused early, nothing half kept."""

import html
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from edge_agent.provision.forms import FORMS
from tests.web.unit import HOST, SITE, Browser, Unit
from tests.web.visiting import finished, record, step, until

HOSTILE = [
    '"><script>alert(1)</script>',
    "{{ 7*7 }}",
    "a\nb\x00\x1b[31m",
    "../../etc/passwd",
    "🚗" * 99,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_words_in_every_field(there: Unit, browser: Browser, text: str) -> None:
    await until(there, browser, "lanes")
    names = {field.key for form in FORMS for field in form.fields}
    for name in ("identity", "discovery", "lanes", "walking", "colours"):
        form = {"step": name, **dict.fromkeys(names, text), "camera": text, "controller": text}
        form |= {f"line.0.{axis}": text for axis in ("name", "lane", "x1", "y1", "x2", "y2")}
        form |= {"device.0.at": text, "device.more": text, "head.0.phase": text}
        answer = await browser.post("/provision/make", form)
        assert answer.status_code in (303, 409)
        await finished(there)
        page = await browser.get("/provision")
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "49" not in page.text.partition("{{ 7*7 }}")[0][-20:]
    assert there.house.config.read_text() == SITE


async def test_a_secret_is_never_shown_again(there: Unit, browser: Browser) -> None:
    for name in ("identity", "clock"):
        await step(there, browser, name)
    secret = "g1ấu-kỹ"  # noqa: S105 - of nobody
    await step(there, browser, "discovery", **{"search.user": "v", "search.password": secret})
    page = await browser.get("/provision?step=discovery")
    assert secret not in html.unescape(page.text)
    kept = [
        file
        for file in there.house.state_dir.rglob("*")
        if file.is_file() and secret in file.read_text(errors="replace")
    ]
    assert [file.name for file in kept] == ["search.password"]
    assert kept[0].stat().st_mode & 0o077 == 0


async def test_a_large_body_is_refused_before_it_is_read(there: Unit, browser: Browser) -> None:
    read = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(2048):
            read += 1 << 20
            yield b"x" * (1 << 20)

    headers = {"content-length": str(2 << 30), "content-type": "application/x-www-form-urlencoded"}
    answer = await browser.client.post("/provision/make", content=pieces(), headers=headers)
    assert answer.status_code == 413
    assert read <= 1 << 20
    del headers["content-length"]
    answer = await browser.client.post("/provision/make", content=pieces(), headers=headers)
    assert answer.status_code == 413
    assert read <= 8 << 20
    assert not list(record(there).folder.rglob("form.json"))


async def test_half_a_form_leaves_nothing(there: Unit, browser: Browser) -> None:
    await step(there, browser, "identity")
    before = {path for path in there.house.state_dir.rglob("*") if path.is_file()}
    body = f"token={browser.token}&step=identity&identity.certificate=-----BEGIN".encode()
    told: Iterator[dict[str, Any]] = iter(
        [{"type": "http.request", "body": body, "more_body": True}, {"type": "http.disconnect"}]
    )
    answers: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return next(told)

    async def send(message: dict[str, Any]) -> None:
        answers.append(message)

    cookies = "; ".join(f"{each.name}={each.value}" for each in browser.client.cookies.jar)
    headers = {
        "host": HOST, "cookie": cookies, "content-length": "90000",
        "content-type": "application/x-www-form-urlencoded",
    }  # fmt: skip
    scope = {
        "type": "http", "method": "POST", "path": "/provision/make", "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("192.0.2.7", 4711), "server": (HOST, 443), "scheme": "https",
    }  # fmt: skip
    await there.app(scope, receive, send)
    assert answers[0]["status"] == 400
    assert {path for path in there.house.state_dir.rglob("*") if path.is_file()} == before
    assert not there.house.chores.running("provision")
