"""The dependency rule of docs/architecture.md, read from the source without running it."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOTS = (ROOT / "emulator", ROOT / "state")

# Lowest first. A module may import its own layer and those below; what is in no layer is a noun.
LAYERS = (
    {"errors", "events", "clock", "ids", "arns", "ordered_map", "state_cache", "name_index", "catalog", "policy_syntax"},
    {"model"},
    {"world"},
    {"authority", "delegation_policy"},
    {"<nouns>"},
    {"record_format", "snapshot", "scenarios"},
)
PYDANTIC_AT_THE_BORDER = {"artifact_state.record_format", "artifact_state.snapshot", "artifact_state.scenarios.schema"}
# Modules that find others by looking into a folder; nothing but this list says so.
FOUND_IN_FOLDERS = {
    "artifact_emulator.services": ("artifact_emulator.services.*.*", "artifact_emulator.shapes.*.*"),
}
# The names that distributions are imported under, where they differ from their own.
IMPORTED_AS = {"flask-openapi3": "flask_openapi3", "fpdf2": "fpdf", "pyyaml": "yaml", "rpds-py": "rpds"}


@dataclass(frozen=True)
class Import:
    """One import: the module that has it, what it names, and when it is carried out."""

    importer: str
    imported: str
    lazy: bool
    for_types_only: bool

    def __str__(self) -> str:
        return f"{self.importer} imports {self.imported}"


@cache
def modules() -> dict[str, Path]:
    """Find every module of the two packages, by its dotted name."""
    return {_name(root, path): path for root in ROOTS for path in sorted(root.rglob("*.py"))}


@cache
def imports() -> tuple[Import, ...]:
    """List every import of every module, wherever in the module it stands."""
    return tuple(found for module in modules() for found in _imports_of(module))


def _name(root: Path, path: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports_of(module: str) -> Iterator[Import]:
    tree = ast.parse(modules()[module].read_text())
    lazy = {id(node) for outer in ast.walk(tree) if _is_function(outer) for node in ast.walk(outer)}
    for_types = {id(node) for outer in ast.walk(tree) if _is_for_types(outer) for node in ast.walk(outer)}
    for node in ast.walk(tree):
        for name in _named(node):
            yield Import(module, name, id(node) in lazy, id(node) in for_types)
    for pattern in FOUND_IN_FOLDERS.get(module, ()):
        for name in modules():
            if fnmatch(name, pattern):
                yield Import(module, name, lazy=True, for_types_only=False)


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _named(node: ast.AST) -> list[str]:
    """Name the modules that an import statement names; a name that is a module of ours counts as that module."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert not node.level, "imports are absolute"
        assert node.module
        inner = [f"{node.module}.{alias.name}" for alias in node.names]
        return [name if name in modules() else node.module for name in inner]
    return []


def _package(module: str) -> str:
    return module.partition(".")[0]


def _layer(module: str) -> int:
    name = module.split(".")[1]
    return next((rank for rank, names in enumerate(LAYERS) if name in names), LAYERS.index({"<nouns>"}))


def _is_foreign(name: str) -> bool:
    """Tell whether a module comes from another distribution."""
    return _package(name) not in sys.stdlib_module_names and _package(name) not in (
        "artifact_state",
        "artifact_emulator",
    )


def _run(program: str) -> list[str]:
    """Run a program in a Python of its own; give what it printed."""
    path = ":".join(map(str, ROOTS))
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


class TestState:
    """What the domain may import."""

    def test_foreign_packages(self) -> None:
        """The domain imports the standard library and the persistent maps, and pydantic at its border only."""
        strangers = [
            str(one)
            for one in imports()
            if _package(one.importer) == "artifact_state"
            and _is_foreign(one.imported)
            and _package(one.imported) != "rpds"
            and not (_package(one.imported) == "pydantic" and one.importer in PYDANTIC_AT_THE_BORDER)
        ]
        assert strangers == []

    def test_direction(self) -> None:
        """The domain imports nothing of the wire."""
        assert [
            str(one)
            for one in imports()
            if _package(one.importer) == "artifact_state" and _package(one.imported) == "artifact_emulator"
        ] == []

    @pytest.mark.parametrize("library", ["http", "urllib", "socket", "socketserver", "asyncio", "xml", "html", "email"])
    def test_no_wire(self, library: str) -> None:
        """The domain knows nothing of HTTP, sockets or XML, not even from the standard library."""
        assert [
            str(one)
            for one in imports()
            if _package(one.importer) == "artifact_state" and _package(one.imported) == library
        ] == []

    def test_layers(self) -> None:
        """The model stands on errors and events, the world on the model, and so on up to the snapshots."""
        upward = [
            str(one)
            for one in imports()
            if one.importer.startswith("artifact_state.")
            and one.imported.startswith("artifact_state.")
            and _layer(one.importer) < _layer(one.imported)
        ]
        assert upward == []

    def test_layers_are_of_this_tree(self) -> None:
        """Every module that makes the foundation exists, so that a renamed one does not pass for a noun."""
        foundation = set.union(*LAYERS[:4])
        assert {name for name in foundation if f"artifact_state.{name}" not in modules()} == set()


class TestWhole:
    """What holds for both packages."""

    def test_no_cycles(self) -> None:
        """No module imports itself through others, be it lazily or for types."""
        graph: dict[str, set[str]] = {module: set() for module in modules()}
        for one in imports():
            if one.imported in graph and one.imported != one.importer:
                graph[one.importer].add(one.imported)
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            pytest.fail(" <- ".join(error.args[1]))

    def test_declared(self) -> None:
        """Every foreign package that is imported is a dependency, or a part of one that is named with it."""
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        names = {text.split(">")[0].strip() for text in project["dependencies"]}
        declared = {IMPORTED_AS.get(name, name) for name in names}
        declared |= {"pydantic_core", "annotated_types"} if "pydantic" in declared else set()
        declared |= {"werkzeug", "jinja2"} if "flask" in declared else set()
        foreign = {_package(one.imported) for one in imports() if _is_foreign(one.imported) and not one.for_types_only}
        # Whoever loads the plugin has pytest, whoever calls in the process has botocore.
        assert foreign - declared <= {"boto3", "botocore", "pytest"}

    def test_no_botocore(self) -> None:
        """Nothing of botocore is imported, except by what makes or answers its clients in a test author's process."""
        users = {one.importer for one in imports() if _package(one.imported) in ("botocore", "boto3", "awscli")}
        assert users <= {"artifact_emulator.pytest_plugin"} | {
            f"artifact_emulator.testing.{name}" for name in ("in_process", "sessions", "aws_guard")
        }

    def test_imports_by_name(self) -> None:
        """A module that imports by computed name is known to these tests."""
        computing = {one.importer for one in imports() if one.imported == "importlib"}
        assert computing - {"artifact_emulator.testing.in_process"} == set(FOUND_IN_FOLDERS)


CALL = """\
import sys
from artifact_emulator.app import App
from artifact_emulator.http import Request
from artifact_state.world import World

credential = "111122223333/20260101/us-east-1/organizations/aws4_request"
reply = App(World()).handle(
    Request(
        "POST",
        "/",
        "",
        {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": "AWSOrganizationsV20161128.CreateOrganization",
            "authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0",
        },
        b"{}",
    )
)
assert reply.status == 200, reply
print(*sys.modules)
"""


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """Name the modules that one AWS call, answered in a new Python, has imported."""
    return set(_run(CALL))


class TestCall:
    """What the way of an AWS call imports."""

    @pytest.mark.parametrize(
        "library",
        ["flask", "werkzeug", "jinja2", "requests", "fpdf", "botocore", "boto3", "asyncio", "uvicorn", "sqlite3"],
    )
    def test_imports_none_of(self, loaded: set[str], library: str) -> None:
        """An AWS call is answered without a web framework, a server, a PDF writer or AWS's own code."""
        assert {name for name in loaded if _package(name) == library} == set()

    def test_imports_only_its_service(self, loaded: set[str]) -> None:
        """A call to one service builds the shapes of no other."""
        shapes = {
            name.split(".")[2] for name in loaded if name.startswith("artifact_emulator.shapes.") and "requests" in name
        }
        assert shapes == {"organizations"}

    def test_server_imports_no_flask(self) -> None:
        """The server starts without Flask, which the control API and the console bring when they are first asked."""
        imported = _run("import sys, artifact_emulator.server.server, artifact_emulator.cli.main; print(*sys.modules)")
        assert {"flask", "werkzeug", "jinja2"} & set(imported) == set()
