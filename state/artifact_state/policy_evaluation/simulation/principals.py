"""The policies of the user, group or role whose requests are simulated, without those that are excluded.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, get_args

from artifact_state import arns, name_index
from artifact_state.authority import organization_of
from artifact_state.errors import (
    Entity,
    EntityNotFound,
    InvalidSimulationInput,
    RoleNotFound,
    SimulatedIdentityNotFound,
)
from artifact_state.iam.groups import groups_of_user
from artifact_state.iam.identity_policies import policies_of_identity
from artifact_state.iam.policy_usage import Identity
from artifact_state.iam.roles import role_of
from artifact_state.iam.users import user_of, user_principal
from artifact_state.model import Caller, CallerKind, Role
from artifact_state.model.identities import Group, User
from artifact_state.policy_evaluation.collect import applicable_policies
from artifact_state.policy_evaluation.policies import ApplicablePolicies
from artifact_state.policy_evaluation.simulation.input import SimulatedPolicies
from artifact_state.policy_syntax.policy import NamedPolicy
from artifact_state.policy_syntax.wildcards import is_like
from artifact_state.record import Record, replace
from artifact_state.world import Transaction

PolicyType = Literal["inline", "aws-managed", "user-managed", "permission-boundary", "scp", "rcp"]
_TYPES = frozenset[str](get_args(PolicyType))
_KINDS: dict[type[Identity], str] = {User: "user", Group: "group", Role: "role"}
_SOURCE = re.compile(r"arn:([a-z-]+):iam::(\d{12}):(user|group|role)/(?:[^:]*/)?([^/:]+)", re.ASCII)
_POLICY_ARN = re.compile(r"arn:[a-z-]+:iam::(aws|\d{12}):policy/[\w+=,.@*?/-]+", re.ASCII)
_NO_POLICIES = SimulatedPolicies()
_WILDCARD = re.compile(r"[*?]")


class InlinePolicies(Record, kw_only=False):
    """Inline policies by their name and the identity that has them, whose name may contain wildcards."""

    name: str
    kind: str
    owner: str


Exclusion = PolicyType | InlinePolicies | str
"""An exclusion: all policies of a type, inline policies, or managed policies by their ARN with wildcards."""


def policies_of_principal(
    tx: Transaction,
    arn: str,
    additional: SimulatedPolicies = _NO_POLICIES,
    exclusions: Sequence[Exclusion] = (),
) -> SimulatedPolicies:
    """Return the policies of a user, a group or a role of the account, with additional ones as if attached to it.

    Raises SimulatedIdentityNotFound, InvalidSimulationInput.
    """
    for exclusion in exclusions:
        _require_identifier(exclusion)
    try:
        identities, policies = _identities(tx, arn)
    except (EntityNotFound, RoleNotFound):
        raise SimulatedIdentityNotFound(arn) from None
    # A policy that is attached in several ways counts once.
    attached = dict.fromkeys(policy for identity in identities for policy in _attached(tx, identity, exclusions))
    boundary = None if "permission-boundary" in exclusions else policies.boundary
    has_organization = organization_of(tx.state, tx.caller.account_id, tx.now) is not None
    return SimulatedPolicies(
        identity=(*attached, *additional.identity),
        boundary=additional.boundary or boundary,
        organization=policies.service_control if has_organization and "scp" not in exclusions else None,
    )


def _identities(tx: Transaction, arn: str) -> tuple[list[Identity], ApplicablePolicies]:
    """Return the identities whose policies count, found by name regardless of path, and the policies of the caller."""
    caller = tx.caller
    kind, name = _source_of(caller, arn)
    if kind == "user":
        user = user_of(tx.state, caller.account_id, name)
        principal = user_principal(user, partition=caller.partition, region=caller.region)
        return [user, *groups_of_user(tx.state, user)], applicable_policies(tx.state, principal, tx.now)
    if kind == "role":
        role = role_of(tx.state, caller.account_id, name, tx.now)
        return [role], applicable_policies(tx.state, _simulated_session(tx, role), tx.now)
    group = name_index.find(tx.state.groups.get(caller.account_id, ()), name)
    if group is None:
        raise EntityNotFound(Entity.GROUP, name)
    return [group], ApplicablePolicies(
        service_control=applicable_policies(tx.state, _simulated_member(tx, group), tx.now).service_control
    )


def _source_of(caller: Caller, arn: str) -> tuple[str, str]:
    match = _SOURCE.fullmatch(arn)
    if arn.split(":")[2:3] == ["sts"]:
        # Observed: https://github.com/newrelic/newrelic-lambda-cli/issues/96
        raise InvalidSimulationInput(f"Invalid Entity Arn: {arn} does not clearly define entity type and name.")
    if match is None or match[1] != caller.partition:
        raise InvalidSimulationInput(f"Invalid ARN provided in the request: {arn}")
    if match[2] != caller.account_id:
        raise InvalidSimulationInput(
            f"Invalid Policy Source Arn: caller's account {caller.account_id} does not have access to policies in "
            f"account {match[2]}."
        )
    return match[3], match[4]


def _attached(tx: Transaction, identity: Identity, exclusions: Sequence[Exclusion]) -> Iterator[NamedPolicy]:
    """Yield the policies of an identity, inline policies under the names that simulations have for them."""
    kind = _KINDS[type(identity)]
    for policy in policies_of_identity(tx.state, tx.caller.partition, identity):
        if any(_excludes(exclusion, kind, identity.name, policy.arn_or_name) for exclusion in exclusions):
            continue
        is_inline = not policy.arn_or_name.startswith("arn:")
        yield replace(policy, arn_or_name=f"{kind}_{identity.name}_{policy.arn_or_name}") if is_inline else policy


def _excludes(exclusion: Exclusion, kind: str, owner: str, policy: str) -> bool:
    """Return whether an exclusion includes a policy of an identity."""
    if not policy.startswith("arn:"):
        if isinstance(exclusion, InlinePolicies):
            return exclusion.name == policy and exclusion.kind == kind and is_like(exclusion.owner, owner)
        return exclusion == "inline"
    if isinstance(exclusion, InlinePolicies):
        return False
    if exclusion in _TYPES:
        return exclusion == ("aws-managed" if ":iam::aws:" in policy else "user-managed")
    # AWS leaves out a policy by its ARN without the path.
    return is_like(exclusion, f"{policy.partition('/')[0]}/{policy.rpartition('/')[2]}")


def _require_identifier(exclusion: Exclusion) -> None:
    """Refuse an exclusion that cannot name a policy.

    It may have one star, in the name of the identity that has inline policies or in an ARN.
    Raises InvalidSimulationInput.
    """
    if isinstance(exclusion, InlinePolicies):
        if _WILDCARD.search(exclusion.name) or exclusion.owner.count("*") > 1:
            raise InvalidSimulationInput(
                "Invalid inline policy exclusion: policyName, attachmentType, and attachmentName are required"
            )
    # Unverified: AWS's texts.
    elif exclusion.count("*") > 1:
        raise InvalidSimulationInput(f"Invalid policy identifier: {exclusion}. At most one * is allowed.")
    elif exclusion not in _TYPES and not _POLICY_ARN.fullmatch(exclusion):
        raise InvalidSimulationInput(f"Invalid policy identifier: {exclusion}")


def _simulated_member(tx: Transaction, group: Group) -> Caller:
    """Return a caller of a group's account, which has the account's service control policies."""
    arn = arns.group(tx.caller.partition, group.account_id, group.path, group.name)
    return Caller(
        account_id=group.account_id, arn=arn, user_id=group.id, kind=CallerKind.USER, partition=tx.caller.partition
    )


def _simulated_session(tx: Transaction, role: Role) -> Caller:
    return Caller(
        account_id=role.account_id,
        arn=arns.assumed_role(tx.caller.partition, role.account_id, role.name, "simulation"),
        user_id=f"{role.id}:simulation",
        kind=CallerKind.ROLE,
        partition=tx.caller.partition,
    )
