"""The condition keys that policies read, named as the policies write them.

Source: https://docs.aws.amazon.com/cli/latest/reference/iam/get-context-keys-for-custom-policy.html
"""

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from artifact_state.policy_syntax.policy import listed
from artifact_state.policy_syntax.wildcards import variables_in


def keys_read(documents: Iterable[str]) -> list[str]:
    """Name the keys that policies read, once each as they are written first: what they are called knows no case."""
    found: dict[str, str] = {}
    for document in documents:
        for name in _named(document):
            found.setdefault(name.lower(), name)
    return list(found.values())


@lru_cache(maxsize=1024)
def _named(document: str) -> tuple[str, ...]:
    content = json.loads(document)
    variables = content.get("Version") == "2012-10-17"
    return tuple(name for one in listed(content["Statement"]) for name in _of_statement(one, variables=variables))


def _of_statement(statement: dict[str, Any], *, variables: bool) -> Iterator[str]:
    if variables:
        yield from _in_texts(statement.get("Resource", statement.get("NotResource", [])))
    for keys in statement.get("Condition", {}).values():
        for name, wanted in keys.items():
            yield name
            if variables:
                yield from _in_texts(wanted)


def _in_texts(values: Any) -> Iterator[str]:
    for one in listed(values):
        if isinstance(one, str):
            yield from variables_in(one)
