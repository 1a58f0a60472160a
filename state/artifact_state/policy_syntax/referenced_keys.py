"""The condition keys that a policy refers to, spelled as the policy spells them.

Sources: https://docs.aws.amazon.com/cli/latest/reference/iam/get-context-keys-for-custom-policy.html
https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/internal/services/iam/testdata/context_keys_aws.json
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from artifact_state.policy_syntax.policy import as_list
from artifact_state.policy_syntax.wildcards import variables_in


@lru_cache(maxsize=1024)
def keys_in_document(document: str) -> tuple[str, ...]:
    """Return the keys that a policy refers to, each once in each of its spellings."""
    content = json.loads(document)
    variables = content.get("Version") == "2012-10-17"
    statements = as_list(content.get("Statement", []))
    names = (name for statement in statements for name in _keys_in_statement(statement, variables=variables))
    return tuple(dict.fromkeys(names))


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
