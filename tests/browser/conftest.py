"""A real browser on a real server: Chromium from the system, Cutline started by its own command.

Without Chromium or Playwright these tests are skipped, and say so loudly at the end; under ``CI=true`` that is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.library import Library, open_library
from web import serve
from web.access import Access

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = "No browser can be tried: "


def chromium() -> str | None:
    """Return the path of an installed Chromium, None when there is none."""
    return os.environ.get("CHROMIUM") or next((p for n in NAMES if (p := shutil.which(n))), None)


def _missing(what: str) -> None:
    if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
        pytest.fail(f"CI must run the browser tests, but {what}.", pytrace=False)
    pytest.skip(MISSING + what)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly that no browser was tried."""
    skipped = (str(report.longrepr) for report in terminalreporter.getreports("skipped"))
    missing = next((text.partition(MISSING)[2].rstrip("')") for text in skipped if MISSING in text), "")
    if missing:
        terminalreporter.section("NO BROWSER TEST WAS RUN", sep="!", red=True)
        terminalreporter.line(f"{missing}. On Debian: apt-get install chromium; then pip install 'cutline[test]'.")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for all tests."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("Playwright is not installed")
    path = chromium()
    if path is None:
        _missing("Chromium is not installed")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield running
        running.close()


class Server:
    """Cutline serving a library from a thread of the test's own process, on a free port."""

    def __init__(self, library: Library, access: Access | None = None) -> None:
        self.library, self.access = library, access
        self.address = ""
        self._ready = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()
        assert self._ready.wait(30), "the server did not start"

    def _run(self) -> None:
        serve(self.library, port=0, access=self.access, ready=self._started)

    def _started(self, address: str) -> None:
        self.address = address.rstrip("/")
        self._ready.set()


@pytest.fixture
def server(library: Library) -> Server:
    """A server over a copy of the example stories that the test may change."""
    return Server(library)


@pytest.fixture(scope="session")
def reading(imported: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over the example stories for tests that change nothing."""
    folder = tmp_path_factory.mktemp("reading") / "catalogue"
    shutil.copytree(imported, folder)
    with open_library(folder) as library:
        yield Server(library)


@pytest.fixture
def errors() -> list[str]:
    """What the browser complained of; a test that ends with any fails."""
    return []


@pytest.fixture
def open_page(browser: Any, errors: list[str]) -> Iterator[Callable[..., Any]]:
    """Opens a page in a context of its own; what the console says as an error is kept and must be nothing."""
    contexts = []

    def new(address: str, **options: Any) -> Any:
        options.setdefault("viewport", {"width": 1440, "height": 900})
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda m: errors.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: errors.append(str(e)))
        page.goto(address)
        if options.get("java_script_enabled", True):
            page.wait_for_selector("html.ready", state="attached")
        return page

    yield new
    for context in contexts:
        context.close()
    assert not errors, errors


@pytest.fixture
def cutline() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command line as a user does."""

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from catalog.cli import main; main()", *args]
        return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)

    return run
