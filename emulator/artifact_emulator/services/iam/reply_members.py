"""Members that the replies about several kinds of IAM resources have in common."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.pagination import NameListing, Truncation
from artifact_state.iam import policy_references
from artifact_state.iam.trust_policies import shown_trust_policy
from artifact_state.model import Map, Role
from artifact_state.world import Transaction

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies


class SigninChange(Protocol):
    """A request that sets or unsets how long someone stays signed in at most."""

    @property
    def max_signin_session_duration(self) -> int | None:
        """The longest duration in seconds."""

    @property
    def reset_max_signin_session_duration(self) -> bool | None:
        """Whether AWS's usual duration applies again."""


def changes_max_signin(request: SigninChange) -> bool:
    """Return whether a request sets or unsets how long someone stays signed in; it cannot do both.

    Raises AwsError. Unverified: its message.
    """
    is_set, is_unset = request.max_signin_session_duration is not None, bool(request.reset_max_signin_session_duration)
    if is_set and is_unset:
        text = "MaxSigninSessionDuration and ResetMaxSigninSessionDuration cannot be specified together."
        raise AwsError("InvalidInput", text)
    return is_set or is_unset


def max_signin_of(seconds: int | None) -> timedelta | None:
    """Return the longest duration that a request asks for."""
    return None if seconds is None else timedelta(seconds=seconds)


def tag_list(tags: "Map[str, str]") -> "list[replies.Tag]":
    """Return tags, sorted by key."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def tag_page(listing: NameListing, tags: "Map[str, str]", request: Any) -> "tuple[list[replies.Tag], Truncation]":
    """Return a page of tags; a marker holds the index of a tag, because keys can be too long for markers."""
    after = int(listing.after(request.marker) or -1)
    indexed = ((index, tag) for index, tag in enumerate(tag_list(tags)) if index > after)
    page, more = listing.page(indexed, request.max_items, lambda item: str(item[0]))
    return [tag for _, tag in page], more


def boundary_reply(tx: Transaction, reference: str) -> "replies.AttachedPermissionsBoundary":
    """Return the permissions boundary of a user or role."""
    caller = tx.caller
    return {
        # Observed; AWS's model has another value.
        "PermissionsBoundaryType": "Policy",  # type: ignore[typeddict-item]
        "PermissionsBoundaryArn": policy_references.arn_of_reference(
            tx.state, caller.partition, caller.account_id, reference
        ),
    }


def trust_policy_reply(tx: Transaction, role: Role) -> str:
    """Return the trust policy of a role."""
    return encode_document(shown_trust_policy(tx.state, tx.caller.partition, role, tx.now))


def encode_document(document: str) -> str:
    """Return a policy document percent-encoded as in RFC 3986, the form in which IAM returns it."""
    return quote(document, safe="-_.~")
