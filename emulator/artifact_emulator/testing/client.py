"""A client of a running emulator: its worlds, and the control API."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import requests

from artifact_emulator.testing.arguments import checked_instant
from artifact_emulator.testing.deprecation import renamed_method
from artifact_emulator.testing.world_client import DEFAULT_ACCOUNT, ControlError, WorldClient

__all__ = ["DEFAULT_ACCOUNT", "DEFAULT_ENDPOINT", "ControlError", "Emulator", "RemoteWorld", "WorldClient"]

DEFAULT_ENDPOINT = "http://127.0.0.1:4700"
_TIMEOUT = 30
_FILE_NAME = re.compile(r"[/\\]|\.(ya?ml|json)$")
"""What distinguishes the name of a file from that of a built-in scenario."""


class Emulator:
    """A running emulator."""

    def __init__(self, endpoint: str = DEFAULT_ENDPOINT, *, control_token: str | None = None) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.control_token = control_token
        """The token for the control API, which is then also the secret with which root users sign."""
        self._headers = {} if control_token is None else {"Authorization": f"Bearer {control_token}"}
        self._http = requests.Session()
        # Ignore proxies, which do not reach this machine, and credentials in a .netrc.
        self._http.trust_env = False

    def world(self, name: str = "default") -> "RemoteWorld":
        """Return a world; it is created empty on first use."""
        return RemoteWorld(self, name)

    @contextmanager
    def new_world(
        self, scenario: "str | Path | Mapping[str, Any] | None" = None, *, at: datetime | None = None
    ) -> Iterator["RemoteWorld"]:
        """Yield a new world, empty or with a scenario, and delete it at the end of the block.

        Its clock is frozen at the instant `at`, if there is one.

        Raises ControlError and ValueError for an invalid scenario.
        """
        # The name is new, so the world is created empty on first use.
        world = RemoteWorld(self, f"test-{uuid4().hex}", DEFAULT_ACCOUNT)
        if scenario is not None:
            world.load_scenario(scenario, at=at)
        elif at is not None:
            self.request("PUT", f"/_emulator/worlds/{world.name}", {"at": checked_instant(at).isoformat()})
        try:
            yield world
        finally:
            world.delete()

    def worlds(self) -> list[str]:
        """Return the names of all worlds."""
        return [world["name"] for world in self.request("GET", "/_emulator/worlds")["worlds"]]

    def health(self) -> Mapping[str, Any]:
        """Return the emulator's version and services."""
        health: Mapping[str, Any] = self.request("GET", "/_emulator/health")
        return health

    def request(self, method: str, path: str, body: object = None) -> Any:
        """Send a request to the control API and return the JSON of its reply, or None if it is empty.

        Raises ControlError, and requests' ConnectionError without a server or RequestException for another program.
        """
        url = self.endpoint + path
        response = self._http.request(method, url, json=body, headers=self._headers, timeout=_TIMEOUT)
        _check(response)
        return response.json() if response.content else None

    def stream(self, path: str) -> Iterator[tuple[str, str]]:
        """Yield the fields of an event stream of the control API until it ends.

        Raises ControlError, and requests' ConnectionError without a server.
        """
        headers = {"Accept": "text/event-stream", **self._headers}
        with self._http.get(self.endpoint + path, headers=headers, stream=True, timeout=_TIMEOUT) as response:
            _check(response)
            # A server that shuts down breaks the stream off.
            with suppress(requests.exceptions.ChunkedEncodingError):
                for line in response.iter_lines(chunk_size=None, decode_unicode=True):
                    field, _, value = line.partition(": ")
                    yield field, value

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> requests.Response:
        """Send a complete request, such as an AWS call, and return its response.

        Raises requests' ConnectionError without a server.
        """
        return self._http.request(method, url, headers=dict(headers), data=body, timeout=_TIMEOUT)

    def download(self, url: str) -> bytes:
        """Return the document behind a presigned URL.

        Raises PermissionError if the URL is invalid or expired.
        """
        response = self._http.get(url, timeout=_TIMEOUT)
        if response.status_code != 200:
            raise PermissionError(response.text)
        return response.content

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    ask = renamed_method("ask", "request")
    listen = renamed_method("listen", "stream")


class RemoteWorld(WorldClient):
    """A world of a running emulator."""

    endpoint: str

    def __init__(self, emulator: Emulator, name: str, default_account: str | None = None) -> None:
        self.emulator = emulator
        self._default_account = default_account
        self.name = name
        self._base = "" if name == "default" else f"/worlds/{quote(name)}"
        self.endpoint = emulator.endpoint + self._base
        if emulator.control_token is not None:
            self.secret = emulator.control_token

    @property
    def default_account(self) -> str:
        """Return the account that calls if none is named; the emulator is asked once for each scenario.

        Raises requests' ConnectionError without a server.
        """
        if self._default_account is None:
            self._default_account = DEFAULT_ACCOUNT
            with suppress(ControlError):  # The world does not exist yet.
                self._default_account = self._describe()["default_account"]
        return self._default_account

    def exists(self) -> bool:
        """Return whether the world exists.

        Raises ControlError, and requests' ConnectionError without a server.
        """
        try:
            self._describe()
        except ControlError as error:
            if error.status != 404:
                raise
            return False
        return True

    def request(self, method: str, path: str, body: object = None) -> Any:
        """Send a request to the control API of this world and return the JSON of its reply, or None if it is empty.

        `path` is below `/_emulator/`. Raises ControlError, and requests' ConnectionError without a server.
        """
        return self.emulator.request(method, f"{self._base}/_emulator/{path}", body)

    def follow(self, name: str | None = None, **filters: str) -> Iterator[dict[str, Any]]:
        """Yield the calls and service events so far and then each one as it comes, forever; filters as for `events`.

        Raises ControlError, and requests' ConnectionError when the emulator ends.
        """
        criteria = filters if name is None else {"name": name, **filters}
        path = f"{self._base}/_emulator/events?{urlencode({**criteria, 'after': -1})}"
        while True:
            # The stream ends when the world is replaced; the new world is then followed from its beginning.
            for field, value in self.emulator.stream(path):
                if field == "data":
                    yield json.loads(value)

    def _describe(self) -> dict[str, Any]:
        # Below the world's own endpoint, where its token is enough.
        description: dict[str, Any] = self.request("GET", f"worlds/{quote(self.name)}")
        return description

    def fork(self, name: str) -> "RemoteWorld":
        """Create a copy of this world under a name, replacing a world of the same name."""
        self.emulator.request("PUT", f"/_emulator/worlds/{quote(name)}", {"fork": self.name})
        return RemoteWorld(self.emulator, name)

    def load_scenario(self, scenario: str | Path | Mapping[str, Any], *, at: datetime | None = None) -> None:
        """Load a scenario, to which a reset returns: the name of a built-in scenario, a file or a mapping.

        Raises ControlError for an invalid scenario, and ValueError for an invalid file.
        """
        body = {"scenario": _scenario_json(scenario), "at": None if at is None else checked_instant(at).isoformat()}
        description = self.emulator.request("PUT", f"/_emulator/worlds/{quote(self.name)}", body)
        self._default_account = description["default_account"]

    def delete(self) -> None:
        """Delete the world, if it exists; the default world is reset instead."""
        try:
            self.emulator.request("DELETE", f"/_emulator/worlds/{quote(self.name)}")
        except ControlError as error:
            if error.status != 404:
                raise

    drop = renamed_method("drop", "delete")


def _check(response: requests.Response) -> None:
    """Raise ControlError for an error of the control API, and RequestException for one of another program."""
    if response.status_code < 400:
        return
    try:
        detail = response.json()["detail"]
    except (ValueError, LookupError, TypeError):
        error = f"{response.status_code} {response.reason}"
        raise requests.RequestException(error, response=response, request=response.request) from None
    raise ControlError(response.status_code, detail)


def _scenario_json(scenario: str | Path | Mapping[str, Any]) -> str | dict[str, Any]:
    """Return a scenario in the form of the control API, which reads no files of its clients."""
    if isinstance(scenario, Mapping):
        return dict(scenario)
    if isinstance(scenario, str) and not _FILE_NAME.search(scenario):
        return scenario
    # Imported here: reading scenarios takes YAML.
    from artifact_emulator.scenarios.files import read_scenario

    return read_scenario(str(scenario)).model_dump(mode="json", exclude_defaults=True)
