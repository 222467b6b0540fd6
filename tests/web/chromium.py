"""A headless Chromium by its debugging pipe (DevTools protocol): no driver and no socket."""

import base64
import itertools
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.needs import find

_PATIENCE_S = 20.0
_LOOK_S = 0.05


class Chromium:
    """One browser with one tab; ends with its block."""

    def __init__(self) -> None:
        program = find("chromium") or find("chromium-browser")
        assert program is not None
        self._folder = tempfile.TemporaryDirectory(prefix="chromium-")
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        os.set_blocking(self._in, False)
        words = [
            program, "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu",
            "--hide-scrollbars", "--ignore-certificate-errors", "--disable-dev-shm-usage",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-extensions", "--mute-audio", "--lang=vi",
            f"--user-data-dir={self._folder.name}", "about:blank",
        ]  # fmt: skip
        # The pipe's ends must be 3 and 4 in the browser.
        shell = ["bash", "-c", f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}', "-", *words]
        self._process = subprocess.Popen(
            shell,
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._numbers = itertools.count(1)
        self._rest = b""
        self.events: list[dict[str, Any]] = []
        self._session: str | None = None

    def __enter__(self) -> Self:
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._out)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._in)
        self._folder.cleanup()

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One command and its result."""
        number = next(self._numbers)
        command: dict[str, Any] = {"id": number, "method": method, "params": params}
        if self._session is not None:
            command["sessionId"] = self._session
        os.write(self._out, json.dumps(command).encode() + b"\0")
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            message = self._next(deadline)
            if message.get("id") == number:
                assert "error" not in message, message
                result: dict[str, Any] = message["result"]
                return result
            self.events.append(message)

    def go(self, url: str) -> None:
        """Open a page and wait until it is loaded."""
        self.events.clear()
        self.call("Page.navigate", url=url)
        self.loaded()

    def loaded(self) -> None:
        """Wait for the page that is on its way."""
        deadline = time.monotonic() + _PATIENCE_S
        while not any(each.get("method") == "Page.loadEventFired" for each in self.events):
            self.events.append(self._next(deadline))

    def run(self, script: str) -> Any:
        """The value of an expression in the page; of a promise, once it is kept."""
        result = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def send(self, script: str) -> None:
        """An expression that leads to another page, waited for."""
        self.events.clear()
        self.run(script)
        self.loaded()

    def log_in(self, name: str, secret: str) -> None:
        """On the page for it."""
        for field, value in (("name", name), ("password", secret)):
            self.run(f"document.querySelector('#{field}').value = {json.dumps(value)}")
        self.send("document.querySelector('form.card button').click()")

    def key(self, name: str) -> None:
        """Press and let go."""
        codes = {"Tab": 9, "Enter": 13}
        text = {"text": "\r"} if name == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind, key=name, code=name, windowsVirtualKeyCode=codes[name], **text,
            )  # fmt: skip

    def until(self, script: str) -> None:
        """Ask the page until the expression is true."""
        deadline = time.monotonic() + _PATIENCE_S
        while not self.run(script):
            assert time.monotonic() < deadline, script

    def until_told(self, meanwhile: Callable[[], None], script: str) -> None:
        """As ``until``, over pages that go and come; ``meanwhile`` between two questions."""
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            told = self.call("Runtime.evaluate", expression=script, returnByValue=True)
            if told["result"].get("value") is True:
                return
            assert time.monotonic() < deadline, script
            meanwhile()
            time.sleep(_LOOK_S)

    def screen(self, width: int, height: int, *, phone: bool = False, dark: bool = False) -> None:
        """The size of what one looks at, and its light."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=phone,
        )  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def language(self, url: str, language: str) -> None:
        """As chosen on the page at this address."""
        self.call("Network.setCookie", name="lang", value=language, url=url)

    def shot(self, path: Path, *, whole: bool = True) -> None:
        """What is seen, as a PNG."""
        taken = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(taken["data"]))

    def complaints(self) -> list[str]:
        """What the browser complained of since the last page: scripts, styles, refused requests."""
        found = []
        for each in self.events:
            if each.get("method") == "Log.entryAdded":
                found.append(str(each["params"]["entry"]["text"]))
            if each.get("method") == "Runtime.exceptionThrown":
                found.append(str(each["params"]["exceptionDetails"]))
        return found

    def _next(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._rest:
            try:
                chunk = os.read(self._in, 1 << 20)
            except BlockingIOError:
                assert time.monotonic() < deadline, "the browser does not answer"
                time.sleep(0.005)
                continue
            assert chunk, "the browser has ended"
            self._rest += chunk
        message, _, self._rest = self._rest.partition(b"\0")
        told: dict[str, Any] = json.loads(message)
        return told
