"""The places of accounts and organizational units: what their ARNs and paths have in common."""

from artifact_state import arns
from artifact_state.model import State
from artifact_state.organizations.paths import unit_path
from artifact_state.record import Record


class Place(Record):
    """A root or a unit as the place of what is in it."""

    partition: str
    management_account_id: str
    organization_id: str
    path: str
    """The path of the root or unit, with which the paths of all that is in it begin."""

    def arn(self, kind: str, resource_id: str) -> str:
        """Return the ARN of what is in the place."""
        return arns.organizations(self.partition, self.management_account_id, kind, self.organization_id, resource_id)


def place_in(state: State, unit_id: str) -> Place:
    """Return a root or a unit as a place."""
    organization = state.organizations[state.units[unit_id].organization_id]
    path = f"{organization.id}/{'/'.join(unit_path(state, unit_id))}/"
    return Place(
        partition=organization.partition,
        management_account_id=organization.management_account_id,
        organization_id=organization.id,
        path=path,
    )
