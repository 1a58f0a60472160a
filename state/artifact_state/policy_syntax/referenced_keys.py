"""The condition keys that policies refer to, spelled as the policies spell them.

Source: https://docs.aws.amazon.com/cli/latest/reference/iam/get-context-keys-for-custom-policy.html
"""

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from artifact_state.policy_syntax.policy import as_list
from artifact_state.policy_syntax.wildcards import variables_in


def referenced_keys(documents: Iterable[str]) -> list[str]:
    """Return the keys that policies refer to, each once in each of its spellings."""
    return list(dict.fromkeys(name for document in documents for name in _keys_in_document(document)))


@lru_cache(maxsize=1024)
def _keys_in_document(document: str) -> tuple[str, ...]:
    content = json.loads(document)
    variables = content.get("Version") == "2012-10-17"
    statements = as_list(content["Statement"])
    return tuple(name for statement in statements for name in _keys_in_statement(statement, variables=variables))


def _keys_in_statement(statement: dict[str, Any], *, variables: bool) -> Iterator[str]:
    if variables:
        yield from _keys_in_values(statement.get("Resource", statement.get("NotResource", [])))
    for keys in statement.get("Condition", {}).values():
        for name, values in keys.items():
            yield name
            if variables:
                yield from _keys_in_values(values)


def _keys_in_values(values: Any) -> Iterator[str]:
    for value in as_list(values):
        if isinstance(value, str):
            yield from variables_in(value)
