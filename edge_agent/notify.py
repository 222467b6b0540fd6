"""Telling systemd how we are: sd_notify(3) in plain sockets.

Outside systemd every call does nothing. No call ever blocks or raises: a supervisor that cannot be
reached must not stop the measuring.
"""

import os
import socket
from collections.abc import Mapping


class Notifier:
    """The unit's word to its service manager."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        # A leading @ stands for the NUL of Linux's abstract names.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self.watchdog_s = _watchdog(environment)
        """Seconds within which ``watchdog`` must be called again; None when nobody watches."""

    def ready(self, status: str = "") -> bool:
        """Settings valid, spool open. Devices may still be missing."""
        return self._send("READY=1", f"STATUS={status}")

    def status(self, text: str) -> bool:
        """One line for ``systemctl status``."""
        return self._send(f"STATUS={text}")

    def watchdog(self) -> bool:
        """Work has moved since last time; not called otherwise."""
        return self._send("WATCHDOG=1")

    def stopping(self) -> bool:
        """Going down in order."""
        return self._send("STOPPING=1")

    def _send(self, *lines: str) -> bool:
        """True when the manager's socket took it."""
        if not self._address:
            return False
        text = "\n".join(line.replace("\n", " ") for line in lines)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
                out.setblocking(False)
                out.sendto(text.encode(), self._address)
        except OSError:
            return False
        return True


def _watchdog(environment: Mapping[str, str]) -> float | None:
    """The interval, when it is meant for this process."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    try:
        interval_s = int(environment["WATCHDOG_USEC"]) / 1e6
    except (KeyError, ValueError):
        return None
    return interval_s if interval_s > 0 else None
