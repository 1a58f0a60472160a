"""Whether a trust policy lets somebody assume a role."""

import json
from typing import Any

import pytest

from artifact_state.evaluation import trusts, trusts_service
from artifact_state.model import Caller, CallerKind
from artifact_state.principals import root_of
from artifact_state.roles import trust_of

ACCOUNT = "111122223333"
ROOT = root_of(ACCOUNT)
SESSION = Caller(
    account_id=ACCOUNT,
    arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/Dev/me",
    user_id="AROAEXAMPLE:me",
    kind=CallerKind.ROLE,
)
STRANGER = root_of("999988887777")


def policy(principal: Any, *, effect: str = "Allow", action: Any = "sts:AssumeRole", **more: Any) -> dict[str, Any]:
    """Write a statement."""
    return {"Effect": effect, "Principal": principal, "Action": action, **more}


def written(*statements: Any) -> str:
    """Write a policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class TestTrusts:
    """trusts."""

    @pytest.mark.parametrize(
        "principal",
        [
            "*",
            {"AWS": "*"},
            {"AWS": ACCOUNT},
            {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            {"AWS": ["arn:aws:iam::000000000000:root", f"arn:aws:iam::{ACCOUNT}:root"]},
            {"AWS": f"arn:aws:iam::{ACCOUNT}:root", "Service": "ec2.amazonaws.com"},
        ],
    )
    def test_an_account(self, principal: Any) -> None:
        """An account is named by its id, by its root's ARN, in a list or by a star."""
        for caller in (ROOT, SESSION):
            assert trusts(written(policy(principal)), caller)

    def test_a_session(self) -> None:
        """A session may be named itself; its account is not, then."""
        trust = written(policy({"AWS": SESSION.arn}))
        assert trusts(trust, SESSION)
        assert not trusts(trust, ROOT)

    @pytest.mark.parametrize(
        "principal",
        [
            {"AWS": "arn:aws:iam::999988887777:root"},
            {"AWS": f"arn:aws-cn:iam::{ACCOUNT}:root"},
            {"AWS": []},
            {"Service": ACCOUNT},
            {"Federated": "*"},
            {},
        ],
    )
    def test_nobody_else(self, principal: Any) -> None:
        """Another account, another partition or another kind of principal is not the caller."""
        assert not trusts(written(policy(principal)), ROOT)

    @pytest.mark.parametrize(
        ("action", "assumed"),
        [
            ("sts:AssumeRole", True),
            ("STS:assumerole", True),
            ("sts:*", True),
            ("*", True),
            (["sts:TagSession", "sts:AssumeRole"], True),
            ("sts:TagSession", False),
            ("sts:AssumeRoleWithSAML", False),
            ([], False),
        ],
    )
    def test_in_the_one_action(self, action: Any, *, assumed: bool) -> None:
        """Only a statement about assuming a role lets one assume it."""
        assert trusts(written(policy("*", action=action)), ROOT) is assumed

    def test_not_whom_it_denies(self) -> None:
        """A denial decides, wherever it stands, and only for whom it names."""
        deny = policy({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, effect="Deny")
        for trust in (written(policy("*"), deny), written(deny, policy("*"))):
            assert not trusts(trust, ROOT)
            assert trusts(trust, STRANGER)

    def test_not_under_a_condition(self) -> None:
        """A condition is not looked into: it lets nobody through, and a conditional denial denies."""
        condition = {"StringEquals": {"sts:ExternalId": "x"}}
        assert not trusts(written(policy("*", Condition=condition)), ROOT)
        assert not trusts(written(policy("*"), policy("*", effect="Deny", Condition=condition)), ROOT)

    def test_by_a_single_statement(self) -> None:
        """A policy may have one statement in place of a list."""
        assert trusts(json.dumps({"Statement": policy("*")}), ROOT)

    def test_not_without_statements(self) -> None:
        """A policy without statements trusts nobody."""
        assert not trusts(written(), ROOT)


class TestTrustsService:
    """trusts_service."""

    def test_the_one_service(self) -> None:
        """The role can be assumed only by the service principal that its trust names."""
        trust = trust_of(service="artifact.amazonaws.com")
        assert trusts_service(trust, "artifact.amazonaws.com")
        for other in ("ec2.amazonaws.com", "aws-artifact-account-sync.amazonaws.com", "*", ""):
            assert not trusts_service(trust, other)

    def test_no_account(self) -> None:
        """A service is no account: who trusts an account trusts no service, and the other way round."""
        assert not trusts_service(trust_of(aws=ROOT.arn), "artifact.amazonaws.com")
        assert not trusts(trust_of(service="artifact.amazonaws.com"), ROOT)
