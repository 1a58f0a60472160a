"""What the emulator keeps beside the state of each world: fault rules, the call log, the decision log, counters."""

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, cast

from artifact_emulator.activity.call_log import CallLog
from artifact_emulator.aws.authorization.decision_log import DecisionLog
from artifact_emulator.faults.rules import Faults
from artifact_emulator.logs import log
from artifact_state.world import World

if TYPE_CHECKING:
    from artifact_emulator.activity.event_feed import EventFeed
    from artifact_emulator.faults.strict_mode import StrictMode
    from artifact_emulator.faults.throttling import Throttle
    from artifact_emulator.storage.stored_world import StoredWorld
    from artifact_state.sts.multi_factor import CodeAttempts

_MAX_COUNTED_NAMES = 1_000
"""Number of operations that are counted: a client may invent any name."""
_MAX_NAME = 200
"""The characters of a name that are kept."""


class WorldRuntime:
    """Per-world data of the emulator, dropped with the world."""

    def __init__(self, world: World) -> None:
        self.faults = Faults(seed=world.state.seed)
        self.call_log = CallLog()
        self.decisions = DecisionLog()
        self.not_emulated_calls: Counter[str] = Counter()
        """How often each operation was called that is not emulated, such as `iam:CreateInstanceProfile`."""
        self.undecided_calls: Counter[str] = Counter()
        """How often policies depended on what is not known of a call, by operation and what that was."""
        self.lesson = ""
        """The lesson that was started in the world, "" if none was."""
        self._strict_mode: StrictMode | None = None
        self._event_feed: EventFeed | None = None

    def event_feed(self, world: World) -> "EventFeed":
        """Return the event feed of the world, to which this data belongs."""
        if self._event_feed is None:
            # Imported here: no AWS call needs it.
            from artifact_emulator.activity.event_feed import EventFeed

            self._event_feed = EventFeed(world, self.call_log)
        return self._event_feed

    @cached_property
    def code_attempts(self) -> "CodeAttempts":
        """The codes of MFA devices that were tried of late."""
        # Imported here: only calls that issue session credentials need it.
        from artifact_state.sts.multi_factor import CodeAttempts

        return CodeAttempts()

    @cached_property
    def throttle(self) -> "Throttle":
        """The token buckets of the world, all full at first."""
        # Imported here: few worlds enforce AWS's request rates.
        from artifact_emulator.faults.throttling import Throttle

        return Throttle()

    def strict_mode(self, seed: str) -> "StrictMode":
        """Return the strict mode of the world; it starts anew with another seed."""
        if self._strict_mode is None or self._strict_mode.seed != seed:
            # Imported here: few worlds are in strict mode.
            from artifact_emulator.faults.strict_mode import StrictMode

            self._strict_mode = StrictMode(seed)
        return self._strict_mode

    def count_not_emulated(self, name: str) -> None:
        """Count a call of an operation that is not emulated, and log a warning the first time."""
        name = name[:_MAX_NAME]
        if name not in self.not_emulated_calls:
            if len(self.not_emulated_calls) == _MAX_COUNTED_NAMES:
                return
            log.warning("%s is not emulated: it answers 501", name)
        self.not_emulated_calls[name] += 1

    def count_undecided(self, text: str) -> bool:
        """Count a call that policies do not decide; return whether it is the first of its kind."""
        text = text[:_MAX_NAME]
        is_first = text not in self.undecided_calls
        if not is_first or len(self.undecided_calls) < _MAX_COUNTED_NAMES:
            self.undecided_calls[text] += 1
        return is_first

    def reset_strictness(self) -> None:
        """Fill the token buckets and start strict mode anew."""
        self.__dict__.pop("throttle", None)
        self._strict_mode = None

    def clear(self) -> None:
        """Drop everything."""
        self.faults.clear()
        self.call_log.clear()
        self.decisions.clear()
        self.__dict__.pop("code_attempts", None)
        self.not_emulated_calls.clear()
        self.undecided_calls.clear()
        self.lesson = ""
        if self._event_feed is not None:
            self._event_feed.clear()
        self.reset_strictness()


def storage_of(world: World) -> "StoredWorld | None":
    """Return what keeps a world in the data directory, or None without one."""
    return cast("StoredWorld | None", world.storage)


def store_faults(world: World) -> None:
    """Store the fault rules of a world and their counters, if it has a data directory.

    Raises NotStored.
    """
    storage = storage_of(world)
    if storage is not None:
        storage.set_faults(runtime_of(world).faults.rules())


def start_lesson(world: World, name: str) -> None:
    """Record that a lesson starts in a world.

    Raises NotStored.
    """
    storage = storage_of(world)
    if storage is not None:
        storage.set_lesson(name)
    runtime_of(world).lesson = name


def add_sign_in(world: World, user_id: str) -> None:
    """Record that a user signed in to the console; the unique id of a root user is that of its account.

    Raises NotStored.
    """
    at, storage = world.clock.now(), storage_of(world)
    if storage is not None:
        storage.add_sign_in(user_id, at)
    runtime_of(world).call_log.add_sign_in(user_id, at)


def runtime_of(world: World) -> WorldRuntime:
    """Return the emulator's data of a world."""
    runtime = world.runtime
    if not isinstance(runtime, WorldRuntime):
        runtime = world.runtime = WorldRuntime(world)
    return runtime
