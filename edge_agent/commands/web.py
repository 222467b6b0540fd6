"""``edge-agent web``: the unit's own page; ``edge-agent web code`` lets the first person in."""

import argparse
import asyncio
import json
import signal
from collections.abc import Coroutine
from pathlib import Path

from edge_agent.clock import SystemClock
from edge_agent.commands import options
from edge_agent.errors import EdgeError
from edge_agent.exits import Exit

LISTEN = "127.0.0.1:8443"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "a page of its own process; the first password is set with the code that"
        " `edge-agent web code` prints on the unit itself"
    )
    parser.add_argument(
        "what", nargs="?", choices=["serve", "code"], default="serve",
        help="serve: the page, until stopped; code: print a code that sets an administrator's"
        " password, once, within 15 minutes (default serve)",
    )  # fmt: skip
    options.add_config(parser)
    options.add_state_dir(parser)
    parser.add_argument(
        "--listen", default=LISTEN, metavar="ADDRESS:PORT",
        help="port 0 takes a free one (default %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--expose", action="store_true", help="allow an address that the network can reach"
    )
    parser.add_argument(
        "--host", action="append", default=[], metavar="NAME",
        help="a further name by which browsers may call the page",
    )  # fmt: skip
    parser.add_argument(
        "--certificate", type=Path, metavar="FILE.pem", help="instead of the unit's own making"
    )
    parser.add_argument("--key", type=Path, metavar="FILE.pem", help="of the certificate")
    parser.add_argument(
        "--restart", action="store_true",
        help="end the agent after a change of its configuration: for where a service manager"
        " starts it anew",
    )  # fmt: skip
    parser.add_argument(
        "--log", type=Path, metavar="FILE", help="the agent's log, where it is not in the journal"
    )
    options.add_seconds(parser)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    if args.what == "code":
        return _code(args)
    from edge_agent.web.memory import be_frugal  # noqa: PLC0415

    be_frugal()
    # Not at the top: `code` and --help work where the extra for the page is not installed.
    try:
        from edge_agent.web import certificate, lines, server  # noqa: PLC0415
        from edge_agent.web.house import House  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise EdgeError(f"{error.name} is not installed: pip install 'edge-agent[web]'") from None

    lines.configure()
    if (args.certificate is None) != (args.key is None):
        raise EdgeError("--certificate and --key go together")
    address = server.address_of(args.listen, expose=args.expose)
    listener = server.listen(address)
    try:
        bound = server.Address(address.host, listener.getsockname()[1])
        hosts = server.names(bound, args.host)
        given = (args.certificate, args.key) if args.certificate else None
        tls = server.tls_files(_folder(args), given, hosts)
        house = House(args.config, args.state_dir, SystemClock(), hosts, args.restart, args.log)
        _tell(args, bound.url, certificate.digest(tls[0]), fresh=not house.accounts.all())
        # The server ends in order at SIGTERM and then raises it anew: that is no failure.
        signal.signal(signal.SIGTERM, lambda *_: None)
        asyncio.run(_serve(server.serve(house, listener, tls), args.seconds))
    finally:
        listener.close()
    return Exit.OK


async def _serve(served: Coroutine[None, None, None], seconds: float | None) -> None:
    if seconds is not None:
        asyncio.get_running_loop().call_later(seconds, signal.raise_signal, signal.SIGTERM)
    await served


def _folder(args: argparse.Namespace) -> Path:
    from edge_agent.web.house import FOLDER  # noqa: PLC0415

    folder: Path = args.state_dir
    (folder / FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _tell(args: argparse.Namespace, url: str, digest: str, *, fresh: bool) -> None:
    if args.json:
        options.print_json({"url": url, "certificate_sha256": digest, "first_use": fresh})
        return
    print(url)
    print(f"certificate SHA-256 {digest}")
    if fresh:
        print("nobody has a password yet: `edge-agent web code` on this unit", flush=True)


def _code(args: argparse.Namespace) -> int:
    from edge_agent.web.access import code  # noqa: PLC0415
    from edge_agent.web.access.code import VALID_S  # noqa: PLC0415

    made = code.make(args.state_dir / "web")
    if args.json:
        print(json.dumps({"code": made, "valid_s": VALID_S}))
    else:
        print(f"{made}    valid once, for {VALID_S // 60} minutes")
    return Exit.OK
