"""The word that a form asks for before it deletes or changes what cannot be restored."""

from flask import flash, request


def is_confirmed(word: str) -> bool:
    """Return whether the word is in the box of the form; say on the next page what is missing otherwise."""
    if request.form.get("confirmation", "").strip() == word:
        return True
    flash(f"Nothing was changed: enter {word} in the box to confirm.", "error")
    return False
