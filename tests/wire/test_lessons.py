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
        client = Client(app, "999988887777")
        client.expect_error("organizations", "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        client.do("organizations", "CreateOrganization")
        assert control_result(app, "GET", "/_emulator/lessons/who-may-enable")["done"] == 1

    def test_call_before_its_step_does_not_count(self, app: App) -> None:
        """A call that belongs to a later step does not count."""
        Client(app).expect_error("iam", "GetRole", RoleName=ROLE)
        assert {lesson["done"] for lesson in control_result(app, "GET", "/_emulator/lessons")["lessons"]} == {0}

    def test_lesson_progress_is_separate_in_each_world(self, app: App) -> None:
        """A call in one world does not count in another."""
        Client(app).do("organizations", "CreateOrganization")
        assert control_result(app, "GET", "/worlds/other/_emulator/lessons/story")["done"] == 0

    def test_unknown_lesson_is_404_and_lists_lessons(self, app: App) -> None:
        """An unknown lesson is a 404 that lists the lessons."""
        status, problem = control_refusal(app, "GET", "/_emulator/lessons/none")
        assert status == 404
        assert "confused-deputy" in str(problem)
