"""Whose policies are simulated: those of a user, a group or a role, but for some that are left out.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from artifact_state import arns, name_index
from artifact_state.errors import Entity, EntityNotFound, InvalidSimulationInput
from artifact_state.iam.groups import groups_of_user
from artifact_state.iam.identity_policies import policies_of_identity
from artifact_state.iam.policy_usage import Identity
from artifact_state.iam.roles import role_of
from artifact_state.iam.users import user_of, user_principal
from artifact_state.model import Caller, CallerKind, Role
from artifact_state.model.identities import Group, User
from artifact_state.policy_evaluation.authorization import layers_of
from artifact_state.policy_evaluation.decision import Layers
from artifact_state.policy_evaluation.simulation.input import custom_layers
from artifact_state.policy_syntax.policy import NamedPolicy
from artifact_state.policy_syntax.wildcards import is_like
from artifact_state.world import Transaction

PolicyType = Literal["inline", "aws-managed", "user-managed", "permission-boundary", "scp", "rcp"]
_TYPES = frozenset[str](get_args(PolicyType))
_KINDS: dict[type[Identity], str] = {User: "user", Group: "group", Role: "role"}
_SOURCE = re.compile(r"arn:([a-z-]+):iam::(\d{12}):(user|group|role)/(?:[^:]*/)?([^/:]+)", re.ASCII)
_POLICY_ARN = re.compile(r"arn:[a-z-]+:iam::(aws|\d{12}):policy/[\w+=,.@*?/-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Inline:
    """Inline policies by their name, and by whom they are attached to: `*` and `?` stand for others."""

    name: str
    kind: str
    owner: str


Exclusion = PolicyType | Inline | str
"""What is left out: all policies of a type, inline ones, or managed ones by their ARN."""


def principal_layers(
    tx: Transaction,
    arn: str,
    more: Sequence[str] = (),
    boundaries: Sequence[str] = (),
    without: Sequence[Exclusion] = (),
) -> Layers:
    """Give the layers of a user, a group or a role of the account, and of further policies as if he had them.

    Raises EntityNotFound, RoleNotFound, InvalidPolicyInput, InvalidSimulationInput.
    """
    for one in without:
        _require_identifier(one)
    added = custom_layers(more, boundaries)
    identities, base = _found(tx, arn)
    # What is attached in several ways counts once.
    attached = dict.fromkeys(one for identity in identities for one in _attached(tx, identity, without))
    boundary = None if "permission-boundary" in without else base.boundary
    return replace(
        base,
        identity=(*attached, *added.identity),
        boundary=added.boundary or boundary,
        service_control=() if "scp" in without else base.service_control,
    )


def _found(tx: Transaction, arn: str) -> tuple[list[Identity], Layers]:
    """Give who has the policies, by his name whatever his path, and the layers of his calls."""
    caller = tx.caller
    kind, name = _source_of(caller, arn)
    if kind == "user":
        user = user_of(tx.state, caller.account_id, name)
        principal = user_principal(user, partition=caller.partition, region=caller.region)
        return [user, *groups_of_user(tx.state, user)], layers_of(tx.state, principal, tx.now)
    if kind == "role":
        role = role_of(tx.state, caller.account_id, name, tx.now)
        return [role], layers_of(tx.state, _session_of(tx, role), tx.now)
    group = name_index.find(tx.state.groups.get(caller.account_id, ()), name)
    if group is None:
        raise EntityNotFound(Entity.GROUP, name)
    return [group], Layers(service_control=layers_of(tx.state, _member_of(tx, group), tx.now).service_control)


def _source_of(caller: Caller, arn: str) -> tuple[str, str]:
    found = _SOURCE.fullmatch(arn)
    if found is None or found[1] != caller.partition:
        raise InvalidSimulationInput(f"Invalid ARN provided in the request: {arn}")
    if found[2] != caller.account_id:
        raise InvalidSimulationInput(
            f"Invalid Policy Source Arn: caller's account {caller.account_id} does not have access to policies in "
            f"account {found[2]}."
        )
    return found[3], found[4]


def _attached(tx: Transaction, identity: Identity, without: Sequence[Exclusion]) -> Iterator[NamedPolicy]:
    """Give the policies of one, inline ones by the names that a simulation has for them."""
    kind = _KINDS[type(identity)]
    for policy in policies_of_identity(tx.state, tx.caller.partition, identity):
        if any(_is_meant(one, kind, identity.name, policy.arn_or_name) for one in without):
            continue
        is_inline = not policy.arn_or_name.startswith("arn:")
        yield replace(policy, arn_or_name=f"{kind}_{identity.name}_{policy.arn_or_name}") if is_inline else policy


def _is_meant(one: Exclusion, kind: str, owner: str, policy: str) -> bool:
    """Tell whether a policy of somebody is among those that are left out."""
    if not policy.startswith("arn:"):
        if isinstance(one, Inline):
            return one.name == policy and one.kind == kind and is_like(one.owner, owner)
        return one == "inline"
    if isinstance(one, Inline):
        return False
    return one == ("aws-managed" if ":iam::aws:" in policy else "user-managed") or is_like(one, policy)


def _require_identifier(one: Exclusion) -> None:
    """Let only identifiers pass that may mean a policy: one star at most, in the name alone.

    Raises InvalidSimulationInput.
    """
    # Unverified: AWS's texts.
    text = one.owner if isinstance(one, Inline) else one
    if text.count("*") > 1:
        raise InvalidSimulationInput(f"Invalid policy identifier: {text}. At most one * is allowed.")
    if not isinstance(one, Inline) and one not in _TYPES and not _POLICY_ARN.fullmatch(one):
        raise InvalidSimulationInput(f"Invalid policy identifier: {one}")


def _member_of(tx: Transaction, group: Group) -> Caller:
    """Give somebody of a group's account: what binds it binds him."""
    arn = arns.group(tx.caller.partition, group.account_id, group.path, group.name)
    return Caller(
        account_id=group.account_id, arn=arn, user_id=group.id, kind=CallerKind.USER, partition=tx.caller.partition
    )


def _session_of(tx: Transaction, role: Role) -> Caller:
    return Caller(
        account_id=role.account_id,
        arn=arns.assumed_role(tx.caller.partition, role.account_id, role.name, "simulation"),
        user_id=f"{role.id}:simulation",
        kind=CallerKind.ROLE,
        partition=tx.caller.partition,
    )
