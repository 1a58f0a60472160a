"""The principals that the sign-in page offers: root users of a world's accounts, IAM users with a password, and roles.

Any 12-digit account exists. The page offers those that the world knows: accounts of organizations, accounts that were
invited to one, and others that have IAM users or agreements.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, islice

from artifact_state.authority import organization_of
from artifact_state.iam.initial_roles import roles_in
from artifact_state.model import HandshakeAction, HandshakeState, PartyKind, State
from artifact_state.organizations.accounts import account_id_by_email, account_of
from artifact_state.organizations.handshakes.lifecycle import handshake_state
from artifact_state.record import Record
from artifact_state.world import World

MAX_ACCOUNTS = 50
"""Number of accounts that the page offers."""
_MAX_NAMES = 5
"""Number of users, and of roles, that the page offers of an account."""
_MAX_HANDSHAKES = 1_000


class OfferedAccount(Record, kw_only=False):
    """An account, and the principals in it."""

    id: str
    name: str
    relation: str
    """Its relation to an organization, such as `member`."""
    users: tuple[str, ...]
    """The IAM users that have a password."""
    roles: tuple[str, ...]
    """The roles that are not service-linked."""


def offered_accounts(world: World, search: str = "") -> list[OfferedAccount]:
    """Return the accounts whose id or name contains the search text; those that manage an organization come first."""
    state, now = world.state, world.clock.now()
    invited = sorted(set(_invited_accounts(state, now)))
    accounts = (account_of(state, account_id) for account_id in _known_accounts(state, invited))
    text = search.lower()
    matches = (account for account in accounts if text in account.id or text in account.name.lower())
    return [
        OfferedAccount(
            account.id,
            account.name,
            _relation(state, account.id, now, is_invited=account.id in invited),
            tuple(islice((user.name for user in state.users.get(account.id, ()) if user.login), _MAX_NAMES)),
            tuple(islice((role.name for role in roles_in(state, account.id) if not role.linked_service), _MAX_NAMES)),
        )
        for account in islice(matches, MAX_ACCOUNTS)
    ]


def _known_accounts(state: State, invited: Iterable[str]) -> Iterator[str]:
    """Yield each account once: managing ones, invited ones, members in the order of joining, and others."""
    managing = sorted(state.organizations.values(), key=lambda organization: organization.management_account_id)
    yielded: set[str] = set()

    def others() -> Iterator[str]:
        owners = (owner for owner in state.accepted_by if owner.isdecimal())
        yield from sorted({*state.accounts, *state.users, *owners})

    management = (organization.management_account_id for organization in managing)
    members = chain.from_iterable(organization.members for organization in managing)
    for account_id in chain(management, invited, members, others()):
        if account_id not in yielded:
            yielded.add(account_id)
            yield account_id


def _invited_accounts(state: State, now: datetime) -> Iterator[str]:
    """Yield the accounts with an open invitation; one that was invited by an unknown address has no id yet."""
    for handshake in islice(state.handshakes.values(), _MAX_HANDSHAKES):
        if handshake.action is HandshakeAction.INVITE and handshake_state(state, handshake, now) is HandshakeState.OPEN:
            by_email = handshake.recipient_kind is PartyKind.EMAIL
            account_id = account_id_by_email(state, handshake.recipient) if by_email else handshake.recipient
            if account_id is not None:
                yield account_id


def _relation(state: State, account_id: str, now: datetime, *, is_invited: bool) -> str:
    organization = organization_of(state, account_id, now)
    if organization is None:
        return "invited" if is_invited else "in no organization"
    if organization.management_account_id == account_id:
        return "management account"
    return "member, invited elsewhere" if is_invited else "member"
