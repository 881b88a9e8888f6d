"""A real Chromium in front of a real server with a ledger of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from api.server_file import find

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
# Chromium of its own accord asks for updates; nothing here may leave the machine.
QUIET = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PHONE, SMALL_PHONE, DESK = 390, 360, 1280

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a file.

    As long as it is open its event loop is the thread's own, and other tests could have none.
    """
    if not CHROMIUM.exists():
        pytest.skip(f"There is no browser at {CHROMIUM}; install chromium to run this test")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*QUIET])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, which checks a page for barriers."""
    places = [
        Path(os.environ.get("AXE_CORE", "")),
        *(folder / "node_modules/axe-core/axe.min.js" for folder in (Path.cwd(), ROOT)),
    ]
    for place in places:
        if place.is_file():
            return place.read_text(encoding="utf-8")
    pytest.skip(
        "axe-core is not here; npm install --no-save axe-core, or name axe.min.js in AXE_CORE"
    )


@contextmanager
def running(folder: Path, *command: str) -> Iterator[str]:
    """Run `epcis demo` or `epcis serve` on a new ledger, and yield its address."""
    ledger = folder / "ledger.duckdb"
    kept = {k: v for k, v in os.environ.items() if not k.startswith("EPCIS_")}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "api.cli", *command, "--ledger", str(ledger), "--port", "0"],
            cwd=folder,
            env={**kept, "PYTHONPATH": str(ROOT)},
            stdout=log,
            stderr=log,
        )
    try:
        yield _address(ledger, server, folder / "log")
    finally:
        server.terminate()
        server.wait(30)


def _address(ledger: Path, server: subprocess.Popen[bytes], log: Path) -> str:
    for _ in range(1800):
        found = find(ledger)
        if found is not None and found.pid == server.pid:
            return found.address
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(f"the server did not start: {log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that holds the samples."""
    with running(tmp_path_factory.mktemp("demo"), "demo") as address:
        yield address


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[str]:
    """The address of a server whose ledger is empty."""
    with running(tmp_path, "serve") as address:
        yield address


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Open a page of a width, in a language; afterwards it must have had no complaint."""
    complaints: list[str] = []
    contexts = []

    def heard(message: ConsoleMessage) -> None:
        # That an address answers 404 or 422 is an answer, and the browser says so on its own.
        if message.type in {"error", "warning"} and "the server responded" not in message.text:
            complaints.append(message.text)

    def opened(
        address: str, *, width: int = DESK, language: str = "vi", script: bool = True
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 844},
            locale=language,
            java_script_enabled=script,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
