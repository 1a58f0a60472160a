"""The longest durations for which users and roles stay signed in."""

from typing import Any

import pytest

from tests.support.iam_users import policy_document
from tests.support.wire_client import Client

NAME = "MaxSigninSessionDuration"
TRUST = policy_document({"Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "sts:AssumeRole"})
ROLE = {"RoleName": "Ops", "AssumeRolePolicyDocument": TRUST}
LOGIN = {"UserName": "Alice", "Password": "Correct-Horse-1"}


class TestMaxSigninSessionDuration:
    """The member of roles and of login profiles."""

    @pytest.fixture
    def account(self, stranger: Client) -> Client:
        """Return an account with a user."""
        stranger.do("iam", "CreateUser", UserName="Alice")
        return stranger

    @pytest.mark.parametrize(
        ("created", "parameters"), [("Role", ROLE), ("LoginProfile", LOGIN)], ids=["role", "login profile"]
    )
    def test_duration_is_set_and_unset(self, account: Client, created: str, parameters: dict[str, Any]) -> None:
        """The duration is set when the role or password is created and later, and is absent once it is unset."""
        named = {key: value for key, value in parameters.items() if key.endswith("Name")}
        account.do("iam", f"Create{created}", **parameters, **{NAME: 3600})
        assert account.do("iam", f"Get{created}", **named)[created][NAME] == 3600

        def update(**changes: Any) -> Any:
            account.do("iam", f"Update{created}", **named, **changes)
            return account.do("iam", f"Get{created}", **named)[created].get(NAME)

        assert update(**{NAME: 7200}) == 7200
        assert update() == 7200
        assert update(ResetMaxSigninSessionDuration=False) == 7200
        assert update(ResetMaxSigninSessionDuration=True) is None
