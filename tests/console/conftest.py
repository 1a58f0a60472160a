"""A served emulator, and a real browser that looks at its console."""

import os
import shutil
import sys
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.console.signed import Console
from tests.packaging.process import environment, serving

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="session")
def console_server() -> Iterator[str]:
    """Serve, for the browser."""
    with serving([sys.executable, "-m", "artifact_emulator", "serve"], env=environment()) as served:
        yield f"http://127.0.0.1:{served.port}"


# Not for the session: as long as it runs, its event loop does, and other tests have loops of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start a browser without a window."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.fail("The console's tests need Chromium or Chrome on the PATH: scripts/test installs it where it may.")
    options = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox does not work for root.
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=options)
        yield started
        started.close()


@pytest.fixture
def console(console_server: str, browser: Browser) -> Iterator[Console]:
    """Give the console of a world of the test's own, in a browser of its own; no page may report an error."""
    context = browser.new_context(base_url=console_server, accept_downloads=True)
    page: Page = context.new_page()
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield Console(console_server, uuid4().hex, page)
    context.close()
    # What AWS refuses is answered with a status of its own, which Chromium reports.
    assert [one for one in complaints if "status of 403" not in one] == []
