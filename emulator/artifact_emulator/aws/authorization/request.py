"""A call in the terms of policies: its members under AWS's names and its condition keys."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from artifact_emulator.aws.authorization.foreign_parts import ForeignParts
from artifact_state import arns
from artifact_state.catalog import TrustedService
from artifact_state.model import Caller, State
from artifact_state.policy_evaluation.global_condition_keys import caller_keys
from artifact_state.policy_syntax import wildcards

Members = Mapping[str, Any]
"""The input of a call, under AWS's names."""
Keys = dict[str, tuple[str, ...]]
"""Condition keys as AWS spells them, with their values."""
Resources = Iterator[tuple[str, str]]
"""The resources of a call: the type of each in AWS's service authorization reference, and its ARN."""


class TransactionView(Protocol):
    """The part of a transaction that policies depend on."""

    @property
    def state(self) -> State:
        """The state of the world."""

    @property
    def caller(self) -> Caller:
        """The caller."""

    @property
    def now(self) -> datetime:
        """The time of the call."""

    @property
    def added_services(self) -> tuple[TrustedService, ...]:
        """The services that the world has besides AWS's."""


# The keys that depend on the caller alone, not on the call.
_CALLER_KEYS = ("aws:principal", "aws:requestedregion", "aws:userid", "aws:username")
_NO_KEYS: wildcards.Keys = MappingProxyType({})


class AuthorizationRequest(NamedTuple):
    """A call and the state that it was made in, from which every decision about it follows."""

    state: State
    caller: Caller
    now: datetime
    service: str
    operation: str
    members: Members
    extra_keys: wildcards.Keys = _NO_KEYS
    """Condition keys that do not follow from the members, such as that of the source account."""
    enforced: bool = True
    """Whether a denial refuses the call."""
    added_services: tuple[TrustedService, ...] = ()
    """The services that the world has besides AWS's."""
    request_id: str = ""
    """The request id under which the decision log records the call; "" if it does not."""
    is_refused: bool = False
    """Whether the operation is not for the caller's account, whatever its policies allow."""
    foreign: ForeignParts | None = None
    """What is known of a call of a service that is not emulated."""

    @classmethod
    def of(cls, tx: TransactionView, service: str, operation: str, members: Members) -> "AuthorizationRequest":
        """Capture the state of a transaction, so that a later explanation evaluates the same snapshot."""
        return cls(tx.state, tx.caller, tx.now, service, operation, members, added_services=tx.added_services)


# These services run in one region of a partition, whichever region a client names:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion
_GLOBAL_SERVICES = {"iam", "organizations"}
TOOLBOX_OPERATIONS = {"GetRequestAuthorizationDetails", "GetRequestAuthorizationPolicy"}
"""The operations that are signed for IAM and belong to the IAM Toolbox, which is in every region."""


def region_of(request: AuthorizationRequest) -> str:
    """Return the region in which a call is authorized."""
    if request.service in _GLOBAL_SERVICES and request.operation not in TOOLBOX_OPERATIONS:
        return arns.GLOBAL_REGIONS[request.caller.partition]
    return request.caller.region


class LazyKeys(Mapping[str, tuple[str, ...]]):
    """The condition keys of a request, computed when a policy first reads one: most read none.

    The keys of the caller are found without computing those of the resource.
    """

    __slots__ = ("_all_keys", "_caller_keys", "_compute", "_region", "_request", "_resource")

    def __init__(
        self,
        request: AuthorizationRequest,
        resource: str,
        region: str,
        compute: Callable[[AuthorizationRequest, str, str], Keys],
    ) -> None:
        self._request = request
        self._resource = resource
        self._region = region
        self._compute = compute
        self._caller_keys: wildcards.Keys | None = None
        self._all_keys: Keys | None = None

    def get(self, key: str, default: Any = None) -> Any:
        """Return the values of a key."""
        if self._all_keys is None and key.startswith(_CALLER_KEYS):
            if self._caller_keys is None:
                request = self._request
                self._caller_keys = caller_keys(request.state, request.caller, request.now, self._region)
            return self._caller_keys.get(key, default)
        return self._all().get(key, default)

    def __getitem__(self, key: str) -> tuple[str, ...]:
        """Return the values of a key."""
        return self._all()[key]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys."""
        return iter(self._all())

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(self._all())

    def _all(self) -> Keys:
        if self._all_keys is None:
            self._all_keys = self._compute(self._request, self._resource, self._region)
        return self._all_keys


def resource_tags(pairs: Iterable[tuple[str, str]]) -> Keys:
    """Return the condition keys of a resource's tags."""
    return {f"aws:ResourceTag/{key}": (value,) for key, value in pairs}


def request_tags(members: Members) -> Keys:
    """Return the condition keys of the tags that a call adds or removes."""
    tags = members.get("Tags") or members.get("tags") or ()
    if not tags and "TagKeys" not in members and "tagKeys" not in members:
        return {}
    pairs = tags.items() if isinstance(tags, Mapping) else ((tag["Key"], tag["Value"]) for tag in tags)
    values: Keys = {f"aws:RequestTag/{key}": (value,) for key, value in pairs}
    names = [key.removeprefix("aws:RequestTag/") for key in values]
    names += members.get("TagKeys") or members.get("tagKeys") or ()
    return {**values, "aws:TagKeys": wildcards.Multivalued(names)} if names else {}
