"""Lessons: each can be gone through, and knows how far its learner is."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from artifact_emulator import lessons
from artifact_emulator.app import App
from tests.wire.botocore_wire import Client, operation_model
from tests.wire.test_artifact import ORGANIZATION_AGREEMENT, accept
from tests.wire.test_control import refused, told

ARTIFACT, ROLE = "artifact.amazonaws.com", "AWSServiceRoleForArtifact"
# The lessons that can be gone through by calls of AWS alone.
NAMES = [one.name for one in lessons.lessons() if all(step.by != "service" for step in one.steps)]


def answer(core: App, step: lessons.Step, notes: dict[str, str]) -> Any:
    """Do what a step says, as somebody would who reads it; give the answer."""
    client = Client(core, lessons.CAST[step.by])
    service, operation = step.service, step.operation
    noted = {
        "AcceptHandshake": ("HandshakeId", "handshake"),
        "GetCustomerAgreement": ("customerAgreementId", "agreement"),
        "GetServiceLinkedRoleDeletionStatus": ("DeletionTaskId", "task"),
    }
    if operation == "AcceptAgreement":
        notes["agreement"] = accept(client, ORGANIZATION_AGREEMENT)["id"]
        return None
    asked = _filled(step.members)
    if operation in noted:
        member, note = noted[operation]
        asked[member] = notes[note]
    if operation == "EnableAWSServiceAccess" and not asked:
        asked = {"ServicePrincipal": re.findall(r"--service-principal (\S+)", step.command)[0]}
    if step.error:
        return client.is_refused(service, operation, **asked)
    said = client.does(service, operation, **asked)
    if operation == "InviteAccountToOrganization":
        notes["handshake"] = said["Handshake"]["Id"]
    notes["task"] = said.get("DeletionTaskId", notes.get("task", ""))
    return said


def _filled(value: Any) -> Any:
    if isinstance(value, Mapping):
        filled = {name: _filled(one) for name, one in value.items()}
        return filled | ({"Type": "ACCOUNT"} if "Id" in filled else {})
    return lessons.CAST[value[1:]] if isinstance(value, str) and value.startswith("$") else value


class TestLessons:
    """What every lesson is."""

    def test_there_are_six(self) -> None:
        """The story comes first, and five more build on it."""
        assert [one.name for one in lessons.lessons()] == [
            "story",
            "who-may-enable",
            "disable-and-enable-again",
            "removed-member",
            "role-you-cannot-delete",
            "confused-deputy",
        ]

    @pytest.mark.parametrize("lesson", list(lessons.lessons()), ids=lambda one: one.name)
    def test_speaks_of_operations_that_there_are(self, lesson: lessons.Lesson) -> None:
        """Each step is an operation of AWS with members of its own, and an error that it may give."""
        for step in lesson.steps:
            model = operation_model(step.service, step.operation)
            assert step.members.keys() | step.contains.keys() <= set(model.input_shape.members)
            assert step.by in {*lessons.CAST, "service"}
            assert step.text.endswith(".")
            assert step.command

    @pytest.mark.parametrize("name", NAMES)
    def test_can_be_gone_through(self, core: App, name: str) -> None:
        """Whoever does what the steps say is at the end; each call is one step further, and others are none."""
        notes: dict[str, str] = {}
        for number, step in enumerate(lessons.lesson(name).steps):
            told_before = told(core, "GET", f"/_emulator/lessons/{name}")
            assert told_before["done"] == number, step
            assert told_before["steps"][number]["done_at"] is None
            Client(core, "121212121212").does("sts", "GetCallerIdentity")
            answer(core, step, notes)
        finished = told(core, "GET", f"/_emulator/lessons/{name}")
        assert finished["done"] == len(finished["steps"])
        assert all(step["done_at"] for step in finished["steps"])


class TestProgress:
    """How far a learner is."""

    def test_takes_the_accounts_of_the_learner(self, core: App) -> None:
        """Whoever makes the organization has that part, and commands are told for his accounts."""
        Client(core, "222222222222").does("organizations", "CreateOrganization")
        step = told(core, "GET", "/_emulator/lessons/story")["steps"][0]
        assert step["account"] == "222222222222"
        assert "222222222222" in step["text"]

    def test_nobody_has_two_parts(self, core: App) -> None:
        """What another is to do, is not done by doing it oneself."""
        client = Client(core, "999988887777")
        client.is_refused("organizations", "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        client.does("organizations", "CreateOrganization")
        assert told(core, "GET", "/_emulator/lessons/who-may-enable")["done"] == 1

    def test_only_in_order(self, core: App) -> None:
        """A step before its turn is none."""
        Client(core).is_refused("iam", "GetRole", RoleName=ROLE)
        assert {one["done"] for one in told(core, "GET", "/_emulator/lessons")["lessons"]} == {0}

    def test_in_each_world(self, core: App) -> None:
        """A lesson is gone through in one world, and begins anew after a reset."""
        Client(core).does("organizations", "CreateOrganization")
        assert told(core, "GET", "/worlds/other/_emulator/lessons/story")["done"] == 0

    def test_absent(self, core: App) -> None:
        """A lesson that there is not is a 404, which names those that there are."""
        status, problem = refused(core, "GET", "/_emulator/lessons/none")
        assert status == 404
        assert "confused-deputy" in str(problem)
