"""Starting the server: offline, on the loopback interface unless asked otherwise."""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cas_model.config.errors import UsageError

LOOPBACK = "127.0.0.1"
PORT = 8765
FORGET_AFTER = "60s"
"""How long a session waits for a browser that has gone (a reload, a lid that closes)."""
OWN_PAGES_FROM = 256 * 1024
"""Bytes from which a block of memory gets pages of its own, which are given back when it is freed."""
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8


@dataclass
class Served:
    """What every new session of this process starts with."""

    persons_per_agent: int = 250
    territory: str = "flanders"


SERVED = Served()


def is_exposed(host: str) -> bool:
    """Whether other machines can reach a server on this address.

    Examples
    --------
    >>> is_exposed("127.0.0.1"), is_exposed("localhost"), is_exposed("0.0.0.0")
    (False, False, True)
    """
    if host == "localhost":
        return False
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return True


def claim_port(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address.

    Raises
    ------
    UsageError
        The port is taken or not allowed, or this machine has no such address.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    held = socket.socket(family, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((host, port))
        held.listen(128)
    except OSError as error:
        held.close()
        if error.errno == errno.EADDRINUSE:
            raise UsageError(
                f"port {port} is in use",
                where="--port",
                fix=f"stop the other server, or use --port {port + 1}",
            ) from None
        if error.errno == errno.EACCES:
            raise UsageError(f"port {port} is not allowed", where="--port", fix="use 1024 or above") from None
        raise UsageError(
            f"this machine cannot listen on {host}",
            where="--host",
            fix="use 127.0.0.1, or an address of its own",
        ) from None
    return held


def prepare_solara() -> None:
    """Keep solara to this machine: its assets from the installed package, and no reports to anybody.

    Must come before solara is imported.

    Raises
    ------
    UsageError
        Solara is not installed.
    """
    kept = {
        # Assets are served from here; one that the package lacked would be looked for at a closed port.
        "SOLARA_ASSETS_PROXY": "true",
        "SOLARA_ASSETS_CDN": "http://127.0.0.1:9/",
        "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
        "SOLARA_THEME_SHOW_BANNER": "false",
        "SOLARA_THEME_TITLE": "cas_model",
        "SOLARA_APP": "cas_model.server.page",
    }
    os.environ.update(kept)
    os.environ.setdefault("SOLARA_KERNEL_CULL_TIMEOUT", FORGET_AFTER)
    os.environ.setdefault("SOLARA_HOME", str(solara_home()))
    try:
        import solara  # noqa: F401
    except ModuleNotFoundError:
        raise UsageError(
            "the teaching page needs solara, which is not installed", fix="pip install 'cas-model[server]'"
        ) from None


def solara_home() -> Path:
    """Return the folder that solara wants to itself: one per user, which every server uses again.

    A server that is killed could not remove a folder of its own.
    """
    own = os.getuid() if hasattr(os, "getuid") else 0
    home = Path(tempfile.gettempdir()) / f"cas_model_solara_{own}"
    try:
        home.mkdir(mode=0o700, exist_ok=True)
        if home.stat().st_uid == own:
            return home
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="cas_model_solara_"))  # somebody else took the name


def give_memory_back() -> None:
    """Let the arrays of a session that has left go back to the system at once (glibc only).

    By default the allocator comes to keep freed blocks of ever larger size, and a heap per thread.
    """
    try:
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_THRESHOLD, OWN_PAGES_FROM)
        libc.mallopt(_M_ARENA_MAX, 2)
    except (AttributeError, OSError, TypeError):
        return  # another C library or system: memory is then reused by later sessions


def serve(held: socket.socket, when_ready: Callable[[], None]) -> None:
    """Serve the page on a claimed port until stopped.

    Parameters
    ----------
    held : socket
        From `claim_port`.
    when_ready : callable
        Called once the page has been asked for and answered: the first time takes seconds that no visitor
        should wait.
    """
    prepare_solara()
    give_memory_back()
    import uvicorn

    # Solara's advice on cookies concerns pages inside other pages; this one stands alone.
    warnings.filterwarnings("ignore", message="Cookies with samesite")
    server = uvicorn.Server(uvicorn.Config("solara.server.starlette:app", log_level="warning"))
    threading.Thread(target=_ask_first, args=(server, held, when_ready), daemon=True).start()
    server.run(sockets=[held])


def _ask_first(server: Any, held: socket.socket, when_ready: Callable[[], None]) -> None:
    while not server.started:
        time.sleep(0.05)
    host, port = held.getsockname()[:2]
    reached = {"0.0.0.0": LOOPBACK, "::": "::1"}.get(host, host)
    connection = HTTPConnection(reached, port, timeout=60)
    connection.request("GET", "/")
    connection.getresponse().read()
    connection.close()
    when_ready()
