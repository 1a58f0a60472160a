"""The paths of organizational units and accounts, from the root of their organization down."""

from artifact_state.model import State


def unit_path(state: State, unit_id: str) -> tuple[str, ...]:
    """Return the ids from the root down to a unit, including the unit: its depth is one less than their number."""
    path = [unit_id]
    parent_id = state.units[unit_id].parent_id
    while parent_id is not None:
        path.append(parent_id)
        parent_id = state.units[parent_id].parent_id
    return tuple(reversed(path))


def account_path(state: State, account_id: str) -> tuple[str, ...]:
    """Return the ids from the root down to a member account, including the account."""
    return (*unit_path(state, state.memberships[account_id].parent_id), account_id)
