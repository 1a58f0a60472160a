"""The collection of the policies that apply to a caller's requests from the state.

Service control policies affect the principals of member accounts, including root users, but neither the management
account nor service-linked roles.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import starmap

from artifact_state import arns
from artifact_state.authority import membership_period, organization_of
from artifact_state.errors import EntityNotFound, RoleNotFound
from artifact_state.iam.identity_policies import calling_identity, policies_of
from artifact_state.iam.policy_references import policy_by_arn
from artifact_state.model import Caller, CallerKind, Organization, PolicyType, Role, Session, State
from artifact_state.organizations.paths import account_path
from artifact_state.organizations.policies.attachments import attached_policies, is_type_enabled, policies_of_type
from artifact_state.policy_evaluation.policies import ApplicablePolicies, Level, PrincipalMatch
from artifact_state.policy_syntax.policy import NamedPolicy
from artifact_state.record import Record, replace
from artifact_state.state_cache import StateCache

_SCP, _RCP = PolicyType.SERVICE_CONTROL_POLICY, PolicyType.RESOURCE_CONTROL_POLICY

_COLLECTED: StateCache[tuple[datetime, datetime, Session | None, ApplicablePolicies]] = StateCache(
    "organizations",
    "memberships",
    "units",
    "policies",
    "attachments",
    "users",
    "groups",
    "customer_policies",
    "iam_settings",
)
_LEVELS: StateCache[tuple[Level, ...]] = StateCache("organizations", "memberships", "units", "policies", "attachments")


class ResourceWithPolicy(Record):
    """A resource that has a resource-based policy, and its account."""

    account_id: str
    arn: str
    policy: NamedPolicy
    is_trust_policy: bool = False
    is_linked: bool = False
    """Whether it is a service-linked role, which resource control policies do not affect."""
    must_allow: bool = True
    """Whether its policy must allow the calls of other accounts, which may not have access otherwise."""


def applicable_policies(
    state: State, caller: Caller, now: datetime, resource: ResourceWithPolicy | None = None
) -> ApplicablePolicies:
    """Return the policies that apply to a caller's requests, with those of a resource if it has a policy."""
    if resource is not None or caller.kind is CallerKind.ROLE:
        return _collect(state, caller, now, resource)  # Not cached: time alone can end a role.
    session = state.sessions.get(caller.access_key_id)
    cache, key = _COLLECTED.of(state), (caller.arn, caller.user_id, caller.access_key_id)
    entry = cache.get(key)
    if entry is None or not entry[0] <= now < entry[1] or entry[2] is not session:
        start, end = membership_period(state, caller.account_id, now)
        entry = cache[key] = start, end, session, _collect(state, caller, now, None)
    return entry[3]


def organization_with_policy(state: State, caller: Caller, now: datetime) -> ResourceWithPolicy | None:
    """Return the organization of a caller with its resource policy, which does not bind the management account.

    The policy may delegate actions. Members have access without it too, delegated administrators more than others.
    Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html
    https://github.com/radkawar/stackd/tree/9dc356f5/testdata/aws/iam (organizations_delegation_authority.json)
    """
    organization = organization_of(state, caller.account_id, now)
    if organization is None or organization.resource_policy_id is None:
        return None
    owner, policy_id = organization.management_account_id, organization.resource_policy_id
    if owner == caller.account_id:
        return None
    arn = arns.organizations(organization.partition, owner, "resourcepolicy", organization.id, policy_id)
    policy = NamedPolicy(arn, state.resource_policies[policy_id].content)
    resource = arns.organizations(organization.partition, owner, "organization", organization.id)
    return ResourceWithPolicy(account_id=owner, arn=resource, policy=policy, must_allow=False)


def resource_control_levels(state: State, account_id: str, now: datetime) -> tuple[Level, ...]:
    """Return the resource control policies from the organization's root down to an account."""
    return _levels(state, account_id, now, _RCP)


def has_resource_control(state: State, account_id: str, now: datetime) -> bool:
    """Return whether the organization of an account has resource control policies of its own."""
    organization = organization_of(state, account_id, now)
    if organization is None or not is_type_enabled(organization, _RCP):
        return False
    return bool(policies_of_type(organization, _RCP).by_creation)


def other_resource_control(state: State, account_id: str, now: datetime) -> Iterator[NamedPolicy]:
    """Yield the resource control policies that an account's organization attaches, but not above the account."""
    organization = organization_of(state, account_id, now)
    if organization is None or not is_type_enabled(organization, _RCP):
        return
    own = {policy for level in resource_control_levels(state, account_id, now) for policy in level}
    for policy_id in policies_of_type(organization, _RCP).by_creation:
        policy = state.policies[policy_id]
        named = NamedPolicy(_policy_arn(organization, policy_id, _RCP, managed=False), policy.content)
        if policy.targets and named not in own:
            yield named


def principal_names(state: State, caller: Caller, now: datetime) -> dict[PrincipalMatch, frozenset[str]]:
    """Return the names by which a resource-based policy may mean a caller, the closest match first."""
    if caller.kind is CallerKind.SERVICE:
        return {PrincipalMatch.EXACT: frozenset({f"Service:{caller.arn}"})}
    account = {arns.root_user(caller.partition, caller.account_id), caller.account_id, "*"}
    names = {PrincipalMatch.EXACT: frozenset({caller.arn})}
    if caller.kind in (CallerKind.USER, CallerKind.ROLE):
        # IAM stores trust policies with unique ids.
        names[PrincipalMatch.EXACT] = frozenset({caller.arn, caller.user_id})
    role = role_of_session(state, caller, now)
    if role is not None:
        arn = arns.role(caller.partition, role.account_id, role.path, role.name)
        names[PrincipalMatch.ROLE] = frozenset({arn, role.id})
    return names | {PrincipalMatch.ACCOUNT: frozenset(account)}


def role_of_session(state: State, caller: Caller, now: datetime) -> Role | None:
    """Return the role of a session; None if the caller is not a session of an existing role."""
    if caller.kind is not CallerKind.ROLE:
        return None
    try:
        identity = calling_identity(state, caller, now)
    except (EntityNotFound, RoleNotFound):
        return None
    return identity if isinstance(identity, Role) else None


def _collect(state: State, caller: Caller, now: datetime, resource: ResourceWithPolicy | None) -> ApplicablePolicies:
    session = state.sessions.get(caller.access_key_id)
    grantor = _grantor(state, caller)
    attached = policies_of(state, grantor, now)
    is_limited_by_rcps = resource is not None and not resource.is_linked
    return ApplicablePolicies(
        identity=attached.identity,
        needs_no_identity_policy=grantor.kind in (CallerKind.ROOT, CallerKind.SERVICE),
        boundary=attached.boundary,
        session=_session_policies(state, caller, session) if session else None,
        scope_down=_scope_down_policies(session) if session else (),
        session_only_denies=session is not None and session.assumed_root,
        service_control=_service_control_levels(state, caller, now),
        resource_control=_levels(state, resource.account_id, now, _RCP) if resource and is_limited_by_rcps else (),
        resource=resource.policy if resource else None,
        is_trust_policy=resource is not None and resource.is_trust_policy,
        same_account=resource is None or resource.account_id == caller.account_id,
        resource_must_allow=resource is None or resource.must_allow,
        principal_names=principal_names(state, caller, now) if resource else None,
    )


def _grantor(state: State, caller: Caller) -> Caller:
    """Return the principal whose policies count: for a federated user the one that requested its credentials."""
    session = state.sessions.get(caller.access_key_id)
    if caller.kind is not CallerKind.FEDERATED or session is None:
        return caller
    kind = CallerKind.USER if session.user_name else CallerKind.ROOT
    return replace(caller, kind=kind, arn=f"{caller.arn.rpartition(':')[0]}:user/{session.user_name}")


def _session_policies(state: State, caller: Caller, session: Session) -> Level | None:
    """Return the session policies, managed ones as they are now; a federated user without any is permitted nothing."""
    if not session.policies and not session.managed_policies and caller.kind is not CallerKind.FEDERATED:
        return None
    managed = (
        (arn, policy_by_arn(state, caller.partition, session.account_id, arn)) for arn in session.managed_policies
    )
    return (
        *starmap(NamedPolicy, session.policies),
        *(NamedPolicy(arn, policy.document) for arn, policy in managed if policy is not None),
    )


def _scope_down_policies(session: Session) -> tuple[NamedPolicy, ...]:
    numbered = enumerate(session.scope_down_policies, 1)
    return tuple(NamedPolicy(f"scope-down policy {number}", document) for number, document in numbered)


def _service_control_levels(state: State, caller: Caller, now: datetime) -> tuple[Level, ...]:
    role = role_of_session(state, caller, now)
    if caller.kind is CallerKind.SERVICE or (role is not None and role.linked_service is not None):
        return ()
    return _levels(state, caller.account_id, now, _SCP)


def _levels(state: State, account_id: str, now: datetime, policy_type: PolicyType) -> tuple[Level, ...]:
    """Return the policies of a type from the organization's root down to a member account."""
    organization = organization_of(state, account_id, now)
    if organization is None or organization.management_account_id == account_id:
        return ()
    cache, key = _LEVELS.of(state), (account_id, policy_type.value)
    if key not in cache:
        cache[key] = _attached_levels(state, organization, account_id, policy_type)
    return cache[key]


def _attached_levels(
    state: State, organization: Organization, account_id: str, policy_type: PolicyType
) -> tuple[Level, ...]:
    if not is_type_enabled(organization, policy_type):
        return ()
    return tuple(
        tuple(
            NamedPolicy(
                _policy_arn(organization, policy.id, policy_type, managed=not policy.organization_id), policy.content
            )
            for _, policy in attached_policies(state, organization, target_id, policy_type)
        )
        for target_id in account_path(state, account_id)
    )


def _policy_arn(organization: Organization, policy_id: str, policy_type: PolicyType, *, managed: bool) -> str:
    kind = policy_type.value.lower()
    if managed:
        return arns.organizations_policy(organization.partition, kind, policy_id)
    owner = organization.management_account_id
    return arns.organizations(organization.partition, owner, "policy", organization.id, kind, policy_id)
