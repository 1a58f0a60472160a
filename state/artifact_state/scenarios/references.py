"""References within a scenario: which account, unit or policy target a name, an id or a path refers to.

A reference that is unknown or ambiguous is a ScenarioError with its place.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from types import TracebackType
from typing import Any, TypeVar

from artifact_state.errors import Refused
from artifact_state.organizations import accounts
from artifact_state.principals import root_user
from artifact_state.world import Transaction, World

P = TypeVar("P")
Place = tuple[str | int, ...]
"""The path of a value in a scenario, such as `("organizations", 0, "accounts", 2)`."""
_ROOT = "root"
_MAX_LISTED_NAMES = 20
_AMBIGUOUS = ""


class ScenarioError(ValueError):
    """A scenario that cannot be loaded: the place of the error, and its reason."""

    def __init__(self, place: Place, why: str) -> None:
        super().__init__(why)
        self.place = place
        self.why = why


def with_places(place: Place, parts: Iterable[P]) -> Iterator[tuple[Place, P]]:
    """Return an iterator of the parts of a list with their places."""
    return (((*place, index), part) for index, part in enumerate(parts))


def policy_text(content: dict[str, Any] | str) -> str:
    """Return a policy document as text."""
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return the end of an error message that suggests a similar name, or lists the known names if they are few."""
    names = sorted(known)
    if close := get_close_matches(name, names, 1):
        return f"; did you mean {close[0]!r}?"
    if len(names) > _MAX_LISTED_NAMES:
        return ""
    return f"; there are {', '.join(names)}" if names else "; there are none"


def escape_name(name: str) -> str:
    """Return the name of an organizational unit as a path segment, with its slashes escaped."""
    return name.replace("\\", "\\\\").replace("/", "\\/")


def unit_reference(path: str) -> str:
    """Return a reference to an organizational unit that cannot be mistaken for the root or for an account id."""
    return f"/{path}" if path == _ROOT or _is_account_id(path) else path


class LoadContext:
    """The world that is being created from a scenario, and the references that are known so far."""

    def __init__(self, world: World, members: int = 0, report: Callable[[int, int], None] | None = None) -> None:
        self.world = world
        self._members = members
        self._created = 0
        self._report = report
        self._accounts: dict[str, str] = {}
        self._partitions: dict[str, str] = {}
        self._units: dict[tuple[str, str], str] = {}

    def count_member(self) -> None:
        """Report that one more of the member accounts is created."""
        self._created += 1
        if self._report is not None:
            self._report(self._created, self._members)

    def transaction(self, place: Place, account_id: str) -> "ScenarioTransaction":
        """Return a transaction of an account's root user, whose refusal is reported at a place."""
        return ScenarioTransaction(self, place, account_id)

    def partition_of(self, account_id: str) -> str:
        """Return the partition of an account."""
        return self._partitions.get(account_id, "aws")

    def set_partition(self, account_id: str, partition: str) -> None:
        """Record the partition of an account, before its first transaction."""
        self._partitions[account_id] = partition

    def register_account(self, place: Place, account_id: str, given_id: str | None, name: str | None) -> None:
        """Make an account known by its id and its name; a name of two accounts is ambiguous.

        Raises ScenarioError if the scenario has described the account before.
        """
        if given_id is not None and given_id in self._accounts:
            raise ScenarioError((*place, "id"), f"the account {given_id} appears twice; describe it in one place")
        self._accounts[account_id] = account_id
        if name is not None:
            self._accounts[name] = _AMBIGUOUS if name in self._accounts else account_id

    def check_email(self, place: Place, email: str | None, account_id: str | None) -> None:
        """Check that an e-mail address is not in use by another account.

        Raises ScenarioError.
        """
        owner = accounts.account_id_by_email(self.world.state, email) if email else None
        if owner is not None and owner != account_id:
            raise ScenarioError((*place, "email"), f"{email} is already the address of {owner}; use another one")

    def find_account(self, place: Place, reference: str) -> str:
        """Return the id of the account that an id or a name refers to.

        Raises ScenarioError.
        """
        if _is_account_id(reference):
            return reference
        account_id = self._accounts.get(reference)
        if account_id is None:
            raise ScenarioError(place, f"there is no account {reference!r}{suggestion(reference, self._accounts)}")
        if account_id == _AMBIGUOUS:
            raise ScenarioError(place, f"{reference!r} is the name of several accounts; use the id")
        return account_id

    def register_unit(self, place: Place, management: str, path: str, unit_id: str) -> None:
        """Make an organizational unit known by its path.

        Raises ScenarioError if the path is in use.
        """
        if (management, path) in self._units:
            raise ScenarioError((*place, "name"), f"{path} appears twice; give one of them another name")
        self._units[management, path] = unit_id

    def find_unit(self, place: Place, management: str, path: str) -> str:
        """Return the id of the organizational unit with a path.

        Raises ScenarioError.
        """
        unit_id = self._units.get((management, path.removeprefix("/")))
        if unit_id is None:
            known = [path for owner, path in self._units if owner == management]
            raise ScenarioError(place, f"there is no organizational unit {path!r}{suggestion(path, known)}")
        return unit_id

    def find_target(self, place: Place, management: str, reference: str) -> str:
        """Return the id of the root, the organizational unit or the account that a policy target refers to.

        Raises ScenarioError.
        """
        if reference == _ROOT:
            membership = self.world.state.memberships[management]
            return self.world.state.organizations[membership.organization_id].root_id
        if reference.startswith("/"):
            return self.find_unit(place, management, reference)
        return self._units.get((management, reference)) or self.find_account(place, reference)


class ScenarioTransaction:
    """A transaction of an account's root user that reports a refusal as a ScenarioError with its place."""

    def __init__(self, context: LoadContext, place: Place, account_id: str) -> None:
        caller = root_user(account_id, partition=context.partition_of(account_id))
        self._transaction = context.world.transaction(caller)
        self._place = place

    def __enter__(self) -> Transaction:
        return self._transaction.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transaction.__exit__(kind, error, trace)
        if isinstance(error, Refused):
            reason = getattr(error, "reason", None) or getattr(error, "why", None)
            detail = f" ({getattr(reason, 'value', reason)})" if reason else f" ({error})" if str(error) else ""
            raise ScenarioError(self._place, f"refused: {type(error).__name__}{detail}") from error


def _is_account_id(text: str) -> bool:
    return len(text) == 12 and text.isascii() and text.isdecimal()
