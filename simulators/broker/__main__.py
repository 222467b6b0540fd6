"""``python -m edge_agent.simulators.broker``: serve MQTT 3.1.1 on a free loopback port.

The first line of stdout is JSON: ``{"port", "url", "protocol": "3.1.1", "keeps": "nothing"}``.
Ends with its stdin, or at SIGTERM. What it holds is gone with it: it is no broker for the road.
"""

import argparse
import asyncio
import json
import logging
import os
import signal
import socket
import sys

from amqtt.broker import Broker


def _listen(port: int) -> socket.socket:
    server = socket.create_server(("127.0.0.1", port))
    server.setblocking(False)
    return server


async def _serve(port: int) -> None:
    # amqtt binds by itself: find a free port first, and let go of it just before.
    if port == 0:
        with _listen(0) as probe:
            port = probe.getsockname()[1]
    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
            "plugins": {
                "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}
            },
        }
    )
    await broker.start()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_reader(sys.stdin.fileno(), lambda: stop.set() if not os.read(0, 4096) else None)
    hello = {
        "port": port,
        "url": f"mqtt://127.0.0.1:{port}",
        "protocol": "3.1.1",
        "keeps": "nothing",
    }
    print(json.dumps(hello), flush=True)
    await stop.wait()
    await broker.shutdown()


def main() -> None:
    """Run until told to stop."""
    parser = argparse.ArgumentParser(
        prog="python -m edge_agent.simulators.broker", description=__doc__
    )
    parser.add_argument("--port", type=int, default=0, help="0: any free one (default)")
    options = parser.parse_args()
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    asyncio.run(_serve(options.port))


if __name__ == "__main__":
    main()
