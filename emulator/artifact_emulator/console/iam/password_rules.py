"""The rules for passwords, as forms state them: those of the account's password policy, or AWS's default.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
"""

from artifact_state.iam.settings import settings_of
from artifact_state.model import State

_DEFAULT = (
    "8 to 128 characters, with at least three of these kinds: uppercase letters, lowercase letters, numbers, symbols. "
    "Not the account ID."
)


def password_rules(state: State, account_id: str) -> str:
    """Return what a new password of an account's user must be like."""
    policy = settings_of(state, account_id).password_policy
    if policy is None:
        return _DEFAULT
    kinds = {
        "an uppercase letter": policy.requires_uppercase,
        "a lowercase letter": policy.requires_lowercase,
        "a number": policy.requires_numbers,
        "a symbol": policy.requires_symbols,
    }
    required = ", ".join(kind for kind, is_required in kinds.items() if is_required)
    rules = f"{policy.min_length} to 128 characters" + (f", with {required}." if required else ".")
    if policy.reuse_prevention:
        rules += f" It cannot be one of the last {policy.reuse_prevention} passwords."
    return rules
