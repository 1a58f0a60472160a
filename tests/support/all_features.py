"""The enabling of all features in an organization with consolidated billing only."""

from datetime import timedelta

import pytest

from artifact_state.clock import Clock
from artifact_state.errors import RoleNotFound
from artifact_state.iam import linked_roles
from artifact_state.iam.roles import role_of
from artifact_state.model import FeatureSet, Handshake, State
from artifact_state.organizations import organization
from artifact_state.organizations.handshakes import all_features, listing
from artifact_state.world import Options, World
from tests.support.domain import MANAGEMENT, NOW, act, transaction
from tests.support.handshakes import accept

INVITED = "222233334444"
ANOTHER = "333344445555"
ROLE = "AWSServiceRoleForOrganizations"
DAYS = timedelta(days=1)


def world_with_billing_organization(**options: object) -> World:
    """Return a world with an organization that has consolidated billing only."""
    world = World(options=Options(**options), clock=Clock(frozen_at=NOW), state=State(seed="state"))  # type: ignore[arg-type]
    act(world, organization.create_organization, FeatureSet.CONSOLIDATED_BILLING)
    return world


def enable_all_features(world: World) -> Handshake:
    """Begin to enable all features and return the handshake of the process."""
    return act(world, all_features.enable_all_features)


def requests_of(world: World, process: Handshake) -> dict[str, Handshake]:
    """Return the requests of a process by their recipients, as the management account lists them."""
    with transaction(world, MANAGEMENT) as tx:
        listed = list(listing.list_sent_handshakes(tx, None, process.id))
    return {request.recipient: request for _, request in listed if request}


def approve(world: World, process: Handshake, account: str) -> None:
    """Accept the request that a member received."""
    accept(world, requests_of(world, process)[account], account)


def delete_linked_role(world: World, account: str) -> None:
    """Delete the service-linked role of Organizations in an account."""
    act(world, linked_roles.delete_linked_role, ROLE, account=account)
    with pytest.raises(RoleNotFound):
        role_of(world.state, account, ROLE, world.clock.now())
