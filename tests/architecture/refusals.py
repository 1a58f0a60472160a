"""Which refusals of the domain a function can raise, read from the source without running it.

A function raises what it raises itself and what the functions that it names raise, but for what it catches. A table of
functions counts as all of them. So this is never less than the truth.
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
NOTHING: Refusals = frozenset()
KNOWN: Mapping[str, type[Refused]] = {
    name: one for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, Refused)
}


@dataclass(frozen=True)
class Place:
    """A name at the top of a module."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


class Module:
    """One module: what stands at its top, and where its imported names come from."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.tree = ast.parse(path.read_text())
        self.tops = dict(self._tops())
        self.imported = dict(self._imports())

    def _tops(self) -> Iterable[tuple[str, ast.AST]]:
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                yield node.name, node
            elif isinstance(node, ast.Assign):
                yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
                yield node.target.id, node.value

    def _imports(self) -> Iterable[tuple[str, str]]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


@cache
def modules() -> Mapping[str, Module]:
    """Read the modules of both packages, the generated ones left out."""
    paths = {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for package, root in PACKAGES.items()
        for path in (root / package).rglob("*.py")
        if "shapes" not in path.parts
    }
    return {name: Module(name, path) for name, path in paths.items()}


@cache
def functions(package: str) -> tuple[Place, ...]:
    """List the functions at the top of a package's modules."""
    return tuple(
        Place(module.name, name)
        for module in modules().values()
        if module.name.startswith(package)
        for name, node in module.tops.items()
        if isinstance(node, ast.FunctionDef)
    )


def raised_in(place: Place) -> Refusals:
    """Tell which refusals a function can raise."""
    return _raised()[place]


def promised_in(place: Place) -> Refusals:
    """Tell which refusals the docstring of a function names."""
    node = _node(place)
    assert isinstance(node, ast.FunctionDef)
    promise = re.search(r"Raises (.*?)\.(?:\s|$)", ast.get_docstring(node) or "", re.DOTALL)
    named = re.findall(r"\b[A-Z]\w+", promise[1]) if promise else []
    return frozenset(KNOWN[name] for name in named if name in KNOWN)


def _node(place: Place) -> ast.AST:
    return modules()[place.module].tops[place.name]


@cache
def _raised() -> Mapping[Place, Refusals]:
    """Tell of everything at the top of a module what it raises: a little more each time, until there is no more."""
    outlines = {
        Place(module.name, name): tuple(_outline([node], module))
        for module in modules().values()
        for name, node in module.tops.items()
    }
    raised, before = dict.fromkeys(outlines, NOTHING), None
    while raised != before:
        before, raised = raised, {place: _sum(outline, raised) for place, outline in outlines.items()}
    return raised


@dataclass(frozen=True)
class Tried:
    """What stands in a `try`, and what is caught of it."""

    steps: tuple["Step", ...]
    caught: tuple[type[Refused], ...]


Step = type[Refused] | Place | Tried
"""What matters of a function: what it raises, what it names, and what it tries."""


def _sum(outline: tuple[Step, ...], raised: Mapping[Place, Refusals]) -> Refusals:
    found = set[type[Refused]]()
    for step in outline:
        if isinstance(step, Tried):
            found |= {one for one in _sum(step.steps, raised) if not issubclass(one, step.caught)}
        else:
            found |= raised[step] if isinstance(step, Place) else {step}
    return frozenset(found)


def _outline(nodes: Iterable[ast.AST], module: Module) -> Iterator[Step]:
    for node in nodes:
        if isinstance(node, ast.Try):
            yield Tried(tuple(_outline(node.body, module)), tuple(_caught(node)))
            yield from _outline([*node.handlers, *node.orelse, *node.finalbody], module)
            continue
        if isinstance(node, ast.Raise) and node.exc:
            name = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if isinstance(name, ast.Name) and name.id in KNOWN:
                yield KNOWN[name.id]
        if place := _named(node, module):
            yield place
        yield from _outline(ast.iter_child_nodes(node), module)


def _caught(node: ast.Try) -> Iterator[type[Refused]]:
    for handler in node.handlers:
        for name in ast.walk(handler.type or ast.Pass()):
            if isinstance(name, ast.Name) and name.id in KNOWN:
                yield KNOWN[name.id]


def _named(node: ast.AST, module: Module) -> Place | None:
    """Tell what a name means, when it is something at the top of a module of ours."""
    if isinstance(node, ast.Name):
        if node.id in module.tops:
            return Place(module.name, node.id)
        home, _, name = module.imported.get(node.id, "").rpartition(".")
        return Place(home, name) if home in modules() and name in modules()[home].tops else None
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        home = module.imported.get(node.value.id, "")
        return Place(home, node.attr) if home in modules() and node.attr in modules()[home].tops else None
    return None
