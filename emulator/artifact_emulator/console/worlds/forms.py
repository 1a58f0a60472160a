"""What the forms of these pages have in common: the world that they manage, mistakes, and equivalent commands."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from shlex import quote

from flask import flash, redirect, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from artifact_emulator.console.calls import executor, world
from artifact_emulator.console.confirmation import confirmation
from artifact_emulator.faults.rules import ImpossibleFault, TooManyFaults
from artifact_emulator.scenarios.files import InvalidScenario, UnknownScenario
from artifact_emulator.time_texts import instant_of
from artifact_state.clock import InstantOutOfRange
from artifact_state.snapshot import InvalidSnapshot
from artifact_state.world import NotStored, World
from artifact_state.world_registry import (
    DEFAULT,
    InvalidName,
    RegistryFull,
    SnapshotNotFound,
    WorldNotFound,
    WorldRegistry,
)

_COMMAND_ENDPOINTS = ("http://127.0.0.1:4700", "http://localhost:4700")
"""The endpoints that the command assumes."""


class WrongInput(ValueError):
    """A form cannot be carried out; the text says why in a sentence."""


_MISTAKES = (
    WrongInput,
    ImpossibleFault,
    TooManyFaults,
    InvalidName,
    InvalidScenario,
    InvalidSnapshot,
    InstantOutOfRange,
    NotStored,
    RegistryFull,
    SnapshotNotFound,
    UnknownScenario,
    WorldNotFound,
)
"""The errors whose text is shown on the page of the form; the control API answers the same."""


def managed_worlds() -> WorldRegistry:
    """Return the worlds that the request may manage."""
    return executor().worlds


def managed_world(name: str | None = None) -> World:
    """Return the world that the request manages: that of its path, or an existing one by name.

    Raises WorldNotFound.
    """
    return world() if name is None else managed_worlds().find(name)


_Reply = Response | str | tuple[str, int]


def form_of(page: Callable[[], str]) -> Callable[[Callable[..., Response | str]], Callable[..., _Reply]]:
    """Decorate the view of a form: a mistake is shown on the page of the form, which keeps what was entered."""

    def decorate(submit: Callable[..., Response | str]) -> Callable[..., _Reply]:
        @wraps(submit)
        def view(**path: str) -> _Reply:
            try:
                return submit(**path)
            except _MISTAKES as error:
                flash(str(error), "error")
                return page(), 400

        return view

    return decorate


def done(message: str, command: str, endpoint: str) -> Response:
    """Redirect to a page, which says what has been done and shows the equivalent command."""
    flash({"message": message, "command": command}, "success")  # type: ignore[arg-type]  # It fits into the cookie.
    return redirect(url_for(endpoint), 303)


def reset_confirmation(name: str, cancel: str) -> str:
    """Return the page that asks before a world is reset."""
    return confirmation(
        f"Reset the world {name}",
        "Everything that was changed since the world was created is lost, with its calls and its faults. "
        "The world then has its initial contents: none, or those of its scenario. Its snapshots remain.",
        "Reset",
        cancel,
    )


def command(*words: str, of_world: bool = True) -> str:
    """Return a command of `artifact-emulator`, quoted for a POSIX shell, for this emulator and this world."""
    line = ["artifact-emulator", *words]
    if of_world and (name := world().name) != DEFAULT:
        line += ["--world", name]
    if (endpoint := request.host_url.rstrip("/")) not in _COMMAND_ENDPOINTS:
        line += ["--endpoint", endpoint]
    return " ".join(map(quote, line))


def entered(name: str) -> str:
    """Return what was entered in a field, without surrounding spaces."""
    return request.form.get(name, "").strip()


def entered_instant(name: str) -> datetime | None:
    """Return the instant that was entered in a field, in UTC, or None.

    Raises WrongInput.
    """
    try:
        return instant_of(text) if (text := entered(name)) else None
    except ValueError as error:
        raise WrongInput(str(error)) from None


def instant_text(instant: datetime) -> str:
    """Return an instant as it is written in commands."""
    return instant.isoformat().replace("+00:00", "Z")


def uploaded(name: str) -> FileStorage:
    """Return the file that was chosen.

    Raises WrongInput.
    """
    file = request.files.get(name)
    if file is None or not file.filename:
        raise WrongInput("Choose a file.")
    return file
