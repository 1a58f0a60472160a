"""YAML files, of which JSON is a subset, read with the line of every value.

Account ids and dates stay text, with or without quotes.
"""

import json
import re
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from artifact_state.record import Record
from artifact_state.scenarios.references import Place

_MAX_DEPTH = 50
_MAX_VALUES = 2_000_000
"""A limit because aliases of aliases can expand to more values than memory can hold."""
_ACCOUNT_ID = re.compile(r"\d{12}")
# Without libyaml, large files take ten times as long.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT = "tag:yaml.org,2002:str"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


class InvalidYaml(ValueError):
    """The file cannot be read as YAML; the text begins with the file and, where known, the line."""


class Source(Record, kw_only=False):
    """The contents of a scenario, and the text from which they were read, if they come from a file."""

    name: str
    content: Any
    text: str | None = None

    def location(self, place: Place) -> str:
        """Return the file and the line of a place, or its path if the contents do not come from a file."""
        if self.text is None:
            return ".".join([self.name, *map(str, place)])
        # Read again, because the nodes of a large file would take more memory than its world.
        node = yaml.compose(self.text, Loader=_LOADER) or ScalarNode("", "")
        line = node.start_mark.line if node.start_mark else 0
        for step in place:
            child = _child(node, step)
            if child is None:
                break
            line, node = child
        return f"{self.name}:{line + 1}"


def read_yaml(path: Path) -> Source:
    """Read a file.

    Raises InvalidYaml.
    """
    try:
        return parse_yaml(str(path), path.read_bytes())
    except OSError as error:
        raise InvalidYaml(f"{path}: {error}") from None


def parse_yaml(name: str, encoded: bytes) -> Source:
    """Read the contents of a file.

    Raises InvalidYaml.
    """
    try:
        text = encoded.decode()
        content = _read_json(text)
        if content is None:
            root = yaml.compose(text, Loader=_LOADER)
            content = {} if root is None else _Reader().read(root)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidYaml(f"{name}:{line}: {error.problem}") from None
    except UnicodeDecodeError:
        raise InvalidYaml(f"{name} is not UTF-8 text") from None
    except yaml.YAMLError as error:
        raise InvalidYaml(f"{name}: {error}") from None
    except RecursionError:
        raise InvalidYaml(f"{name}: the file is nested deeper than any scenario") from None
    return Source(name, content, text)


def _read_json(text: str) -> Any:
    """Return the data of JSON, which takes a thirtieth of YAML's time, or None if only YAML's error names a line."""
    try:
        return json.loads(text, object_pairs_hook=_members, parse_int=_integer)
    except (ValueError, RecursionError):
        return None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a key appears twice")
    return members


def _integer(text: str) -> int | str:
    return text if _ACCOUNT_ID.fullmatch(text) else int(text)


class _Reader:
    """Converts the nodes of one file to plain data, and counts them."""

    def __init__(self) -> None:
        self._count = 0
        self._loader = yaml.SafeLoader("")

    def read(self, node: Node, ancestors: tuple[Node, ...] = ()) -> Any:
        """Return the value of a node.

        Raises MarkedYAMLError.
        """
        self._count += 1
        if problem := self._problem(node, ancestors):
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
        ancestors = (*ancestors, node)
        if isinstance(node, MappingNode):
            content: dict[str, Any] = {}
            for key, value in node.value:
                if key.value in content:
                    raise yaml.MarkedYAMLError(problem=f"{key.value} appears twice", problem_mark=key.start_mark)
                content[str(key.value)] = self.read(value, ancestors)
            return content
        if isinstance(node, SequenceNode):
            return [self.read(item, ancestors) for item in node.value]
        if node.tag in (_TEXT, _TIMESTAMP) or _ACCOUNT_ID.fullmatch(node.value):
            return node.value
        return self._loader.construct_object(node)

    def _problem(self, node: Node, ancestors: tuple[Node, ...]) -> str:
        if node in ancestors:
            # An alias can refer to the value that contains it.
            return "this value contains itself"
        if len(ancestors) > _MAX_DEPTH:
            return f"this value is nested deeper than {_MAX_DEPTH} levels"
        if self._count > _MAX_VALUES:
            return f"the file expands to more than {_MAX_VALUES:,} values; use fewer aliases"
        return ""


def _child(node: Node, step: str | int) -> tuple[int, Node] | None:
    """Return the line and the node of a member or an item."""
    if isinstance(node, MappingNode):
        return next(((key.start_mark.line, value) for key, value in node.value if key.value == step), None)
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line, node.value[step]
    return None
