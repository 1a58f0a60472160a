"""Downloads: the page that follows says that a download has started, and starts it."""

from flask import flash, redirect
from werkzeug.wrappers import Response


def start_download(url: str, name: str, page: str) -> Response:
    """Redirect to a page that downloads a document and says so."""
    flash({"message": f"The download of {name} has started.", "download": url}, "success")  # type: ignore[arg-type]
    return redirect(page, 303)
