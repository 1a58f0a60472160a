"""The principals of trust policies: who exists, and how IAM stores and shows them."""

import json
from typing import Any

import pytest

from artifact_state.catalog.service_principals import is_service_principal
from artifact_state.errors import MalformedPolicyDocument, NotTrusted
from artifact_state.iam import role_changes, users
from artifact_state.iam.role_changes import NewRole
from artifact_state.iam.roles import role_of
from artifact_state.iam.trust_policies import resolve_trust_policy, shown_trust_policy
from artifact_state.iam.users import user_of, user_principal
from artifact_state.model import Caller, Role
from artifact_state.principals import role_session_caller, root_user
from artifact_state.sts import sessions
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, NOW, STANDALONE, act, expect_refusal, world_with_organization

UNSEEN = "999999999999"
FEDERATED = "Federated principals must be valid domain names or SAML metadata ARNs"


def arn(resource: str, account: str = STANDALONE, *, partition: str = "aws", service: str = "iam") -> str:
    """Return the ARN of a principal."""
    return f"arn:{partition}:{service}::{account}:{resource}"


def trust(principal: Any, element: str = "Principal") -> str:
    """Return a trust policy, with white space."""
    statement = {"Effect": "Allow", element: principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


@pytest.fixture
def world() -> World:
    """Return a world with a user and a role below paths in an account."""
    world = world_with_organization()
    act(world, users.create_user, "Alice", path="/team/", account=STANDALONE)
    create_role(world, "Dev", {"AWS": STANDALONE}, path="/team/")
    return world


def create_role(world: World, name: str, principal: Any, **options: Any) -> Role:
    """Create a role that trusts a principal."""
    new = NewRole(name=name, trust_policy=trust(principal), **options)
    role: Role = act(world, role_changes.create_role, new, account=STANDALONE)
    return role


def shown(world: World, name: str) -> Any:
    """Return the principals that a role's trust policy shows."""
    role = role_of(world.state, STANDALONE, name, NOW)
    (statement,) = json.loads(shown_trust_policy(world.state, "aws", role, NOW))["Statement"]
    return statement["Principal"]


def as_user(world: World, name: str) -> Caller:
    """Return a user as the caller."""
    return user_principal(user_of(world.state, STANDALONE, name), partition="aws", region="us-east-1")


def assume(world: World, caller: Caller, name: str) -> Caller:
    """Assume a role, and return the caller that its session is."""
    with world.transaction(caller) as tx:
        session = sessions.assume_role(tx, arn(f"role/{name}"), "s")
    return role_session_caller(session, partition="aws", region="us-east-1")


class TestPrincipals:
    """The principals that a trust policy may name."""

    @pytest.mark.parametrize(
        "principal",
        [
            "*",
            {"AWS": "*"},
            {"AWS": [arn("root"), arn("root", UNSEEN), arn("user/team/Alice"), arn("role/team/Dev")]},
            {"AWS": arn("assumed-role/Dev/session", service="sts")},
            {"AWS": arn("federated-user/anybody", service="sts")},
            {"AWS": [arn("user/anybody", UNSEEN), arn("role/any/body", UNSEEN)]},
            {"Service": ["ec2.amazonaws.com", "states.eu-west-1.amazonaws.com", "channels.lex.amazonaws.com"]},
            {"Federated": ["cognito-identity.amazonaws.com", arn("saml-provider/x"), arn("oidc-provider/a.b/id/1")]},
        ],
    )
    @pytest.mark.parametrize("element", ["Principal", "NotPrincipal"])
    def test_principal_that_may_exist_is_accepted(self, world: World, principal: Any, element: str) -> None:
        """Users and roles that exist are accepted, and those of accounts that the world does not have."""
        act(world, resolve_trust_policy, trust(principal, element), account=STANDALONE)

    @pytest.mark.parametrize(
        "name",
        [
            "me",
            "",
            arn("user/Alice"),
            arn("user/team/Bob"),
            arn("role/Dev"),
            arn("role/team/Itself"),
            arn("role/nobody", MANAGEMENT),
            arn("role/*", UNSEEN),
            arn("group/team/g"),
            arn("assumed-role/nobody/session", service="sts"),
            arn("root", partition="aws-cn"),
            arn("root", partition="aws-us-gov"),
            "AIDAAAAAAAAAAAAAAAAAA",
        ],
    )
    def test_principal_that_does_not_exist_is_refused(self, world: World, name: str) -> None:
        """A user or role that is missing in an account of the world is invalid, and so is another partition."""
        self.refuse(world, {"AWS": [arn("root"), name]}, f'Invalid principal in policy: "AWS":"{name}"')

    @pytest.mark.parametrize("name", ["tagging.amazonaws.com", "nobody.amazonaws.com", "lambda", "ec2.example.com"])
    def test_service_that_does_not_exist_is_refused(self, world: World, name: str) -> None:
        """A service that AWS does not have is invalid."""
        self.refuse(world, {"Service": name}, f'Invalid principal in policy: "SERVICE":"{name}"')

    @pytest.mark.parametrize(
        "name", ["", "me", "https://example.com", "a.b/id/1", arn("user/a"), arn("saml-provider/x", partition="aws-cn")]
    )
    def test_identity_provider_is_a_domain_or_an_arn(self, world: World, name: str) -> None:
        """An identity provider is a domain name or the ARN of a provider in the partition."""
        self.refuse(world, {"Federated": name}, FEDERATED)

    @staticmethod
    def refuse(world: World, principal: Any, message: str) -> None:
        """Check that a role cannot be created, or changed, to trust a principal."""
        for rule, name in ((create_role, "Itself"), (update_trust, "Dev")):
            with expect_refusal(world, MalformedPolicyDocument):
                rule(world, name, principal)
            with pytest.raises(MalformedPolicyDocument) as caught:
                rule(world, name, principal)
            assert caught.value.message == message

    @pytest.mark.parametrize(
        ("name", "exists"),
        [
            ("ecs-tasks.amazonaws.com", True),
            ("ec2.amazonaws.com.cn", True),
            ("ec2.cn-north-1.amazonaws.com.cn", True),
            ("amazonaws.com", False),
            ("EC2.amazonaws.com", False),
            ("xec2.amazonaws.com", False),
        ],
    )
    def test_service_is_named_by_its_last_part(self, name: str, exists: bool) -> None:  # noqa: FBT001
        """A principal of a service ends with the service's name, a region perhaps, and a domain."""
        assert is_service_principal(name) is exists


def update_trust(world: World, name: str, principal: Any) -> None:
    """Make a role trust a principal."""
    act(world, role_changes.update_trust_policy, name, trust(principal), account=STANDALONE)


class TestStoredForm:
    """The form in which IAM stores and shows a trust policy."""

    def test_policy_comes_back_without_white_space(self, world: World) -> None:
        """A trust policy comes back without white space, with its elements in their order."""
        role = create_role(world, "r", {"Service": "ec2.amazonaws.com"})
        assert shown_trust_policy(world.state, "aws", role, NOW) == (
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},'
            '"Action":"sts:AssumeRole"}]}'
        )

    def test_account_id_becomes_an_arn(self, world: World) -> None:
        """An account id comes back as the ARN of the account."""
        create_role(world, "r", {"AWS": [UNSEEN, "*"]})
        assert shown(world, "r") == {"AWS": [arn("root", UNSEEN), "*"]}

    def test_deleted_principals_are_shown_by_their_unique_ids(self, world: World) -> None:
        """The unique id of a deleted user or role is shown in place of its ARN."""
        alice, dev = user_of(world.state, STANDALONE, "Alice"), role_of(world.state, STANDALONE, "Dev", NOW)
        names = [arn("user/team/Alice"), arn("role/team/Dev"), arn("assumed-role/Dev/s", service="sts")]
        create_role(world, "r", {"AWS": names})
        assert shown(world, "r") == {"AWS": names}
        act(world, users.delete_user, "Alice", account=STANDALONE)
        act(world, role_changes.delete_role, "Dev", account=STANDALONE)
        assert shown(world, "r") == {"AWS": [alice.id, dev.id, f"{dev.id}:s"]}
        with expect_refusal(world, MalformedPolicyDocument):
            update_trust(world, "r", shown(world, "r"))

    def test_moved_user_is_shown_by_its_new_arn(self, world: World) -> None:
        """A user that is renamed and moved stays trusted, under its new ARN; its unique id may name it as well."""
        create_role(world, "r", {"AWS": arn("user/team/Alice")})
        act(world, users.update_user, "Alice", new_name="Eve", new_path="/", account=STANDALONE)
        assert shown(world, "r") == {"AWS": arn("user/Eve")}
        update_trust(world, "r", {"AWS": user_of(world.state, STANDALONE, "Eve").id})
        assert shown(world, "r") == {"AWS": arn("user/Eve")}


class TestTrust:
    """The principals that a stored trust policy allows."""

    def test_user_with_the_name_of_a_deleted_one_is_not_trusted(self, world: World) -> None:
        """A role that trusts a user does not trust another one that is created with the same name."""
        create_role(world, "r", {"AWS": arn("user/team/Alice")})
        assume(world, as_user(world, "Alice"), "r")
        act(world, users.delete_user, "Alice", account=STANDALONE)
        act(world, users.create_user, "Alice", path="/team/", account=STANDALONE)
        with expect_refusal(world, NotTrusted):
            assume(world, as_user(world, "Alice"), "r")

    @pytest.mark.parametrize("name", ["role/team/Dev", "assumed-role/Dev/s"])
    def test_session_of_a_trusted_role_is_trusted(self, world: World, name: str) -> None:
        """A role that trusts a role, or one session of it, trusts that session until the role is replaced."""
        create_role(world, "r", {"AWS": arn(name, service="sts" if "assumed" in name else "iam")})
        assume(world, assume(world, root_user(STANDALONE), "team/Dev"), "r")
        act(world, role_changes.delete_role, "Dev", account=STANDALONE)
        create_role(world, "Dev", {"AWS": STANDALONE}, path="/team/")
        session = assume(world, root_user(STANDALONE), "team/Dev")
        with expect_refusal(world, NotTrusted):
            assume(world, session, "r")
