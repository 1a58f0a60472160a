"""The evaluation of calls of services that are not emulated: the policies are known, the call only in part.

A request is decided if the unknown part does not matter; otherwise a mode decides, and the explanation says what is not
known. The backend's resource-based policies are not known: within an account, calls are decided without them; a call
for a resource of another account depends on them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from artifact_emulator.aws.authorization.evaluated_request import EvaluatedRequest
from artifact_state import catalog
from artifact_state.model import Caller
from artifact_state.policy_evaluation.collect import (
    applicable_policies,
    other_resource_control,
    resource_control_levels,
)
from artifact_state.policy_evaluation.global_condition_keys import account_keys, principal_keys
from artifact_state.policy_evaluation.partial import (
    UNKNOWN,
    PartialDecision,
    PartialRequest,
    applicability,
    decide_partial,
    unknown_keys,
)
from artifact_state.policy_evaluation.policies import ApplicablePolicies, Decision, PolicyKind, policies_in_order
from artifact_state.policy_syntax.policy import ANYTHING, EvaluationRequest, parse_policy
from artifact_state.policy_syntax.wildcards import Keys

if TYPE_CHECKING:
    from artifact_emulator.aws.authorization.request import AuthorizationRequest

UnknownMode = Literal["deny", "allow", "audit"]
"""What happens to a call that depends on what is not known: it is refused, passed on, or passed on with a warning."""
# The global keys that a call to the emulator surely has or lacks: it comes neither through a VPC endpoint nor from
# another service, and the keys of the principal are those of the world.
# Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
_KNOWN_GLOBAL_KEYS = frozenset(
    (
        "aws:assumedroot", "aws:calledvia", "aws:calledviafirst", "aws:calledvialast", "aws:chatbotsourcearn",
        "aws:currenttime", "aws:ec2instancesourceprivateipv4", "aws:ec2instancesourcevpc", "aws:epochtime",
        "aws:federatedprovider", "aws:ismcpserviceaction", "aws:multifactorauthage", "aws:multifactorauthpresent",
        "aws:principalaccount", "aws:principalarn", "aws:principalisawsservice", "aws:principalorgid",
        "aws:principalorgmasteraccountid", "aws:principalorgpaths", "aws:principalservicename",
        "aws:principalservicenameslist", "aws:principaltag", "aws:principaltype", "aws:referer", "aws:requestedregion",
        "aws:requesttag", "aws:securetransport", "aws:sourceaccount", "aws:sourcearn", "aws:sourceidentity",
        "aws:sourceip", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourcevpc", "aws:sourcevpcarn", "aws:sourcevpce",
        "aws:tagkeys", "aws:tokenissuetime", "aws:useragent", "aws:userid", "aws:username", "aws:viaawsmcpservice",
        "aws:viaawsservice", "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths", "aws:vpcsourceip",
    )
)  # fmt: skip


class ForeignAction(NamedTuple):
    """One action of a call on one resource."""

    action: str
    """Its name; one that is not known ends with UNKNOWN, after the prefix of the service."""
    resource: str
    """An ARN with UNKNOWN for each part that is not known, or `*` for an action that has no resource."""
    keys: Keys
    """The condition keys that the call carries, in lower case."""
    open_keys: Mapping[str, str]
    """The condition keys of the action that only the service knows, by their names in lower case; a name that ends with
    a slash stands for the keys that begin with it."""

    @property
    def service(self) -> str:
        """The prefix of the action."""
        return self.action.partition(":")[0]

    @property
    def account_id(self) -> str:
        """The account of the resource: "" for none, UNKNOWN if it is not known."""
        parts = self.resource.split(":", 5)
        if self.resource == ANYTHING:
            return ""
        return parts[4] if len(parts) == 6 and parts[4].isdecimal() else UNKNOWN

    def is_open(self, key: str) -> bool:
        """Return whether the call may have a condition key that is not among its keys."""
        service, _, name = key.partition(":")
        start = key.partition("/")[0]
        if key in self.open_keys or f"{start}/" in self.open_keys:
            return True
        if service != "aws":
            # A key of a known action that AWS does not list for it is not in its requests.
            return UNKNOWN in self.action and service == self.service
        if name.startswith("resource"):
            return self.resource != ANYTHING
        return start not in _KNOWN_GLOBAL_KEYS


class ForeignParts(NamedTuple):
    """What is known of a call's actions, and what happens if that is not enough."""

    actions: tuple[ForeignAction, ...]
    mode: UnknownMode

    def account_of_resources(self, caller: Caller) -> str:
        """Return the account whose resource control policies apply: that of a resource, or the caller's."""
        accounts = (action.account_id for action in self.actions)
        return next((account_id for account_id in accounts if account_id.isdecimal()), caller.account_id)


def evaluate_parts(request: "AuthorizationRequest", parts: ForeignParts) -> Iterator[EvaluatedRequest]:
    """Yield the decision on each action and resource of a call."""
    account_id = parts.account_of_resources(request.caller)
    for action in parts.actions:
        partial = PartialRequest(_evaluation_request(request, action), action.is_open)
        policies = _policies(request, action, account_id)
        bounds = _bounds(request, action, partial, policies)
        if bounds.strict.allowed and action.account_id not in {"", account_id}:
            denial = _denial_elsewhere(request, account_id, partial)
            bounds = bounds._replace(strict=denial or bounds.strict)
        is_open = bounds.allowed is None
        shown = partial.request._replace(action=_shown(action.action), resource=_shown(action.resource))
        yield EvaluatedRequest(
            shown,
            policies,
            bounds.lenient if is_open and parts.mode != "deny" else bounds.strict,
            partial,
            _open_parts(action, partial, policies) if is_open else (),
        )


def _shown(text: str) -> str:
    return text.replace(UNKNOWN, ANYTHING)


def _evaluation_request(request: "AuthorizationRequest", action: ForeignAction) -> EvaluationRequest:
    account_id = action.account_id or request.caller.account_id
    keys = {
        **(account_keys(request.state, account_id, request.now) if account_id != UNKNOWN else {}),
        **principal_keys(request.state, request.caller, request.now),
        **request.extra_keys,
        **action.keys,
    }
    return EvaluationRequest(action.action, action.resource, keys, principals=frozenset((ANYTHING,)))


def _policies(request: "AuthorizationRequest", action: ForeignAction, account_id: str) -> ApplicablePolicies:
    """Return the policies that apply to a request for resources of an account."""
    policies = applicable_policies(request.state, request.caller, request.now)
    if action.service not in catalog.rcp_services():
        return policies
    levels = resource_control_levels(request.state, account_id, request.now)
    return replace(policies, resource_control=levels) if levels else policies


def _bounds(
    request: "AuthorizationRequest", action: ForeignAction, partial: PartialRequest, policies: ApplicablePolicies
) -> PartialDecision:
    bounds = decide_partial(partial, policies)
    if bounds.strict.allowed and action.account_id not in {"", UNKNOWN, request.caller.account_id}:
        # Without its resource-based policy, nobody can tell.
        return bounds._replace(strict=Decision(allowed=False, kind=PolicyKind.RESOURCE))
    return bounds


def _denial_elsewhere(request: "AuthorizationRequest", account_id: str, partial: PartialRequest) -> Decision | None:
    """Return a denial by a resource control policy of another account, of which the resource may be."""
    action = partial.request.action
    if action.partition(":")[0] not in catalog.rcp_services():
        return None
    for policy in other_resource_control(request.state, account_id, request.now):
        for statement in parse_policy(policy.document).deny_statements(action):
            if applicability(statement, partial) is not False:
                return Decision(allowed=False, kind=PolicyKind.RESOURCE_CONTROL, policy=policy, statement=statement)
    return None


def _open_parts(action: ForeignAction, partial: PartialRequest, policies: ApplicablePolicies) -> tuple[str, ...]:
    """Return what is not known and would have to be for a decision, in words."""
    parts: dict[str, None] = {}
    if UNKNOWN in action.action:
        parts[f"the action: AWS documents none for this operation of {action.service}"] = None
    for _, _, policy in policies_in_order(policies):
        for statement in parse_policy(policy.document).statements_about(action.action):
            if applicability(statement, partial) is None:
                keys = unknown_keys(statement, partial)
                parts |= dict.fromkeys(f"the condition key {_spelled(key, action)}" for key in keys)
                if not keys and UNKNOWN in action.resource:
                    parts[f"the resource, of which only {_shown(action.resource)} is known"] = None
    if parts:
        return tuple(parts)
    if action.account_id == UNKNOWN:
        return (f"the account of {_shown(action.resource)}",)
    return (f"the policy of {action.resource}, which is in another account",)


def _spelled(key: str, action: ForeignAction) -> str:
    start, slash, rest = key.partition("/")
    if not slash or f"{start}/" not in action.open_keys:
        return action.open_keys.get(key, key)
    return action.open_keys[f"{start}/"] + rest
