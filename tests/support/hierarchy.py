"""Organizational units and accounts in the tree of the organization that `tests.support.domain` sets up."""

from artifact_state.model import FeatureSet
from artifact_state.organizations import hierarchy, organization
from artifact_state.world import World
from tests.support.domain import STANDALONE, act, list_all, root_id

MISSING_UNIT = "ou-aaaa-00000000"


def create_unit(world: World, name: str = "Unit", parent: str | None = None) -> str:
    """Create an organizational unit, by default below the root, and return its id."""
    return act(world, hierarchy.create_unit, parent or root_id(world), name).id


def create_other_organization(world: World) -> tuple[str, str]:
    """Create another organization with a unit, and return the ids of its root and of the unit."""
    other = act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
    return other.root_id, act(world, hierarchy.create_unit, other.root_id, "Foreign", account=STANDALONE).id


def move(world: World, account: str, source: str, destination: str) -> None:
    """Move an account."""
    act(world, hierarchy.move_account, account, source, destination)


def unit_ids(world: World, parent: str, *after: int) -> list[str]:
    """Return the ids of the units directly below a parent."""
    return [unit.id for unit in list_all(world, hierarchy.list_units_for_parent, parent, *after)]


def account_ids(world: World, parent: str) -> list[str]:
    """Return the ids of the accounts directly below a parent."""
    return [account.id for account, _ in list_all(world, hierarchy.list_accounts_for_parent, parent)]
