"""The package `artifact_state.errors`: its overview, and which refusals carry a message."""

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator
from pathlib import Path

from artifact_state import errors
from artifact_state.errors import Conflict, Denied, NotFound, Recorded, Refused, policy_language

KINDS = (Denied, NotFound, Conflict, Recorded, Refused)
MODULES = [
    importlib.import_module(f"{errors.__name__}.{module.name}")
    for module in pkgutil.iter_modules(errors.__path__)
    if module.name != "base"
]

STATE = Path(errors.__path__[0]).parent


def refusals_of(module: object) -> list[type[Refused]]:
    """Return the refusals that a module defines, in the order of their definition."""
    return [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Refused) and value.__module__ == module.__name__  # type: ignore[attr-defined] # It is a module.
    ]


def overview() -> Iterator[str]:
    """Yield the lines of the overview: the refusals of each kind, module by module."""
    for kind in KINDS:
        yield f"{kind.__name__}: {inspect.getdoc(kind)}"
        for module in MODULES:
            names = [refusal.__name__ for refusal in refusals_of(module) if refusal.__bases__ == (kind,)]
            if names:
                line = f"{module.__name__.rpartition('.')[2]}: {', '.join(names)}"
                yield from textwrap.wrap(line, 110, initial_indent="    ", subsequent_indent="        ")


class TestOverview:
    """The overview in the docstring of the package."""

    def test_overview_lists_every_refusal(self) -> None:
        """The docstring lists every class under its kind and its module."""
        assert textwrap.indent("\n".join(overview()), "    ") in (errors.__doc__ or "")

    def test_package_exports_every_refusal(self) -> None:
        """Every refusal of every module can be imported from the package."""
        defined = [refusal for module in MODULES for refusal in refusals_of(module)]
        assert [refusal for refusal in defined if vars(errors).get(refusal.__name__) is not refusal] == []


def texts_raised() -> Iterator[tuple[str, str]]:
    """Yield each exception of the domain that is raised with text, and the text."""
    for path in STATE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name):
                for argument in ast.walk(node.exc):
                    if isinstance(argument, ast.Constant) and " " in str(argument.value):
                        yield node.exc.func.id, str(argument.value)


class TestMessages:
    """The messages of refusals."""

    def test_only_policy_language_refusals_carry_messages(self) -> None:
        """The domain composes no message for the wire, except what is wrong with a policy document or a simulation."""
        with_message = {refusal.__name__ for refusal in refusals_of(policy_language)}
        refusals = {refusal.__name__ for module in MODULES for refusal in refusals_of(module)}
        texts = list(texts_raised())
        assert with_message <= {name for name, _ in texts}
        assert [(name, text) for name, text in texts if name in refusals - with_message] == []
