"""Fixtures: a served emulator, a browser, and the console of a new world in it."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import requests
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.console import Console
from tests.support.server_process import clean_environment, server_process

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
SAME_EVERYWHERE = ("--font-render-hinting=none", "--disable-lcd-text", "--force-color-profile=srgb")
"""Options that make letters and colours look the same on all machines."""
FONTS, FONT_FOLDER = Path(__file__).parent / "fonts.conf", Path("/usr/share/fonts/truetype/dejavu")


@pytest.fixture(scope="session")
def console_server() -> Iterator[str]:
    """Serve the emulator; return its URL."""
    with server_process([sys.executable, "-m", "artifact_emulator", "serve"], env=clean_environment()) as server:
        yield f"http://127.0.0.1:{server.port}"


# Module scope: the browser runs an event loop in this thread, which would disturb the loops of other tests.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start a headless browser."""
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        pytest.fail(
            "The console's tests need Chromium or Chrome on the PATH; scripts/test installs it for root on Debian."
        )
    options = [*SAME_EVERYWHERE, *(["--no-sandbox"] if os.geteuid() == 0 else [])]  # Root has no sandbox.
    fonts = {"FONTCONFIG_FILE": str(FONTS)} if FONT_FOLDER.exists() else {}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=options, env={**os.environ, **fonts})
        yield chromium
        chromium.close()


@pytest.fixture
def console(console_server: str, browser: Browser) -> Iterator[Console]:
    """Open the console of a new world in a new browser context; fail if a page reports an error."""
    context = browser.new_context(base_url=console_server, accept_downloads=True)
    page: Page = context.new_page()
    page.set_default_timeout(10_000)
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    world = uuid4().hex
    requests.put(f"{console_server}/_emulator/worlds/{world}", timeout=15).raise_for_status()
    yield Console(console_server, world, page)
    context.close()
    # Chromium reports the status of pages that show a refusal.
    assert [error for error in errors if not re.search("status of 40[03]", error)] == []
