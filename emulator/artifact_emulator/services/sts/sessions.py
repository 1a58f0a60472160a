"""Temporary credentials, and the policies and tags that a session is given."""

from datetime import timedelta
from typing import TYPE_CHECKING

from artifact_emulator.aws.errors.aws_error import not_emulated
from artifact_emulator.services.context import RequestContext
from artifact_state import arns
from artifact_state.model import Session
from artifact_state.policy_syntax.wildcards import Keys
from artifact_state.principals import session_principal
from artifact_state.sts import sessions
from artifact_state.sts.sessions import Wish
from artifact_state.sts.tokens import utilization

if TYPE_CHECKING:
    from artifact_emulator.shapes.sts import replies, requests


def assume_role(call: RequestContext, request: "requests.AssumeRoleRequest") -> "replies.AssumeRoleResponse":
    """Give temporary credentials of a role that trusts the caller."""
    if request.provided_contexts is not None:
        raise not_emulated("sts:AssumeRole with ProvidedContexts")
    wish = Wish(
        duration=_span(request.duration_seconds),
        policy=request.policy,
        policy_arns=_arns(request.policy_arns),
        tags=_tags(request.tags),
        transitive_tags=frozenset(request.transitive_tag_keys or ()),
        source_identity=request.source_identity or "",
        multi_factor=sessions.with_multi_factor(request.serial_number, request.token_code),
        least_token=request.minimum_session_token_size or 0,
        keys={**_keys(request), "aws:useragent": (call.user_agent,)},
    )
    session = sessions.assume_role(call.tx, request.role_arn, request.role_session_name, wish)
    principal = session_principal(session, partition=call.tx.caller.partition, region=call.tx.caller.region)
    reply: replies.AssumeRoleResponse = {
        "Credentials": _credentials(session),
        "AssumedRoleUser": {"AssumedRoleId": principal.user_id, "Arn": principal.arn},
        "SessionTokenSize": len(session.token),
        "SessionTokenUtilization": utilization(session.token),
    }
    share = sessions.packed_share(session)
    if share is not None:
        reply["PackedPolicySize"] = share
    if session.source_identity:
        reply["SourceIdentity"] = session.source_identity
    return reply


def assume_root(call: RequestContext, request: "requests.AssumeRootRequest") -> "replies.AssumeRootResponse":
    """Give temporary credentials of a member's root user, for one task."""
    seconds = request.duration_seconds
    span = sessions.TASK_SESSION if seconds is None else timedelta(seconds=seconds)
    least, task = request.minimum_session_token_size or 0, request.task_policy_arn.arn or ""
    session = sessions.assume_root(call.tx, request.target_principal, task, span, least_token=least)
    reply: replies.AssumeRootResponse = {
        "Credentials": _credentials(session),
        "SessionTokenSize": len(session.token),
        "SessionTokenUtilization": utilization(session.token),
    }
    if session.source_identity:
        reply["SourceIdentity"] = session.source_identity
    return reply


def get_session_token(
    call: RequestContext, request: "requests.GetSessionTokenRequest"
) -> "replies.GetSessionTokenResponse":
    """Give the caller temporary credentials of his own."""
    with_code = sessions.with_multi_factor(request.serial_number, request.token_code)
    span, least = _span(request.duration_seconds), request.minimum_session_token_size or 0
    session = sessions.session_token(call.tx, span, multi_factor=with_code, least_token=least)
    return {
        "Credentials": _credentials(session),
        "SessionTokenSize": len(session.token),
        "SessionTokenUtilization": utilization(session.token),
    }


def get_federation_token(
    call: RequestContext, request: "requests.GetFederationTokenRequest"
) -> "replies.GetFederationTokenResponse":
    """Give temporary credentials to somebody whom the caller vouches for."""
    wish = Wish(
        duration=_span(request.duration_seconds),
        policy=request.policy,
        policy_arns=_arns(request.policy_arns),
        tags=_tags(request.tags),
        least_token=request.minimum_session_token_size or 0,
    )
    session = sessions.federation_token(call.tx, request.name, wish)
    caller = call.tx.caller
    reply: replies.GetFederationTokenResponse = {
        "Credentials": _credentials(session),
        "FederatedUser": {
            "FederatedUserId": f"{session.account_id}:{session.federated}",
            "Arn": arns.federated_user(caller.partition, session.account_id, session.federated),
        },
        # Told even of nothing.
        "PackedPolicySize": sessions.packed_share(session) or 0,
        "SessionTokenSize": len(session.token),
        "SessionTokenUtilization": utilization(session.token),
    }
    return reply


def _credentials(session: Session) -> "replies.Credentials":
    return {
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret,
        "SessionToken": session.token,
        "Expiration": session.expires_at,
    }


def _span(seconds: int | None) -> timedelta | None:
    return timedelta(seconds=seconds) if seconds else None


def _arns(given: "list[requests.PolicyDescriptorType] | None") -> tuple[str, ...]:
    return tuple(one.arn for one in given or () if one.arn)


def _tags(given: "list[requests.Tag] | None") -> tuple[tuple[str, str], ...]:
    return tuple((one.key, one.value) for one in given or ())


def _keys(request: "requests.AssumeRoleRequest") -> Keys:
    """Give what conditions of a trust policy read of the request."""
    keys = {
        "sts:rolesessionname": request.role_session_name,
        "sts:externalid": request.external_id,
        "sts:sourceidentity": request.source_identity,
        "aws:multifactorauthpresent": "true" if request.token_code is not None else None,
    }
    tags = {f"aws:requesttag/{key.lower()}": (value,) for key, value in _tags(request.tags)}
    named = {"aws:tagkeys": tuple(key for key, _ in _tags(request.tags))} if request.tags else {}
    transitive = {"sts:transitivetagkeys": tuple(request.transitive_tag_keys)} if request.transitive_tag_keys else {}
    return {key: (value,) for key, value in keys.items() if value} | tags | named | transitive
