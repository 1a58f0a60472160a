"""Refusals about centralized root access.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html#id_root-user-access-management
"""

from artifact_state.errors.base import Conflict, Denied, Refused


class NotManagementAccount(Denied):
    """The caller's account is a delegated administrator, and only the management account may do this."""


class AllFeaturesRequired(Conflict):
    """The organization does not have all features enabled."""


class TrustedAccessDisabled(Conflict):
    """The organization has not enabled trusted access for the service."""


class RootNotAssumable(Denied):
    """The account is not a member whose root user the caller may assume, or root sessions are disabled."""

    def __init__(self, account_id: str) -> None:
        super().__init__(account_id)
        self.account_id = account_id


class InvalidTaskPolicy(Refused):
    """The ARN does not name a policy for a root user's task."""

    def __init__(self, arn: str) -> None:
        super().__init__(arn)
        self.arn = arn
