"""Lessons can be completed by following their steps, and report progress."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from artifact_emulator import lessons
from artifact_emulator.app import App
from tests.support.artifact_calls import ORGANIZATION_AGREEMENT, accept
from tests.support.aws_models import operation_model
from tests.support.control_api import control_refusal, control_result
from tests.support.visitor import Visitor
from tests.support.wire_client import Client

ARTIFACT, ROLE = "artifact.amazonaws.com", "AWSServiceRoleForArtifact"
# Lessons whose steps are all AWS calls.
NAMES = [lesson.name for lesson in lessons.lessons() if all(step.account != lessons.SERVICE for step in lesson.steps)]


def follow(app: App, step: lessons.Step, notes: dict[str, str]) -> None:
    """Make the call that a step describes; `notes` keeps ids from replies for later steps."""
    client = Client(app, lessons.DEFAULT_ACCOUNTS[step.account])
    service, operation = step.service, step.operation
    id_members = {
        "AcceptHandshake": ("HandshakeId", "handshake"),
        "GetCustomerAgreement": ("customerAgreementId", "agreement"),
        "GetServiceLinkedRoleDeletionStatus": ("DeletionTaskId", "task"),
    }
    if operation == "AcceptAgreement":
        notes["agreement"] = accept(client, ORGANIZATION_AGREEMENT)["id"]
        return
    members = _fill(step.members)
    if operation in id_members:
        member, note = id_members[operation]
        members[member] = notes[note]
    if operation == "EnableAWSServiceAccess" and not members:
        members = {"ServicePrincipal": re.findall(r"--service-principal (\S+)", step.command)[0]}
    if step.error:
        client.expect_error(service, operation, **members)
        return
    reply = client.do(service, operation, **members)
    if operation == "InviteAccountToOrganization":
        notes["handshake"] = reply["Handshake"]["Id"]
    notes["task"] = reply.get("DeletionTaskId", notes.get("task", ""))


def _fill(value: Any) -> Any:
    if isinstance(value, Mapping):
        filled = {name: _fill(member) for name, member in value.items()}
        return filled | ({"Type": "ACCOUNT"} if "Id" in filled else {})
    return lessons.DEFAULT_ACCOUNTS[value[1:]] if isinstance(value, str) and value.startswith("$") else value


class TestLessons:
    """The content of the lessons."""

    def test_lessons_are_in_teaching_order(self) -> None:
        """The lessons are listed in the order in which they build on each other."""
        assert [lesson.name for lesson in lessons.lessons()] == [
            "story",
            "who-may-enable",
            "disable-and-enable-again",
            "removed-member",
            "role-you-cannot-delete",
            "confused-deputy",
        ]

    @pytest.mark.parametrize("lesson", list(lessons.lessons()), ids=lambda lesson: lesson.name)
    def test_step_names_existing_operation_and_members(self, lesson: lessons.Lesson) -> None:
        """Each step names an AWS operation and members of its input."""
        for step in lesson.steps:
            model = operation_model(step.service, step.operation)
            assert step.members.keys() | step.contains.keys() <= set(model.input_shape.members)
            assert step.account in {*lessons.DEFAULT_ACCOUNTS, lessons.SERVICE}
            assert step.text.endswith(".")
            assert step.command

    @pytest.mark.parametrize("lesson", list(lessons.lessons()), ids=lambda lesson: lesson.name)
    def test_steps_depend_on_earlier_ones(self, lesson: lessons.Lesson) -> None:
        """Step ids are unique, and each step can be reached in the order of the file."""
        ids = [step.id for step in lesson.steps]
        assert len(set(ids)) == len(ids)
        for number, step in enumerate(lesson.steps):
            assert set(step.after) <= set(ids[:number])
            assert step.after or number == 0

    @pytest.mark.parametrize("name", NAMES)
    def test_lesson_is_completed_by_its_own_steps(self, app: App, name: str) -> None:
        """Each call of a step completes it, other calls do not, and the last one completes the lesson."""
        notes: dict[str, str] = {}
        for number, step in enumerate(lessons.lesson(name).steps):
            before = control_result(app, "GET", f"/_emulator/lessons/{name}")
            assert before["done"] == number, step
            assert before["steps"][number]["done_at"] is None
            Client(app, "121212121212").do("sts", "GetCallerIdentity")
            follow(app, step, notes)
        finished = control_result(app, "GET", f"/_emulator/lessons/{name}")
        assert finished["done"] == len(finished["steps"])
        assert all(step["done_at"] for step in finished["steps"])
        assert "Lesson complete." in Visitor(app).get(f"/lessons/{name}").text


def done_steps(app: App, name: str) -> list[str]:
    """Return the ids of the complete steps of a lesson, in its order."""
    replies = control_result(app, "GET", f"/_emulator/lessons/{name}")["steps"]
    return [step.id for step, reply in zip(lessons.lesson(name).steps, replies, strict=True) if reply["done_at"]]


class TestProgress:
    """Progress in a lesson."""

    def test_lesson_continues_with_accounts_of_the_learner(self, app: App) -> None:
        """The account that calls replaces the suggested one in texts and commands."""
        Client(app, "222222222222").do("organizations", "CreateOrganization")
        step = control_result(app, "GET", "/_emulator/lessons/story")["steps"][0]
        assert step["account"] == "222222222222"
        assert "222222222222" in step["text"]

    def test_account_cannot_stand_for_two_accounts_of_a_lesson(self, app: App) -> None:
        """An account that completed a step as one account of the lesson cannot complete a step of another."""
        client = Client(app)
        client.do("organizations", "CreateOrganization")
        client.do("organizations", "DeleteOrganization")
        client.expect_error("organizations", "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        assert control_result(app, "GET", "/_emulator/lessons/who-may-enable")["done"] == 1

    def test_call_before_the_steps_on_which_it_depends_does_not_count(self, app: App) -> None:
        """A call does not count before the steps on which its own depends."""
        Client(app).expect_error("iam", "GetRole", RoleName=ROLE)
        assert {lesson["done"] for lesson in control_result(app, "GET", "/_emulator/lessons")["lessons"]} == {0}

    def test_steps_that_do_not_depend_on_each_other_count_in_any_order(self, management: Client) -> None:
        """Trusted access may be enabled and the role be read before a member is invited."""
        management.do("organizations", "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        management.do("iam", "GetRole", RoleName=ROLE)
        assert done_steps(management.app, "story") == ["create", "enable", "role"]
        target = {"Id": lessons.DEFAULT_ACCOUNTS["member"], "Type": "ACCOUNT"}
        management.do("organizations", "InviteAccountToOrganization", Target=target)
        assert done_steps(management.app, "story") == ["create", "invite", "enable", "role"]

    def test_equal_calls_complete_the_steps_that_are_due(self, management: Client) -> None:
        """Enabling twice completes one step; enabling again counts after trusted access was disabled and refused."""
        for _ in range(2):
            management.do("organizations", "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        assert done_steps(management.app, "disable-and-enable-again") == ["create", "enable"]

    def test_next_steps_are_those_whose_dependencies_are_complete(self, management: Client) -> None:
        """After the organization exists, an account can be invited and trusted access be enabled."""
        steps = control_result(management.app, "GET", "/_emulator/lessons/story")["steps"]
        due = [step.id for step, reply in zip(lessons.lesson("story").steps, steps, strict=True) if reply["is_next"]]
        assert due == ["invite", "enable"]

    def test_lesson_progress_is_separate_in_each_world(self, app: App) -> None:
        """A call in one world does not count in another."""
        Client(app).do("organizations", "CreateOrganization")
        assert control_result(app, "GET", "/worlds/other/_emulator/lessons/story")["done"] == 0

    def test_unknown_lesson_is_404_and_lists_lessons(self, app: App) -> None:
        """An unknown lesson is a 404 that lists the lessons."""
        status, problem = control_refusal(app, "GET", "/_emulator/lessons/none")
        assert status == 404
        assert "confused-deputy" in str(problem)
