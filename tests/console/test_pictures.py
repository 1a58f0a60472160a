"""Pictures: each page looks as it did, on a phone, a laptop and a large screen, in light and in dark mode.

`scripts/update_pictures` stores the pictures anew after a change of the pages.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page

from tests.support import pictures
from tests.support.console import MANAGEMENT, STANDALONE, Console
from tests.support.console_pages import PAGES, fill_world
from tests.support.server_process import clean_environment, server_process

pytestmark = pytest.mark.xdist_group("browser")  # One browser is enough.

STORED = Path(__file__).parent / "pictures"
DIFFERENT = Path(__file__).parents[2] / "build" / "pictures"
UPDATES = os.environ.get("UPDATE_PICTURES") == "yes"
FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
WIDTHS, SCHEMES = (360, 1280, 1920), ("light", "dark")
ATTEMPTS, PAUSE = 6, 300
SCENARIO = {
    "scenario": 1,
    "description": "Names of all lengths, an accepted agreement, an invitation and units.",
    "seed": "pictures",
    "clock": "2026-03-01T09:00:00Z",
    "accounts": [{"id": STANDALONE, "name": "Stranger", "email": "stranger@example.com"}],
    "organizations": [
        {
            "management": {"id": MANAGEMENT, "name": "Management", "email": "management@example.com"},
            "units": [{"name": "Workloads", "units": [{"name": "Production"}]}, {"name": "Security"}],
            "accounts": [
                {"id": "222233334444", "name": "Shop", "email": "shop@example.com", "unit": "Workloads/Production"},
                {
                    "id": "333344445555",
                    "name": "Customer-relationship-management-Pilot-2026-Europe",
                    "email": "customer-relationship-management-pilot@example.com",
                },
            ],
            "trusted_services": ["artifact.amazonaws.com"],
            "agreements": ["AWS Organizations Business Associate Addendum"],
            "invitations": [{"account": "444455556666", "notes": "Join us"}],
        }
    ],
}
WITHOUT_ORGANIZATION = (
    "/sign-in",
    "/organizations",
    "/organizations/services",
    "/organizations/invitations",
    "/artifact/agreements?tab=organization",
    "/artifact/assurance-assistant",
    "/iam/users",
    "/iam/groups",
    "/iam/mfa-devices",
    "/iam/instance-profiles",
    "/iam/identity-providers",
    "/iam/roles",
    "/nowhere",
)
"""Pages of an account in a world without an organization."""
AS_ROLE = ("/", "/organizations", "/iam/users")
"""Pages that a role session sees, whose name is long and which may not see all of them."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Serve the emulator without the worlds of other tests; return its URL."""
    with server_process([sys.executable, "-m", "artifact_emulator", "serve"], env=clean_environment()) as process:
        yield f"http://127.0.0.1:{process.port}"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a page at the scale of the pictures."""
    if not FONT.exists():
        pytest.fail("The pictures need the fonts DejaVu; scripts/test installs them for root on Debian.")
    context = browser.new_context(device_scale_factor=pictures.SCALE, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def visit(server: str, page: Page) -> Iterator[str]:
    """Open each page; yield the name of its picture."""
    console = Console(server, "pictures", page)
    for name, path in zip(PAGES, fill_world(console, scenario=SCENARIO), strict=True):
        console.open(path)
        yield name
    switch_role(console)
    for path in AS_ROLE:
        console.open(path)
        yield f"as role {path}"
    requests.put(f"{server}/_emulator/worlds/empty", timeout=15).raise_for_status()
    empty = Console(server, "empty", page)
    empty.sign_in(STANDALONE)
    for path in WITHOUT_ORGANIZATION:
        empty.open(path)
        yield f"without organization {path}"


def switch_role(console: Console) -> None:
    """Assume the role that a member account was created with."""
    console.open("/sign-in?account=222233334444&role=OrganizationAccountAccessRole")
    console.press("Switch role")
    console.page.get_by_text("Role OrganizationAccountAccessRole").first.wait_for()


def take(page: Page) -> Image.Image:
    """Take a picture of the whole page."""
    return pictures.picture_of(page.screenshot(full_page=True, animations="disabled"))


def differs(page: Page, path: Path) -> bool:
    """Return whether a page looks different from its stored picture, once its scripts have run."""
    stored = Image.open(path) if path.exists() else None
    picture = take(page)
    for _ in range(ATTEMPTS):
        if stored is not None and pictures.compare(picture, stored).is_equal:
            return False
        page.wait_for_timeout(PAUSE)
        before, picture = picture, take(page)
        if stored is None and pictures.compare(picture, before).is_equal:
            break
    if UPDATES:
        pictures.save(picture, path)
        return False
    report = DIFFERENT / path.relative_to(STORED).with_suffix("")
    pictures.save(picture, report / "actual.png")
    if stored is not None:
        pictures.save(stored, report / "expected.png")
        pictures.save(pictures.compare(picture, stored).difference, report / "difference.png")
    return True


def folder_of(name: str) -> str:
    """Return the folder of a page's pictures."""
    words = "".join(letter if letter.isalnum() else " " for letter in name).split()
    return "-".join(words) or "home"


class TestPictures:
    """All pages."""

    def test_pages_look_like_their_pictures(self, server: str, page: Page) -> None:
        """Each page has the layout and colours of its stored pictures, and there are no other pictures."""
        different, taken = [], set()
        for name in visit(server, page):
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # A literal.
                for width in WIDTHS:
                    page.set_viewport_size({"width": width, "height": 800})
                    path = STORED / folder_of(name) / f"{width}-{scheme}.png"
                    taken.add(path)
                    if differs(page, path):
                        different.append(str(path.relative_to(STORED)))
        others = set(STORED.rglob("*.png")) - taken
        if UPDATES:
            for path in others:
                path.unlink()
            return
        assert different == [], f"See {DIFFERENT}; if the change is intended, run scripts/update_pictures."
        assert {str(path) for path in others} == set(), "Pages of these pictures are gone: run scripts/update_pictures."


class TestComparison:
    """What counts as a difference."""

    @pytest.fixture
    def drawn(self) -> Image.Image:
        """Draw lines of a table and a button."""
        image = Image.new("RGB", (512, 320), "white")
        draw = ImageDraw.Draw(image)
        for top in range(16, 300, 12):
            draw.line((16, top, 480, top), "#444", 2)
        draw.rectangle((400, 100, 440, 116), "#0b5cad")
        return image

    def test_other_smoothing_is_no_difference(self, drawn: Image.Image) -> None:
        """Letters that are smoothed in another way, or a fraction of a pixel away, look alike."""
        size = (drawn.width * 4, drawn.height * 4)
        moved = drawn.resize(size, Image.Resampling.BICUBIC).transform(size, Image.Transform.AFFINE, (1, 0, 1, 0, 1, 1))
        assert pictures.compare(drawn, moved.resize(drawn.size, Image.Resampling.LANCZOS)).is_equal

    @pytest.mark.parametrize("box", [(440, 0, 512, 320), (396, 96, 444, 120)], ids=["cut off", "no button"])
    def test_missing_part_is_a_difference(self, drawn: Image.Image, box: Any) -> None:
        """A table that is cut off and a button that is missing are found."""
        changed = drawn.copy()
        changed.paste("white", box)
        assert not pictures.compare(changed, drawn).is_equal

    def test_longer_page_is_a_difference(self, drawn: Image.Image) -> None:
        """A page that has another height is found."""
        assert not pictures.compare(drawn.crop((0, 0, 512, 300)), drawn).is_equal
