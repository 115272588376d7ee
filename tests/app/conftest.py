"""One browser and one server for all tests of the page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.browser import Browser, Server, Tab, chromium, running_browser, running_server

SMALL = ("--territory", "small", "--persons-per-agent", "1000")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if chromium() is None:
        pytest.skip("no Chromium on the path (Debian: apt-get install chromium)")
    with running_browser() as running:
        yield running


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running_server(*SMALL, SOLARA_KERNEL_CULL_TIMEOUT="1s") as running:
        yield running


@pytest.fixture
def tab(browser: Browser, server: Server) -> Iterator[Tab]:
    """Yield the page as a visitor first sees it; at the end nothing may have gone wrong in it."""
    with browser.tab() as page:
        page.open(server.address)
        yield page
        assert page.complaints == []
        away = [url for url in page.requests if not _stays_here(url, server)]
        assert away == []


def _stays_here(url: str, server: Server) -> bool:
    here = server.address.removeprefix("http://")
    return url.startswith((server.address, f"ws://{here}", "data:", "blob:"))
