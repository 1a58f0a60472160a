"""Where a world is made of a scenario: who acts in it, and what the names in the scenario refer to.

Whatever refers to nothing, or to two things at once, is told with the place where it stands.
"""

import json
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from types import TracebackType
from typing import Any, TypeVar

from artifact_state.errors import Refused
from artifact_state.organizations import accounts
from artifact_state.principals import root_user
from artifact_state.world import Transaction, World

P = TypeVar("P")
Place = tuple[str | int, ...]
"""Where something stands in a scenario, such as `("organizations", 0, "accounts", 2)`."""
_ROOT = "root"
_MANY = 20


class ScenarioError(ValueError):
    """A scenario that cannot be: where, and why."""

    def __init__(self, place: Place, why: str) -> None:
        super().__init__(why)
        self.place = place
        self.why = why


def placed(place: Place, parts: Iterable[P]) -> Iterator[tuple[Place, P]]:
    """Go through the parts of a list, each with its place."""
    return (((*place, at), one) for at, one in enumerate(parts))


def document(content: dict[str, Any] | str) -> str:
    """Give a policy as the domain keeps it: as text."""
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def instead(name: str, known: Iterable[str]) -> str:
    """Tell which of the known names may be meant, or which there are, unless there are too many."""
    names = sorted(known)
    if close := get_close_matches(name, names, 1):
        return f"; did you mean {close[0]!r}?"
    if len(names) > _MANY:
        return ""
    return f"; there are {', '.join(names)}" if names else "; there are none"


def step(name: str) -> str:
    """Write the name of an organizational unit as a part of a path, in which a slash of its own would mislead."""
    return name.replace("\\", "\\\\").replace("/", "\\/")


def target_reference(path: str) -> str:
    """Refer to an organizational unit where something else could be meant."""
    return f"/{path}" if path == _ROOT or _is_account_id(path) else path


class Workshop:
    """A world in the making, and by which names its parts are referred to."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._accounts: dict[str, str] = {}
        self._partitions: dict[str, str] = {}
        self._units: dict[tuple[str, str], str] = {}

    def do(self, place: Place, account_id: str) -> "ScenarioTransaction":
        """Let an account's root user act, for what stands at a place."""
        return ScenarioTransaction(self, place, account_id)

    def partition_of(self, account_id: str) -> str:
        """Tell where an account is."""
        return self._partitions.get(account_id, "aws")

    def locate(self, account_id: str, partition: str) -> None:
        """Say where an account is, before it acts."""
        self._partitions[account_id] = partition

    def name(self, place: Place, account_id: str, given: str | None, name: str | None) -> None:
        """Let an account be referred to by its id and its name; a name that two have refers to neither.

        Raises ScenarioError.
        """
        if given is not None and given in self._accounts:
            raise ScenarioError((*place, "id"), f"the account {given} is there twice; each account stands in one place")
        self._accounts[account_id] = account_id
        if name is not None:
            self._accounts[name] = "" if name in self._accounts else account_id

    def check_email(self, place: Place, email: str | None, account_id: str | None) -> None:
        """Refuse an address that is another account's.

        Raises ScenarioError.
        """
        owner = accounts.account_id_by_email(self.world.state, email) if email else None
        if owner is not None and owner != account_id:
            raise ScenarioError((*place, "email"), f"{email} is the address of {owner} already; give another one")

    def account(self, place: Place, reference: str) -> str:
        """Find the account that is referred to.

        Raises ScenarioError.
        """
        if _is_account_id(reference):
            return reference
        found = self._accounts.get(reference)
        if found == "":
            raise ScenarioError(place, f"{reference!r} is the name of several accounts; use the id")
        if found is None:
            raise ScenarioError(place, f"there is no account {reference!r}{instead(reference, self._accounts)}")
        return found

    def keep_unit(self, place: Place, management: str, path: str, unit_id: str) -> None:
        """Let an organizational unit be referred to.

        Raises ScenarioError.
        """
        if (management, path) in self._units:
            raise ScenarioError((*place, "name"), f"{path} is there twice; give one of them another name")
        self._units[management, path] = unit_id

    def unit(self, place: Place, management: str, path: str) -> str:
        """Find the organizational unit that is referred to.

        Raises ScenarioError.
        """
        found = self._units.get((management, path.removeprefix("/")))
        if found is None:
            known = [path for owner, path in self._units if owner == management]
            raise ScenarioError(place, f"there is no organizational unit {path!r}{instead(path, known)}")
        return found

    def target(self, place: Place, management: str, reference: str) -> str:
        """Find the root, the unit or the account that is referred to.

        Raises ScenarioError.
        """
        if reference == _ROOT:
            membership = self.world.state.memberships[management]
            return self.world.state.organizations[membership.organization_id].root_id
        if reference.startswith("/"):
            return self.unit(place, management, reference)
        return self._units.get((management, reference)) or self.account(place, reference)


class ScenarioTransaction:
    """A transaction of an account's root user; what the domain refuses is told with its place."""

    def __init__(self, workshop: Workshop, place: Place, account_id: str) -> None:
        self._transaction = workshop.world.transaction(
            root_user(account_id, partition=workshop.partition_of(account_id))
        )
        self._place = place

    def __enter__(self) -> Transaction:
        return self._transaction.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transaction.__exit__(kind, error, trace)
        if isinstance(error, Refused):
            why = getattr(error, "reason", None) or getattr(error, "why", None)
            detail = f" ({getattr(why, 'value', why)})" if why else f" ({error})" if str(error) else ""
            raise ScenarioError(self._place, f"refused: {type(error).__name__}{detail}") from error


def _is_account_id(text: str) -> bool:
    return len(text) == 12 and text.isascii() and text.isdecimal()
