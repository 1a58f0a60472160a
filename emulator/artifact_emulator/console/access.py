"""What the visitor may do beyond the world of the page: access tokens are checked before the console is asked."""

from flask import request

from artifact_emulator.console.calls import executor


def manages_all() -> bool:
    """Return whether the visitor may list, create, delete and enter all worlds."""
    access = executor().access
    return access is None or access.manages_all({name.lower(): value for name, value in request.headers.items()})
