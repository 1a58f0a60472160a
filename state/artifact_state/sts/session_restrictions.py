"""What temporary credentials are good for: less than what their owner may, whatever policies say.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html
"""

from artifact_state.model import Session

_OF_KEYS_FOR_GOOD = {"GetFederationToken", "GetSessionToken"}
_OF_A_USER_FOR_A_WHILE = {"AssumeRole", "GetCallerIdentity"}
_OF_THE_FEDERATED = {"GetCallerIdentity"}


def is_good_for(session: Session, service: str, operation: str) -> bool:
    """Tell whether a service takes temporary credentials for an operation.

    Those of a user, or a root user, are good for IAM once a code of his device was told; those of whom he vouches for
    never are.
    """
    is_own = not session.role_name and not session.assumed_root
    if service == "iam":
        return not is_own or (session.multi_factor and not session.federated)
    if service != "sts":
        return True
    if not is_own:
        return operation not in _OF_KEYS_FOR_GOOD
    return operation in (_OF_THE_FEDERATED if session.federated else _OF_A_USER_FOR_A_WHILE)
