"""Records: immutable values with named fields. The state of a world consists of them, and so does much of a call.

A record is a struct of msgspec. Compared with a dataclass, its class is defined in a fortieth of the time, which counts
when the server starts, and its instances are created in a quarter and changed in a fifteenth of the time.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, dataclass_transform

from msgspec import NODEFAULT, Struct, StructMeta, field
from msgspec.structs import asdict, astuple

if TYPE_CHECKING:
    from dataclasses import replace  # mypy knows this one, and checks the fields.
else:
    from msgspec.structs import replace

__all__ = ["REQUIRED", "Record", "asdict", "astuple", "field", "fields", "replace"]

REQUIRED = NODEFAULT
"""The default of a field that has none."""


class _KeywordOnly(StructMeta):
    """The type of records; msgspec passes `frozen` on to subclasses, but not `kw_only`."""

    def __new__(  # noqa: PYI034 - PEP 673 rejects Self in a metaclass.
        cls, name: str, bases: tuple[type, ...], members: dict[str, Any], *, kw_only: bool = True, **options: Any
    ) -> "_KeywordOnly":
        return super().__new__(cls, name, bases, members, kw_only=kw_only, **options)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
class Record(Struct, metaclass=_KeywordOnly, frozen=True):
    """The base of records; fields are passed by name, or also by position if the class has `kw_only=False`."""


def fields(record: type[Record]) -> Mapping[str, Any]:
    """Return the default values of the fields of a record, or REQUIRED, by their names."""
    names, defaults = record.__struct_fields__, record.__struct_defaults__
    return dict(zip(names, (REQUIRED,) * (len(names) - len(defaults)) + defaults, strict=True))
