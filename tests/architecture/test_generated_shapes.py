"""The generated shapes correspond to AWS's models; the generator refuses traits that the emulator does not handle."""

import copy
import importlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from botocore.model import OperationModel, ServiceModel, StructureShape
from pydantic_core import SchemaValidator, ValidationError

from artifact_emulator.aws.service_model import ErrorShape, Operation, Service
from artifact_emulator.aws.shape import Shape
from artifact_emulator.services import package_of
from shapes_generator.bindings import write_bindings
from shapes_generator.models import UnhandledTraitError, load_models, shaped, whole_model
from shapes_generator.names import attribute_name
from shapes_generator.patterns import translate
from shapes_generator.requests import write_requests

ROOT = Path(__file__).parents[2]
SERVICES = ("organizations", "artifact", "sts", "iam-toolbox", "iam", "cloudtrail")
PARTLY_SHAPED = ("iam", "cloudtrail")
"""The services with shapes for only some of their operations."""
# As of 2026-11-30: botocore 1.44.8, and the API reference for the seven agreement operations of AWS Artifact.
OPERATION_COUNTS = {"organizations": 63, "artifact": 24, "sts": 12, "iam-toolbox": 2, "iam": 181, "cloudtrail": 60}

every_service = pytest.mark.parametrize("service", SERVICES)


def binding(service: str) -> Service:
    """Return the generated bindings of a service."""
    bound: Service = importlib.import_module(f"artifact_emulator.shapes.{package_of(service)}.bindings").SERVICE
    return bound


@cache
def whole(service: str) -> Any:
    """Return a service's model, which is loaded once; a test changes a copy."""
    return whole_model(service)


@cache
def model(service: str) -> ServiceModel:
    """Return a service's model as botocore reads it."""
    return ServiceModel(whole(service), service)


def generate(root: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """Run the command in a source tree."""
    command = [sys.executable, str(root / "scripts" / "generate_shapes"), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


class TestCommand:
    """scripts/generate_shapes."""

    @pytest.fixture
    def tree(self, tmp_path: Path) -> Path:
        """Copy the generator, its models and its output."""
        for part in ("scripts", "emulator/artifact_emulator/shapes", "emulator/artifact_emulator/botocore_models"):
            shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
        return tmp_path

    def test_committed_shapes_are_up_to_date(self) -> None:
        """The committed shapes are those that the generator writes."""
        check = generate(ROOT, "--check")
        assert (check.returncode, check.stdout) == (0, "The shapes are up to date.\n")

    def test_check_names_differing_files_and_generating_restores_them(self, tree: Path) -> None:
        """The check names an edited, a missing and an extra file, and generating restores all three."""
        shapes = tree / "emulator" / "artifact_emulator" / "shapes"
        edited, missing, extra = shapes / "sts/requests.py", shapes / "iam/replies.py", shapes / "sts/extra.py"
        before = {path: path.read_text() for path in shapes.rglob("*.py")}
        edited.write_text(edited.read_text().replace("max_length=50", "max_length=51"))
        missing.unlink()
        extra.write_text("")
        check = generate(tree, "--check")
        assert check.returncode == 1
        assert "sts/requests.py: 2 lines to add, 2 to remove" in check.stdout
        assert "-TagListType = Annotated[list[Tag], Rule(max_length=51)]" in check.stdout
        assert "iam/replies.py" in check.stdout
        assert "sts/extra.py: not generated" in check.stdout
        assert not missing.exists()
        assert generate(tree).returncode == 0
        assert {path: path.read_text() for path in shapes.rglob("*.py")} == before

    def test_check_ignores_the_version_of_botocore(self, tree: Path) -> None:
        """Shapes that were generated from another botocore are up to date if its models are the same."""
        path = tree / "emulator" / "artifact_emulator" / "shapes" / "sts" / "requests.py"
        path.write_text(re.sub(r"botocore \S+;", "botocore 1.99.0;", path.read_text()))
        assert generate(tree, "--check").returncode == 0


@every_service
class TestBindings:
    """The bindings correspond to the models as botocore reads them."""

    def test_every_operation_is_bound_or_unshaped(self, service: str) -> None:
        """Every operation of AWS is either bound or named as unshaped."""
        bound = binding(service)
        assert set(bound.operations) | bound.unshaped == set(model(service).operation_names)
        assert not set(bound.operations) & bound.unshaped
        assert len(bound.operations) + len(bound.unshaped) == OPERATION_COUNTS[service]
        assert bool(bound.unshaped) == (service in PARTLY_SHAPED)

    def test_service_has_the_metadata_of_the_model(self, service: str) -> None:
        """Protocol, version, signing name, target prefix and namespace are those of the model."""
        bound, aws = binding(service), model(service)
        assert (bound.protocol, bound.version) == (aws.protocol, aws.api_version)
        assert (bound.name, bound.signing_name) == (service, aws.signing_name)
        assert bound.target_prefix == aws.metadata.get("targetPrefix", "")
        assert bound.xml_namespace == aws.metadata.get("xmlNamespace", "")

    def test_operations_have_the_http_bindings_of_the_model(self, service: str) -> None:
        """Method, path, status, shapes, locations, errors and signing of each operation are those of the model."""
        for name, operation in binding(service).operations.items():
            assert operation == _expected(model(service).operation_model(name))

    def test_errors_have_the_traits_of_the_model(self, service: str) -> None:
        """Every declared error has the code, status, members and headers of the model."""
        bound, aws = binding(service), model(service)
        assert set(bound.errors) == {error for operation in bound.operations.values() for error in operation.errors}
        for name, error in bound.errors.items():
            shape, traits = aws.shape_for(name), whole(service)["shapes"][name]
            modelled = traits.get("error", {})
            status = modelled.get("httpStatusCode", 500 if traits.get("fault") else 400)
            headers = {n: m.serialization["name"] for n, m in shape.members.items() if "location" in m.serialization}
            assert error == ErrorShape(
                code=modelled.get("code", name), status=status, members=tuple(shape.members), headers=headers
            ), name

    def test_layouts_have_the_members_of_the_model(self, service: str) -> None:
        """Every shape in a request or a reply has the layout of the model, unless it is a string."""
        bound, aws = binding(service), model(service)
        if bound.protocol == "json":
            assert not bound.layouts
            return
        kinds = {"long": "integer", "float": "double"}
        pending = [shape for o in bound.operations.values() for shape in (o.request, o.reply) if shape]
        seen: set[str] = set()
        while pending:
            name = pending.pop()
            shape = aws.shape_for(name)
            if name in seen or shape.type_name == "string":
                continue
            seen.add(name)
            layout = bound.layouts[name]
            members = {n: m.name for n, m in getattr(shape, "members", {}).items()}
            element = getattr(shape, "member", None) or getattr(shape, "value", None)
            assert layout.kind == kinds.get(shape.type_name, shape.type_name)
            assert list(layout.members.items()) == list(members.items())
            assert layout.of == (element.name if element else "")
            pending += [*members.values(), *([element.name] if element else [])]
        assert set(bound.layouts) == seen

    def test_query_services_keep_the_spelling_of_patterns(self, service: str) -> None:
        """The services whose messages quote patterns have AWS's spelling of every pattern that they check."""
        bound = binding(service)
        assert bool(bound.patterns) == (bound.protocol == "query")
        for ours, theirs in bound.patterns.items():
            translated = translate(theirs)
            assert translated is not None
            assert translated.text == ours


def _expected(operation: OperationModel) -> Operation:
    """Return the binding of an operation as botocore reads it."""
    request, reply = operation.input_shape, operation.output_shape
    members = request.members if request else {}
    return Operation(
        name=operation.name,
        method=operation.http["method"],
        path=operation.http["requestUri"],
        status=operation.http.get("responseCode", 200),
        request=request.name if request else "",
        reply=reply.name if reply else "",
        locations={
            name: (member.serialization["location"], member.serialization["name"])
            for name, member in members.items()
            if "location" in member.serialization
        },
        errors=tuple(error.name for error in operation.error_shapes),
        signed=operation.auth_type != "none",
    )


@every_service
class TestRequestsAndReplies:
    """Every request has a class, every reply a typed dictionary."""

    def test_every_operation_has_a_request_class(self, service: str) -> None:
        """Every operation, also one without input, has a request class that pydantic's engine can check."""
        requests = importlib.import_module(f"artifact_emulator.shapes.{package_of(service)}.requests")
        for operation in binding(service).operations:
            request = getattr(requests, f"{operation}Request")
            assert issubclass(request, Shape)
            assert SchemaValidator(request.schema()).title == f"{operation}Request"

    def test_replies_have_the_members_of_the_model(self, service: str) -> None:
        """Every output structure has the members and the required members of the model."""
        replies = importlib.import_module(f"artifact_emulator.shapes.{package_of(service)}.replies")
        aws = model(service)
        pending = [
            aws.shape_for(operation.reply) for operation in binding(service).operations.values() if operation.reply
        ]
        seen: set[str] = set()
        while pending:
            shape = pending.pop()
            if shape.name in seen:
                continue
            seen.add(shape.name)
            if isinstance(shape, StructureShape) and not shape.is_document_type:
                reply = getattr(replies, shape.name[0].upper() + shape.name[1:])
                assert list(get_type_hints(reply)) == list(shape.members)
                assert reply.__required_keys__ == set(shape.required_members), shape.name
                pending += shape.members.values()
            elif shape.type_name == "list":
                pending.append(shape.member)
            elif shape.type_name == "map":
                pending.append(shape.value)

    def test_generated_files_name_their_generator(self, service: str) -> None:
        """Every generated file names its generator and the version of botocore."""
        for path in (ROOT / "emulator" / "artifact_emulator" / "shapes" / package_of(service)).glob("*.py"):
            assert re.search(
                r"Generated by scripts/generate_shapes from botocore \d+\.\d+\.\d+; do not edit\.", path.read_text()
            )


class TestRefusals:
    """The generator refuses a model that the emulator would not handle, and names the reason."""

    @staticmethod
    def refuse(service: str, change: Callable[[Any], object], wanted: list[str]) -> str:
        """Change a model, generate from it, and return the message of the refusal."""
        changed = copy.deepcopy(whole(service))
        shaped(service, changed, wanted)
        change(changed)
        with pytest.raises(UnhandledTraitError) as refusal:
            write_requests(shaped(service, changed, wanted))
        return str(refusal.value)

    @pytest.mark.parametrize(
        ("path", "value", "named"),
        [
            ("shapes.tagListType.flattened", True, "flattened"),
            ("shapes.Tag.document", True, "Tag is a document in a request"),
            ("shapes.tagListType.member.locationName", "item", "names its elements item"),
            ("shapes.TagRoleRequest.members.RoleName.locationName", "Role", "Role in the body"),
            ("shapes.TagRoleRequest.members.RoleName.location", "header", "travels in header"),
            ("shapes.TagRoleRequest.members.RoleName.xmlAttribute", True, "xmlAttribute"),
            ("shapes.TagRoleRequest.members.RoleName.jsonvalue", True, "jsonvalue"),
            ("shapes.TagRoleRequest.payload", "Tags", "payload"),
            ("shapes.roleNameType.uniqueItems", True, "uniqueItems"),
            ("shapes.NoSuchEntityException.members.message.location", "header", "travels in header"),
            ("operations.TagRole.endpoint", {"hostPrefix": "x."}, "endpoint"),
            ("operations.TagRole.http.requestUri", "/tags", "not POST /"),
            ("operations.TagRole.input.xmlNamespace", {"uri": "x"}, "xmlNamespace"),
            ("operations.TagRole.authtype", "v4-unsigned-body", "v4-unsigned-body"),
            ("operations.ListRoles.output.resultWrapper", "Result", "wraps its result"),
            ("shapes.dateType.timestampFormat", "unixTimestamp", "not written as iso8601"),
            ("metadata.protocol", "ec2", "speaks ec2"),
        ],
    )
    def test_query_model_with_an_unhandled_trait_is_refused(self, path: str, value: Any, named: str) -> None:
        """Flattened lists, renamed members, locations, attributes and other wrappers are refused."""
        assert named in self.refuse("iam", lambda changed: _set(changed, path, value), ["TagRole", "ListRoles"])

    @pytest.mark.parametrize(
        ("path", "value", "named"),
        [
            ("shapes.GetReportRequest.members.reportId.location", "headers", "travels in headers"),
            ("shapes.GetReportRequest.members.reportId.shape", "TagsMap", "is a map outside the body"),
            ("shapes.GetReportRequest.members.reportId.shape", "TimestampAttribute", "is a timestamp outside the body"),
            ("shapes.GetReportResponse.members.documentPresignedUrl.location", "header", "travels in header"),
            ("shapes.GetReportResponse.members.documentPresignedUrl.streaming", True, "streaming"),
            ("operations.GetReport.http.requestUri", "/v1/report/{reportId+}", "greedy label"),
            ("operations.GetReport.http.requestUri", "/v1/report?get", "query string"),
            ("shapes.TimestampAttribute.timestampFormat", "rfc822", "not written as iso8601"),
        ],
    )
    def test_rest_model_with_an_unhandled_trait_is_refused(self, path: str, value: Any, named: str) -> None:
        """Locations other than paths, query strings and error headers are refused, and other values than text there."""
        wanted = ["GetReport", "ListReports"]
        assert named in self.refuse("artifact", lambda changed: _set(changed, path, value), wanted)

    @pytest.mark.parametrize(
        ("path", "value", "named"),
        [
            ("shapes.Tag.members.Key.shape", "Tags", "contains itself"),
            ("shapes.Tag.members.key", {"shape": "TagKey"}, "two members of one Python name"),
            ("shapes.PolicyType.pattern", "[A-Z]+", "constrains an enumeration"),
        ],
    )
    def test_request_that_cannot_be_generated_is_refused(self, path: str, value: Any, named: str) -> None:
        """Recursion, two members of one Python name and a constrained enumeration are refused."""
        assert named in self.refuse("organizations", lambda changed: _set(changed, path, value), ["CreatePolicy"])

    def test_name_clash_is_refused(self) -> None:
        """Two shapes of one Python name are refused, and so is a shape with the name of an import."""
        for taken in ("TagKey", "Literal"):
            lower = taken[0].lower() + taken[1:]

            def rename(changed: Any, lower: str = lower) -> None:
                changed["shapes"][lower] = {"type": "string", "max": 5}
                changed["shapes"]["CreatePolicyRequest"]["members"]["Name"]["shape"] = lower

            assert taken in self.refuse("organizations", rename, ["CreatePolicy"])

    def test_refusal_of_a_pattern_names_service_and_shape(self) -> None:
        """A pattern that cannot be translated is refused with the names of the service and the shape."""
        message = self.refuse("iam", lambda changed: _set(changed, "shapes.roleNameType.pattern", "(?i)a"), ["GetRole"])
        assert message == "iam.roleNameType has the pattern (?i)a: (?i opens an unknown kind of group"

    def test_unknown_operation_is_refused(self) -> None:
        """An operation that AWS does not have is refused."""
        with pytest.raises(UnhandledTraitError, match="GetRoll"):
            shaped("iam", whole("iam"), ["GetRoll"])

    def test_models_of_all_services_are_handled(self) -> None:
        """The models of all services are handled, with the operations that are listed."""
        assert [loaded.name for loaded in load_models()] == list(SERVICES)

    def test_pattern_with_look_around_is_generated_for_pythons_engine(self) -> None:
        """A request with a look-around pattern is generated for Python's engine."""
        module = write_requests(shaped("iam", whole("iam"), ["CreateAccountAlias"]))
        assert "from artifact_emulator.aws.shape import Matching, Rule, Shape, required\n" in module
        assert 'Matching(r"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$")' in module
        scope: dict[str, Any] = {"__name__": "look_around"}
        exec(module, scope)
        request = scope["CreateAccountAliasRequest"]
        assert request.model_validate({"AccountAlias": "my-alias"}).account_alias == "my-alias"
        with pytest.raises(ValidationError, match="string_pattern_mismatch"):
            request.model_validate({"AccountAlias": "my--alias"})

    def test_two_spellings_of_one_pattern_are_refused(self) -> None:
        """Two spellings of one pattern are refused, because messages would quote the wrong one."""
        changed = copy.deepcopy(whole("iam"))
        changed["shapes"]["roleNameType"]["pattern"] = r"[\w+=,.@\-]+"
        with pytest.raises(UnhandledTraitError, match="two ways"):
            write_bindings(shaped("iam", changed, ["AddRoleToInstanceProfile"]))


def _set(traits: Any, path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for parent in parents:
        traits = traits[parent]
    traits[last] = value


class TestNames:
    """Attribute names of which botocore's models have no example."""

    @pytest.mark.parametrize(
        ("member", "attribute"),
        [
            ("AWSServiceName", "aws_service_name"),
            ("MFASerial", "mfa_serial"),
            ("nextToken", "next_token"),
            ("QRCodePNG", "qr_code_png"),
            ("From", "from_"),
            ("Schema", "schema_"),
            ("Members", "members_"),
        ],
    )
    def test_attribute_name_of_acronyms_and_reserved_words(self, member: str, attribute: str) -> None:
        """An acronym is one word; a reserved word gets an underscore."""
        assert attribute_name(member) == attribute
