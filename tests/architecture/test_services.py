"""Handlers are found by their names: so every name must be an operation's, and every operation must be answered."""

import inspect
import json
import subprocess
import sys
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

from artifact_emulator import control, routing, services
from artifact_emulator.aws.protocols import PROTOCOLS
from artifact_emulator.http import Request
from artifact_emulator.services import (Handler, bindings, handler_of, handlers, nouns, snake_case)
from tests.wire.botocore_wire import SERVICES, model

FOLDER = Path(services.__file__).parent
every_service = pytest.mark.parametrize("service", SERVICES)


def module(name: str) -> ModuleType:
    """Import a noun."""
    return __import__(name, fromlist=["_"])


def public_functions(name: str) -> list[FunctionType]:
    """List the public functions that a noun defines."""
    return [
        value
        for public, value in vars(module(name)).items()
        if not public.startswith("_") and inspect.isfunction(value) and value.__module__ == name
    ]


# The replies that more than one operation gives.
SHARED = {"SimulatePolicyResponse", "GetContextKeysForPolicyResponse"}


class TestHandlers:
    """The handlers of a service."""

    @every_service
    def test_are_what_nouns_define(self, service: str) -> None:
        """A public function is an operation, or it lays out something for another noun of the service."""
        names = set(map(snake_case, bindings(service).operations))
        for noun in nouns(service):
            others = [module(other) for other in nouns(service) if other != noun]
            for function in public_functions(noun):
                shared = any(vars(other).get(function.__name__) is function for other in others)
                assert function.__name__ in names or shared, f"{noun}.{function.__name__} is no operation"

    @every_service
    def test_are_defined_once(self, service: str) -> None:
        """No two nouns define the same operation: the one would hide the other."""
        names = set(map(snake_case, bindings(service).operations))
        defined = [one.__name__ for noun in nouns(service) for one in public_functions(noun) if one.__name__ in names]
        assert sorted(defined) == sorted(set(defined))
        assert sorted(defined) == sorted(map(snake_case, handlers(service)))

    @every_service
    def test_take_and_give_the_operations_shapes(self, service: str) -> None:
        """A handler is annotated with its own operation's request and reply."""
        for operation, handler in handlers(service).items():
            request, reply = inspect.signature(handler).parameters["request"].annotation, _answered(handler)
            assert request == f"requests.{operation}Request"
            answered = bindings(service).operations[operation].reply
            expected = {f"replies.{answered if answered in SHARED else f'{operation}Response'}"} if answered else {None}
            assert reply in expected | {"NoReturn"}, f"{operation} gives {reply}"

    @every_service
    def test_have_names_of_their_own(self, service: str) -> None:
        """No two operations have the same name in snake_case."""
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
    def test_are_named_as_python_names(self, operation: str, name: str) -> None:
        """Runs of capitals are one word."""
        assert snake_case(operation) == name

    def test_of_the_story_are_there(self) -> None:
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


class TestHandlerOf:
    """One operation's handler, found without importing the others."""

    @every_service
    def test_is_the_one_among_all(self, service: str) -> None:
        """It is the handler that looking through all nouns finds; an operation without one has none."""
        found = {name: handler_of(service, name) for name in bindings(service).operations}
        assert {name: one for name, one in found.items() if one} == handlers(service)

    def test_imports_one_noun(self) -> None:
        """The first call imports what it needs."""
        code = (
            "import sys; from artifact_emulator.services import handler_of; handler_of('sts', 'GetCallerIdentity');"
            "handler_of('organizations', 'DescribeOrganization');"
            "print(*(one for one in sys.modules if one.startswith('artifact_emulator.services.')))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        nouns_of = [one.split(".")[2:] for one in done.stdout.split()]
        assert ["organizations", "transfers"] not in nouns_of
        assert ["organizations", "organization"] in nouns_of


class TestGateway:
    """The gateway's small tables, beside the generated bindings."""

    def test_knows_the_targets(self) -> None:
        """Each JSON service is found by its target prefix."""
        spoken = {bindings(one).target_prefix: one for one in SERVICES if bindings(one).protocol == "json"}
        assert spoken == routing._TARGETS

    def test_knows_the_versions(self) -> None:
        """Each query service is found by its version."""
        spoken = {bindings(one).version: one for one in SERVICES if bindings(one).protocol == "query"}
        assert spoken == routing._VERSIONS

    def test_knows_the_one_rest_service(self) -> None:
        """A path is Artifact's: no other service speaks REST, and no two operations share method and path."""
        assert [one for one in SERVICES if bindings(one).protocol == "rest-json"] == ["artifact"]
        routes = [(one.method, one.path) for one in bindings("artifact").operations.values()]
        assert len(routes) == len(set(routes))

    @every_service
    def test_has_the_names_that_requests_are_signed_for(self, service: str) -> None:
        """The scope of a signature names the service as the bindings do, and version and protocol are AWS's."""
        found = bindings(service)
        assert found.name == service == model(service).signing_name
        assert (found.version, found.protocol) == (model(service).api_version, model(service).metadata["protocol"])
        assert found.protocol in PROTOCOLS

    def test_knows_every_service(self) -> None:
        """Each package of handlers has shapes, and health tells of each."""
        packages = {one.name for one in FOLDER.iterdir() if (one / "__init__.py").exists()}
        shapes = {one.name for one in (FOLDER.parent / "shapes").iterdir() if (one / "__init__.py").exists()}
        told = json.loads(control.health(Request("GET", control.HEALTH, "", {}, b"")).body)["services"]
        assert packages == shapes == set(told) == set(SERVICES)


def _answered(handler: Handler) -> str | None:
    annotation: Any = inspect.signature(handler).return_annotation
    name: str | None = getattr(annotation, "__name__", annotation)
    return name
