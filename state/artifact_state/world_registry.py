"""The worlds of one emulator by name, and the snapshots of each.

A state is an immutable value, so a fork or a snapshot shares everything with its world until one of them changes.
"""

import re
from collections.abc import Iterator
from threading import Lock

from artifact_state.model import State
from artifact_state.world import World, dissolve

DEFAULT = "default"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class WorldNotFound(LookupError):
    """No world has this name."""


class SnapshotNotFound(LookupError):
    """The world has no snapshot of this name."""


class InvalidName(ValueError):
    """The text cannot name a world or a snapshot."""


class RegistryFull(Exception):
    """The registry has as many worlds, or a world as many snapshots, as it may have."""


class WorldRegistry:
    """All worlds: the default world always exists, any other is created on first use."""

    def __init__(self, default: World | None = None, *, max_worlds: int = 10_000, max_snapshots: int = 1_000) -> None:
        self.default = default or World()
        self._max_worlds = max_worlds
        self._max_snapshots = max_snapshots
        self._named: dict[str, World] = {}
        self._snapshots: dict[str, dict[str, World]] = {}
        self._lock = Lock()

    def __iter__(self) -> Iterator[World]:
        return iter((self.default, *self._named.values()))

    def get(self, name: str) -> World:
        """Return a world; create it empty, with the options and the seed of the default world, if it does not exist.

        Raises InvalidName, RegistryFull.
        """
        world = self.existing(name)
        if world is not None:
            return world
        world = self.view(name)
        with self._lock:
            self._check_room_for_world(name)
            return self._named.setdefault(name, world)

    def view(self, name: str) -> World:
        """Return a world as `get` does, but do not keep it if it does not exist.

        Raises InvalidName.
        """
        world = self.existing(name)
        if world is None:
            _check_name(name)
            world = self._empty(name)
        return world

    def existing(self, name: str) -> World | None:
        """Return a world, or None if it does not exist."""
        return self.default if name == DEFAULT else self._named.get(name)

    def find(self, name: str) -> World:
        """Return an existing world.

        Raises WorldNotFound.
        """
        world = self.existing(name)
        if world is None:
            raise WorldNotFound(f"There is no world {name!r}.")
        return world

    def create(self, name: str, *, fork: str | None = None) -> World:
        """Create a world, empty or as a fork of another one; replace the world that has this name.

        The default world object is never replaced: it takes over the contents of the new one.
        Raises InvalidName, WorldNotFound, RegistryFull.
        """
        original = self.find(fork) if fork is not None else None
        _check_name(name)
        world = self._empty(name) if original is None else original.copy(name)
        with self._lock:
            if name == DEFAULT:
                self.default.replace_with(world)
                return self.default
            self._check_room_for_world(name)
            self._named[name] = world
        return world

    def create_from(self, name: str, origin: World) -> World:
        """Create or replace a world with the contents of `origin`, to which a reset returns.

        Raises InvalidName, RegistryFull.
        """
        _check_name(name)
        world = self._empty(name) if name != DEFAULT else self.default
        world.replace_with(origin)
        with self._lock:
            if name != DEFAULT:
                self._check_room_for_world(name)
                self._named[name] = world
        return world

    def delete(self, name: str) -> None:
        """Delete a world and its snapshots; reset the default world instead.

        Raises WorldNotFound.
        """
        world = self.find(name)
        if world is self.default:
            world.reset()
            return
        with self._lock:
            self._named.pop(name, None)
            snapshots = self._snapshots.pop(name, {})
        deleted = [world, *snapshots.values()]
        del world, snapshots
        dissolve(deleted)

    def snapshot_names(self, name: str) -> list[str]:
        """Return the names of a world's snapshots, the oldest first."""
        return list(self._snapshots.get(name, ()))

    def save_snapshot(self, name: str, snapshot: str) -> None:
        """Save the present contents of a world, in place of a snapshot of the same name.

        Raises WorldNotFound, InvalidName, RegistryFull.
        """
        self.add_snapshot(name, snapshot, self.find(name).copy())

    def add_snapshot(self, name: str, snapshot: str, contents: World) -> None:
        """Add a world that nothing else refers to as a snapshot, in place of one of the same name.

        Raises WorldNotFound, InvalidName, RegistryFull.
        """
        self.find(name)
        _check_name(snapshot)
        with self._lock:
            snapshots = self._snapshots.setdefault(name, {})
            snapshots.pop(snapshot, None)
            if len(snapshots) >= self._max_snapshots:
                raise RegistryFull(f"The world {name!r} has {self._max_snapshots} snapshots, its limit: delete some.")
            snapshots[snapshot] = contents

    def find_snapshot(self, name: str, snapshot: str) -> World:
        """Return the contents of a snapshot.

        Raises SnapshotNotFound.
        """
        contents = self._snapshots.get(name, {}).get(snapshot)
        if contents is None:
            raise SnapshotNotFound(f"The world {name!r} has no snapshot {snapshot!r}.")
        return contents

    def restore_snapshot(self, name: str, snapshot: str) -> None:
        """Restore a world to a snapshot.

        Raises WorldNotFound, SnapshotNotFound.
        """
        self.find(name).restore(self.find_snapshot(name, snapshot))

    def delete_snapshot(self, name: str, snapshot: str) -> None:
        """Delete a snapshot.

        Raises SnapshotNotFound.
        """
        with self._lock:
            self.find_snapshot(name, snapshot)
            del self._snapshots[name][snapshot]

    def _check_room_for_world(self, name: str) -> None:
        if name not in self._named and len(self._named) >= self._max_worlds:
            raise RegistryFull(f"There are {self._max_worlds} worlds, the limit: delete some.")

    def _empty(self, name: str) -> World:
        return World(name=name, options=self.default.options, state=State(seed=self.default.state.seed))


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidName(
            f"{name!r} is not a valid name: a name has up to 128 letters, digits, dots, hyphens and underscores "
            "and begins with a letter or a digit."
        )
