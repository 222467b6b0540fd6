"""Runs inside sllurp's own environment: sllurp reads our reader and prints what it got.

sllurp is under the GPL, so it lives in a process of its own; nothing here is imported by our code.
"""

import json
import os
import sys
import threading
import time
from typing import Any

from sllurp.llrp import LLRPReaderClient, LLRPReaderConfig  # type: ignore[import-not-found]


def main() -> None:
    host, port, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    tags: list[dict[str, Any]] = []
    selector = {
        "EnableROSpecID": True,
        "EnableSpecIndex": True,
        "EnableInventoryParameterSpecID": True,
        "EnableAntennaID": True,
        "EnableChannelIndex": True,
        "EnablePeakRSSI": True,
        "EnableFirstSeenTimestamp": True,
        "EnableLastSeenTimestamp": True,
        "EnableTagSeenCount": True,
        "EnableAccessSpecID": False,
    }
    config = LLRPReaderConfig(
        {"report_every_n_tags": 1, "antennas": [0], "tag_content_selector": selector}
    )
    reader = LLRPReaderClient(host, port, config)
    reader.add_tag_report_callback(lambda _reader, found: tags.extend(found))
    reader.connect()
    time.sleep(seconds)
    told = [{str(key): _plain(value) for key, value in tag.items()} for tag in tags]
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    # Its threads now and then wait for each other while they part; all was said before.
    patience = threading.Timer(15, os._exit, (0,))
    patience.daemon = True
    patience.start()
    reader.disconnect(timeout=5)
    # Even then they may wait: an interpreter that ends in the usual way joins them.
    os._exit(0)


def _plain(value: object) -> object:
    return value.decode() if isinstance(value, bytes) else value


if __name__ == "__main__":
    main()
