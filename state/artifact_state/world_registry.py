"""Worlds by name: as many as there are tests, each apart from all others.

A state is a value, so a world's fork shares everything with it until either changes.
"""

import re
from collections.abc import Iterator
from copy import copy
from threading import Lock

from artifact_state.model import State
from artifact_state.world import World

DEFAULT = "default"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class NoSuchWorld(LookupError):
    """No world has this name."""


class NoSuchSnapshot(LookupError):
    """A world has no snapshot of this name."""


class NotAName(ValueError):
    """What should name a world or a snapshot does not."""


class WorldRegistry:
    """The worlds of one emulator: the default one is always there, any other is made on first use."""

    def __init__(self, default: World | None = None) -> None:
        self.default = default or World()
        self._named: dict[str, World] = {}
        self._saved: dict[str, dict[str, World]] = {}
        self._lock = Lock()

    def __iter__(self) -> Iterator[World]:
        return iter((self.default, *self._named.values()))

    def get(self, name: str) -> World:
        """Give a world; one that is not there begins empty, with the options and the seed of the default one.

        Raises NotAName.
        """
        if name == DEFAULT:
            return self.default
        return self._named.get(name) or self._made(name)

    def find(self, name: str) -> World:
        """Give a world that is there.

        Raises NoSuchWorld.
        """
        world = self.default if name == DEFAULT else self._named.get(name)
        if world is None:
            raise NoSuchWorld(f"There is no world {name!r}.")
        return world

    def make(self, name: str, *, fork: str | None = None) -> World:
        """Make a world anew, in place of one of the same name: empty, or with all that another one has.

        Raises NotAName, NoSuchWorld.
        """
        model = self.find(fork) if fork is not None else None
        _check(name)
        made = self._empty(name) if model is None else _fork(model, name)
        with self._lock:
            if name == DEFAULT:
                self.default.replace_with(made)
                return self.default
            self._named[name] = made
        return made

    def begin(self, name: str, origin: World) -> World:
        """Let a world be as another one that nobody uses, and begin there again when it is reset.

        Raises NotAName.
        """
        _check(name)
        made = self._empty(name) if name != DEFAULT else self.default
        made.replace_with(origin)
        with self._lock:
            if name != DEFAULT:
                self._named[name] = made
        return made

    def drop(self, name: str) -> None:
        """Forget a world; the default one begins again instead.

        Raises NoSuchWorld.
        """
        world = self.find(name)
        if world is self.default:
            world.reset()
            return
        with self._lock:
            self._named.pop(name, None)
            self._saved.pop(name, None)

    def snapshots(self, name: str) -> list[str]:
        """Name the snapshots of a world, the oldest first."""
        return list(self._saved.get(name, ()))

    def save(self, name: str, snapshot: str) -> None:
        """Keep a world as it is, in place of a snapshot of the same name.

        Raises NoSuchWorld, NotAName.
        """
        self.keep(name, snapshot, _fork(self.find(name), name))

    def keep(self, name: str, snapshot: str, saved: World) -> None:
        """Keep a world that nobody uses as a snapshot of another one, in place of one of the same name.

        Raises NoSuchWorld, NotAName.
        """
        self.find(name)
        _check(snapshot)
        with self._lock:
            kept = self._saved.setdefault(name, {})
            kept.pop(snapshot, None)
            kept[snapshot] = saved

    def saved(self, name: str, snapshot: str) -> World:
        """Give a world as it was saved.

        Raises NoSuchSnapshot.
        """
        return self._snapshot(name, snapshot)

    def restore(self, name: str, snapshot: str) -> None:
        """Let a world be as it was.

        Raises NoSuchWorld, NoSuchSnapshot.
        """
        self.find(name).restore(self._snapshot(name, snapshot))

    def forget(self, name: str, snapshot: str) -> None:
        """Keep a snapshot no longer.

        Raises NoSuchSnapshot.
        """
        with self._lock:
            self._snapshot(name, snapshot)
            del self._saved[name][snapshot]

    def _snapshot(self, name: str, snapshot: str) -> World:
        saved = self._saved.get(name, {}).get(snapshot)
        if saved is None:
            raise NoSuchSnapshot(f"The world {name!r} has no snapshot {snapshot!r}.")
        return saved

    def _made(self, name: str) -> World:
        _check(name)
        with self._lock:
            return self._named.setdefault(name, self._empty(name))

    def _empty(self, name: str) -> World:
        return World(name=name, options=self.default.options, state=State(seed=self.default.state.seed))


def _fork(model: World, name: str) -> World:
    with model.locked():
        return World(
            name=name,
            options=model.options,
            clock=copy(model.clock),
            state=model.state,
            events=model.events.copy(),
        )


def _check(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise NotAName(
            f"{name!r} is no name: it has up to 128 letters, digits, dots, hyphens and underscores, "
            "the first a letter or a digit."
        )
