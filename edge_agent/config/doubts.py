"""What is odd but lets a unit run: told as warnings, and as errors by ``check --strict``."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from edge_agent.config.checks import SOURCES, Sound
from edge_agent.config.problems import shown
from edge_agent.contract.verdicts import RuleKind
from edge_agent.errors import Problem

_TLS_FILES = ("ca", "cert", "key")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


_IDLE = {
    "line": "it counts into a lane of its own, named after the device and the line",
    "zone": "what it sees goes nowhere",
}


def unused(sound: Sound) -> Iterator[Problem]:
    """Things that measure for nobody; worth a word, not an error."""
    named = {
        (source.device, what, getattr(source, what))
        for lane in sound.lanes.values()
        for listed, what in SOURCES
        for source in getattr(lane, listed)
    }
    for name, kind, settings in sound.enabled():
        for what in ("line", "zone"):  # drawn for this unit; a profile's detectors may lie idle
            things = sorted(kind.offers(settings).get(what, ()))
            idle = [thing for thing in things if (name, what, thing) not in named]
            if idle:
                yield sound.draft.problem(
                    ("device", name),
                    f"in no lane: {what} {', '.join(idle)}; {_IDLE[what]}",
                    allowed=f"lanes whose {what}s name them",
                    do="name them in a [lane.<id>] table, or remove them",
                )


def empty(sound: Sound) -> Iterator[Problem]:
    """Lanes that nothing counts into."""
    for name, lane in sound.lanes.items():
        if not any(getattr(lane, listed) for listed, _ in SOURCES):
            yield sound.draft.problem(
                ("lane", name),
                "nothing counts into this lane",
                allowed="lines, zones or detectors that belong to it",
                do=f'write lines = [{{ device = "…", line = "…" }}] below [lane.{name}]',
            )


def transport(sound: Sound) -> Iterator[Problem]:
    """Certificates that are not there, or that the broker's address makes useless."""
    uplink = sound.draft.value(("uplink",))
    if not isinstance(uplink, dict):
        return
    broker = str(uplink.get("broker", ""))
    tls: Any = uplink.get("tls", {})
    files = {key: tls[key] for key in _TLS_FILES if isinstance(tls, dict) and key in tls}
    for key, file in files.items():
        if isinstance(file, str) and not Path(file).is_file():
            yield sound.draft.problem(
                ("uplink", "tls", key),
                "no such file",
                value=shown(file),
                allowed="a PEM file that the agent may read",
                do="put it there, or correct the path",
            )
    plain = broker.startswith("mqtt://")
    if plain and files:
        yield sound.draft.problem(
            ("uplink", "tls"),
            "certificates are set, but mqtt:// does not use them",
            value=shown(broker),
            allowed="mqtts:// with certificates, mqtt:// without",
            do='write broker = "mqtts://…"',
        )
    if plain and "password" in uplink and not _is_here(broker):
        yield sound.draft.problem(
            ("uplink", "broker"),
            "the password crosses the network unencrypted",
            value=shown(broker),
            allowed="mqtts:// to any broker that is not on this machine",
            do='write broker = "mqtts://…"',
        )


def _is_here(broker: str) -> bool:
    try:
        return urlsplit(broker).hostname in _LOOPBACK
    except ValueError:
        return False


def sealing(sound: Sound) -> Iterator[Problem]:
    """The centre's public key is not there, so that hidden texts would not travel."""
    path = ("privacy", "seal_to")
    file = sound.draft.value(path)
    if isinstance(file, str) and not Path(file).is_file():
        yield sound.draft.problem(
            path,
            "no such file",
            value=shown(file),
            allowed="the centre's public key (X25519, PEM), readable for the agent",
            do="put it there, or remove seal_to: hidden texts then do not travel",
        )


def kept(sound: Sound) -> Iterator[Problem]:
    """Kinds of violations that there are not, so that what is said of them helps nobody."""
    known = get_args(RuleKind)
    for key in ("days_of", "first"):
        path = ("evidence", "keep", key)
        said = sound.draft.value(path)
        for kind in said if isinstance(said, dict | list) else ():
            if isinstance(kind, str) and kind not in known:
                yield sound.draft.problem(
                    path,
                    "no such kind of violation",
                    value=shown(kind),
                    allowed=", ".join(known),
                    do="write one of these, or remove it",
                )


DOUBTS: tuple[Callable[[Sound], Iterator[Problem]], ...] = (
    *(unused, empty, transport),
    *(sealing, kept),
)
