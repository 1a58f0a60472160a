"""The records of `policy_grammars`: what a management or declarative policy of a type may say.

A grammar is a tree. Its inner nodes are objects with members that AWS names, members that the customer names, or
both; its leaves are settings of one value or of a list of values. A document and an effective policy have the same
tree, so that one grammar serves both.
"""

from __future__ import annotations  # The nodes refer to each other.

import re
from collections.abc import Mapping
from typing import TypeAlias

from artifact_state.record import Record

GrammarNode: TypeAlias = "ObjectGrammar | SettingGrammar | FreeGrammar"


class ValueRule(Record):
    """The values of a setting, or the names of members: those of a list, and those that match a pattern."""

    values: frozenset[str]
    pattern: re.Pattern[str] | None
    whole_numbers: tuple[int, int | None] | None
    """The least and the greatest number, if the value is a whole number."""
    minutes_between_runs: int | None
    """The least time between the next two runs, if the value is a schedule."""
    types: frozenset[type]
    """The JSON types in which the value may be written; AWS returns it as a string in any case."""


class SettingGrammar(Record):
    """A setting, which operators assign or, if it is a list, also change."""

    rule: ValueRule
    is_list: bool
    is_name: bool
    """Whether its value is the name of the object that it is in, in any case, also where a policy leaves it out."""
    when_unset: tuple[str, ...] | None
    """The value in the effective policy of a setting that no policy has set."""
    minimum: int
    """The least number of values that a document may assign."""
    minimum_when_merged: int
    maximum_when_merged: int | None


class Dependency(Record):
    """A condition on settings of an object that holds when another of them has a certain value."""

    blocks: tuple[tuple[str, ...], ...]
    """The paths of the inner objects whose settings are compared; a setting that one lacks is that of the object."""
    when: tuple[str, str]
    fields: tuple[str, ...]
    condition: str
    limit: int | str
    within_one_document: bool
    """Whether the condition holds for each document, but not for the effective policy."""


class ObjectGrammar(Record):
    """An object: its members by lower-case name, and what applies to members that the customer names."""

    members: Mapping[str, tuple[str, GrammarNode]]
    """The spelling and the grammar of each member that AWS names."""
    names: ValueRule | None
    lower_names: bool
    """Whether AWS returns the customer's names in lower case."""
    each: GrammarNode | None
    """The grammar of each member that the customer names."""
    required: tuple[str, ...]
    required_when_merged: tuple[str, ...]
    maximum_when_merged: int | None
    maximum_bytes: int | None
    """The greatest size of the effective policy that has this object at its top."""
    maximum_sharing: Mapping[str, int]
    """How many members may have the same value in a list, by the name of the list."""
    dependencies: tuple[Dependency, ...]


class FreeGrammar(Record):
    """An object or a setting of which AWS's documents say nothing."""
