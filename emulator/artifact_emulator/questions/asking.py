"""A call in the words of policies.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Iterator
from functools import partial
from types import MappingProxyType

from artifact_emulator.questions import artifact, iam, organizations, sts
from artifact_emulator.questions.terms import Keys, KeysOnDemand, Members, Moment, Seen, request_tags
from artifact_state import arns, catalog
from artifact_state.language import wildcards
from artifact_state.language.policy_language import ANYTHING, Question
from artifact_state.permissions.call_keys import account_keys, principal_keys

# AWS has these in one region of a partition, wherever a client says that he is:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion
_GLOBAL = {"iam", "organizations"}
_TAGGING = {
    "iam:CreateUser": "iam:TagUser",
    "iam:CreateRole": "iam:TagRole",
    "iam:CreatePolicy": "iam:TagPolicy",
    "sts:AssumeRole": "sts:TagSession",
    "sts:GetFederationToken": "sts:TagSession",
}
# Unverified: what is about to be made has no ARN yet that a statement could name.
_OF_WHAT_IS_MADE = {"organizations:TagResource"}
NOTHING: wildcards.Keys = MappingProxyType({})
_SERVICES = {"artifact": artifact, "iam": iam, "organizations": organizations, "sts": sts}


def questions_of(
    tx: Seen, service: str, operation: str, members: Members, more: wildcards.Keys = NOTHING
) -> Iterator[Question]:
    """Ask of each resource that a call is about: every answer has to allow it.

    More is known of some calls than their members: by what they were sent, and on whose behalf.
    """
    moment = Moment(tx.state, tx.caller, tx.now)
    asks = _SERVICES.get(service)
    named: list[tuple[str, str]] | None = None
    for action in (f"{service}:{operation}", *_besides(service, operation, members)):
        types = () if action in _OF_WHAT_IS_MADE and operation != "TagResource" else catalog.resource_types(action)
        if asks is not None and types and named is None:
            named = list(asks.resources(moment, operation, members))
        about = [arn for kind, arn in named or () if kind in types]
        for resource in dict.fromkeys(about or [ANYTHING]):
            keys = KeysOnDemand(partial(_keys, moment, service, operation, members, more, resource))
            yield Question(action=action, resource=resource, keys=keys)


def _keys(  # noqa: PLR0913, PLR0917 - all that is known of a call
    moment: Moment, service: str, operation: str, members: Members, more: wildcards.Keys, resource: str
) -> Keys:
    """Put the condition keys of a call together, as it is about a resource."""
    asks = _SERVICES.get(service)
    keys = {**_owner(moment, resource)}
    if asks is not None and resource != ANYTHING:
        keys |= _lowered(asks.about(moment, resource))
    keys |= principal_keys(moment.state, moment.caller, moment.now)
    if service in _GLOBAL:
        keys["aws:requestedregion"] = (arns.GLOBAL_REGIONS[moment.caller.partition],)
    keys |= {**more, **_lowered(request_tags(members))}
    return keys | _lowered(asks.context(moment, operation, members)) if asks is not None else keys


def _besides(service: str, operation: str, members: Members) -> Iterator[str]:
    """Name the further actions that a call takes: tags take one of their own, and so does a source identity.

    Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
    https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
    """
    if members.get("Tags"):
        tagging = _TAGGING.get(f"{service}:{operation}")
        if tagging is not None:
            yield tagging
        elif service == "organizations" and operation != "TagResource":
            yield "organizations:TagResource"
    if members.get("SourceIdentity"):
        yield "sts:SetSourceIdentity"


def _owner(tx: Seen, arn: str) -> Keys:
    """Tell whose a resource is; what is about nothing in particular is about the caller's account."""
    if arn == ANYTHING:
        return account_keys(tx.state, tx.caller.account_id, tx.now)
    parts = arn.split(":", 5)
    return account_keys(tx.state, parts[4], tx.now) if len(parts) == 6 and parts[4].isdecimal() else {}


def _lowered(keys: Keys) -> Keys:
    return {key.lower(): values for key, values in keys.items()} if keys else keys
