"""Accept and terminate agreements through the domain's rules."""

from collections.abc import Callable

import pytest

from artifact_state import catalog
from artifact_state.artifact import agreements
from artifact_state.errors import AgreementDenial, AgreementDenied, Refused
from artifact_state.model import Acceptance
from artifact_state.organizations import trusted_access
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, act, list_all, world_with_organization

ARTIFACT = "artifact.amazonaws.com"
SYNC = "aws-artifact-account-sync.amazonaws.com"
ACCOUNT_AGREEMENT = "agreement-9c1kBcYznTkcpRIm"
ORGANIZATION_AGREEMENT = "agreement-y03aUwMAEorHtqjv"
OTHER_ACCOUNT_AGREEMENT = "agreement-sbLSDe8bitmAXNr9"
(OFFLINE_AGREEMENT,) = catalog.offline_agreements("aws")


def world_with_trusted_access() -> World:
    """Return a world with an organization in which AWS Artifact has trusted access."""
    world = world_with_organization()
    act(world, trusted_access.enable_service_access, ARTIFACT)
    return world


def read_agreement(world: World, agreement_id: str, account: str = MANAGEMENT) -> tuple[str, str, str]:
    """Take the steps before an acceptance; return the revision, the terms token and the execute token."""
    agreement, token = act(world, agreements.get_nda, agreement_id, account=account)
    token = act(world, agreements.accept_nda, agreement_id, agreement.nda_revision_id, token, account=account)
    agreement, terms, execute = act(world, agreements.get_agreement, agreement_id, token, account=account)
    return agreement.revision_id, terms, execute


def accept(world: World, agreement_id: str = ORGANIZATION_AGREEMENT, account: str = MANAGEMENT) -> Acceptance:
    """Accept an agreement."""
    revision, terms, execute = read_agreement(world, agreement_id, account)
    return act(
        world,
        agreements.accept_agreement,
        agreement_id,
        revision,
        terms_token=terms,
        execute_token=execute,
        account=account,
    )


def terminate(world: World, acceptance: Acceptance, account: str = MANAGEMENT) -> Acceptance:
    """Terminate an accepted agreement."""
    _, token = act(world, agreements.get_customer_agreement, acceptance.id, account=account)
    assert token
    return act(world, agreements.terminate_agreement, acceptance.id, token, account=account)


def accessible_agreements(world: World, account: str) -> list[str]:
    """Return the ids of the agreements that cover an account."""
    return [acceptance.id for acceptance in list_all(world, agreements.customer_agreements, account=account)]


def expect_denial(world: World, reason: AgreementDenial, call: Callable[[], object]) -> None:
    """Assert that a call is denied for a reason, and that the state stays the same object."""
    error = expect_error(world, AgreementDenied, call)
    assert isinstance(error, AgreementDenied)
    assert error.reason is reason


def expect_error(world: World, error: type[Refused], call: Callable[[], object]) -> Refused:
    """Assert that a call is refused, and that the state stays the same object; return the error."""
    before = world.state
    with pytest.raises(error) as caught:
        call()
    assert world.state is before
    return caught.value
