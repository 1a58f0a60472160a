"""The dependency rules of docs/architecture.md, checked on the import statements of the sources."""

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

# Lowest first. A module may import modules of its own layer and below; what is in no layer is one of DOMAIN_PACKAGES.
LAYERS = (
    {
        "record",
        "errors",
        "events",
        "clock",
        "closest_name",
        "ids",
        "arns",
        "ordered_map",
        "name_index",
        "catalog",
        "policy_syntax",
        "steps",
        "json_reader",
    },
    {"model", "state_cache", "freeing"},
    {"world"},
    {"authority"},
    {"<domain packages>"},
    {"record_format", "json_writer", "field_forms", "state_faults", "state_rows", "snapshot", "scenarios"},
)
DOMAIN_PACKAGES = ("artifact", "iam", "organizations", "policy_evaluation", "sts", "scenarios")
"""The packages of the domain, lowest first: each may import those before it."""
PYDANTIC_AT_THE_BORDER = {
    f"artifact_state.{name}" for name in ("record_format", "state_rows", "snapshot", "scenarios.schema")
}
# Modules that import others by computed names; only this list says which.
IMPORTED_BY_NAME: dict[str, tuple[str, ...]] = {
    # What it re-exports stands under TYPE_CHECKING.
    "artifact_emulator": (),
    # The modules of the commands.
    "artifact_emulator.cli.main": ("artifact_emulator.cli.*",),
    # The new names of deprecated modules.
    "artifact_emulator.testing.deprecation": (),
    "artifact_state.catalog": ("artifact_state.catalog.*_records",),
    "artifact_emulator.services": ("artifact_emulator.services.*.*", "artifact_emulator.shapes.*.*"),
}
# The packages of distributions with other names.
IMPORTED_AS = {"flask-openapi3": "flask_openapi3", "fpdf2": "fpdf", "pyyaml": "yaml", "rpds-py": "rpds"}


@dataclass(frozen=True)
class Import:
    """An import: the importing module, the imported one, and when it happens."""

    importer: str
    imported: str
    lazy: bool
    for_types_only: bool

    def __str__(self) -> str:
        return f"{self.importer} imports {self.imported}"


@cache
def modules() -> dict[str, Path]:
    """Return the modules of both packages by their dotted names."""
    return {_name(root, path): path for root in ROOTS for path in sorted(root.rglob("*.py"))}


@cache
def imports() -> tuple[Import, ...]:
    """Return all imports of all modules, also those within functions."""
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
    for pattern in IMPORTED_BY_NAME.get(module, ()):
        for name in modules():
            if fnmatch(name, pattern):
                yield Import(module, name, lazy=True, for_types_only=False)


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _named(node: ast.AST) -> list[str]:
    """Return the modules that an import statement names; a name counts as a module if it is one of this project."""
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
    return next((rank for rank, names in enumerate(LAYERS) if name in names), LAYERS.index({"<domain packages>"}))


def _is_foreign(name: str) -> bool:
    """Return whether a module belongs to another distribution."""
    return _package(name) not in sys.stdlib_module_names and _package(name) not in (
        "artifact_state",
        "artifact_emulator",
    )


def _rank(module: str) -> int:
    """Return the place of a domain package among the others, after which the last layer comes; others come first."""
    name = module.split(".")[1]
    if name in DOMAIN_PACKAGES:
        return DOMAIN_PACKAGES.index(name)
    return len(DOMAIN_PACKAGES) if name in LAYERS[-1] else -1


def _is_within(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def _folder(module: str) -> str:
    return str(modules()[module].parent.relative_to(ROOT))


def _are_nested(first: str, second: str) -> bool:
    return first == second or first.startswith(f"{second}/") or second.startswith(f"{first}/")


def _check_cycles(edges: set[tuple[str, str]]) -> None:
    graph: dict[str, set[str]] = {}
    for importer, imported in edges:
        if importer != imported:
            graph.setdefault(importer, set()).add(imported)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


def _run(program: str) -> list[str]:
    """Run a program in a new Python process and return the words that it prints."""
    path = ":".join(map(str, ROOTS))
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


class TestDomain:
    """The imports of the domain."""

    def test_domain_imports_records_and_maps_and_pydantic_at_its_border(self) -> None:
        """The domain imports the standard library, records, persistent maps, and pydantic only at its border."""
        assert [
            str(edge)
            for edge in imports()
            if _package(edge.importer) == "artifact_state"
            and _is_foreign(edge.imported)
            and _package(edge.imported) not in ("msgspec", "rpds")
            and not (_package(edge.imported) == "pydantic" and edge.importer in PYDANTIC_AT_THE_BORDER)
        ] == []

    def test_domain_does_not_import_the_emulator(self) -> None:
        """The domain imports no module of the emulator."""
        assert [
            str(edge)
            for edge in imports()
            if _package(edge.importer) == "artifact_state" and _package(edge.imported) == "artifact_emulator"
        ] == []

    @pytest.mark.parametrize("library", ["http", "urllib", "socket", "socketserver", "asyncio", "xml", "html", "email"])
    def test_domain_does_not_import_wire_libraries(self, library: str) -> None:
        """The domain imports no library for HTTP, sockets or XML, not even of the standard library."""
        assert [
            str(edge)
            for edge in imports()
            if _package(edge.importer) == "artifact_state" and _package(edge.imported) == library
        ] == []

    def test_domain_modules_import_only_lower_layers(self) -> None:
        """The model imports errors and events, the world imports the model, and so on up to the snapshots."""
        assert [
            str(edge)
            for edge in imports()
            if edge.importer.startswith("artifact_state.")
            and edge.imported.startswith("artifact_state.")
            and _layer(edge.importer) < _layer(edge.imported)
        ] == []

    def test_layers_name_existing_modules(self) -> None:
        """Every name in a layer is a module, so that a renamed module does not pass for a domain package."""
        names = {*set.union(*LAYERS[:4]), *DOMAIN_PACKAGES}
        assert {name for name in names if f"artifact_state.{name}" not in modules()} == set()

    def test_domain_packages_form_a_straight_line(self) -> None:
        """A package of the domain imports only those that come before it in DOMAIN_PACKAGES."""
        assert [
            str(edge)
            for edge in imports()
            if edge.importer.startswith("artifact_state.")
            and edge.imported.startswith("artifact_state.")
            and _rank(edge.importer) < _rank(edge.imported)
        ] == []


class TestEmulator:
    """The imports of the emulator."""

    def test_aws_knows_no_world(self) -> None:
        """The packages of AWS's wire import nothing of the emulator but HTTP messages and JSON, and no world.

        The shapes of replies are types only.
        """
        allowed = ("artifact_emulator.aws", "artifact_emulator.http", "artifact_emulator.json_body")
        worlds = ("artifact_state.world", "artifact_state.world_registry")
        assert [
            str(edge)
            for edge in imports()
            if _is_within(edge.importer, "artifact_emulator.aws")
            and not (edge.for_types_only and _is_within(edge.imported, "artifact_emulator.shapes"))
            and (
                edge.imported in worlds
                or (_package(edge.imported) == "artifact_emulator" and not _is_within(edge.imported, *allowed))
            )
        ] == []

    def test_handlers_do_not_know_the_pipeline(self) -> None:
        """Handlers, faults and the call log import neither the pipeline nor anything above it."""
        lower = [
            f"artifact_emulator.{name}" for name in ("aws", "services", "faults", "activity", "documents", "shapes")
        ]
        upper = [
            f"artifact_emulator.{name}"
            for name in ("pipeline", "app", "control", "console", "cli", "server", "testing", "pytest_plugin")
        ]
        assert [
            str(edge) for edge in imports() if _is_within(edge.importer, *lower) and _is_within(edge.imported, *upper)
        ] == []

    def test_only_the_command_line_and_tests_know_the_server(self) -> None:
        """The server is imported by the command that starts it; the application knows no server."""
        importers = {edge.importer for edge in imports() if _is_within(edge.imported, "artifact_emulator.server")}
        assert {name for name in importers if not _is_within(name, "artifact_emulator.server")} <= {
            "artifact_emulator.cli.serve"
        }


class TestWhole:
    """The imports of both packages."""

    def test_modules_have_no_import_cycles(self) -> None:
        """No module imports itself through others, not even lazily or for types."""
        _check_cycles({(edge.importer, edge.imported) for edge in imports() if edge.imported in modules()})

    def test_folders_have_no_import_cycles(self) -> None:
        """No two folders import each other, not even through others; a folder and its subfolders count as different."""
        _check_cycles(
            {
                (_folder(edge.importer), _folder(edge.imported))
                for edge in imports()
                if edge.imported in modules() and not _are_nested(_folder(edge.importer), _folder(edge.imported))
            }
        )

    def test_foreign_imports_are_declared_dependencies(self) -> None:
        """Every foreign package that is imported is a dependency, or part of one."""
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        names = {text.split(">")[0].strip() for text in project["dependencies"]}
        declared = {IMPORTED_AS.get(name, name) for name in names}
        declared |= {"pydantic_core", "annotated_types"} if "pydantic" in declared else set()
        declared |= {"werkzeug", "jinja2"} if "flask" in declared else set()
        foreign = {
            _package(edge.imported) for edge in imports() if _is_foreign(edge.imported) and not edge.for_types_only
        }
        # A process that loads the plugin has pytest, and one that uses AWS clients has botocore.
        assert foreign - declared <= {
            "aiobotocore", "boto3", "botocore", "pytest", "mcp", "moto", "lxml", "signxml"
        }  # fmt: skip
        assert "mcp" in " ".join(project["optional-dependencies"]["mcp"])
        assert "moto[server]" in " ".join(project["optional-dependencies"]["moto"])
        assert {"lxml", "signxml"} <= {name.partition(">")[0] for name in project["optional-dependencies"]["saml"]}

    def test_botocore_is_imported_only_for_test_authors(self) -> None:
        """Only modules that create or answer clients in a test author's process import botocore."""
        users = {edge.importer for edge in imports() if _package(edge.imported) in ("botocore", "boto3", "awscli")}
        assert users <= {"artifact_emulator.pytest_plugin"} | {
            f"artifact_emulator.{name}"
            for name in (
                "testing.in_process",
                "testing.transports",
                "testing.moto_mock",
                "testing.sessions",
                "testing.aws_guard",
                "agents.tools",
            )
        }

    def test_modules_that_import_by_name_are_known(self) -> None:
        """The modules that import by computed name are listed here."""
        computing = {edge.importer for edge in imports() if edge.imported == "importlib"}
        computing -= {"artifact_emulator.testing.in_process", "artifact_emulator.testing.transports"}
        assert computing == set(IMPORTED_BY_NAME)


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
    """Return the modules that one AWS call imports in a new Python process."""
    return set(_run(CALL))


class TestCall:
    """The modules that an AWS call imports."""

    @pytest.mark.parametrize(
        "library",
        ["flask", "werkzeug", "jinja2", "requests", "fpdf", "botocore", "boto3", "asyncio", "httptools", "sqlite3"],
    )
    def test_call_does_not_import_library(self, loaded: set[str], library: str) -> None:
        """An AWS call imports no web framework, server, PDF writer or AWS SDK."""
        assert {name for name in loaded if _package(name) == library} == set()

    def test_call_imports_the_shapes_of_one_service(self, loaded: set[str]) -> None:
        """A call of one service imports the shapes of no other service."""
        shapes = {
            name.split(".")[2] for name in loaded if name.startswith("artifact_emulator.shapes.") and "requests" in name
        }
        assert shapes == {"organizations"}

    def test_server_starts_without_flask(self) -> None:
        """The server starts without Flask, which the control API and the console import on first use."""
        imported = _run("import sys, artifact_emulator.server.server, artifact_emulator.cli.main; print(*sys.modules)")
        assert {"flask", "werkzeug", "jinja2"} & set(imported) == set()
