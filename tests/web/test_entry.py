"""First use, login, lock-out, sessions that end, accounts."""

import html
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.web.access import code, limits, password
from edge_agent.web.access.accounts import Accounts
from edge_agent.web.access.lockout import FREE, Lockout
from edge_agent.web.access.role import Role
from edge_agent.web.access.safe import Safe, SafeError, in_a_process
from edge_agent.web.access.sessions import IDLE_S, LIFE_S, MOST, Sessions
from edge_agent.web.words import word
from tests.web.unit import HASHED, SECRET, Browser, Unit

NEW = {"name": "chief", "password": "bảy bước chân trâu", "again": "bảy bước chân trâu"}


async def _log_in(browser: Browser, name: str, typed: str) -> int:
    await browser.get("/login")
    return (await browser.post("/login", {"name": name, "password": typed})).status_code


async def test_with_the_consoles_code_the_first_person_comes_in(there: Unit) -> None:
    browser = there.browser()
    made = code.make(there.house.folder)
    assert "edge-agent web code" in (await browser.get("/first")).text
    answer = await browser.post("/first", {**NEW, "code": made.lower()})
    assert (answer.status_code, answer.headers["location"]) == (303, "/?said=said-first")
    assert (await browser.get("/accounts")).status_code == 200
    assert await _log_in(there.browser(), "chief", NEW["password"]) == 303
    whats = [line["what"] for line in (await there.house.safe.read(9))["lines"]]
    assert whats == ["login", "first-password"]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"code": "AAAA-AAAA"}, "first-wrong-code"),
        ({"code": ""}, "first-wrong-code"),
        ({"again": "another"}, "password-differs"),
        ({"password": "short", "again": "short"}, "password-length"),
        ({"password": "a" * 11, "again": "a" * 11}, "password-simple"),
        ({"password": "ab" * 101, "again": "ab" * 101}, "password-length"),
        ({"name": "<script>"}, "account-bad-name"),
        ({"name": ""}, "account-bad-name"),
    ],
)
async def test_what_does_not_do_at_first_use(
    there: Unit, changed: dict[str, str], why: str
) -> None:
    browser = there.browser()
    made = code.make(there.house.folder)
    await browser.get("/first")
    answer = await browser.post("/first", {**NEW, "code": made, **changed})
    assert answer.status_code in {400, 403}
    assert there.house.accounts.all() == []
    assert word("vi", why) in html.unescape(answer.text)
    if not why.startswith("first"):
        assert code.waiting(there.house.folder), "an unfit password must not cost the code"


async def test_a_code_works_once_and_dies_of_wrong_tries(tmp_path: Path) -> None:
    made = code.make(tmp_path)
    assert code.use(tmp_path, made)
    assert not code.use(tmp_path, made)
    made = code.make(tmp_path)
    for _ in range(code.TRIES):
        assert not code.use(tmp_path, "WRONG-ONE")
    assert not code.use(tmp_path, made)


def test_a_code_ends_with_its_time_and_with_the_boot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = code.make(tmp_path)
    now = time.clock_gettime(time.CLOCK_BOOTTIME)
    with monkeypatch.context() as later:
        later.setattr(code, "_now_s", lambda: now + code.VALID_S + 1)
        assert not code.waiting(tmp_path)
    with monkeypatch.context() as rebooted:
        rebooted.setattr(code, "_boot", lambda: "another")
        assert not code.use(tmp_path, made)
    assert made.replace("-", "") not in (tmp_path / code.FILE).read_text()
    assert (tmp_path / code.FILE).stat().st_mode & 0o077 == 0


async def test_wrong_passwords_are_answered_alike_and_then_slowly(there: Unit) -> None:
    there.account("boss", Role.ADMIN)
    unknown, known = there.browser(), there.browser()
    await unknown.get("/login")
    await known.get("/login")
    first = await unknown.post("/login", {"name": "nobody", "password": "x" * 12})
    second = await known.post("/login", {"name": "boss", "password": "x" * 12})
    assert (first.status_code, second.status_code) == (403, 403)
    assert first.text.replace(unknown.token, "") == second.text.replace(known.token, "")
    for _ in range(FREE):
        await known.post("/login", {"name": "boss", "password": "x" * 12})
    locked = await known.post("/login", {"name": "boss", "password": SECRET})
    assert locked.status_code == 429
    there.clock.advance(120)
    assert await _log_in(there.browser("192.0.2.9"), "boss", SECRET) == 303


async def test_the_owner_is_not_locked_out_for_long_by_strangers(there: Unit) -> None:
    there.account("boss", Role.ADMIN)
    for number in range(40):
        there.house.by_name.wrong("boss", there.clock.mono_ns())
        there.house.by_address.wrong(f"192.0.2.{number}", there.clock.mono_ns())
    there.clock.advance(61)
    assert await _log_in(there.browser("198.51.100.1"), "boss", SECRET) == 303


@given(st.lists(st.integers(min_value=0, max_value=10**11), max_size=60))
def test_one_waits_longer_and_never_beyond_the_longest(pauses: list[int]) -> None:
    lockout, now, before = Lockout(60.0), 0, 0.0
    for pause in pauses:
        now += pause
        wait = lockout.wrong("x", now)
        assert before <= wait <= 60.0
        assert lockout.wait_s("x", now) == pytest.approx(wait)
        before = wait
    lockout.right("x")
    assert lockout.wait_s("x", now) == 0.0


def test_a_flood_of_names_does_not_grow_the_memory() -> None:
    lockout = Lockout(60.0)
    for number in range(5000):
        lockout.wrong(str(number), 0)
    assert len(lockout._tallies) <= 1000


@pytest.mark.parametrize("role", [Role.VIEWER, Role.TECHNICIAN, Role.ADMIN])
def test_sessions_end_by_idleness_and_by_age(role: Role) -> None:
    sessions, second = Sessions(), 1_000_000_000
    cookie = sessions.begin("x", role, 0)
    assert sessions.of(cookie, IDLE_S[role] * second, click=False) is not None
    assert sessions.of(cookie, (IDLE_S[role] + 1) * second, click=True) is None
    cookie, now = sessions.begin("x", role, 0), 0
    while now < LIFE_S[role]:
        assert sessions.of(cookie, now * second, click=True) is not None
        now += IDLE_S[role] // 2
    assert sessions.of(cookie, (LIFE_S[role] + 1) * second, click=True) is None


def test_there_are_never_too_many_sessions() -> None:
    sessions = Sessions()
    first = sessions.begin("x", Role.VIEWER, 0)
    for number in range(1, MOST + 1):
        sessions.begin("x", Role.VIEWER, number)
    assert sessions.of(first, MOST, click=False) is None


async def test_a_page_that_refreshes_itself_does_not_keep_a_session_alive(there: Unit) -> None:
    browser = await there.logged_in(Role.TECHNICIAN)
    for _ in range(7):
        there.clock.advance(300)
        answer = await browser.get("/", **{"x-part": "live"})
    assert answer.status_code == 401


async def test_logging_in_changes_the_cookie_and_logging_out_ends_it(there: Unit) -> None:
    there.account("boss", Role.ADMIN)
    browser = there.browser()
    await browser.get("/login")
    before = browser.client.cookies["__Host-edge"]
    await browser.post("/login", {"name": "boss", "password": SECRET})
    during = browser.client.cookies["__Host-edge"]
    assert before != during
    await browser.get("/")
    await browser.post("/logout")
    assert there.house.sessions.of(during, there.clock.mono_ns(), click=False) is None


async def test_who_is_removed_or_demoted_is_out_at_once(there: Unit) -> None:
    worker = await there.logged_in(Role.TECHNICIAN)
    chief = await there.logged_in(Role.ADMIN)
    assert (await worker.get("/log")).status_code == 200
    form = {"name": "a-technician", "role": "viewer", "password": SECRET, "again": SECRET}
    assert (await chief.post("/accounts", form)).status_code == 303
    assert (await worker.get("/log")).status_code == 303
    await chief.post("/accounts/remove", {"name": "a-technician"})
    assert there.house.accounts.get("a-technician") is None


async def test_an_administrator_stays(there: Unit) -> None:
    chief = await there.logged_in(Role.ADMIN)
    assert (await chief.post("/accounts/remove", {"name": "boss"})).status_code == 400
    form = {"name": "boss", "role": "viewer", "password": SECRET, "again": SECRET}
    assert (await chief.post("/accounts", form)).status_code == 400
    boss = there.house.accounts.get("boss")
    assert boss is not None
    assert boss.role is Role.ADMIN


async def test_ones_own_password_wants_the_old_one(there: Unit) -> None:
    browser = await there.logged_in(Role.VIEWER)
    form = {"old": "not it at all", "password": "another long one", "again": "another long one"}
    assert (await browser.post("/password", form)).status_code == 400
    assert (await browser.post("/password", {**form, "old": SECRET})).status_code == 303
    account = there.house.accounts.get("a-viewer")
    assert account is not None
    assert password.fits("another long one", account.hashed)


def test_hashes_are_argon2id_and_salted() -> None:
    assert HASHED.startswith("$argon2id$v=19$m=12288,t=3,p=1$")
    assert password.hashed(SECRET) != HASHED
    assert not password.fits(SECRET[:-1], HASHED)
    assert not password.fits(SECRET, "rubbish")
    assert limits.SHORTEST >= 8


def test_accounts_are_for_their_owner_alone(tmp_path: Path, there: Unit) -> None:
    there.account("boss", Role.ADMIN)
    path = there.house.folder / "accounts.json"
    assert path.stat().st_mode & 0o077 == 0
    assert SECRET not in path.read_text()
    assert Accounts(there.house.folder).get("boss") is not None


async def test_a_vault_of_its_own_process_does_the_same(tmp_path: Path, there: Unit) -> None:
    safe = Safe(tmp_path, there.clock, in_a_process)
    assert await safe.fits(SECRET, HASHED)
    assert not await safe.fits(SECRET, "")
    await safe.note("boss", "config-applied", version=3)
    record = await safe.read(5)
    assert record["wrong"] == ""
    assert record["lines"][0]["facts"] == {"who": "boss", "version": 3}


async def test_a_record_that_was_tampered_with_is_set_aside_and_said(there: Unit) -> None:
    await there.house.safe.note("boss", "login")
    await there.house.safe.note("boss", "config-applied")
    path = there.house.folder / "audit.jsonl"
    path.write_text(path.read_text().replace("boss", "anon", 1))
    await there.house.safe.note("boss", "login")
    record = await there.house.safe.read(9)
    assert [line["what"] for line in record["lines"]] == ["login", "set-aside"]
    assert list(there.house.folder.glob("audit.jsonl.broken-*"))


async def test_what_cannot_be_recorded_is_not_done(there: Unit) -> None:
    chief = await there.logged_in(Role.ADMIN)

    async def refuse(folder: Path, request: dict[str, object]) -> dict[str, object]:
        return {"trouble": "disk full"} if request["do"] == "note" else {"hash": HASHED}

    there.house.safe._ask = refuse
    form = {"name": "new", "role": "viewer", "password": SECRET, "again": SECRET}
    answer = await chief.post("/accounts", form)
    assert answer.status_code == 503
    assert there.house.accounts.get("new") is None
    with pytest.raises(SafeError, match="disk full"):
        await there.house.safe.note("x", "y")
    assert json.loads((there.house.folder / "accounts.json").read_text())["version"] == 1


async def test_language_and_light_are_remembered_and_nothing_else(there: Unit) -> None:
    browser = there.browser()
    await browser.get("/login")
    answer = await browser.post("/preferences", {"lang": "en", "theme": "dark", "back": "/login"})
    assert answer.headers["location"] == "/login"
    page = (await browser.get("/login")).text
    assert 'lang="en"' in page
    assert 'data-theme="dark"' in page
    for bad in ("//elsewhere.test", "https://elsewhere.test", "/\r\nx", "javascript:1"):
        answer = await browser.post("/preferences", {"lang": "xx", "back": bad})
        assert answer.headers["location"] == "/"
