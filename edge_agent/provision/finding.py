"""Steps: which devices are here, and the site file that follows from them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from edge_agent import settings
from edge_agent.config.render import as_text
from edge_agent.device.discovery import Surroundings
from edge_agent.discover import toml, where
from edge_agent.discover.proposal import Proposal, best, named
from edge_agent.provision.answers import table, text, yes
from edge_agent.provision.certificate import AUTHORITIES, CERTIFICATE, FOLDER, KEY
from edge_agent.provision.record import install
from edge_agent.provision.visit import Result, StepFailed, Visit
from edge_agent.secret import reveal

_MOST_SECONDS = 60


async def discovery(visit: Visit) -> Result:
    """Search, and let the technician choose."""
    ask = visit.answers.get
    nets = ask(
        "search.net", "Network of the cabinet, such as 192.168.10.0/28 (empty: none)", _words, []
    )
    ports = ask("search.ports", "Ports to try (empty: the usual ones)", text, "")
    lines = ask("search.serial", "Serial ports (empty: all of /dev/serial/by-id)", _words, [])
    user = ask("search.user", "User of the cameras (empty: none)", text, "")
    reference = ""
    if user:
        reference = ask("search.password", "Where their password lies (file:/…)", text)
    found = await visit.bench.search(
        where.Where(
            hosts=where.hosts(nets),
            ports=where.ports(ports) if ports else (),
            lines=tuple(line for line in lines or where.stable_lines() if line != "none"),
            units=where.units(ask("search.units", "Modbus units", text, "1-247")),
            around=Surroundings()
            if ask("search.announce", "Call for cameras", yes, True)
            else None,
            seconds=_MOST_SECONDS,
            username=user,
            password=reveal(reference) if reference else "",
            reference=reference,
        )
    )
    chosen = best(found)
    for name, each in named(chosen).items():
        visit.tell(f"    {name:<6} {each.confidence:>3} %  {each.place}  {each.identity}")
        for conflict in each.conflicts:
            visit.tell(f"           conflict: {conflict}")
    ask("search.take", f"Take these {len(chosen)} devices", _agreed, True)
    conflicts = sum(bool(each.conflicts) for each in chosen)
    devices = [{"name": name, **_plain(each)} for name, each in named(chosen).items()]
    facts = {"devices": devices, "conflicts": conflicts}
    if not chosen:
        return Result("doubtful", "nothing was found", facts)
    return Result(
        "doubtful" if conflicts else "ok", "see the conflicts" if conflicts else "", facts
    )


async def draft(visit: Visit) -> Result:
    """The site file: what was found, what the technician says of it, and lanes with their lines."""
    ask = visit.answers.get
    who = visit.facts("identity")
    said = ask("device", "File with further keys of devices (empty: none)", table, {})
    uplink = ask("uplink", "Broker", _uplink)
    folder = visit.state_dir / FOLDER
    if urlsplit(str(uplink.get("broker", ""))).scheme == "mqtts" and "certificate_until" in who:
        own = {"cert": CERTIFICATE, "key": KEY, "ca": AUTHORITIES}
        uplink = {**uplink, "tls": {key: str(folder / file) for key, file in own.items()}}
    content: dict[str, Any] = {
        "version": 1,
        "unit": {key: who[key] for key in ("province", "site", "id", "name") if who[key]},
        "uplink": uplink,
        "device": _devices(visit.facts("discovery").get("devices", []), said),
        "lane": ask("lane", "File with lanes (empty: none)", table, {}),
        **ask("more", "File with further tables (empty: none)", table, {}),
    }
    install(visit.draft, toml.table((), content).encode("utf-8"), 0o640)
    verdict = settings.examine(visit.draft)
    if verdict.errors:
        for key in ("device", "lane", "uplink", "more"):
            visit.answers.forget(key)
        raise StepFailed(as_text(verdict.errors, "the site file that follows has errors"))
    facts = {
        "devices": {name: table["kind"] for name, table in content["device"].items()},
        "lanes": sorted(content["lane"]),
        "fingerprint": verdict.fingerprint,
        "warnings": [f"{each.where}: {each.wrong}" for each in verdict.warnings],
    }
    why = f"{len(verdict.warnings)} things are odd" if verdict.warnings else ""
    return Result("ok", why, facts)


def _devices(found: list[dict[str, Any]], said: Mapping[str, Any]) -> dict[str, Any]:
    """Tables by id: a said one adds to the found one at its ``at``, or stands alone by its url."""
    left = {each["name"]: _proposal(each).settings for each in found}
    made: dict[str, Any] = {}
    for name, more in said.items():
        own = {key: value for key, value in more.items() if key not in ("at", "leave_out")}
        at = more.get("at", name)
        origin = next((key for key, each in left.items() if at in (key, _place(each))), None)
        if origin is not None:
            own = {**left.pop(origin), **own}
        elif "url" not in own:
            raise StepFailed(f"device.{name}: nothing was found at {str(at)[:80]!r}")
        if not more.get("leave_out", False):
            made[name] = own
    return made | {name: each for name, each in left.items() if name not in made}


def _place(table: Mapping[str, Any]) -> str:
    parts = urlsplit(str(table["url"]))
    unit = f"#{table['unit_id']}" if "unit_id" in table else ""
    return f"{parts.netloc or parts.path}{unit}"


def _plain(each: Proposal) -> dict[str, Any]:
    return {
        "kind": each.kind, "url": each.url, "unit_id": each.unit_id, "identity": each.identity,
        "confidence": each.confidence, "why": each.why, "table": dict(each.table),
        "conflicts": list(each.conflicts), "serial": each.serial,
    }  # fmt: skip


def _proposal(plain: Mapping[str, Any]) -> Proposal:
    return Proposal(**{key: each for key, each in plain.items() if key != "name"})


def _words(given: Any) -> list[str]:
    return [str(each) for each in given] if isinstance(given, list) else str(given).split()


def _agreed(given: Any) -> bool:
    if not yes(given):
        raise ValueError("then end here with Ctrl-C, and search elsewhere")
    return True


def _uplink(given: Any) -> dict[str, Any]:
    return {"broker": text(given)} if isinstance(given, str) else table(given)


def read_lines(path: str) -> list[str]:
    """Lines of a text file; raises StepFailed."""
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StepFailed(f"{path}: {error}") from error
