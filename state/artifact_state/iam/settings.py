"""Settings of IAM for a whole account: its password policy, its properties and the version of its session tokens.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/account_properties.json
https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/sts_preferences.json
"""

from collections.abc import Mapping

from artifact_state.errors import Entity, EntityNotFound, InvalidProperty, PropertyProblem
from artifact_state.events import IdentityChanged
from artifact_state.model import State
from artifact_state.model.iam_settings import IamSettings, PasswordPolicy
from artifact_state.record import replace
from artifact_state.world import Transaction

_ROLE_MANAGER, _ENABLED = "RoleManager", "Enabled"
ROLE_MANAGER_ENABLED = f"{_ROLE_MANAGER}/{_ENABLED}"


def settings_of(state: State, account_id: str) -> IamSettings:
    """Return the settings of an account."""
    return state.iam_settings.get(account_id) or IamSettings(account_id=account_id)


def password_policy(tx: Transaction) -> PasswordPolicy:
    """Return the password policy of the caller's account.

    Raises EntityNotFound.
    """
    policy = settings_of(tx.state, tx.caller.account_id).password_policy
    if policy is None:
        raise EntityNotFound(Entity.PASSWORD_POLICY, tx.caller.account_id)
    return policy


def put_password_policy(tx: Transaction, policy: PasswordPolicy) -> None:
    """Create or replace the password policy of the caller's account, which applies to new passwords.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html
    """
    _put(tx, replace(settings_of(tx.state, tx.caller.account_id), password_policy=policy))


def delete_password_policy(tx: Transaction) -> None:
    """Delete the password policy of the caller's account, to which AWS's default applies again.

    Raises EntityNotFound.
    """
    password_policy(tx)
    _put(tx, replace(settings_of(tx.state, tx.caller.account_id), password_policy=None))


def set_token_version(tx: Transaction, version: int) -> None:
    """Set the version of the session tokens that the global endpoint of AWS STS issues to the caller's account.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SetSecurityTokenServicePreferences.html
    """
    _put(tx, replace(settings_of(tx.state, tx.caller.account_id), token_version=version))


def put_properties(tx: Transaction, properties: Mapping[str, str]) -> None:
    """Change properties of the caller's account; of the only namespace, one property has an effect.

    Raises InvalidProperty.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutAccountProperties.html
    """
    parts = {key: key.partition("/") for key in properties}
    if without_name := next((key for key, (_, slash, _) in parts.items() if not slash), None):
        raise InvalidProperty(PropertyProblem.FORMAT, without_name)
    namespaces = {namespace for namespace, _, _ in parts.values()}
    if len(namespaces) > 1:
        raise InvalidProperty(PropertyProblem.SEVERAL_NAMESPACES)
    if namespaces != {_ROLE_MANAGER}:
        raise InvalidProperty(PropertyProblem.NAMESPACE, *namespaces)
    if ROLE_MANAGER_ENABLED not in properties:
        raise InvalidProperty(PropertyProblem.ENABLED_MISSING)
    value = properties[ROLE_MANAGER_ENABLED]
    if value not in ("true", "false"):
        raise InvalidProperty(PropertyProblem.ENABLED_VALUE)
    _put(tx, replace(settings_of(tx.state, tx.caller.account_id), role_manager_enabled=value == "true"))


def _put(tx: Transaction, settings: IamSettings) -> None:
    tx.insert("iam_settings", settings.account_id, settings)
    tx.record(
        IdentityChanged(at=tx.now, account_id=settings.account_id, kind="account settings", name=settings.account_id)
    )
