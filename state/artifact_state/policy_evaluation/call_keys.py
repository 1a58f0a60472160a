"""The condition keys that every call has: of its caller, of the account of what it is about, of how it came.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from collections.abc import Iterator
from datetime import datetime

from artifact_state import arns
from artifact_state.authority import organization_of, span_of_standing
from artifact_state.errors import EntityNotFound, RoleNotFound
from artifact_state.iam.identity_policies import identity_behind
from artifact_state.model import Caller, CallerKind, Organization, Session, State
from artifact_state.policy_evaluation.authorization import role_behind
from artifact_state.policy_evaluation.unbounded import places_above
from artifact_state.policy_syntax.wildcards import Keys
from artifact_state.state_cache import StateCache

_CIRCUMSTANCES: Keys = {
    # Unverified: what a call to an emulator is. It comes from this machine; AWS is never called without TLS, and
    # policies that ask for it are to decide here as they do there.
    "aws:securetransport": ("true",),
    "aws:sourceip": ("127.0.0.1",),
    "aws:viaawsservice": ("false",),
}
_Known = tuple[datetime, datetime, Session | None, Keys]
_KNOWN: StateCache[_Known] = StateCache("users", "roles", "organizations", "memberships", "units")
_PLACES: StateCache[dict[str, tuple[str, ...]]] = StateCache("organizations", "memberships", "units")
_TYPES = {
    CallerKind.ROOT: "Account",
    CallerKind.USER: "User",
    CallerKind.ROLE: "AssumedRole",
    CallerKind.FEDERATED: "FederatedUser",
    CallerKind.SERVICE: "AWSService",
}


def principal_keys(state: State, caller: Caller, now: datetime, region: str = "") -> dict[str, tuple[str, ...]]:
    """Give the keys that tell who calls, when, and how."""
    return {
        **caller_keys(state, caller, now, region),
        "aws:currenttime": (_instant(now),),
        "aws:epochtime": (str(int(now.timestamp())),),
    }


def caller_keys(state: State, caller: Caller, now: datetime, region: str = "") -> Keys:
    """Give the keys that tell who calls, and how; the region is that of the service, unless its client chooses it."""
    session = state.sessions.get(caller.access_key_id)
    found, key = _KNOWN.of(state), (caller.arn, caller.user_id, caller.access_key_id, region or caller.region)
    known = found.get(key)
    if known is None or not known[0] <= now < known[1] or known[2] is not session:
        begun, ended = span_of_standing(state, caller.account_id, now)
        where: Keys = {"aws:requestedregion": (region or caller.region,)}
        told = {**_CIRCUMSTANCES, **where, **_principal(state, caller, now)}
        known = found[key] = begun, ended, session, told
    return known[3]


def _principal(state: State, caller: Caller, now: datetime) -> dict[str, tuple[str, ...]]:
    keys: dict[str, tuple[str, ...]] = {
        "aws:principaltype": (_TYPES[caller.kind],),
        "aws:principalisawsservice": (str(caller.kind is CallerKind.SERVICE).lower(),),
    }
    if caller.kind is CallerKind.SERVICE:
        return keys | {"aws:principalservicename": (caller.arn,), "aws:principalservicenameslist": (caller.arn,)}
    keys["aws:principalarn"] = (_principal_arn(state, caller, now),)
    keys["aws:principalaccount"] = (caller.account_id,)
    keys["aws:userid"] = (caller.user_id,)
    if caller.kind is CallerKind.USER:
        keys["aws:username"] = (caller.arn.rpartition("/")[2],)
    keys.update(organization_keys(state, caller.account_id, now))
    keys.update(_session_keys(state, caller))
    return keys | {f"aws:principaltag/{key.lower()}": (value,) for key, value in _tags(state, caller, now)}


def organization_keys(state: State, account_id: str, now: datetime) -> dict[str, tuple[str, ...]]:
    """Give the keys that tell of a principal's account in which organization it is, and where."""
    organization = organization_of(state, account_id, now)
    if organization is None:
        return {}
    return {
        "aws:principalorgid": (organization.id,),
        "aws:principalorgpaths": (_path_in(state, organization, account_id),),
        "aws:principalorgmasteraccountid": (organization.management_account_id,),
    }


def account_keys(state: State, account_id: str, now: datetime, of: str = "aws:resource") -> dict[str, tuple[str, ...]]:
    """Give the keys that tell of an account where it is: the one of what a call is about, or on whose behalf it is."""
    organization = organization_of(state, account_id, now)
    if organization is None:
        return {f"{of}account": (account_id,)}
    found, key = _PLACES.of(state), (account_id, of)
    if key not in found:
        found[key] = {
            f"{of}account": (account_id,),
            f"{of}orgid": (organization.id,),
            f"{of}orgpaths": (_path_in(state, organization, account_id),),
        }
    return found[key]


def _session_keys(state: State, caller: Caller) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give what temporary credentials tell; keys for good tell nothing of it."""
    session = state.sessions.get(caller.access_key_id)
    if session is None:
        return
    yield "aws:multifactorauthpresent", (str(session.multi_factor).lower(),)
    if session.issued_at is not None:
        yield "aws:tokenissuetime", (_instant(session.issued_at),)
    if session.assumed_root:
        yield "aws:assumedroot", ("true",)
    if session.source_identity:
        yield "aws:sourceidentity", (session.source_identity,)


def _principal_arn(state: State, caller: Caller, now: datetime) -> str:
    """Name the caller as conditions do: a session by its role."""
    role = role_behind(state, caller, now)
    return arns.role(caller.partition, role.account_id, role.path, role.name) if role else caller.arn


def _tags(state: State, caller: Caller, now: datetime) -> Iterator[tuple[str, str]]:
    if caller.kind not in (CallerKind.USER, CallerKind.ROLE):
        return
    try:
        yield from identity_behind(state, caller, now).tags.items()
    except (EntityNotFound, RoleNotFound):
        return
    session = state.sessions.get(caller.access_key_id)
    yield from session.tags if session else ()


def _path_in(state: State, organization: Organization, account_id: str) -> str:
    """Write where an account is, as `aws:PrincipalOrgPaths` has it: `o-a1b2c3/r-ab12/ou-ab12-11111111/`."""
    return f"{organization.id}/{'/'.join(places_above(state, account_id)[:-1])}/"


def _instant(instant: datetime) -> str:
    # Many times as fast as to format it.
    return f"{instant.isoformat()[:19]}Z"
