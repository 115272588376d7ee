"""A real browser without a window, driven over its DevTools protocol; and the server it looks at."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.request import Request, urlopen

from websockets.sync.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
SOURCES = Path(__file__).parents[2] / "src"


def chromium() -> str | None:
    """Return the path of a Chromium, or None when this machine has none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


class Tab:
    """One page, with what its console said and what it asked of the network."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection, self._number = connection, 0
        self.complaints: list[str] = []
        self.requests: list[str] = []
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its answer; events that arrive meanwhile are noted."""
        self._number += 1
        number = self._number
        self._connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._connection.recv(timeout=30))
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return dict(message["result"])
            self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        method, said = message.get("method"), message.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])
        elif method == "Network.webSocketCreated":
            self.requests.append(said["url"])
        elif method == "Runtime.exceptionThrown":
            detail = said["exceptionDetails"]
            thrown = detail.get("exception", {}).get("description", "")
            self.complaints.append(f"{detail['text']} {thrown}".strip())
        elif method == "Runtime.consoleAPICalled" and said["type"] in ("error", "assert"):
            words = [str(a.get("value", a.get("description", ""))) for a in said["args"]]
            self.complaints.append(" ".join(words))
        elif method == "Log.entryAdded" and said["entry"]["level"] == "error":
            self.complaints.append(said["entry"]["text"] + " " + said["entry"].get("url", ""))

    def open(self, address: str, width: int = 1366, height: int = 768) -> None:
        """Load a page at a window size and wait until the map is drawn."""
        self.resize(width, height)
        self.send("Page.navigate", url=address)
        self.wait("document.querySelectorAll('[data-test=map] path.zone').length > 7")

    def resize(self, width: int, height: int) -> None:
        """Give the window another size."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.send("Emulation.setDeviceMetricsOverride", **size)

    def evaluate(self, script: str) -> Any:
        """Return the value of a JavaScript expression."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait(self, condition: str, seconds: float = 20.0) -> Any:
        """Wait until an expression is true, and return it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := self.evaluate(condition):
                return found
            time.sleep(0.03)
        said = "\n".join(self.complaints[-5:])
        raise AssertionError(f"after {seconds} s still not: {condition}\n{said}")

    def text(self, name: str) -> str:
        """Return the text of the element with a data-test name."""
        return str(self.wait(f"document.querySelector('[data-test=\"{name}\"]')?.innerText"))

    def click(self, name: str) -> None:
        """Click the element with a data-test name."""
        self.wait(f"document.querySelector('[data-test=\"{name}\"]:not(:disabled)') !== null")
        self.evaluate(f"document.querySelector('[data-test=\"{name}\"]').click()")

    def put(self, name: str, value: Any) -> None:
        """Give a control a value as a user would: input, then change."""
        self.wait(f"document.querySelector('[data-test=\"{name}\"]') !== null")
        element = f"document.querySelector('[data-test=\"{name}\"]')"
        told = "for (const n of ['input', 'change']) e.dispatchEvent(new Event(n, {bubbles: true}));"
        self.evaluate(f"(() => {{ const e = {element}; e.value = {json.dumps(value)}; {told} }})()")

    def draw(self, name: str, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag over an element from one place to another, each given in parts of its width and height."""
        box = f"document.querySelector('[data-test=\"{name}\"]').getBoundingClientRect()"
        left, top, width, height = self.evaluate(f"(r => [r.left, r.top, r.width, r.height])({box})")
        for k, kind in enumerate(["mousePressed", *["mouseMoved"] * 8, "mouseReleased"]):
            across, down = (a + k / 9 * (b - a) for a, b in zip(start, end, strict=True))
            place = {"x": left + across * width, "y": top + down * height}
            self.send("Input.dispatchMouseEvent", type=kind, button="left", buttons=1, clickCount=1, **place)

    def press(self, key: str) -> None:
        """Press and release a key."""
        text = {"text": key} if len(key) == 1 else {}
        for kind in ("keyDown", "keyUp"):
            self.send(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, **(text if kind == "keyDown" else {})
            )

    def screenshot(self, path: Path) -> None:
        """Save what is seen as PNG."""
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"]))


class Browser:
    """A running Chromium."""

    def __init__(self, port: int) -> None:
        self._port = port

    @contextmanager
    def tab(self) -> Iterator[Tab]:
        """Open a tab for the length of a block."""
        request = Request(f"http://127.0.0.1:{self._port}/json/new?about:blank", method="PUT")
        with urlopen(request, timeout=10) as answer:
            target = json.load(answer)
        try:
            with connect(
                target["webSocketDebuggerUrl"], max_size=None, open_timeout=10, ping_interval=None
            ) as connection:
                yield Tab(connection)
        finally:
            urlopen(f"http://127.0.0.1:{self._port}/json/close/{target['id']}", timeout=10).close()


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Run a Chromium for the length of a block."""
    path = chromium()
    assert path is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                 "--no-first-run", "--remote-debugging-port=0", "--remote-allow-origins=*",
                 f"--user-data-dir={profile}",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--hide-scrollbars", "about:blank"]  # fmt: skip
        process = subprocess.Popen([path, *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            told = Path(profile) / "DevToolsActivePort"
            end = time.monotonic() + 20
            while not told.exists() or not told.read_text().strip():
                assert time.monotonic() < end, "Chromium did not start"
                time.sleep(0.05)
            yield Browser(int(told.read_text().split()[0]))
        finally:
            process.terminate()
            process.wait(timeout=10)


class Server:
    """A running `cas-model serve`."""

    def __init__(self, process: subprocess.Popen[str], address: str, lecturer: str) -> None:
        self.process, self.address, self.lecturer = process, address, lecturer

    def memory_mb(self) -> float:
        """Return the resident memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(row for row in status.splitlines() if row.startswith("VmRSS"))
        return int(line.split()[1]) / 1024


@contextmanager
def running_server(*flags: str, **environment: str) -> Iterator[Server]:
    """Run the page's server on a free port for the length of a block; no proxy, no way out of the machine."""
    port = free_port()
    command = [
        sys.executable,
        "-c",
        "from cas_model.cli import main; main()",
        "serve",
        "--port",
        str(port),
        *flags,
    ]
    # A request that leaves the machine would end at a closed port.
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    surroundings = {
        **os.environ,
        **nowhere,
        "PYTHONPATH": str(SOURCES),
        "no_proxy": "127.0.0.1",
        **environment,
    }
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=surroundings
        )
        try:
            yield _started(process, port, errors)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _started(process: subprocess.Popen[str], port: int, errors: IO[str]) -> Server:
    """Wait until the server has said that it is ready."""
    assert process.stdout is not None
    said: list[str] = []
    while not (said and said[-1].startswith("Stop")):
        line = process.stdout.readline()
        if not line:
            errors.seek(0)
            raise AssertionError(f"the server did not start: {errors.read()}")
        said.append(line)
    lecturer = next(row for row in said if row.startswith("Lecturer")).split()[-1]
    return Server(process, f"http://127.0.0.1:{port}/", lecturer)
