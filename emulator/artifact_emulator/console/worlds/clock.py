"""The clock of this world: freeze, advance and resume it."""

from collections.abc import Callable

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from artifact_emulator.console.access import manages_all
from artifact_emulator.console.worlds.forms import (
    WrongInput,
    command,
    done,
    entered,
    entered_instant,
    form_of,
    instant_text,
    managed_world,
)
from artifact_emulator.time_texts import duration_of
from artifact_state.clock import Clock, InstantInThePast

pages = Blueprint("clock", __name__)


@pages.get("/world/clock")
def clock() -> str:
    """Show the clock and the forms that change it."""
    return render_template(
        "worlds/clock.html",
        commands=[
            command("clock"),
            command("clock", "freeze", "2026-01-01T00:00:00Z"),
            command("clock", "advance", "15d"),
            command("clock", "resume"),
        ],
    )


@pages.post("/world/clock/freeze")
@form_of(clock)
def freeze() -> Response:
    """Freeze the clock, at the present instant if none is given."""
    instant = entered_instant("instant") or managed_world().clock.now()
    _change(lambda clock: clock.freeze(instant))
    at = instant_text(managed_world().clock.now())
    return done(f"Clock frozen at {at}.", command("clock", "freeze", at), ".clock")


@pages.post("/world/clock/advance")
@form_of(clock)
def advance() -> Response:
    """Move the clock forward."""
    text = entered("span")
    try:
        span = duration_of(text)
    except ValueError as error:
        raise WrongInput(str(error)) from None
    _change(lambda clock: clock.advance(span))
    return done(f"Clock advanced by {text}.", command("clock", "advance", text), ".clock")


@pages.post("/world/clock/resume")
@form_of(clock)
def resume() -> Response:
    """Make the clock show the real time."""
    _change(Clock.resume)
    return done("The clock shows the real time.", command("clock", "resume"), ".clock")


def _change(change: Callable[[Clock], None]) -> None:
    """Change the clock.

    Raises WrongInput, InstantOutOfRange.
    """
    try:
        managed_world().change_clock(change)
    except InstantInThePast as error:
        advice = " To begin earlier, create a world on the page Worlds with “Frozen at this instant in UTC”."
        raise WrongInput(
            f"The clock cannot go back before {error.latest:%Y-%m-%d %H:%M:%S} UTC, when this world last changed."
            f"{advice if manages_all() else ''}"
        ) from None
