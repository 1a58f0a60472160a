"""Account summaries: the numbers of IAM resources, by the tables of the state."""

from typing import Any, get_args, get_origin

import pytest

from artifact_state.iam import (
    groups,
    identity_providers,
    instance_profiles,
    managed_policies,
    mfa_devices,
    role_changes,
    saml_providers,
    users,
)
from artifact_state.iam.account_summary import RESOURCE_TABLES, AccountSummary, summary_of
from artifact_state.model import State, iam, iam_settings, identities
from artifact_state.record import Record
from artifact_state.world import World
from tests.support.domain import NOW, STANDALONE, act, world_with_organization
from tests.support.identities import ALLOW_ALL, DEV_ROLE
from tests.support.sample_records import field_types

NEW_ROLE = role_changes.NewRole(name="Dev", trust_policy=DEV_ROLE.trust_policy)
# The rules, with their arguments, that create a resource in each table.
CREATION: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "users": (users.create_user, ("Alice",)),
    "groups": (groups.create_group, ("Admins",)),
    "instance_profiles": (instance_profiles.create_instance_profile, ("Web",)),
    "roles": (role_changes.create_role, (NEW_ROLE,)),
    "identity_providers": (identity_providers.create_provider, ("https://id.example.com",)),
    "saml_providers": (
        saml_providers.create_saml_provider,
        ("idp", saml_providers.SamlMetadata(document="<a/>", issuer="https://a.io", certificates=("AAAA",))),
    ),
    "mfa_devices": (mfa_devices.create_device, ("phone",)),
    "customer_policies": (
        managed_policies.create_policy,
        (managed_policies.NewPolicy(name="Mine", document=ALLOW_ALL),),
    ),
}


def summary(world: World, account: str = STANDALONE) -> AccountSummary:
    """Return the summary of an account."""
    return summary_of(world.state, account, NOW)


def holds_iam_resources(hint: Any) -> bool:
    """Return whether a table of this type holds a tuple of IAM records for each account."""
    if get_origin(hint) is not dict or get_origin(get_args(hint)[1]) is not tuple:
        return False
    record = get_args(get_args(hint)[1])[0]
    return issubclass(record, Record) and record.__module__ in (
        iam.__name__,
        identities.__name__,
        iam_settings.__name__,
    )


class TestResourceTables:
    """RESOURCE_TABLES."""

    def test_every_table_of_iam_resources_is_counted(self) -> None:
        """The tables of the state that hold IAM resources are those that are counted."""
        tables = {name for name, hint in field_types(State).items() if holds_iam_resources(hint)}
        assert tables == set(RESOURCE_TABLES) == CREATION.keys()


class TestSummaryOf:
    """summary_of."""

    @pytest.mark.parametrize("table", RESOURCE_TABLES)
    def test_resource_is_counted_in_its_own_account(self, table: str) -> None:
        """A resource counts in its own account and its own table."""
        world = world_with_organization()
        rule, arguments = CREATION[table]
        act(world, rule, *arguments, account=STANDALONE)
        assert {name: count for name, count in summary(world).counts.items() if count} == {table: 1}
        act(world, rule, *arguments)
        assert summary(world).counts[table] == 1

    def test_deleted_role_is_not_counted(self) -> None:
        """A deleted role does not count, although its record stays in the table."""
        world = world_with_organization()
        act(world, role_changes.create_role, NEW_ROLE, account=STANDALONE)
        act(world, role_changes.delete_role, "Dev", account=STANDALONE)
        assert summary(world).counts["roles"] == 0

    def test_missing_table_counts_as_empty(self) -> None:
        """A table that the state does not have counts as empty."""
        assert summary(world_with_organization()).counts["instance_profiles"] == 0
