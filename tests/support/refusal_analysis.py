"""A static analysis of the refusals that a function can raise, read from the source without running it.

A function raises its own refusals and those of the functions that it names, except those that it catches. A table of
functions counts as all of them, and a class as all of its methods. The result is therefore never too small.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from artifact_state import errors
from artifact_state.errors import Refused

ROOT = Path(__file__).parents[2]
PACKAGES = {"artifact_state": ROOT / "state", "artifact_emulator": ROOT / "emulator"}
Refusals = frozenset[type[Refused]]
NO_REFUSALS: Refusals = frozenset()
REFUSALS_BY_NAME: Mapping[str, type[Refused]] = {
    name: value for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Refused)
}


@dataclass(frozen=True)
class Place:
    """A name defined at the top of a module, or a method of a class there."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


class Module:
    """The definitions of a module, and the origins of its imported names."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.tree = ast.parse(path.read_text())
        self.definitions = dict(self._definitions())
        self.imported = dict(self._imports())

    def place_of(self, name: str) -> Place | None:
        """Return the place that a name refers to, if it is defined in one of our modules."""
        if name in self.definitions:
            return Place(self.name, name)
        module, _, name = self.imported.get(name, "").rpartition(".")
        return _known_place(module, name)

    def _definitions(self) -> Iterator[tuple[str, ast.AST]]:
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef):
                yield node.name, node
            elif isinstance(node, ast.ClassDef):
                yield node.name, node
                methods = [method for method in node.body if isinstance(method, ast.FunctionDef)]
                yield from ((f"{node.name}.{method.name}", method) for method in methods)
            elif isinstance(node, ast.Assign):
                yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
                yield node.target.id, node.value

    def _imports(self) -> Iterator[tuple[str, str]]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


@cache
def modules() -> Mapping[str, Module]:
    """Return the modules of both packages, without the generated ones."""
    paths = {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for package, root in PACKAGES.items()
        for path in (root / package).rglob("*.py")
        if "shapes" not in path.parts
    }
    return {name: Module(name, path) for name, path in paths.items()}


@cache
def functions(package: str) -> tuple[Place, ...]:
    """Return the functions at the top of a package's modules."""
    return tuple(
        Place(module.name, name)
        for module in modules().values()
        if module.name.startswith(package)
        for name, node in module.definitions.items()
        if isinstance(node, ast.FunctionDef) and "." not in name
    )


def raised_in(place: Place) -> Refusals:
    """Return the refusals that a function can raise."""
    return _raised()[place]


def documented_in(place: Place) -> Refusals:
    """Return the refusals that the docstring of a function names."""
    node = modules()[place.module].definitions[place.name]
    assert isinstance(node, ast.FunctionDef)
    sentence = re.search(r"Raises (.*?)\.(?:\s|$)", ast.get_docstring(node) or "", re.DOTALL)
    names = re.findall(r"\b[A-Z]\w+", sentence[1]) if sentence else []
    return frozenset(REFUSALS_BY_NAME[name] for name in names if name in REFUSALS_BY_NAME)


@dataclass(frozen=True)
class TryBlock:
    """The steps of a `try` block, and the refusals that it catches."""

    steps: tuple["Step", ...]
    caught: tuple[type[Refused], ...]


Step = type[Refused] | Place | TryBlock
"""A part of a function that matters: a refusal that it raises, a name that it uses, or a `try` block."""
Classes = Mapping[str, Place]
"""The classes of a function's parameters."""


@cache
def _raised() -> Mapping[Place, Refusals]:
    """Return the refusals of every definition, computed as a fixed point."""
    steps = {
        Place(module.name, name): tuple(_steps([node], module, {}))
        for module in modules().values()
        for name, node in module.definitions.items()
    }
    raised, previous = dict.fromkeys(steps, NO_REFUSALS), None
    while raised != previous:
        previous, raised = raised, {place: _union(parts, raised) for place, parts in steps.items()}
    return raised


def _union(steps: tuple[Step, ...], raised: Mapping[Place, Refusals]) -> Refusals:
    refusals = set[type[Refused]]()
    for step in steps:
        if isinstance(step, TryBlock):
            refusals |= {refusal for refusal in _union(step.steps, raised) if not issubclass(refusal, step.caught)}
        else:
            refusals |= raised[step] if isinstance(step, Place) else {step}
    return frozenset(refusals)


def _steps(nodes: Iterable[ast.AST], module: Module, classes: Classes) -> Iterator[Step]:
    for node in nodes:
        if isinstance(node, ast.FunctionDef):  # Its annotations are not used when it runs.
            own = {**classes, **dict(_parameter_classes(node, module))}
            yield from _steps([*node.args.defaults, *node.body], module, own)
        elif isinstance(node, ast.AnnAssign):
            yield from _steps([node.value] if node.value else [], module, classes)
        elif isinstance(node, ast.Try):
            yield TryBlock(tuple(_steps(node.body, module, classes)), tuple(_caught(node)))
            yield from _steps([*node.handlers, *node.orelse, *node.finalbody], module, classes)
        else:
            if isinstance(node, ast.Raise) and node.exc:
                name = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
                if isinstance(name, ast.Name) and name.id in REFUSALS_BY_NAME:
                    yield REFUSALS_BY_NAME[name.id]
            if place := _used_place(node, module, classes):
                yield place
            yield from _steps(ast.iter_child_nodes(node), module, classes)


def _parameter_classes(function: ast.FunctionDef, module: Module) -> Iterator[tuple[str, Place]]:
    for argument in function.args.args:
        place = module.place_of(argument.annotation.id) if isinstance(argument.annotation, ast.Name) else None
        if place:
            yield argument.arg, place


def _caught(node: ast.Try) -> Iterator[type[Refused]]:
    for handler in node.handlers:
        for name in ast.walk(handler.type or ast.Pass()):
            if isinstance(name, ast.Name) and name.id in REFUSALS_BY_NAME:
                yield REFUSALS_BY_NAME[name.id]


def _used_place(node: ast.AST, module: Module, classes: Classes) -> Place | None:
    """Return the place that a name, an attribute of a module, or a method of a parameter refers to."""
    if isinstance(node, ast.Name):
        return module.place_of(node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        if owner := classes.get(node.value.id):
            return _known_place(owner.module, f"{owner.name}.{node.attr}")
        return _known_place(module.imported.get(node.value.id, ""), node.attr)
    return None


def _known_place(module: str, name: str) -> Place | None:
    return Place(module, name) if module in modules() and name in modules()[module].definitions else None
