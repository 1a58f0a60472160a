"""Refusals about IAM's reports on the use of services and on the credentials of an account."""

from enum import Enum

from artifact_state.errors.base import Conflict, Denied, NotFound, Refused


class ArnProblem(Enum):
    """Why an ARN cannot be that of a resource about which a report is requested."""

    PARTITION = "it is of another partition"
    SERVICE = "it is of another service"
    UNSUPPORTED = "there are no reports about this kind of resource"
    NO_ENTITY = "it names no user, group or role"


class ForeignEntity(Denied):
    """The user, group, role or policy belongs to another account."""

    def __init__(self, arn: str) -> None:
        super().__init__(arn)
        self.arn = arn


class InvalidEntityArn(Refused):
    """The ARN cannot be that of a user, group, role or policy."""

    def __init__(self, arn: str, reason: ArnProblem) -> None:
        super().__init__(arn, reason)
        self.arn = arn
        self.reason = reason


class InvalidServiceNamespaces(Refused):
    """No service has these namespaces, which are separated by commas."""

    def __init__(self, namespaces: str) -> None:
        super().__init__(namespaces)
        self.namespaces = namespaces


class ServiceNotReported(Refused):
    """No service has the namespace about which a report is asked."""

    def __init__(self, namespace: str) -> None:
        super().__init__(namespace)
        self.namespace = namespace


class CredentialReportNotFound(NotFound):
    """The account has no credential report."""


class CredentialReportNotReady(Conflict):
    """The credential report is still being generated."""


class CredentialReportExpired(Conflict):
    """The credential report is too old to be read."""
