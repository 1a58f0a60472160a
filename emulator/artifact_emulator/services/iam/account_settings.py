"""Settings of the account: its password policy, its properties and the version of its session tokens."""

from typing import TYPE_CHECKING

from artifact_emulator.services.context import RequestContext
from artifact_state.iam import settings
from artifact_state.model.iam_settings import PasswordPolicy

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests

_TOKEN_VERSIONS = {"v1Token": 1, "v2Token": 2}
_DEFAULT = PasswordPolicy()


def get_account_password_policy(
    call: RequestContext, request: "requests.GetAccountPasswordPolicyRequest"
) -> "replies.GetAccountPasswordPolicyResponse":
    """Return the password policy of the account."""
    policy = settings.password_policy(call.tx)
    reply: replies.PasswordPolicy = {
        "MinimumPasswordLength": policy.min_length,
        "RequireSymbols": policy.requires_symbols,
        "RequireNumbers": policy.requires_numbers,
        "RequireUppercaseCharacters": policy.requires_uppercase,
        "RequireLowercaseCharacters": policy.requires_lowercase,
        "AllowUsersToChangePassword": policy.users_may_change,
        "ExpirePasswords": bool(policy.max_age_days),
    }
    if policy.max_age_days:
        reply["MaxPasswordAge"] = policy.max_age_days
    if policy.reuse_prevention:
        reply["PasswordReusePrevention"] = policy.reuse_prevention
    if policy.hard_expiry is not None:
        reply["HardExpiry"] = policy.hard_expiry
    return {"PasswordPolicy": reply}


def update_account_password_policy(
    call: RequestContext, request: "requests.UpdateAccountPasswordPolicyRequest"
) -> None:
    """Create or replace the password policy of the account; what the request leaves out gets AWS's default."""
    settings.put_password_policy(
        call.tx,
        PasswordPolicy(
            min_length=request.minimum_password_length or _DEFAULT.min_length,
            requires_symbols=bool(request.require_symbols),
            requires_numbers=bool(request.require_numbers),
            requires_uppercase=bool(request.require_uppercase_characters),
            requires_lowercase=bool(request.require_lowercase_characters),
            users_may_change=bool(request.allow_users_to_change_password),
            max_age_days=request.max_password_age,
            reuse_prevention=request.password_reuse_prevention,
            hard_expiry=request.hard_expiry,
        ),
    )


def delete_account_password_policy(
    call: RequestContext, request: "requests.DeleteAccountPasswordPolicyRequest"
) -> None:
    """Delete the password policy of the account."""
    settings.delete_password_policy(call.tx)


def get_account_properties(
    call: RequestContext, request: "requests.GetAccountPropertiesRequest"
) -> "replies.GetAccountPropertiesResponse":
    """Return the properties of the account."""
    is_enabled = settings.settings_of(call.tx.state, call.tx.caller.account_id).role_manager_enabled
    return {"Properties": {settings.ROLE_MANAGER_ENABLED: "true" if is_enabled else "false"}}


def put_account_properties(
    call: RequestContext, request: "requests.PutAccountPropertiesRequest"
) -> "replies.PutAccountPropertiesResponse":
    """Change properties of the account."""
    settings.put_properties(call.tx, request.properties)
    return {}


def set_security_token_service_preferences(
    call: RequestContext, request: "requests.SetSecurityTokenServicePreferencesRequest"
) -> None:
    """Set the version of the session tokens of the global endpoint of AWS STS."""
    settings.set_token_version(call.tx, _TOKEN_VERSIONS[request.global_endpoint_token_version])
