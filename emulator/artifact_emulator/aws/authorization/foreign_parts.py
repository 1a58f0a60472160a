"""What is known of a call of a service that is not emulated: its actions, their resources and condition keys."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from artifact_state.model import Caller
from artifact_state.policy_evaluation.partial import UNKNOWN
from artifact_state.policy_syntax.policy import ANYTHING
from artifact_state.policy_syntax.wildcards import Keys

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
        "aws:tagkeys", "aws:tokenissuetime", "aws:userid", "aws:username", "aws:viaawsmcpservice",
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
    owner: str = ""
    """The account of the resource, if its ARN has none and the account is known all the same."""

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
        return parts[4] if len(parts) == 6 and parts[4].isdecimal() else self.owner or UNKNOWN

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


def shown(text: str) -> str:
    """Return an action or a resource as a policy would name it, with `*` for each part that is not known."""
    return text.replace(UNKNOWN, ANYTHING)
