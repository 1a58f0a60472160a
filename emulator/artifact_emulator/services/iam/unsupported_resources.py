"""What an account may have at AWS and none has here: nothing makes any, so the lists are empty, and true.

Tools look for it before they delete a user or a role. What would make some answers 501.
"""

from typing import TYPE_CHECKING, NoReturn, Protocol

from artifact_emulator.aws.pagination import Truncation
from artifact_emulator.services.context import RequestContext
from artifact_state.errors import Entity, EntityNotFound
from artifact_state.iam.roles import role_of
from artifact_state.iam.users import resolve_user_name, user_of

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests


class _Paged(Protocol):
    """A request for a page."""

    @property
    def marker(self) -> str | None: ...


class _OfUser(_Paged, Protocol):
    """A request for a page of what a user has; of what the caller has unless another is named."""

    @property
    def user_name(self) -> str | None: ...


def list_instance_profiles(
    call: RequestContext, request: "requests.ListInstanceProfilesRequest"
) -> "replies.ListInstanceProfilesResponse":
    """List the instance profiles of the account."""
    return {"InstanceProfiles": [], **_nothing(call, request)}


def list_instance_profiles_for_role(
    call: RequestContext, request: "requests.ListInstanceProfilesForRoleRequest"
) -> "replies.ListInstanceProfilesForRoleResponse":
    """List the instance profiles that a role is in."""
    role_of(call.tx.state, call.tx.caller.account_id, request.role_name, call.tx.now)
    return {"InstanceProfiles": [], **_nothing(call, request)}


def list_mfa_devices(
    call: RequestContext, request: "requests.ListMFADevicesRequest"
) -> "replies.ListMFADevicesResponse":
    """List the MFA devices of a user."""
    return {"MFADevices": [], **_nothing_of_user(call, request)}


def list_virtual_mfa_devices(
    call: RequestContext, request: "requests.ListVirtualMFADevicesRequest"
) -> "replies.ListVirtualMFADevicesResponse":
    """List the virtual MFA devices of the account."""
    return {"VirtualMFADevices": [], **_nothing(call, request)}


def list_ssh_public_keys(
    call: RequestContext, request: "requests.ListSSHPublicKeysRequest"
) -> "replies.ListSSHPublicKeysResponse":
    """List the SSH public keys of a user."""
    return {"SSHPublicKeys": [], **_nothing_of_user(call, request)}


def list_signing_certificates(
    call: RequestContext, request: "requests.ListSigningCertificatesRequest"
) -> "replies.ListSigningCertificatesResponse":
    """List the signing certificates of a user."""
    return {"Certificates": [], **_nothing_of_user(call, request)}


def list_service_specific_credentials(
    call: RequestContext, request: "requests.ListServiceSpecificCredentialsRequest"
) -> "replies.ListServiceSpecificCredentialsResponse":
    """List the credentials that a user, or any user, has for single services."""
    told = _nothing(call, request) if request.all_users else _nothing_of_user(call, request)
    return {"ServiceSpecificCredentials": [], **told}


def list_server_certificates(
    call: RequestContext, request: "requests.ListServerCertificatesRequest"
) -> "replies.ListServerCertificatesResponse":
    """List the server certificates of the account."""
    return {"ServerCertificateMetadataList": [], **_nothing(call, request)}


def list_saml_providers(
    call: RequestContext, request: "requests.ListSAMLProvidersRequest"
) -> "replies.ListSAMLProvidersResponse":
    """List the SAML identity providers of the account."""
    return {"SAMLProviderList": []}


def list_open_id_connect_providers(
    call: RequestContext, request: "requests.ListOpenIDConnectProvidersRequest"
) -> "replies.ListOpenIDConnectProvidersResponse":
    """List the OpenID Connect identity providers of the account."""
    return {"OpenIDConnectProviderList": []}


def get_account_password_policy(call: RequestContext, request: "requests.GetAccountPasswordPolicyRequest") -> NoReturn:
    """Tell that the account has no password policy of its own."""
    raise EntityNotFound(Entity.PASSWORD_POLICY, call.tx.caller.account_id)


def _nothing_of_user(call: RequestContext, request: _OfUser) -> Truncation:
    name = resolve_user_name(call.tx, request.user_name)
    if name is not None:
        user_of(call.tx.state, call.tx.caller.account_id, name)
    return _nothing(call, request)


def _nothing(call: RequestContext, request: _Paged) -> Truncation:
    # No page was ever followed by another: there is no marker to come back with.
    call.name_listing("nothing", call.tx.caller.account_id).after(request.marker)
    return {"IsTruncated": False}
