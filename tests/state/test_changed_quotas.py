"""Limits by name: told, changed, and refused."""

from datetime import timedelta

import pytest

from artifact_state import catalog
from artifact_state.catalog.changed_quotas import NoSuchLimit, changed, named_limits

QUOTAS = catalog.quotas()


class TestNamedLimits:
    """named_limits and changed."""

    def test_every_one_can_be_changed(self) -> None:
        """What is told under a name is what that name changes, and nothing else."""
        before = named_limits(QUOTAS)
        for name, value in before.items():
            assert named_limits(changed(QUOTAS, {name: value + 1})) == before | {name: value + 1}
        assert named_limits(QUOTAS) == before

    def test_kinds(self) -> None:
        """A number, a time, a limit on policies, a quota of IAM."""
        got = changed(
            QUOTAS,
            {
                "accounts_per_organization": 3,
                "artifact_token_lifetime": 60,
                "policies.TAG_POLICY.max_attached": 1,
                "iam.RolesPerAccount": 2,
            },
        )
        assert got.accounts_per_organization == 3
        assert got.artifact_token_lifetime == timedelta(minutes=1)
        assert got.policies["TAG_POLICY"].max_attached == 1
        assert got.iam["RolesPerAccount"] == 2

    @pytest.mark.parametrize(
        ("name", "value", "why"),
        [
            ("accounts", 1, "accounts is no quota; there are accounts_per_organization"),
            ("policies.TAG_POLICY.colour", 1, "is no quota"),
            ("policies.TAG_POLICY", 1, "is no quota"),
            ("iam", 1, "is no quota"),
            ("removal_wait", 1, "is no quota"),
            ("accounts_per_organization", -1, "accounts_per_organization is between 0 and 315360000"),
            ("accounts_per_organization", 10**9, "is between"),
            ("organizations_page_size", 0, "organizations_page_size is between 1 and"),
        ],
    )
    def test_refuses(self, name: str, value: int, why: str) -> None:
        """What is no limit, and what a limit cannot be: pages of nothing would go on for ever."""
        with pytest.raises(NoSuchLimit, match=why):
            changed(QUOTAS, {name: value})
