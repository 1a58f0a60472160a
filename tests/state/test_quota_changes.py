from datetime import timedelta

import pytest

from artifact_state import catalog
from artifact_state.catalog.quota_changes import InvalidQuota, quota_values, replace_quotas

QUOTAS = catalog.quotas()


def test_each_name_replaces_its_own_quota() -> None:
    """The value read under a name is the one that the name replaces, and no other."""
    values = quota_values(QUOTAS)
    for name, value in values.items():
        assert quota_values(replace_quotas(QUOTAS, {name: value + 1})) == values | {name: value + 1}
    assert quota_values(QUOTAS) == values


def test_quotas_of_every_family_can_be_replaced() -> None:
    """A count, a duration, a limit of a policy type and a quota of IAM can be replaced."""
    quotas = replace_quotas(
        QUOTAS,
        {
            "accounts_per_organization": 3,
            "artifact_token_lifetime": 60,
            "policies.TAG_POLICY.max_attached": 1,
            "iam.RolesPerAccount": 2,
        },
    )
    assert quotas.accounts_per_organization == 3
    assert quotas.artifact_token_lifetime == timedelta(minutes=1)
    assert quotas.policies["TAG_POLICY"].max_attached == 1
    assert quotas.iam["RolesPerAccount"] == 2


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("account_per_organization", "did you mean accounts_per_organization?"),
        ("policies.TAG_POLICY.max_atached", "did you mean policies.TAG_POLICY.max_attached?"),
        ("iam.rolesperaccount", "did you mean iam.RolesPerAccount?"),
        ("nosuch", "quotas are named like accounts_per_organization, policies."),
        ("accounts", "did you mean accounts_per_organization?"),
        ("rolesper", "did you mean iam.RolesPerAccount?"),
    ],
)
def test_unknown_name_is_refused_in_one_sentence_with_the_closest_name(name: str, suggestion: str) -> None:
    """An unknown name is refused with the closest known name, or with examples if none is close."""
    with pytest.raises(InvalidQuota) as refused:
        replace_quotas(QUOTAS, {name: 1})
    message = str(refused.value)
    assert message.startswith(f"'{name}' is not a quota; {suggestion}")
    assert len(message) < 200
    assert "\n" not in message


def test_fixed_quota_cannot_be_replaced() -> None:
    """A quota that another option or AWS's shapes fix is not known by name."""
    for name in ("removal_wait", "roots_per_organization", "artifact_page_size_at_most", "policies.TAG_POLICY"):
        with pytest.raises(InvalidQuota, match="is not a quota"):
            replace_quotas(QUOTAS, {name: 1})


@pytest.mark.parametrize(
    ("name", "value", "bounds"),
    [
        ("accounts_per_organization", -1, "between 0 and 315360000"),
        ("accounts_per_organization", 10**9, "between 0 and 315360000"),
        ("organizations_page_size", 0, "between 1 and 315360000"),
    ],
)
def test_value_out_of_bounds_is_refused(name: str, value: int, bounds: str) -> None:
    """A quota is not negative and not endless, and a page has at least one item."""
    with pytest.raises(InvalidQuota, match=f"{name} must be {bounds}"):
        replace_quotas(QUOTAS, {name: value})
