"""A browser for the console's tests that keeps cookies and runs no scripts."""

import re
from collections.abc import Mapping
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from artifact_emulator.app import App
from artifact_emulator.console.app import create_app


class Visitor:
    """A browser that keeps cookies and runs no scripts."""

    def __init__(self, app: App, base: str = "", host: str = "localhost") -> None:
        self.app = app
        self._base, self._host = base, host
        self._client: FlaskClient = create_app(app).test_client()

    def get(self, path: str, **headers: str) -> TestResponse:
        """Open a page."""
        response = self._client.get(
            f"/console{path}", base_url=f"http://{self._host}{self._base}", headers={"Host": self._host, **headers}
        )
        response.get_data()
        response.close()
        return response

    def post(self, path: str, form: Mapping[str, Any] | None = None, **headers: str) -> TestResponse:
        """Submit a form with the CSRF token of this browser."""
        token = re.search(r'name="csrf" value="([^"]+)"', self.get("/sign-in").text)
        assert token
        return self.send(path, {"csrf": token[1], **(form or {})}, **headers)

    def send(self, path: str, form: Mapping[str, Any], **headers: str) -> TestResponse:
        """Submit a form without adding a token."""
        return self._client.post(
            f"/console{path}",
            base_url=f"http://{self._host}{self._base}",
            data=form,
            headers={"Host": self._host, **headers},
        )

    def sign_in(self, account: str, **form: str) -> TestResponse:
        """Sign in to an account."""
        return self.post("/sign-in", {"account": account, "region": "us-east-1", **form})
