"""Reports of IAM on the use of services and on the credentials of an account."""

from datetime import datetime

from artifact_state.record import Record


class ServiceUse(Record):
    """The latest use of a service, or of one of its actions, by a user or role; refused attempts count."""

    service: str
    principal_id: str
    """The unique id of the user or role."""
    region: str
    at: datetime
    action: str = ""
    """A tracked action; "" for the service as a whole."""


class ReportedService(Record):
    """A service that policies grant, with the tracked actions that they grant."""

    namespace: str
    actions: tuple[str, ...] = ()


class ReportedEntity(Record):
    """A user or role whose use of services a report is about, as it was when the report was made."""

    id: str
    kind: str
    name: str
    path: str


class ServiceReport(Record):
    """A report on the services that the policies of a user, group, role or policy grant, and on their use."""

    id: str
    account_id: str
    owner: str
    """The unique id of the user that requested it, or the access key of another caller."""
    created_at: datetime
    completes_at: datetime
    by_action: bool = False
    services: tuple[ReportedService, ...] = ()
    entities: tuple[ReportedEntity, ...] = ()
    uses: tuple[ServiceUse, ...] = ()


class CredentialReport(Record):
    """The latest credential report of an account."""

    account_id: str
    created_at: datetime
    completes_at: datetime
    content: str
    """The report as CSV."""
