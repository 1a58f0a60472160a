"""Every service has a profile, shapes, handlers and a row in each table; every handler belongs to an operation."""

import compileall
import inspect
import json
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

from artifact_emulator import control, routing, services
from artifact_emulator.aws.authorization import evaluation_requests
from artifact_emulator.aws.errors import ROWS_BY_SERVICE
from artifact_emulator.aws.protocols import PROTOCOLS
from artifact_emulator.aws.service_profile import PROFILES
from artifact_emulator.aws.validation import _ERROR_OF
from artifact_emulator.http import Request
from artifact_emulator.services import Handler, bindings, handler_of, handlers, package_of, snake_case
from artifact_emulator.services.handler_index import HANDLERS
from tests.architecture.test_imports import CALL
from tests.support.aws_models import SERVICES, model

ROOT = Path(__file__).parents[2]
FOLDER = Path(services.__file__).parent
every_service = pytest.mark.parametrize("service", SERVICES)


def modules_of(service: str) -> dict[str, Any]:
    """Import the modules of a service's handlers, by their names."""
    package = package_of(service)
    files = sorted((FOLDER / package).glob("*.py"))
    names = [file.stem for file in files if file.stem != "__init__"]
    return {name: import_module(f"{services.__name__}.{package}.{name}") for name in names}


def public_functions(module: Any) -> list[FunctionType]:
    """Return the public functions that a module defines."""
    return [
        value
        for name, value in vars(module).items()
        if not name.startswith("_") and inspect.isfunction(value) and value.__module__ == module.__name__
    ]


class TestHandlers:
    """The handlers of a service."""

    @every_service
    def test_public_functions_are_handlers_or_shared(self, service: str) -> None:
        """A public function is a handler, or another module of the service imports it."""
        names = set(map(snake_case, bindings(service).operations))
        modules = modules_of(service)
        for name, module in modules.items():
            others = [other for other in modules.values() if other is not module]
            for function in public_functions(module):
                is_shared = any(vars(other).get(function.__name__) is function for other in others)
                assert function.__name__ in names or is_shared, f"{name}.{function.__name__} is not an operation"

    @every_service
    def test_operation_has_at_most_one_handler(self, service: str) -> None:
        """No two modules define the same operation: one would hide the other."""
        names = set(map(snake_case, bindings(service).operations))
        functions = [function for module in modules_of(service).values() for function in public_functions(module)]
        defined = [function.__name__ for function in functions if function.__name__ in names]
        assert sorted(defined) == sorted(map(snake_case, handlers(service)))

    @every_service
    def test_handler_is_annotated_with_the_shapes_of_its_operation(self, service: str) -> None:
        """A handler is annotated with its own operation's input and output."""
        for operation, handler in handlers(service).items():
            request, reply = inspect.signature(handler).parameters["request"].annotation, _annotated_reply(handler)
            assert request == f"requests.{operation}Request"
            shape = bindings(service).operations[operation].reply
            expected = {f"replies.{shape[0].upper()}{shape[1:]}"} if shape else {None}
            assert reply in expected | {"NoReturn"}, f"{operation} returns {reply}"

    @every_service
    def test_snake_case_names_of_operations_are_distinct(self, service: str) -> None:
        """No two operations have the same name in snake case."""
        names = [snake_case(name) for name in bindings(service).operations]
        assert len(names) == len(set(names))

    @pytest.mark.parametrize(
        ("operation", "name"),
        [
            ("EnableAWSServiceAccess", "enable_aws_service_access"),
            ("ListAWSServiceAccessForOrganization", "list_aws_service_access_for_organization"),
            ("GetNdaForAgreement", "get_nda_for_agreement"),
            ("AssumeRoleWithSAML", "assume_role_with_saml"),
            ("ListOrganizationalUnitsForParent", "list_organizational_units_for_parent"),
        ],
    )
    def test_snake_case_treats_a_run_of_capitals_as_one_word(self, operation: str, name: str) -> None:
        """A run of capitals is one word."""
        assert snake_case(operation) == name

    def test_operations_of_the_mission_document_have_handlers(self) -> None:
        """The operations that the mission document's story needs have handlers."""
        needed = {
            "organizations": {
                "CreateOrganization", "DescribeOrganization", "DeleteOrganization", "ListRoots", "CreateAccount",
                "DescribeCreateAccountStatus", "ListCreateAccountStatus", "DescribeAccount", "ListAccounts",
                "InviteAccountToOrganization", "AcceptHandshake", "DescribeHandshake", "RemoveAccountFromOrganization",
                "LeaveOrganization", "EnableAWSServiceAccess", "DisableAWSServiceAccess",
                "ListAWSServiceAccessForOrganization",
            },
            "artifact": {
                "ListAgreements", "GetNdaForAgreement", "AcceptNdaForAgreement", "GetAgreement", "AcceptAgreement",
                "ListCustomerAgreements", "GetCustomerAgreement", "TerminateAgreement", "ListReports",
                "ListReportVersions", "GetReportMetadata", "GetTermForReport", "GetReport",
            },
            "iam": {
                "GetRole", "ListRoles", "ListAttachedRolePolicies", "ListRolePolicies", "GetPolicy", "GetPolicyVersion",
                "CreateServiceLinkedRole", "DeleteServiceLinkedRole", "GetServiceLinkedRoleDeletionStatus",
                "AttachRolePolicy", "DetachRolePolicy", "PutRolePolicy", "DeleteRolePolicy", "UpdateAssumeRolePolicy",
                "PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary", "DeleteRole", "UpdateRole",
                "UpdateRoleDescription", "TagRole", "UntagRole",
            },
            "sts": {"GetCallerIdentity", "AssumeRole"},
        }  # fmt: skip
        for service, operations in needed.items():
            assert operations <= handlers(service).keys()


class TestHandlerIndex:
    """The generated index of handlers, and what is imported by it."""

    def test_handler_index_is_up_to_date(self) -> None:
        """The committed index names the module of every handler, as its generator finds them in the sources."""
        check = [sys.executable, str(ROOT / "scripts" / "generate_handler_index"), "--check"]
        run = subprocess.run(check, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stdout + run.stderr

    def test_operation_without_a_handler_has_none(self) -> None:
        """An operation that the index does not name has no handler."""
        assert handler_of("iam", "CreateServiceSpecificCredential") is None

    def test_finding_a_handler_imports_only_its_module(self) -> None:
        """The first call of an operation imports the module of its handler, and no other module of the service."""
        code = (
            "import sys; from artifact_emulator.services import handler_of; handler_of('sts', 'GetCallerIdentity');"
            "handler_of('organizations', 'DescribeOrganization');"
            "print(*(name for name in sys.modules if name.startswith('artifact_emulator.services.')))"
        )
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        imported = [name.split(".")[2:] for name in run.stdout.split()]
        assert ["organizations", "transfers"] not in imported
        assert ["organizations", "organization"] in imported

    def test_package_without_sources_answers_calls(self, tmp_path: Path) -> None:
        """Compiled to .pyc files alone, as in a slim image or a frozen application, the emulator answers a call."""
        for package in (ROOT / "emulator" / "artifact_emulator", ROOT / "state" / "artifact_state"):
            copy = tmp_path / package.name
            shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__"))
            assert compileall.compile_dir(copy, quiet=1, legacy=True)
            for source in copy.rglob("*.py"):
                source.unlink()
        run = subprocess.run(
            [sys.executable, "-c", CALL],
            env={"PYTHONPATH": str(tmp_path)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr


class TestProfiles:
    """One profile describes each service, and every other list has the same services."""

    def test_every_service_has_handlers_shapes_and_health(self) -> None:
        """Each profile has a package of handlers and one of shapes, and the health check names it."""
        names = set(map(package_of, PROFILES))
        packages = {folder.name for folder in FOLDER.iterdir() if (folder / "__init__.py").exists()}
        shapes = {folder.name for folder in (FOLDER.parent / "shapes").iterdir() if (folder / "__init__.py").exists()}
        health = json.loads(control.health(Request("GET", control.HEALTH, "", {}, b"")).body)["services"]
        assert packages == shapes == names
        assert set(health) == set(HANDLERS) == set(SERVICES) == PROFILES.keys()

    def test_tables_keyed_by_service_are_complete(self) -> None:
        """Errors, validation and authorization know each service."""
        assert ROWS_BY_SERVICE.keys() == PROFILES.keys()
        # The errors of AWS Organizations depend on the operation too, and are chosen before the table.
        assert _ERROR_OF.keys() == PROFILES.keys() - {"organizations"}
        # AWS CloudTrail's actions have neither resources nor condition keys of their own. Policies name the actions of
        # the IAM Toolbox as IAM's.
        assert evaluation_requests._SERVICES.keys() == PROFILES.keys() - {"cloudtrail", "iam-toolbox"}

    @every_service
    def test_profile_agrees_with_the_bindings(self, service: str) -> None:
        """A profile has the target prefix or the version by which the bindings say that requests name the service."""
        profile, generated = PROFILES[service], bindings(service)
        assert (profile.name, profile.target_prefix) == (generated.name, generated.target_prefix)
        assert profile.query_version == (generated.version if generated.protocol == "query" else "")

    @every_service
    def test_throttling_error_is_declared_or_common(self, service: str) -> None:
        """The throttling error has the status that the model gives it, where the model declares it."""
        error = PROFILES[service].throttling_error
        statuses = {shape.status for shape in bindings(service).errors.values() if shape.code == error.code}
        assert statuses in ({error.status}, set())


class TestRouting:
    """The names by which requests are routed."""

    def test_operations_of_rest_services_differ_in_method_or_path(self) -> None:
        """REST services are found by the name that requests are signed for; no two operations share method and path."""
        rest = [service for service in SERVICES if bindings(service).protocol == "rest-json"]
        assert set(routing._REST_SERVICES[""]) == set(rest)
        by_name = {bindings(service).signing_name: (service,) for service in rest}
        assert routing._REST_SERVICES.items() >= by_name.items()
        operations = [operation for service in rest for operation in bindings(service).operations.values()]
        paths = [(operation.method, operation.path) for operation in operations]
        assert len(paths) == len(set(paths))

    def test_other_services_are_named_by_target_or_version(self) -> None:
        """Each JSON service is found by its target prefix, each query service by its version."""
        rest = routing._REST_SERVICES[""]
        assert {*routing._TARGETS.values(), *routing._VERSIONS.values()} == set(SERVICES) - set(rest)

    @every_service
    def test_bindings_have_the_name_version_and_protocol_of_the_model(self, service: str) -> None:
        """The bindings have the name that requests are signed for, and AWS's version and protocol."""
        generated = bindings(service)
        assert (generated.name, generated.signing_name) == (service, model(service).signing_name)
        assert (generated.version, generated.protocol) == (
            model(service).api_version,
            model(service).metadata["protocol"],
        )
        assert generated.protocol in PROTOCOLS


def _annotated_reply(handler: Handler) -> str | None:
    annotation: Any = inspect.signature(handler).return_annotation
    name: str | None = getattr(annotation, "__name__", annotation)
    return name
