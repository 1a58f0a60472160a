"""Which policies have a word in a call, gathered from the state; the decision itself is made elsewhere.

Service control policies bind the principals of member accounts, root users among them; neither those of the
management account nor service-linked roles.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
"""

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import starmap

from artifact_state import arns
from artifact_state.authority import organization_of, span_of_standing
from artifact_state.errors import EntityNotFound, RoleNotFound
from artifact_state.iam.identity_policies import identity_behind, policies_of
from artifact_state.model import Caller, CallerKind, Organization, PolicyType, Role, Session, State
from artifact_state.organizations.policies.attachments import attached_policies, is_type_enabled
from artifact_state.policy_evaluation.decision import Decision, Layers, Level, Naming, decide
from artifact_state.policy_evaluation.unbounded import places_above
from artifact_state.policy_syntax.policy import NamedPolicy, Question
from artifact_state.state_cache import StateCache

_SCP, _RCP = PolicyType.SERVICE_CONTROL_POLICY, PolicyType.RESOURCE_CONTROL_POLICY

_GATHERED: StateCache[tuple[datetime, datetime, Session | None, Layers]] = StateCache(
    "organizations", "memberships", "units", "policies", "attachments", "users", "groups", "customer_policies"
)
_BOUNDS: StateCache[tuple[Level, ...]] = StateCache("organizations", "memberships", "units", "policies", "attachments")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A resource that has a policy of its own: whose it is, and what its policy says."""

    account_id: str
    policy: NamedPolicy
    is_trust: bool = False
    is_linked: bool = False
    """Whether it is the role of a service, which no resource control policy keeps from its service."""


def decided(state: State, caller: Caller, now: datetime, question: Question, target: Target | None = None) -> Decision:
    """Decide on a call of a principal, by all that is attached to him, above him, and to what he calls for."""
    return decide(question, layers_of(state, caller, now, target))


def layers_of(state: State, caller: Caller, now: datetime, target: Target | None = None) -> Layers:
    """Gather the policies that have a word in a call."""
    if target is not None or caller.kind is CallerKind.ROLE:
        return _gathered(state, caller, now, target)  # A role may be gone as time goes by.
    session = state.sessions.get(caller.access_key_id)
    found, key = _GATHERED.of(state), (caller.arn, caller.user_id, caller.access_key_id)
    kept = found.get(key)
    if kept is None or not kept[0] <= now < kept[1] or kept[2] is not session:
        begun, ended = span_of_standing(state, caller.account_id, now)
        kept = found[key] = begun, ended, session, _gathered(state, caller, now, None)
    return kept[3]


def _gathered(state: State, caller: Caller, now: datetime, target: Target | None) -> Layers:
    session = state.sessions.get(caller.access_key_id)
    voucher = _voucher(state, caller)
    own = policies_of(state, voucher, now)
    return Layers(
        identity=own.identity,
        is_root=voucher.kind in (CallerKind.ROOT, CallerKind.SERVICE),
        boundary=own.boundary,
        session=_session_level(caller, session.policies) if session else None,
        is_task=session is not None and session.assumed_root,
        service_control=_binding(state, caller, now),
        resource_control=_levels(state, target.account_id, now, _RCP) if target and not target.is_linked else (),
        resource=target.policy if target else None,
        is_trust=bool(target and target.is_trust),
        same_account=target is None or target.account_id == caller.account_id,
        named=names_of(state, caller, now) if target else None,
    )


def _voucher(state: State, caller: Caller) -> Caller:
    """Give the user on whose word somebody calls; anybody else is his own."""
    session = state.sessions.get(caller.access_key_id)
    if caller.kind is not CallerKind.FEDERATED or session is None:
        return caller
    kind = CallerKind.USER if session.user_name else CallerKind.ROOT
    return replace(caller, kind=kind, arn=f"{caller.arn.rpartition(':')[0]}:user/{session.user_name}")


def _session_level(caller: Caller, policies: tuple[tuple[str, str], ...]) -> Level | None:
    """Give the policies of a session; one that a user vouches for may nothing unless he passes some."""
    if not policies and caller.kind is not CallerKind.FEDERATED:
        return None
    return tuple(starmap(NamedPolicy, policies))


def names_of(state: State, caller: Caller, now: datetime) -> dict[Naming, frozenset[str]]:
    """Tell by which names a resource's policy may mean a caller, the closest first."""
    if caller.kind is CallerKind.SERVICE:
        return {Naming.HIMSELF: frozenset({f"Service:{caller.arn}"})}
    account = {arns.root_user(caller.partition, caller.account_id), caller.account_id, "*"}
    names = {Naming.HIMSELF: frozenset({caller.arn})}
    role = role_behind(state, caller, now)
    if role is not None:
        arn = arns.role(caller.partition, role.account_id, role.path, role.name)
        names[Naming.ROLE] = frozenset({arn})
    return names | {Naming.ACCOUNT: frozenset(account)}


def role_behind(state: State, caller: Caller, now: datetime) -> Role | None:
    """Give the role of a session; None for whoever is no session of a role that there is."""
    if caller.kind is not CallerKind.ROLE:
        return None
    try:
        found = identity_behind(state, caller, now)
    except (EntityNotFound, RoleNotFound):
        return None
    return found if isinstance(found, Role) else None


def _binding(state: State, caller: Caller, now: datetime) -> tuple[Level, ...]:
    role = role_behind(state, caller, now)
    if caller.kind is CallerKind.SERVICE or (role is not None and role.linked_service is not None):
        return ()
    return _levels(state, caller.account_id, now, _SCP)


def _levels(state: State, account_id: str, now: datetime, policy_type: PolicyType) -> tuple[Level, ...]:
    organization = organization_of(state, account_id, now)
    if organization is None or organization.management_account_id == account_id:
        return ()
    found, key = _BOUNDS.of(state), (account_id, policy_type.value)
    if key not in found:
        found[key] = _attached(state, organization, account_id, policy_type)
    return found[key]


def _attached(state: State, organization: Organization, account_id: str, policy_type: PolicyType) -> tuple[Level, ...]:
    if not is_type_enabled(organization, policy_type):
        return ()
    return tuple(
        tuple(
            NamedPolicy(_arn_of(organization, one.id, policy_type, managed=not one.organization_id), one.content)
            for _, one in attached_policies(state, organization, place, policy_type)
        )
        for place in places_above(state, account_id)
    )


def _arn_of(organization: Organization, policy_id: str, policy_type: PolicyType, *, managed: bool) -> str:
    kind = policy_type.value.lower()
    if managed:
        return arns.organizations_policy(organization.partition, kind, policy_id)
    owner = organization.management_account_id
    return arns.organizations(organization.partition, owner, "policy", organization.id, kind, policy_id)
