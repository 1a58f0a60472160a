"""The questions that are asked before something is deleted or lost."""

from collections.abc import Mapping

from flask import flash, render_template, request

from artifact_state.record import Record


class Question(Record, kw_only=False):
    """What is asked before something is lost."""

    title: str
    text: str
    button: str
    cancel: str
    """The page that follows if the answer is no."""
    entries: Mapping[str, str]
    """What the form of the answer submits."""


def confirmation(title: str, text: str, button: str, cancel: str) -> str:
    """Return the page that asks before something is lost; the script shows it in a dialog.

    Its form goes to the address of the page, with the entries of the query.
    """
    question = Question(title, text, button, cancel, request.args.to_dict())
    return render_template("confirm.html", question=question)


def is_confirmed(word: str) -> bool:
    """Return whether the word is in the box of the form; say on the next page what is missing otherwise."""
    if request.form.get("confirmation", "").strip() == word:
        return True
    flash(f"Nothing was changed: enter {word} in the box to confirm.", "error")
    return False
