"""Restrictions on session credentials that no policy can lift: the operations and the regions that AWS excludes.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html
"""

from artifact_state.errors import RegionNotActivated
from artifact_state.model import Session
from artifact_state.world import Transaction

_LONG_TERM_CREDENTIALS_ONLY = {"GetFederationToken", "GetSessionToken"}
_WITH_SESSION_TOKEN = {"AssumeRole", "GetCallerIdentity", "GetScopedCredentials"}
_WITH_FEDERATION_TOKEN = {"GetCallerIdentity", "GetScopedCredentials"}


def session_allows(session: Session, service: str, operation: str) -> bool:
    """Return whether AWS allows an operation to be called with the credentials of a session.

    Credentials from GetSessionToken may call IAM if they were issued with MFA; those from GetFederationToken never may.
    """
    is_user_session = not session.role_name and not session.assumed_root
    if service == "iam":
        return not is_user_session or (session.multi_factor and not session.federated)
    if service != "sts":
        return True
    if not is_user_session:
        return operation not in _LONG_TERM_CREDENTIALS_ONLY
    return operation in (_WITH_FEDERATION_TOKEN if session.federated else _WITH_SESSION_TOKEN)


def require_active_region(tx: Transaction) -> None:
    """Refuse to issue session credentials in a region in which AWS STS is deactivated.

    AWS deactivates regions for single accounts; the emulator does it for all accounts of a world.
    Unverified: which account the refusal names when a role of another account is to be assumed.
    Raises RegionNotActivated.
    """
    if tx.caller.region in tx.options.inactive_sts_regions:
        raise RegionNotActivated(tx.caller.account_id)
