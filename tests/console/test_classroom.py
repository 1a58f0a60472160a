"""A class in browsers: a teacher follows a student's steps, and a student cannot open another's world."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from axe_playwright_python.sync_playwright import Axe
from botocore.config import Config
from playwright.sync_api import Browser, Page, expect

from tests.support.server_process import clean_environment, server_process

pytestmark = pytest.mark.xdist_group("browser")  # One browser is enough.

COMMAND = [sys.executable, "-m", "artifact_emulator", "classroom", "3", "--host", "127.0.0.1", "--json"]


@pytest.fixture
def sheet() -> Iterator[Any]:
    """Serve a class of three students; return its links."""
    with server_process(COMMAND, env=clean_environment()) as server:
        assert server.process.stdout
        yield json.loads(server.process.stdout.readline())


@pytest.fixture
def teacher(browser: Browser, sheet: Any) -> Iterator[Page]:
    """Open the teacher's link."""
    yield from opened(browser, sheet["teacher"]["link"])


@pytest.fixture
def student(browser: Browser, sheet: Any) -> Iterator[Page]:
    """Open the link of the first student, in a browser of its own."""
    yield from opened(browser, sheet["students"][0]["link"])


def opened(browser: Browser, link: str) -> Iterator[Page]:
    """Open a link in a new browser context."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(link)
    yield page
    context.close()


def client(student: dict[str, str], service: str) -> Any:
    """Return a client of a student's programs."""
    return boto3.client(
        service,
        endpoint_url=student["endpoint"],
        region_name="us-east-1",
        aws_access_key_id="111122223333",
        aws_secret_access_key=student["token"],
        config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )


def serious_violations(page: Page) -> list[str]:
    """Return the serious findings of axe-core on a page."""
    violations = Axe().run(page).response["violations"]
    return [violation["id"] for violation in violations if violation["impact"] in ("serious", "critical")]


class TestTeacher:
    """The teacher's page."""

    def test_step_of_a_student_appears_by_itself(self, teacher: Page, sheet: Any) -> None:
        """The lesson, the last call and the number of refused calls are updated without a reload."""
        row = teacher.locator("#world-student-01")
        expect(row).to_contain_text("not started")
        organizations = client(sheet["students"][0], "organizations")
        with pytest.raises(organizations.exceptions.AWSOrganizationsNotInUseException):
            organizations.list_roots()
        expect(row).to_contain_text("AWSOrganizationsNotInUseException")
        organizations.create_organization()
        expect(row).to_contain_text("1 of 7 steps")
        expect(row).to_contain_text("CreateOrganization")
        expect(row).to_contain_text("1 of 2")
        expect(teacher.locator("#world-student-02")).to_contain_text("not started")
        assert serious_violations(teacher) == []

    def test_one_world_is_reset_from_the_page(self, teacher: Page, sheet: Any) -> None:
        """Only the world of that student is reset, after a confirmation."""
        for student in sheet["students"][:2]:
            client(student, "organizations").create_organization()
        row = teacher.locator("#world-student-01")
        expect(row).to_contain_text("1 of 7 steps")
        row.get_by_text("Reset").click()
        teacher.get_by_role("dialog").get_by_role("button", name="Reset").click()
        expect(teacher.get_by_role("status").first).to_contain_text("World student-01 reset.")
        expect(row).to_contain_text("not started")
        expect(teacher.locator("#world-student-02")).to_contain_text("1 of 7 steps")

    def test_teacher_enters_the_world_of_a_student(self, teacher: Page) -> None:
        """The name of a world leads into its console."""
        teacher.get_by_role("link", name="student-02", exact=True).click()
        expect(teacher.get_by_role("heading", level=1)).to_contain_text("student-02")

    @pytest.mark.parametrize("width", [1024, 1280])
    def test_long_call_leaves_the_buttons_in_sight(self, teacher: Page, sheet: Any, width: int) -> None:
        """A long name of a call, with its error, fits the table."""
        iam = client(sheet["students"][0], "iam")
        client(sheet["students"][0], "organizations").create_organization()
        with pytest.raises(iam.exceptions.InvalidInputException):
            iam.get_service_linked_role_deletion_status(DeletionTaskId="task/none")
        expect(teacher.locator("#world-student-01")).to_contain_text("GetServiceLinkedRoleDeletionStatus")
        teacher.set_viewport_size({"width": width, "height": 800})
        assert teacher.locator(".scroll").evaluate("table => table.scrollWidth - table.clientWidth") <= 0

    def test_command_says_where_its_token_is(self, teacher: Page) -> None:
        """The command of a reset needs the token that the page Connect shows."""
        teacher.locator("#world-student-01").get_by_text("Reset").click()
        teacher.get_by_role("dialog").get_by_role("button", name="Reset").click()
        expect(teacher.get_by_role("status").first).to_contain_text("As a command, with the token of the page Connect")
        teacher.get_by_role("status").first.get_by_role("link", name="Connect").click()
        expect(teacher.locator("pre").first).to_contain_text("ARTIFACT_EMULATOR_CONTROL_TOKEN=")

    def test_page_fits_a_phone(self, teacher: Page) -> None:
        """The page does not scroll sideways at a width of 360 pixels."""
        teacher.set_viewport_size({"width": 360, "height": 740})
        width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert teacher.evaluate(width) <= 0


class TestStudent:
    """A student's console."""

    def test_link_opens_the_console_and_leaves_the_address_bar(self, student: Page, sheet: Any) -> None:
        """After the link the token is in no address, and the page offers no other world."""
        expect(student.get_by_role("heading", level=1)).to_contain_text("student-01")
        assert sheet["students"][0]["token"] not in student.url
        assert student.get_by_role("link", name="Worlds", exact=True).count() == 0
        assert student.get_by_text("student-02").count() == 0

    def test_world_of_another_student_stays_closed(self, student: Page, sheet: Any) -> None:
        """Its pages ask for its token, which the student's own is not."""
        endpoint = sheet["students"][1]["endpoint"]
        for path in ("/console/", "/console/organizations/accounts", "/console/world"):
            student.goto(endpoint + path)
            expect(student.get_by_role("heading", level=1)).to_have_text("Enter the classroom")
        expect(student.locator("main")).to_contain_text(
            "This is the world student-02. If yours is another one, go back"
        )
        assert serious_violations(student) == []
        student.goto(f"{endpoint}/console/join#{sheet['students'][0]['token']}")
        expect(student.get_by_role("alert")).to_contain_text("does not open this world")

    def test_token_is_typed_where_a_link_cannot_be_opened(self, browser: Browser, sheet: Any) -> None:
        """The page takes the token from the sheet."""
        third = sheet["students"][2]
        for page in opened(browser, f"{third['endpoint']}/console/"):
            page.get_by_label("Token").fill(third["token"])
            page.get_by_role("button", name="Enter").click()
            expect(page.get_by_role("heading", level=1)).to_contain_text("student-03")

    def test_lesson_follows_steps_in_any_order_and_starts_again(self, student: Page, sheet: Any) -> None:
        """Steps appear as done by themselves; starting again empties the student's world after a confirmation."""
        own = sheet["students"][0]
        student.goto(f"{own['endpoint']}/console/lessons/story")
        organizations = client(own, "organizations")
        organizations.create_organization()
        organizations.enable_aws_service_access(ServicePrincipal="artifact.amazonaws.com")
        expect(student.get_by_text("2 of 7 steps done")).to_be_visible()
        steps = student.locator("#lesson > li")
        assert [steps.nth(number).get_attribute("class") for number in range(4)] == ["done", "now", "later", "done"]
        student.get_by_role("link", name="Start in an empty world").click()
        student.get_by_role("dialog").get_by_role("button", name="Start").click()
        expect(student.get_by_text("0 of 7 steps done")).to_be_visible()
        with pytest.raises(organizations.exceptions.AWSOrganizationsNotInUseException):
            organizations.describe_organization()

    def test_settings_for_programs_are_shown(self, student: Page, sheet: Any) -> None:
        """The page has what the AWS CLI needs."""
        student.get_by_role("link", name="Connect", exact=True).click()
        expect(student.locator("pre").first).to_contain_text(f"AWS_SECRET_ACCESS_KEY={sheet['students'][0]['token']}")
        assert serious_violations(student) == []
