"""The global condition keys of a request: of its caller, of the resource's account, and of the network.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from collections.abc import Iterator
from datetime import datetime

from artifact_state import arns
from artifact_state.authority import membership_period, organization_of
from artifact_state.errors import EntityNotFound, RoleNotFound
from artifact_state.iam.identity_policies import calling_identity
from artifact_state.model import Caller, CallerKind, Organization, Session, State
from artifact_state.organizations.paths import account_path
from artifact_state.policy_evaluation.collect import role_of_session
from artifact_state.policy_syntax.wildcards import Keys, Multivalued
from artifact_state.state_cache import StateCache

_NETWORK_KEYS: Keys = {
    # Unverified: calls to the emulator come from this machine. They count as encrypted, like all calls to AWS, so that
    # policies that require TLS decide as on AWS.
    "aws:securetransport": ("true",),
    "aws:sourceip": ("127.0.0.1",),
    "aws:viaawsservice": ("false",),
}
_Entry = tuple[datetime, datetime, Session | None, Keys]
_CALLER_KEYS: StateCache[_Entry] = StateCache("accounts", "users", "roles", "organizations", "memberships", "units")
_ACCOUNT_KEYS: StateCache[dict[str, tuple[str, ...]]] = StateCache("organizations", "memberships", "units")
_PRINCIPAL_TYPES = {
    CallerKind.ROOT: "Account",
    CallerKind.USER: "User",
    CallerKind.ROLE: "AssumedRole",
    CallerKind.FEDERATED: "FederatedUser",
    CallerKind.SERVICE: "AWSService",
}


def principal_keys(state: State, caller: Caller, now: datetime, region: str = "") -> dict[str, tuple[str, ...]]:
    """Return the keys of the caller, the time and the network."""
    return {
        **caller_keys(state, caller, now, region),
        **_multi_factor_age(state, caller, now),
        "aws:currenttime": (_instant(now),),
        "aws:epochtime": (str(int(now.timestamp())),),
    }


def caller_keys(state: State, caller: Caller, now: datetime, region: str = "") -> Keys:
    """Return the keys of the caller and the network; `region` is that of a service that has only one."""
    session = state.sessions.get(caller.access_key_id)
    cache, key = _CALLER_KEYS.of(state), (caller.arn, caller.user_id, caller.access_key_id, region or caller.region)
    entry = cache.get(key)
    if entry is None or not entry[0] <= now < entry[1] or entry[2] is not session:
        start, end = membership_period(state, caller.account_id, now)
        requested: Keys = {"aws:requestedregion": (region or caller.region,)}
        keys = {**_NETWORK_KEYS, **requested, **_principal_keys(state, caller, now)}
        entry = cache[key] = start, end, session, keys
    return entry[3]


def _principal_keys(state: State, caller: Caller, now: datetime) -> dict[str, tuple[str, ...]]:
    keys: dict[str, tuple[str, ...]] = {
        "aws:principaltype": (_PRINCIPAL_TYPES[caller.kind],),
        "aws:principalisawsservice": (str(caller.kind is CallerKind.SERVICE).lower(),),
    }
    if caller.kind is CallerKind.SERVICE:
        return keys | {
            "aws:principalservicename": (caller.arn,),
            "aws:principalservicenameslist": Multivalued((caller.arn,)),
        }
    keys["aws:principalarn"] = (_principal_arn(state, caller, now),)
    keys["aws:principalaccount"] = (caller.account_id,)
    keys["aws:userid"] = (caller.user_id,)
    if caller.kind is CallerKind.USER:
        keys["aws:username"] = (caller.arn.rpartition("/")[2],)
    keys.update(organization_keys(state, caller.account_id, now))
    keys.update(_session_keys(state, caller))
    return keys | {f"aws:principaltag/{key.lower()}": (value,) for key, value in principal_tags(state, caller, now)}


def organization_keys(state: State, account_id: str, now: datetime) -> dict[str, tuple[str, ...]]:
    """Return the keys of the organization of a principal's account; none for a standalone account."""
    organization = organization_of(state, account_id, now)
    if organization is None:
        return {}
    return {
        "aws:principalorgid": (organization.id,),
        "aws:principalorgpaths": Multivalued((_organization_path(state, organization, account_id),)),
        "aws:principalorgmasteraccountid": (organization.management_account_id,),
    }


def account_keys(
    state: State, account_id: str, now: datetime, prefix: str = "aws:resource"
) -> dict[str, tuple[str, ...]]:
    """Return the keys of an account and its organization: of the resource's account, or of the source account."""
    organization = organization_of(state, account_id, now)
    if organization is None:
        return {f"{prefix}account": (account_id,)}
    cache, key = _ACCOUNT_KEYS.of(state), (account_id, prefix)
    if key not in cache:
        cache[key] = {
            f"{prefix}account": (account_id,),
            f"{prefix}orgid": (organization.id,),
            f"{prefix}orgpaths": Multivalued((_organization_path(state, organization, account_id),)),
        }
    return cache[key]


def _session_keys(state: State, caller: Caller) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the keys of session credentials; long-term credentials have none."""
    session = state.sessions.get(caller.access_key_id)
    if session is None:
        return
    yield "aws:multifactorauthpresent", (str(session.multi_factor).lower(),)
    if session.issued_at is not None:
        yield "aws:tokenissuetime", (_instant(session.issued_at),)
    if session.assumed_root:
        yield "aws:assumedroot", ("true",)
    if session.identity_provider:
        yield "aws:federatedprovider", (session.identity_provider,)
    if session.source_identity:
        yield "aws:sourceidentity", (session.source_identity,)


def _multi_factor_age(state: State, caller: Caller, now: datetime) -> Keys:
    """Return the seconds since the caller passed an MFA code for its session credentials."""
    session = state.sessions.get(caller.access_key_id)
    if session is None or session.issued_at is None or not session.multi_factor:
        return {}
    return {"aws:multifactorauthage": (str(int((now - session.issued_at).total_seconds())),)}


def _principal_arn(state: State, caller: Caller, now: datetime) -> str:
    """Return the ARN of the caller; for a session that of its role."""
    role = role_of_session(state, caller, now)
    return arns.role(caller.partition, role.account_id, role.path, role.name) if role else caller.arn


def principal_tags(state: State, caller: Caller, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield the tags of the calling user or role and of its session; other principals have none."""
    if caller.kind not in (CallerKind.USER, CallerKind.ROLE):
        return
    try:
        yield from calling_identity(state, caller, now).tags.items()
    except (EntityNotFound, RoleNotFound):
        return
    session = state.sessions.get(caller.access_key_id)
    yield from session.tags if session else ()


def _organization_path(state: State, organization: Organization, account_id: str) -> str:
    """Return the value of `aws:PrincipalOrgPaths` for an account: `o-a1b2c3/r-ab12/ou-ab12-11111111/`."""
    return f"{organization.id}/{'/'.join(account_path(state, account_id)[:-1])}/"


def _instant(instant: datetime) -> str:
    # Many times as fast as `strftime`.
    return f"{instant.isoformat()[:19]}Z"
