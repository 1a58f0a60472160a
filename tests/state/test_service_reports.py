"""Reports on the use of services: what policies grant, whom a report is about, and who may read it."""

import json
from datetime import timedelta
from typing import Any

import pytest

from artifact_state.errors import (
    ArnProblem,
    EntityNotFound,
    ForeignEntity,
    InvalidEntityArn,
    InvalidServiceNamespaces,
    ServiceNotReported,
)
from artifact_state.iam import attached_policies, groups, inline_policies, managed_policies, role_changes, users
from artifact_state.iam.granted_services import granted_actions, granted_services, grants_service
from artifact_state.iam.service_reports import (
    entities_with_access,
    generate_service_report,
    granting_policies,
    service_report,
)
from artifact_state.model import Caller, CallerKind
from artifact_state.model.iam_reports import ServiceReport, ServiceUse
from artifact_state.record import replace
from artifact_state.world import World
from tests.support.domain import NOW, STANDALONE, act, expect_refusal, world_with_organization
from tests.support.identities import DEV_ROLE

BUCKET = "arn:aws:s3:::bucket-a/*"
NOBODY = {"StringEquals": {"aws:username": "nobody"}}


def policy(*statements: tuple[str, str, Any]) -> str:
    """Return a policy of statements with an effect, an action, and a resource or further elements."""
    elements = [
        {"Effect": effect, "Action": action, **(rest if isinstance(rest, dict) else {"Resource": rest})}
        for effect, action, rest in statements
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": elements})


def arn(resource: str) -> str:
    """Return the ARN of a resource of the account."""
    return f"arn:aws:iam::{STANDALONE}:{resource}"


@pytest.fixture
def world() -> World:
    """Return a world whose account has a user in a group, a role, and a policy that the group and the role have."""
    world = world_with_organization()

    def create(tx: Any) -> None:
        user, group = users.create_user(tx, "Alice", path="/p/"), groups.create_group(tx, "Admins")
        users.create_user(tx, "Bob")
        groups.add_user(tx, group.name, user.name)
        document = policy(("Allow", "s3:GetObject", "*"), ("Deny", "sqs:*", "*"))
        inline_policies.put_inline_policy(tx, users.user_of(tx.state, STANDALONE, "Alice"), "mine", document)
        shared = managed_policies.NewPolicy(name="shared", document=policy(("Allow", "sqs:*", "*")))
        managed_policies.create_policy(tx, shared)
        new_role = role_changes.NewRole(name="Dev", trust_policy=DEV_ROLE.trust_policy)
        for identity in (group, role_changes.create_role(tx, new_role)):
            attached_policies.attach_policy(tx, identity, arn("policy/shared"))

    act(world, create, account=STANDALONE)
    return world


def report_on(world: World, resource: str, *uses: ServiceUse) -> ServiceReport:
    """Return a report on a resource of the account."""
    return act(world, generate_service_report, arn(resource), uses, account=STANDALONE)


class TestGrantsService:
    """grants_service."""

    @pytest.mark.parametrize(
        ("document", "granted"),
        [
            (policy(("Allow", "s3:GetObject", "*")), True),
            (policy(("Allow", "S3:GETOBJECT", "*")), True),
            (policy(("Allow", "s3:NobodyKnows", "*")), True),
            (policy(("Allow", "*", "*")), True),
            (policy(("Allow", "s3:Get*", BUCKET)), True),
            (policy(("Allow", "s3:GetObject", {"Resource": "*", "Condition": NOBODY})), True),
            (policy(("Allow", "s3:GetObject", "arn:aws:iam::111122223333:user/nobody")), False),
            (policy(("Allow", "s3:GetObject", {"NotResource": "*"})), False),
            (policy(("Allow", "s3:GetObject", {"NotResource": BUCKET})), True),
            (policy(("Deny", "s3:*", "*")), False),
            (policy(("Allow", "s3:GetObject", "*"), ("Deny", "s3:*", "*")), False),
            (policy(("Allow", "s3:GetObject", "*"), ("Deny", "s3:*", {"Resource": "*", "Condition": NOBODY})), True),
            (policy(("Allow", "s3:GetObject", BUCKET), ("Deny", "s3:*", BUCKET)), True),
            (policy(("Allow", "s3:GetObject", BUCKET), ("Deny", "s3:GetObject", "*")), True),
        ],
    )
    def test_statements_are_weighed_by_their_text(self, document: str, *, granted: bool) -> None:
        """An Allow statement grants its service, unless the policy denies the whole service."""
        assert grants_service(document, "s3") == granted

    def test_not_action_grants_other_services(self) -> None:
        """NotAction grants every service but those whose actions it takes out altogether."""
        document = '{"Statement":{"Effect":"Allow","NotAction":["s3:*","sqs:SendMessage"],"Resource":"*"}}'
        assert [grants_service(document, service) for service in ("s3", "sqs", "iam")] == [False, True, True]

    @pytest.mark.parametrize(("actions", "granted"), [("iam:*", False), ("s3:GetObject", True), ("*", True)])
    def test_deny_of_not_action_takes_services_that_it_does_not_name(self, actions: str, *, granted: bool) -> None:
        """A denial of all but some actions takes back the services of which it names none."""
        deny = {"Effect": "Deny", "NotAction": actions, "Resource": "*"}
        allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
        assert grants_service(json.dumps({"Statement": [allow, deny]}), "s3") == granted


class TestGrantedServices:
    """granted_services and granted_actions."""

    def test_policies_count_together(self) -> None:
        """Several policies grant what one of them allows and none denies as a whole; unknown services are left out."""
        first = policy(("Allow", "s3:GetObject", "*"), ("Deny", "sqs:*", "*"), ("Allow", "nobodyknows:Read", "*"))
        assert list(granted_services([first, policy(("Allow", "sqs:*", "*"))])) == ["s3"]
        assert list(granted_services([])) == []

    def test_tracked_actions_are_those_that_are_allowed(self) -> None:
        """Of the actions that AWS tracks, those count that a policy allows and none denies; tagging is not tracked."""
        allowed = policy(("Allow", "iam:*User", "*"), ("Allow", "iam:PassRole", "*"), ("Deny", "iam:DeleteUser", "*"))
        actions = granted_actions([allowed], "iam")
        assert {"CreateUser", "GetUser"} <= set(actions)
        assert not {"PassRole", "TagUser", "DeleteUser", "GetRole"} & set(actions)

    @pytest.mark.parametrize(
        ("service", "tracked", "untracked"),
        [
            ("organizations", "ListAccounts", "TagResource"),
            ("sts", "AssumeRole", "AssumeRoot"),
            ("cloudtrail", "LookupEvents", "ListTags"),
            ("iam", "ListRoles", "ListRoleTags"),
        ],
    )
    def test_services_of_the_emulator_have_the_actions_that_aws_tracks(
        self, service: str, tracked: str, untracked: str
    ) -> None:
        """AWS tracks most actions of these services, and none of AWS Artifact."""
        actions = granted_actions([policy(("Allow", "*", "*"))], service)
        assert tracked in actions
        assert untracked not in actions
        assert granted_actions([policy(("Allow", "*", "*"))], "artifact") == ()


class TestGenerateServiceReport:
    """generate_service_report and service_report."""

    @pytest.mark.parametrize(
        ("resource", "services", "entities"),
        [
            ("user/p/Alice", ["s3"], ["Alice"]),
            ("user/another/path/Alice", ["s3"], ["Alice"]),
            ("user/Bob", [], ["Bob"]),
            ("group/Admins", ["sqs"], ["Alice"]),
            ("role/Dev", ["sqs"], ["Dev"]),
            ("policy/shared", ["sqs"], ["Alice", "Dev"]),
        ],
    )
    def test_report_has_services_and_entities(
        self, world: World, resource: str, services: list[str], entities: list[str]
    ) -> None:
        """A report has the services that policies grant, and the users and roles that have them."""
        report = report_on(world, resource)
        assert [service.namespace for service in report.services] == services
        assert [entity.name for entity in report.entities] == entities

    def test_report_has_uses_of_its_entities_only(self, world: World) -> None:
        """The uses of users and roles that a report is not about are left out."""
        alice, bob = (users.user_of(world.state, STANDALONE, name) for name in ("Alice", "Bob"))
        use = ServiceUse(service="s3", principal_id=alice.id, region="us-east-1", at=NOW)
        assert report_on(world, "user/Alice", use, replace(use, principal_id=bob.id)).uses == (use,)

    def test_report_belongs_to_its_user_or_session(self, world: World) -> None:
        """A user reads its reports with any of its keys, another caller with the same credentials only."""

        def caller(user_id: str, key: str, kind: CallerKind) -> Caller:
            return Caller(account_id=STANDALONE, arn=arn("user/A"), user_id=user_id, kind=kind, access_key_id=key)

        for kind, is_found in ((CallerKind.USER, True), (CallerKind.ROLE, False)):
            with world.transaction(caller("AIDA1", "AKIA1", kind)) as tx:
                report = generate_service_report(tx, arn("user/Alice"), ())
            with world.transaction(caller("AIDA1", "AKIA1", kind)) as tx:
                assert service_report(tx, report.id) == report
            if is_found:
                with world.transaction(caller("AIDA1", "AKIA2", kind)) as tx:
                    assert service_report(tx, report.id) == report
            else:
                with expect_refusal(world, EntityNotFound), world.transaction(caller("AIDA1", "AKIA2", kind)) as tx:
                    service_report(tx, report.id)

    def test_report_takes_as_long_as_a_creation(self, world: World) -> None:
        """A report is complete after the delay of creations."""
        world.options = replace(world.options, creation_delay=timedelta(seconds=5))
        assert report_on(world, "user/Alice").completes_at == NOW + timedelta(seconds=5)

    @pytest.mark.parametrize(
        ("arn", "error", "reason"),
        [
            (arn("user/Nobody"), EntityNotFound, None),
            (arn("instance-profile/Web"), EntityNotFound, None),
            (arn("root"), InvalidEntityArn, ArnProblem.UNSUPPORTED),
            (arn("user/Alice").replace(":iam:", ":s3:"), InvalidEntityArn, ArnProblem.SERVICE),
            (arn("user/Alice").replace("arn:aws:", "arn:aws-cn:"), InvalidEntityArn, ArnProblem.PARTITION),
            ("not an arn of anything", InvalidEntityArn, ArnProblem.PARTITION),
            ("arn:aws:iam::111122223333:user/Alice", ForeignEntity, None),
        ],
    )
    def test_arn_of_no_entity_is_refused(self, world: World, arn: str, error: Any, reason: ArnProblem | None) -> None:
        """Reports are about users, groups, roles and policies of the caller's account, which exist."""
        with expect_refusal(world, error, reason):
            act(world, generate_service_report, arn, (), account=STANDALONE)


class TestEntitiesWithAccess:
    """entities_with_access."""

    def test_service_outside_the_report_has_no_entities(self, world: World) -> None:
        """The entities have access to services of the report; a name of no service is refused."""
        report = report_on(world, "group/Admins")
        assert [entity.name for entity in entities_with_access(report, "sqs")] == ["Alice"]
        assert list(entities_with_access(report, "s3")) == []
        with expect_refusal(world, ServiceNotReported):
            entities_with_access(report, "S3")


class TestGrantingPolicies:
    """granting_policies."""

    def test_policies_are_listed_by_service(self, world: World) -> None:
        """Each service asked for is listed once, in the same order, with the policies that grant it by themselves."""
        found = act(world, granting_policies, arn("user/Alice"), ["sqs", "s3", "sqs", "ec2"], account=STANDALONE)
        assert [(service, [policy.name for policy in policies]) for service, policies in found] == [
            ("sqs", ["shared"]),
            ("s3", ["mine"]),
            ("ec2", []),
        ]

    def test_unknown_service_is_refused(self, world: World) -> None:
        """Names are case-sensitive."""
        with expect_refusal(world, InvalidServiceNamespaces):
            act(world, granting_policies, arn("user/Alice"), ["S3"], account=STANDALONE)

    @pytest.mark.parametrize(
        ("resource", "reason"), [("policy/shared", ArnProblem.UNSUPPORTED), ("root", ArnProblem.NO_ENTITY)]
    )
    def test_only_identities_are_asked_about(self, world: World, resource: str, reason: ArnProblem) -> None:
        """Neither a policy nor the root user has policies that grant services."""
        with expect_refusal(world, InvalidEntityArn, reason):
            act(world, granting_policies, arn(resource), ["s3"], account=STANDALONE)
