"""The authorization of calls of services that are not emulated, by the policies of a world."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from artifact_emulator.aws.authorization.authorize import IamMode, evaluate
from artifact_emulator.aws.authorization.foreign_parts import ForeignAction, ForeignParts, UnknownMode
from artifact_emulator.aws.authorization.request import AuthorizationRequest, TransactionView
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.gateway.actions import ActionRequest, ForeignRequest, actions_of
from artifact_emulator.gateway.denials import denial_error
from artifact_emulator.gateway.operations import ForeignCall
from artifact_state.model import Caller
from artifact_state.policy_evaluation.collect import has_resource_control
from artifact_state.policy_evaluation.exemptions import needs_no_evaluation
from artifact_state.policy_evaluation.partial import UNKNOWN
from artifact_state.policy_syntax.policy import ANYTHING
from artifact_state.policy_syntax.wildcards import Keys, Multivalued

_ACCOUNT = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
_VARIABLE = re.compile(r"(\$\{|<).*")
"""The variable of a condition key, such as that of `aws:ResourceTag/${TagKey}`."""


class Options(NamedTuple):
    """What decides beside the policies."""

    iam: IamMode = "enforce"
    unknown: UnknownMode = "deny"
    request_id: str = ""
    """The request id under which the decision log records the call; "" if it does not."""
    request_keys: Mapping[str, tuple[str, ...]] = {}
    """The condition keys that follow from the HTTP request."""
    owner: str = ""
    """The account that owns the bucket of the call, if it is known."""


class ForeignDecision(NamedTuple):
    """The decision on a call."""

    request: AuthorizationRequest | None = None
    """What was evaluated, for the decision log; None if no policy can decide the call."""
    denial: AwsError | None = None
    open_parts: tuple[str, ...] = ()
    """What is not known of the call and would have to be for a decision, in words."""


_NOT_EVALUATED = ForeignDecision()


def decide(call: ForeignCall, tx: TransactionView, options: Options) -> ForeignDecision:
    """Return the decision on a call by the caller of a transaction: all of its actions have to be allowed."""
    state, caller, now = tx.state, tx.caller, tx.now
    exempt = needs_no_evaluation(state, caller, now) and not has_resource_control(state, caller.account_id, now)
    if options.iam == "off" or (exempt and not _concerns_another_account(call, caller, options.owner)):
        return _NOT_EVALUATED
    request = AuthorizationRequest.of(tx, call.service, call.operation, {})._replace(
        extra_keys=options.request_keys,
        enforced=options.iam == "enforce",
        request_id=options.request_id,
        foreign=parts_of(call, caller, options.unknown, options.owner),
    )
    relevant = [evaluated for evaluated in evaluate(request) if evaluated.open_parts or not evaluated.decision.allowed]
    # What is not known does not matter if another action or resource is surely denied.
    relevant = [evaluated for evaluated in relevant if not evaluated.open_parts][:1] or relevant
    refused = next((evaluated for evaluated in relevant if not evaluated.decision.allowed), None)
    return ForeignDecision(
        request,
        denial_error(call, request, refused) if refused is not None and request.enforced else None,
        tuple(dict.fromkeys(part for evaluated in relevant for part in evaluated.open_parts)),
    )


def _concerns_another_account(call: ForeignCall, caller: Caller, owner: str) -> bool:
    """Return whether a call may be for a resource of another account: that of its bucket, or one that it names."""
    if owner not in {"", caller.account_id}:
        return True
    texts = (value for value in (call.members or {}).values() if type(value) is str)
    return any(account != caller.account_id for text in texts for account in _ACCOUNT.findall(text))


def parts_of(call: ForeignCall, caller: Caller, unknown: UnknownMode = "deny", owner: str = "") -> ForeignParts:
    """Return what is known of the actions of a call; `owner` is the account of its bucket, if that is known."""
    return ForeignParts(tuple(_actions(actions_of(call, caller.account_id, caller.partition), owner)), unknown)


def _actions(foreign: ForeignRequest, owner: str) -> Iterator[ForeignAction]:
    """Yield the actions of a call on each of its resources."""
    for request in foreign.actions:
        keys, open_keys = _keys(request), _open_keys(request)
        action = request.action if request.is_known else f"{request.action.partition(':')[0]}:{UNKNOWN}"
        for resource in request.resources:
            # A star in the last part is AWS's own, for what a call creates; another one stands for what is not known.
            start, colon, last = resource.rpartition(":")
            yield ForeignAction(action, start.replace(ANYTHING, UNKNOWN) + colon + last, keys, open_keys, owner)
        for pattern in request.partial:
            arn = pattern.replace("?", ANYTHING).replace(ANYTHING, UNKNOWN)
            yield ForeignAction(action, arn, keys, open_keys, owner)


def _keys(request: ActionRequest) -> Keys:
    return {
        key.lower(): Multivalued(values) if len(values) != 1 or key.lower().endswith("tagkeys") else values
        for key, values in request.keys.items()
    }


def _open_keys(request: ActionRequest) -> dict[str, str]:
    """Return the keys that only the service knows; those with a variable, such as that of tags, without it."""
    names = (_VARIABLE.sub("", key) for key in request.unknown_keys)
    return {name.lower(): name for name in names}
