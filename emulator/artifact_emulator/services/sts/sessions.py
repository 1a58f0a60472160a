"""Session credentials, and the session policies and tags of a request."""

from datetime import timedelta
from typing import TYPE_CHECKING

from artifact_emulator.aws.errors.aws_error import NotEmulated
from artifact_emulator.services.context import RequestContext
from artifact_emulator.world_runtime import runtime_of
from artifact_state import arns
from artifact_state.model import Session
from artifact_state.policy_syntax.wildcards import Keys, Multivalued
from artifact_state.principals import role_session_caller
from artifact_state.sts import sessions
from artifact_state.sts.multi_factor import verify_code
from artifact_state.sts.session_options import SessionOptions
from artifact_state.sts.tokens import utilization

if TYPE_CHECKING:
    from artifact_emulator.shapes.sts import replies, requests


def assume_role(call: RequestContext, request: "requests.AssumeRoleRequest") -> "replies.AssumeRoleResponse":
    """Issue session credentials of a role that trusts the caller."""
    if request.provided_contexts is not None:
        raise NotEmulated("sts:AssumeRole with ProvidedContexts")
    _verify_code(call, request)
    options = SessionOptions(
        duration=duration_of(request.duration_seconds),
        policy=request.policy,
        policy_arns=policy_arns_of(request.policy_arns),
        tags=_tags(request.tags),
        transitive_tags=frozenset(request.transitive_tag_keys or ()),
        source_identity=request.source_identity or "",
        min_token_size=request.minimum_session_token_size or 0,
        condition_keys={**_condition_keys(request), **call.request_keys},
    )
    session = sessions.assume_role(call.tx, request.role_arn, request.role_session_name, options)
    return role_session_reply(call, session)


def assume_root(call: RequestContext, request: "requests.AssumeRootRequest") -> "replies.AssumeRootResponse":
    """Issue session credentials of a member's root user for one task."""
    seconds = request.duration_seconds
    session = sessions.assume_root(
        call.tx,
        request.target_principal,
        request.task_policy_arn.arn or "",
        sessions.DEFAULT_ROOT_DURATION if seconds is None else timedelta(seconds=seconds),
        min_token_size=request.minimum_session_token_size or 0,
    )
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
    """Issue session credentials of the calling user."""
    session = sessions.issue_session_token(
        call.tx,
        duration_of(request.duration_seconds),
        multi_factor=_verify_code(call, request),
        min_token_size=request.minimum_session_token_size or 0,
    )
    return {
        "Credentials": _credentials(session),
        "SessionTokenSize": len(session.token),
        "SessionTokenUtilization": utilization(session.token),
    }


def get_scoped_credentials(
    call: RequestContext, request: "requests.GetScopedCredentialsRequest"
) -> "replies.GetScopedCredentialsResponse":
    """Issue session credentials of the calling session with fewer permissions or a shorter lifetime."""
    session = sessions.issue_scoped_credentials(
        call.tx,
        request.policy,
        duration_of(request.duration_seconds),
        min_token_size=request.minimum_session_token_size or 0,
    )
    reply: replies.GetScopedCredentialsResponse = {
        "Credentials": _credentials(session),
        "SessionInfo": {"ScopedSessionId": call.tx.caller.user_id, "Arn": call.tx.caller.arn},
        "SessionTokenSize": len(session.token),
        "SessionTokenUtilization": utilization(session.token),
        "ScopedPoliciesCount": len(session.scope_down_policies),
    }
    if session.source_identity:
        reply["SourceIdentity"] = session.source_identity
    return reply


def get_federation_token(
    call: RequestContext, request: "requests.GetFederationTokenRequest"
) -> "replies.GetFederationTokenResponse":
    """Issue session credentials of a federated user."""
    options = SessionOptions(
        duration=duration_of(request.duration_seconds),
        policy=request.policy,
        policy_arns=policy_arns_of(request.policy_arns),
        tags=_tags(request.tags),
        min_token_size=request.minimum_session_token_size or 0,
    )
    session = sessions.issue_federation_token(call.tx, request.name, options)
    return {
        "Credentials": _credentials(session),
        "FederatedUser": {
            "FederatedUserId": f"{session.account_id}:{session.federated}",
            "Arn": arns.federated_user(call.tx.caller.partition, session.account_id, session.federated),
        },
        # Unlike AssumeRole's, present without policies and tags too.
        "PackedPolicySize": sessions.packed_policy_size(session) or 0,
        "SessionTokenSize": len(session.token),
        "SessionTokenUtilization": utilization(session.token),
    }


def _credentials(session: Session) -> "replies.Credentials":
    return {
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret,
        "SessionToken": session.token,
        "Expiration": session.expires_at,
    }


def _verify_code(call: RequestContext, request: "requests.AssumeRoleRequest | requests.GetSessionTokenRequest") -> bool:
    """Return whether a request has a code of one of the caller's MFA devices; refuse a code that is not valid."""
    attempts = runtime_of(call.world).code_attempts
    return verify_code(call.tx, attempts, request.serial_number, request.token_code)


def role_session_reply(call: RequestContext, session: Session) -> "replies.AssumeRoleResponse":
    """Return the members with which the operations that assume a role reply."""
    principal = role_session_caller(session, partition=call.tx.caller.partition, region=call.tx.caller.region)
    reply: replies.AssumeRoleResponse = {
        "Credentials": _credentials(session),
        "AssumedRoleUser": {"AssumedRoleId": principal.user_id, "Arn": principal.arn},
        "SessionTokenSize": len(session.token),
        "SessionTokenUtilization": utilization(session.token),
    }
    packed_size = sessions.packed_policy_size(session)
    if packed_size is not None:
        reply["PackedPolicySize"] = packed_size
    if session.source_identity:
        reply["SourceIdentity"] = session.source_identity
    return reply


def duration_of(seconds: int | None) -> timedelta | None:
    """Return the duration that a request asks for."""
    return timedelta(seconds=seconds) if seconds else None


def policy_arns_of(policies: "list[requests.PolicyDescriptorType] | None") -> tuple[str, ...]:
    """Return the ARNs of the managed session policies of a request."""
    return tuple(policy.arn for policy in policies or () if policy.arn)


def _tags(tags: "list[requests.Tag] | None") -> tuple[tuple[str, str], ...]:
    return tuple((tag.key, tag.value) for tag in tags or ())


def _condition_keys(request: "requests.AssumeRoleRequest") -> Keys:
    """Return the condition keys that a trust policy can read from a request."""
    single = {
        "sts:rolesessionname": request.role_session_name,
        "sts:externalid": request.external_id,
        "sts:sourceidentity": request.source_identity,
        "aws:multifactorauthpresent": "true" if request.token_code is not None else None,
        "aws:multifactorauthage": "0" if request.token_code is not None else None,
    }
    keys: dict[str, tuple[str, ...]] = {key: (value,) for key, value in single.items() if value}
    for key, value in _tags(request.tags):
        keys[f"aws:requesttag/{key.lower()}"] = (value,)
    if request.tags:
        keys["aws:tagkeys"] = Multivalued(tag.key for tag in request.tags)
    if request.transitive_tag_keys:
        keys["sts:transitivetagkeys"] = Multivalued(request.transitive_tag_keys)
    return keys
