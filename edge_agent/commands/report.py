"""``edge-agent report``: one HTML page about a period, from the unit's history or a centre's."""

import argparse
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from edge_agent.clock import SystemClock
from edge_agent.commands import options
from edge_agent.errors import ConfigError
from edge_agent.evidence.keys import load_public
from edge_agent.evidence.vault import FOLDER as EVIDENCE
from edge_agent.evidence.vault import PUBLIC
from edge_agent.exits import Exit
from edge_agent.history import read
from edge_agent.history.store import FOLDER
from edge_agent.report.make import gather, write
from edge_agent.report.page import About
from edge_agent.report.period import Period
from edge_agent.report.pictures import Pictures
from edge_agent.report.records import Unit
from edge_agent.report.source import LASTING, Doubts, ReportError, events, lines_of
from edge_agent.settings import UnitSettings, load

ZONE = "Asia/Ho_Chi_Minh"
_SQLITE = b"SQLite format 3\x00"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "a page needs nothing but a browser, also to be printed; exit code 1 when nothing is known "
        "of the period"
    )
    parser.add_argument(
        "--from",
        dest="begin",
        required=True,
        metavar="DAY[THH:MM]",
        help="first moment, local time: 2026-11-22 or 2026-11-22T06:00",
    )
    parser.add_argument(
        "--to", dest="end", metavar="DAY[THH:MM]", help="moment after the last (default: a day on)"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="page to write")
    parser.add_argument("--lang", choices=("vi", "en"), default="vi", help="default %(default)s")
    parser.add_argument(
        "--source",
        type=Path,
        metavar="FILE|DIR",
        help="a history folder, a centre's database, or exported events (.ndjson, also .gz); "
        "default: this unit's history",
    )
    parser.add_argument("--unit", metavar="ID", help="of several units, this one only")
    parser.add_argument(
        "--timezone", metavar="ZONE", help=f"default: the unit's, or {ZONE} without a site file"
    )
    parser.add_argument(
        "--evidence",
        type=Path,
        metavar="DIR",
        help="masked copies of evidence, for pictures; default: this unit's, with its history",
    )
    parser.add_argument(
        "--key", type=Path, metavar="FILE.pem", help="the unit's public key, to prove the packages"
    )
    parser.add_argument(
        "--with-test", action="store_true", help="count events of test mode too, and say so"
    )
    options.add_config(parser)
    options.add_state_dir(parser)


def run(args: argparse.Namespace) -> int:
    site = _site(args.config)
    period = _period(args, _zone(args.timezone or (site.unit.timezone if site else ZONE)))
    source = args.source or args.state_dir / FOLDER
    doubts = Doubts()
    told = events(_lines(source, period, doubts), period, doubts, test=args.with_test)
    units = gather((e for e in told if args.unit in (None, e.u)), period)
    if not units:
        raise ReportError(f"{source}: nothing is known of this period{_hint(doubts)}")
    about = About(SystemClock().utc_ms(), source.name, _names(site))
    text = write(units, period, args.lang, about, doubts, _pictures(args, units))
    # The page is there whole or not at all, whoever looks at it meanwhile.
    half = args.out.with_name(f".{args.out.name}.{os.getpid()}")
    half.write_text(text, encoding="utf-8")
    half.replace(args.out)
    print(f"{args.out}: {', '.join(unit.name for unit in units)}, {len(text.encode()) // 1000} kB")
    return Exit.OK


def _hint(doubts: Doubts) -> str:
    if doubts.test:
        return f" but {doubts.test} events of test mode: --with-test counts them"
    return f"; {doubts.broken} lines are no events" if doubts.broken else ""


def _lines(source: Path, period: Period, doubts: Doubts) -> Iterator[bytes | str]:
    if source.is_dir():
        return read.lines(source, period.from_ms, period.to_ms, doubts.torn, LASTING)
    if not source.exists():
        raise ReportError(f"{source}: no such file or folder; is there a history on this unit?")
    with source.open("rb") as file:
        is_database = file.read(len(_SQLITE)) == _SQLITE
    return _stored(source) if is_database else lines_of(source)


def _stored(source: Path) -> Iterator[str]:
    # A unit has no centre's rooms to import until somebody asks for a centre's database.
    from edge_agent.centre.sqlite_store import SqliteStore  # noqa: PLC0415
    from edge_agent.centre.store import StoreError  # noqa: PLC0415

    try:
        store = SqliteStore(source, read_only=True)
    except StoreError as error:
        raise ReportError(str(error)) from error
    try:
        for event in store.events():
            yield event.body
    finally:
        store.close()


def _pictures(args: argparse.Namespace, units: list[Unit]) -> Callable[[str], str | None]:
    """Of the packages named; without a word of this unit's own, where its own history is told."""
    folder, key = args.evidence, args.key
    if folder is None and args.source is None:
        folder, key = args.state_dir / EVIDENCE, key or args.state_dir / PUBLIC
        if not key.exists():
            return lambda _: None
    if folder is None:
        return lambda _: None
    if key is None:
        raise ReportError("--evidence needs --key: a picture is shown when its package is proved")
    wanted = [event.id for unit in units for event in unit.violations]
    pictures = Pictures(folder, load_public(key), wanted)
    for path in pictures.broken:
        print(f"{path}: does not prove itself; its picture is left out")
    return pictures.of


def _site(config: Path) -> UnitSettings | None:
    """The site file where there is one; a centre has none."""
    try:
        return load(config) if config.exists() else None
    except ConfigError:
        return None


def _names(site: UnitSettings | None) -> dict[str, str]:
    return {site.unit.id: site.unit.name} if site and site.unit.name else {}


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ReportError(f"{name}: no such time zone; allowed: names like {ZONE}") from error


def _period(args: argparse.Namespace, zone: ZoneInfo) -> Period:
    begin = _moment(args.begin, zone)
    end = _moment(args.end, zone) if args.end else begin + timedelta(days=1)
    period = Period(round(begin.timestamp() * 1000), round(end.timestamp() * 1000), zone)
    if period.from_ms >= period.to_ms:
        raise ReportError(f"--to {args.end} is not after --from {args.begin}")
    return period


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ReportError(
            f"{text}: not a moment; allowed: 2026-11-22 or 2026-11-22T06:00"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
