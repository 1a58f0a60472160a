"""Loading: the world that a scenario describes, created by the domain's own operations.

A scenario states facts without their dates, so everything is created at one instant. If any part is refused, no
world is created.
"""

from collections.abc import Callable

from artifact_state.clock import Clock, InstantOutOfRange
from artifact_state.iam.identity_providers import set_issuer_keys
from artifact_state.model import State
from artifact_state.principals import service_principal
from artifact_state.record import replace
from artifact_state.scenarios.load_accounts import load_standalone_account, suspend
from artifact_state.scenarios.load_identities import load_identities
from artifact_state.scenarios.load_organization import OrganizationLoader
from artifact_state.scenarios.load_reports import load_report
from artifact_state.scenarios.references import LoadContext, Place, ScenarioError, with_places
from artifact_state.scenarios.schema import Scenario
from artifact_state.world import Options, World, default_quotas

__all__ = ["Place", "ScenarioError", "load_scenario"]

_UNLIMITED = 100_000


def load_scenario(
    scenario: Scenario, options: Options | None = None, report: Callable[[int, int], None] | None = None
) -> World:
    """Create the world that a scenario describes.

    `report` is called after each member account with the number of those created and of all.
    Raises ScenarioError.
    """
    options = options or Options()
    try:
        clock = Clock(frozen_at=scenario.clock or Clock().now())
    except InstantOutOfRange as error:
        raise ScenarioError(("clock",), str(error)) from None
    # The quotas of the world apply, but the steps of loading count against no delay and no quota of a day or a month.
    quotas = replace(
        options.quotas or default_quotas(),
        invitations_per_day=_UNLIMITED,
        concurrent_account_closures=_UNLIMITED,
        closures_in_small_organization=_UNLIMITED,
        closure_share=100,
    )
    loading_options = Options(quotas=quotas, services=options.services)
    total = sum(len(organization.accounts) for organization in scenario.organizations)
    context = LoadContext(World(options=loading_options, clock=clock, state=State(seed=scenario.seed)), total, report)
    _load(context, scenario)
    if scenario.clock is None:
        clock.resume()
    # A new world, whose reset returns to the loaded state.
    return World(options=options, clock=clock, state=context.world.state)


def _load(context: LoadContext, scenario: Scenario) -> None:
    """Create everything in the order of the dependencies; a suspended account can do nothing, so that comes last."""
    for place, account in with_places(("accounts",), scenario.accounts):
        load_standalone_account(context, place, account)
    for place, organization in with_places(("organizations",), scenario.organizations):
        OrganizationLoader(context, place, organization).load()
    load_identities(context, scenario)
    with context.world.transaction(service_principal("sts.amazonaws.com")) as tx:
        for issuer in scenario.token_issuers:
            set_issuer_keys(tx, issuer.issuer, issuer.jwks.model_dump_json())
    for place, report in with_places(("reports",), scenario.reports):
        load_report(context, place, report)
    for place, account in with_places(("accounts",), scenario.accounts):
        if account.state == "suspended":
            suspend(context, place, account.id)
