"""The roles that AWS creates: those of services, and those that a new member account has.

Each account of a large organization has two of the latter. They are derived from the account until one of them changes.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache, lru_cache

from artifact_state import catalog, ids
from artifact_state.model import Account, InitialRoles, Role, State
from artifact_state.name_index import key_of
from artifact_state.record import replace

ORGANIZATIONS_PRINCIPAL = "organizations.amazonaws.com"


@lru_cache(maxsize=1024)
def trust_policy_for(**principal: str) -> str:
    """Return a trust policy, as AWS writes it, that allows one principal, `aws` or `service`, to assume a role.

    The cache makes the accounts of an organization share one string.
    """
    named = {{"aws": "AWS", "service": "Service"}[kind]: name for kind, name in principal.items()}
    statement = {"Effect": "Allow", "Principal": named, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))


@cache
def linked_role_template(linked: catalog.LinkedRole) -> Role:
    """Return the fields that a service's roles share; many accounts have a role of the same service."""
    return Role(
        id="",
        account_id="",
        name=linked.name,
        path=linked.path,
        trust_policy=trust_policy_for(service=linked.principal),
        description=linked.description,
        created_at=datetime.min.replace(tzinfo=UTC),
        linked_service=linked.principal,
        managed_policies=(f"aws-service-role/{linked.policy_name}",) if linked.policy_name else (),
    )


def roles_in(state: State, account_id: str) -> tuple[Role, ...]:
    """Return the roles of an account in the order of their names, with those whose deletion has taken effect."""
    stored = state.roles.get(account_id)
    if stored is not None:
        return stored
    account = state.accounts.get(account_id)
    return _initial_roles(state.seed, account) if account is not None else ()


def accounts_with_roles(state: State) -> Iterator[str]:
    """Iterate over the accounts that have or had roles."""
    yield from state.roles
    for account_id, account in state.accounts.items():
        if account.initial_roles is not None and account_id not in state.roles:
            yield account_id


def initial_role_names(initial: InitialRoles) -> tuple[str, ...]:
    """Return the names of the roles of a new member account, in the order in which they are created."""
    linked = catalog.linked_role_of(ORGANIZATIONS_PRINCIPAL)
    return (linked.name, initial.access_role) if linked else (initial.access_role,)


@lru_cache(maxsize=1024)
def _initial_roles(seed: str, account: Account) -> tuple[Role, ...]:
    initial, linked = account.initial_roles, catalog.linked_role_of(ORGANIZATIONS_PRINCIPAL)
    if initial is None or account.created_at is None or linked is None:
        return ()
    service = replace(
        linked_role_template(linked),
        id=ids.unique_id("AROA", seed, account.serial + 1),
        account_id=account.id,
        created_at=account.created_at,
    )
    access = Role(
        id=ids.unique_id("AROA", seed, account.serial + 2),
        account_id=account.id,
        name=initial.access_role,
        path="/",
        trust_policy=trust_policy_for(aws=initial.manager),
        description="",
        created_at=account.created_at,
        managed_policies=("AdministratorAccess",),
    )
    return tuple(sorted((service, access), key=lambda role: key_of(role.name)))
