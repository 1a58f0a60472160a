"""JSON in the notation of a protocol, in which items are joined from their fragments."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from artifact_emulator.aws.items import Item


class JsonFormat:
    """Writes values as JSON; the protocols differ in instants."""

    def __init__(self, name: str, plain: Callable[[Any], Any]) -> None:
        self._name = name
        self.write = json.JSONEncoder(separators=(",", ":"), default=plain, ensure_ascii=False).encode

    def write_output(self, output: Mapping[str, Any]) -> str:
        """Return the object of an operation's output, in which an item or a list of items may be a member."""
        members = [f'"{name}":{self._member(value)}' for name, value in output.items()]
        return f"{{{','.join(members)}}}"

    def _member(self, value: Any) -> str:
        if type(value) is list and value and type(value[0]) is Item:
            return f"[{','.join([self._element(element) for element in value])}]"
        return self._element(value)

    def _element(self, value: Any) -> str:
        if type(value) is not Item:
            return self.write(value)
        fragment = value.fragments.get(self._name)
        if fragment is None:
            fragment = value.fragments[self._name] = self.write(value)
        return fragment
