"""A call in the words of policies.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Iterator

from artifact_emulator.questions import artifact, iam, organizations, sts
from artifact_emulator.questions.terms import Members, request_tags
from artifact_state import catalog
from artifact_state.authorization import principal_keys
from artifact_state.policy_language import ANYTHING, Question
from artifact_state.world import Transaction

_SERVICES = {"artifact": artifact, "iam": iam, "organizations": organizations, "sts": sts}


def questions_of(tx: Transaction, service: str, operation: str, members: Members) -> Iterator[Question]:
    """Ask of each resource that a call is about: every answer has to allow it."""
    action = f"{service}:{operation}"
    keys = {**principal_keys(tx.state, tx.caller, tx.now), **_CIRCUMSTANCES}
    keys |= {key.lower(): values for key, values in request_tags(members).items()}
    asks = _SERVICES.get(service)
    resources = [ANYTHING]
    if asks is not None:
        keys |= {key.lower(): values for key, values in asks.context(tx, operation, members).items()}
        types = catalog.resource_types(action)
        about = [arn for kind, arn in asks.resources(tx, operation, members) if kind in types]
        resources = list(dict.fromkeys(about)) or resources
    for resource in resources:
        yield Question(action=action, resource=resource, keys=keys | _of_resource(resource))


# Unverified: what a call to an emulator on the same machine is: without TLS, and from this machine.
_CIRCUMSTANCES = {
    "aws:securetransport": ("false",),
    "aws:sourceip": ("127.0.0.1",),
    "aws:viaawsservice": ("false",),
}


def _of_resource(arn: str) -> dict[str, tuple[str, ...]]:
    parts = arn.split(":", 5)
    return {"aws:resourceaccount": (parts[4],)} if len(parts) == 6 and parts[4].isdecimal() else {}
