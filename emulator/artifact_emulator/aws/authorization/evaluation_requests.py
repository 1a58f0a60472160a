"""A call in the words of policies.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Iterator

from artifact_emulator.aws.authorization.condition_keys import artifact, iam, organizations, sts
from artifact_emulator.aws.authorization.request import Asked, Keys, KeysOnDemand, TransactionView, request_tags
from artifact_state import arns, catalog
from artifact_state.iam.linked_roles import ORGANIZATIONS_PRINCIPAL
from artifact_state.policy_evaluation.call_keys import account_keys, principal_keys
from artifact_state.policy_syntax.policy import ANYTHING, Question

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
_SERVICES = {"artifact": artifact, "iam": iam, "organizations": organizations, "sts": sts}


def questions_of(asked: Asked) -> Iterator[Question]:
    """Ask of each resource that a call is about: every answer has to allow it."""
    asks = _SERVICES.get(asked.service)
    named: list[tuple[str, str]] | None = None
    for action in _actions(asked):
        types = catalog.resource_types(action)
        if not types or asks is None or (action in _OF_WHAT_IS_MADE and asked.operation != "TagResource"):
            yield _question(asked, action, ANYTHING)
            continue
        if named is None:
            named = list(asks.resources(asked, asked.operation, asked.members))
        about = [arn for kind, arn in named if kind in types]
        for resource in dict.fromkeys(about) if about else (ANYTHING,):
            yield _question(asked, action, resource)
    if asked.service == "organizations" and organizations.makes_linked_role(asked, asked.operation, asked.members):
        role = {"AWSServiceName": ORGANIZATIONS_PRINCIPAL}
        yield from questions_of(asked._replace(service="iam", operation="CreateServiceLinkedRole", members=role))


def _question(asked: Asked, action: str, resource: str) -> Question:
    region = arns.GLOBAL_REGIONS[asked.caller.partition] if asked.service in _GLOBAL else asked.caller.region
    return Question(action, resource, KeysOnDemand(asked, resource, region, _keys))


def _keys(asked: Asked, resource: str, region: str) -> Keys:
    """Put the condition keys of a call together, as it is about a resource."""
    asks, members = _SERVICES.get(asked.service), asked.members
    keys = {**_owner(asked, resource)}
    if asks is not None and resource != ANYTHING:
        keys |= _lowered(asks.about(asked, resource))
    keys |= principal_keys(asked.state, asked.caller, asked.now, region)
    keys |= {**asked.more, **_lowered(request_tags(members))}
    return keys | _lowered(asks.context(asked, asked.operation, members)) if asks is not None else keys


def _actions(asked: Asked) -> tuple[str, ...]:
    """Name the actions that a call takes: tags take one of their own, and so does a source identity.

    Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
    https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
    """
    members, action = asked.members, f"{asked.service}:{asked.operation}"
    more: tuple[str, ...] = ("sts:SetSourceIdentity",) if members.get("SourceIdentity") else ()
    if not members.get("Tags"):
        return (action, *more)
    tagging = _TAGGING.get(action)
    if tagging is None and asked.service == "organizations" and asked.operation != "TagResource":
        tagging = "organizations:TagResource"
    return (action, tagging, *more) if tagging else (action, *more)


def _owner(tx: TransactionView, arn: str) -> Keys:
    """Tell whose a resource is; what is about nothing in particular is about the caller's account."""
    if arn == ANYTHING:
        return account_keys(tx.state, tx.caller.account_id, tx.now)
    parts = arn.split(":", 5)
    return account_keys(tx.state, parts[4], tx.now) if len(parts) == 6 and parts[4].isdecimal() else {}


def _lowered(keys: Keys) -> Keys:
    return {key.lower(): values for key, values in keys.items()} if keys else keys
