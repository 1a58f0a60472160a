"""Kinds of IAM resources that the emulator does not support: their lists are empty.

Tools read these lists before they delete a user or a role. Operations that would create such a resource answer 501.
"""

from typing import TYPE_CHECKING, Protocol

from artifact_emulator.aws.pagination import Truncation
from artifact_emulator.services.context import RequestContext
from artifact_state.iam.users import resolve_user_name, user_of

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests


class _PagedRequest(Protocol):
    """A request for one page of a list."""

    @property
    def marker(self) -> str | None: ...


class _UserRequest(_PagedRequest, Protocol):
    """A request for one page of a user's resources, by default of the caller's."""

    @property
    def user_name(self) -> str | None: ...


def list_ssh_public_keys(
    call: RequestContext, request: "requests.ListSSHPublicKeysRequest"
) -> "replies.ListSSHPublicKeysResponse":
    """List the SSH public keys of a user."""
    return {"SSHPublicKeys": [], **_last_page_of_user(call, request)}


def list_signing_certificates(
    call: RequestContext, request: "requests.ListSigningCertificatesRequest"
) -> "replies.ListSigningCertificatesResponse":
    """List the signing certificates of a user."""
    return {"Certificates": [], **_last_page_of_user(call, request)}


def list_service_specific_credentials(
    call: RequestContext, request: "requests.ListServiceSpecificCredentialsRequest"
) -> "replies.ListServiceSpecificCredentialsResponse":
    """List the service-specific credentials of a user or of all users."""
    more = _last_page(call, request) if request.all_users else _last_page_of_user(call, request)
    return {"ServiceSpecificCredentials": [], **more}


def list_server_certificates(
    call: RequestContext, request: "requests.ListServerCertificatesRequest"
) -> "replies.ListServerCertificatesResponse":
    """List the server certificates of the account."""
    return {"ServerCertificateMetadataList": [], **_last_page(call, request)}


def _last_page_of_user(call: RequestContext, request: _UserRequest) -> Truncation:
    name = resolve_user_name(call.tx, request.user_name)
    if name is not None:
        user_of(call.tx.state, call.tx.caller.account_id, name)
    return _last_page(call, request)


def _last_page(call: RequestContext, request: _PagedRequest) -> Truncation:
    # An empty list issues no markers, so that every marker is refused.
    call.name_listing("nothing", call.tx.caller.account_id).after(request.marker)
    return {"IsTruncated": False}
