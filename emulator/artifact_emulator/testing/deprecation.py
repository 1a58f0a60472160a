"""Names of version 0.1, which keep working for one version."""

import warnings
from collections.abc import Mapping
from importlib import import_module
from typing import Any


def renamed_method(old: str, new: str) -> Any:
    """Return a method that warns under its old name and calls the method of the new name."""

    def method(self: object, *arguments: Any, **options: Any) -> Any:
        warnings.warn(f"{old}() is now {new}()", DeprecationWarning, stacklevel=2)
        return getattr(self, new)(*arguments, **options)

    method.__name__ = old
    method.__doc__ = f"Call {new}(), whose old name this is."
    return method


def moved(name: str, old_module: str, new_module: str, new_names: Mapping[str, str] | None = None) -> Any:
    """Return an attribute of a module under its old name, for the `__getattr__` of the old module.

    Raises AttributeError if `new_names` is given and does not have the name.
    """
    new_name = name if new_names is None else new_names.get(name)
    if new_name is None or name.startswith("__"):
        raise AttributeError(f"module {old_module!r} has no attribute {name!r}")
    attribute = getattr(import_module(new_module), new_name)
    warnings.warn(f"{old_module}.{name} is now {new_module}.{new_name}", DeprecationWarning, stacklevel=3)
    return attribute
