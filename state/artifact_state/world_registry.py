"""The worlds of one emulator by name, and the snapshots of each.

A state is an immutable value, so a fork or a snapshot shares everything with its world until one of them changes.
"""

import re
from collections.abc import Iterator
from threading import Lock
from typing import Protocol

from artifact_state.closest_name import closest
from artifact_state.model import State
from artifact_state.world import Storage, World, dissolve

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


class RegistryStorage(Protocol):
    """What keeps the worlds of a registry beyond the process.

    Each method is called before the change that it stores takes effect, and raises NotStored to prevent it.
    """

    @property
    def syncs(self) -> bool:
        """Whether each change waits for the disk."""

    @property
    def worlds(self) -> dict[str, World]:
        """The worlds that were stored when it was opened, by name."""

    @property
    def snapshots(self) -> dict[str, dict[str, World]]:
        """The snapshots that were stored when it was opened, by world and name, the oldest first."""

    def keep(self, contents: World) -> Storage:
        """Store the contents of a world, which does not change any more."""

    def add(self, world: World) -> Storage:
        """Store a world, in place of one of the same name."""

    def delete(self, name: str) -> None:
        """Delete a world and its snapshots."""

    def add_snapshot(self, name: str, snapshot: str, contents: World) -> None:
        """Store a snapshot of a world, in place of one of the same name; the storage of its contents is not None."""

    def delete_snapshot(self, name: str, snapshot: str) -> None:
        """Delete a snapshot."""


class WorldRegistry:
    """All worlds: the default world always exists, any other is created on first use."""

    def __init__(
        self,
        default: World | None = None,
        *,
        max_worlds: int = 10_000,
        max_snapshots: int = 1_000,
        storage: RegistryStorage | None = None,
    ) -> None:
        self.default = default or World()
        self._max_worlds = max_worlds
        self._max_snapshots = max_snapshots
        self._named: dict[str, World] = {}
        self._snapshots: dict[str, dict[str, World]] = {}
        self._storage = storage
        self._lock = Lock()
        if storage is not None:
            self._named, self._snapshots = dict(storage.worlds), storage.snapshots
            self.default = self._named.pop(DEFAULT, self.default)
            if self.default.storage is None:
                self.default.storage = storage.add(self.default)

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
            # Another thread may have created it meanwhile.
            return self._named.get(name) or self._add(world)

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
            raise WorldNotFound(f"There is no world {name!r}{closest(name, [DEFAULT, *self._named]) or '.'}")
        return world

    def create(self, name: str, *, fork: str | None = None) -> World:
        """Create a world, empty or as a fork of another one; replace the world that has this name.

        The default world object is never replaced: it takes over the contents of the new one.
        Raises InvalidName, WorldNotFound, RegistryFull.
        """
        original = self.find(fork) if fork is not None else None
        _check_name(name)
        world = self._empty(name) if original is None else original.fork(name)
        if name == DEFAULT:
            self.default.replace_with(world)
            return self.default
        return self._replace(world)

    def create_from(self, name: str, origin: World) -> World:
        """Create or replace a world with the contents of `origin`, to which a reset returns.

        Raises InvalidName, RegistryFull.
        """
        _check_name(name)
        if name == DEFAULT:
            self.default.replace_with(origin)
            return self.default
        world = self._empty(name)
        world.replace_with(origin)
        self._keep(origin)
        world.storage = origin.storage
        return self._replace(world)

    def delete(self, name: str) -> None:
        """Delete a world and its snapshots; reset the default world instead.

        Raises WorldNotFound.
        """
        world = self.find(name)
        if world is self.default:
            world.reset()
            return
        with self._lock:
            if self._storage is not None:
                self._storage.delete(name)
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
        self.add_snapshot(name, snapshot, self.find(name).fork())

    def add_snapshot(self, name: str, snapshot: str, contents: World) -> None:
        """Add a world that nothing else refers to as a snapshot, in place of one of the same name.

        Raises WorldNotFound, InvalidName, RegistryFull.
        """
        self.find(name)
        _check_name(snapshot)
        self._keep(contents)
        with self._lock:
            snapshots = self._snapshots.setdefault(name, {})
            if len(snapshots.keys() - {snapshot}) >= self._max_snapshots:
                raise RegistryFull(f"The world {name!r} has {self._max_snapshots} snapshots, its limit: delete some.")
            if self._storage is not None:
                self._storage.add_snapshot(name, snapshot, contents)
            former = [snapshots.pop(snapshot)] if snapshot in snapshots else []
            snapshots[snapshot] = contents
        dissolve(former)

    def find_snapshot(self, name: str, snapshot: str) -> World:
        """Return the contents of a snapshot.

        Raises SnapshotNotFound.
        """
        snapshots = self._snapshots.get(name, {})
        contents = snapshots.get(snapshot)
        if contents is None:
            hint = closest(snapshot, snapshots) or "."
            raise SnapshotNotFound(f"The world {name!r} has no snapshot {snapshot!r}{hint}")
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
            former = [self.find_snapshot(name, snapshot)]
            if self._storage is not None:
                self._storage.delete_snapshot(name, snapshot)
            del self._snapshots[name][snapshot]
        dissolve(former)

    def _keep(self, contents: World) -> None:
        """Store the contents of a world that nothing else refers to; without a lock, because it may take long."""
        if self._storage is not None and contents.storage is None:
            contents.storage = self._storage.keep(contents)

    def _replace(self, world: World) -> World:
        """Add a world as `_add` does, and free the one that it replaces."""
        with self._lock:
            former = [self._named[world.name]] if world.name in self._named else []
            self._add(world)
        dissolve(former)
        return world

    def _add(self, world: World) -> World:
        """Add a world, in place of one of the same name.

        Raises RegistryFull.
        """
        self._check_room_for_world(world.name)
        if self._storage is not None:
            world.storage = self._storage.add(world)
        self._named[world.name] = world
        return world

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
