"""The generated shapes correspond to AWS's models; the generator refuses traits that the emulator does not handle."""

import copy
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

import boto3
import pytest
import regex
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.model import OperationModel, ServiceModel, StructureShape
from pydantic_core import SchemaValidator, ValidationError, core_schema

from artifact_emulator.aws.service_model import ErrorShape, Operation, Service
from artifact_emulator.aws.shape import Matching, Shape
from shapes_generator.bindings import write_bindings
from shapes_generator.models import UnhandledTraitError, load_models, shaped, whole_model
from shapes_generator.names import attribute_name
from shapes_generator.patterns import UnknownPatternError, translate
from shapes_generator.requests import write_requests

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "emulator" / "artifact_emulator" / "botocore_models"
SERVICES = ("organizations", "artifact", "sts", "iam", "cloudtrail")
PARTLY_SHAPED = ("iam", "cloudtrail")
"""The services with shapes for only some of their operations."""
# As of 2026-11-23: botocore 1.44.5, and the API reference for the seven agreement operations of AWS Artifact.
OPERATION_COUNTS = {"organizations": 63, "artifact": 24, "sts": 11, "iam": 180, "cloudtrail": 60}

every_service = pytest.mark.parametrize("service", SERVICES)


def binding(service: str) -> Service:
    """Return the generated bindings of a service."""
    bound: Service = importlib.import_module(f"artifact_emulator.shapes.{service}.bindings").SERVICE
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
        assert (bound.protocol, bound.version, bound.name) == (aws.protocol, aws.api_version, aws.signing_name)
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
        requests = importlib.import_module(f"artifact_emulator.shapes.{service}.requests")
        for operation in binding(service).operations:
            request = getattr(requests, f"{operation}Request")
            assert issubclass(request, Shape)
            assert SchemaValidator(request.schema()).title == f"{operation}Request"

    def test_replies_have_the_members_of_the_model(self, service: str) -> None:
        """Every output structure has the members and the required members of the model."""
        replies = importlib.import_module(f"artifact_emulator.shapes.{service}.replies")
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
            if isinstance(shape, StructureShape):
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
        for path in (ROOT / "emulator" / "artifact_emulator" / "shapes" / service).glob("*.py"):
            assert re.search(
                r"Generated by scripts/generate_shapes from botocore \d+\.\d+\.\d+; do not edit\.", path.read_text()
            )


def _patterns() -> list[str]:
    """Return the patterns of the services' models except AWS CloudTrail's, whose shaped operation has none."""
    shapes = [shape for service in SERVICES if service != "cloudtrail" for shape in whole(service)["shapes"].values()]
    return sorted({shape["pattern"] for shape in shapes if "pattern" in shape})


# Characters that dialects treat differently: ASCII, Latin-1, digits, spaces and letters of other scripts, and more.
CHARACTERS = [
    *map(chr, range(0x250)),
    *"\u0663\u0966\u2003\u2028\u2029\u3000\u4e00\ud7ff\ue000\ufffd\U00010000\U0010ffff",
]
ARN = "arn:aws:organizations::123456789012:"
STEMS = (
    "", "a", "aB1", "/a/b/", "a@b.co", "1" * 12, "A" * 20, "v1.a", "my-alias", "my--alias", "https://a.b/c?d=e#f",
    "o-1234567890", "h-12345678", "p-12345678", "r-ab12", "ou-ab12-12345678", "rt-12345678", "rp-1234", "car-12345678",
    "o-1234567890/r-ab12/ou-ab12-12345678/",
    ARN + "account/o-1234567890/123456789012", ARN + "root/o-1234567890/r-ab12",
    ARN + "organization/o-1234567890", ARN + "ou/o-1234567890/ou-ab12-12345678",
    ARN + "handshake/o-1234567890/invite/h-12345678", ARN + "resourcepolicy/o-1234567890/rp-1234",
    ARN + "transfer/o-1234567890/billing/inbound/rt-12345678",
    "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess",
    "agreement-" + "a1B2" * 4, "customer-agreement-" + "a1B2" * 4, "compliance-inquiry-" + "a1B2" * 4,
    "report-" + "a1B2" * 4, "agreement-token-" + "a1B2" * 6, "nda-token-" + "a1B2" * 6,
    "0f8fad5b-d9cb-469f-a165-70867728950e",
)  # fmt: skip
PROBES = sorted({
    *STEMS,
    *CHARACTERS,
    *(f"{start}{stem}{end}" for stem in STEMS for start in ("", "x", "\n") for end in ("", "\n", "!", "|")),
    *(f"{stem[:at]}{c}{stem[at + 1:]}" for stem in STEMS for at in range(len(stem)) for c in "\u0663é\u00a0\u0085"),
    *(f"a{c}{c}b" for c in "&-~[]^|\\"),
})  # fmt: skip


class TestPatterns:
    """Patterns have the same meaning for pydantic's engine as for AWS's."""

    @pytest.mark.parametrize("pattern", _patterns())
    def test_translated_pattern_matches_the_same_strings(self, pattern: str) -> None:
        """A translated pattern matches the same whole strings as the model's pattern."""
        # \p{L} covers all scripts and \w only ASCII; no pattern has both, so that one flag gives AWS's meaning.
        assert not (r"\p{" in pattern and re.search(r"\\[dwsDWS]", pattern))
        flags = 0 if r"\p{" in pattern else regex.ASCII
        reading = regex.compile(pattern.replace(r"\u10000-\u10FFFF", r"\U00010000-\U0010FFFF"), flags)
        expected = {probe for probe in PROBES if reading.fullmatch(probe)}
        assert expected, "no probe matches"
        assert _matched(pattern) == expected

    def test_only_one_pattern_needs_pythons_engine(self) -> None:
        """Only one pattern has a look-around and needs Python's engine."""
        translated = [(pattern, translate(pattern)) for pattern in _patterns()]
        assert [pattern for pattern, t in translated if t and t.looks_around] == [
            "^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$"
        ]
        assert [pattern for pattern, t in translated if t is None] == [r"[\s\S]*"]

    @pytest.mark.parametrize(
        ("pattern", "translated"),
        [
            (r"^a|b$", r"^(?:a|b)$"),
            (r"^(a|b)$", r"^(a|b)$"),
            (r"[a|b]", r"^[a|b]$"),
            (r"a\$", r"^a\$$"),
            (r"\d[\d\-]", r"^[0-9][0-9\-]$"),
            (r"[\w-.]\/", r"^[A-Za-z0-9_\-.]/$"),
            (r"[^\s]", r"^[^\t\n\v\f\r ]$"),
            (r"[\u0020-\u00FF]", r"^[ -\u00FF]$"),
            (r"\u002F", r"^/$"),
            (r"[a&b]", r"^[a&b]$"),
            (r"[\x21-\x7e]", r"^[!-~]$"),
            (r"\x2E", r"^\.$"),
        ],
    )
    def test_translation_of_anchors_shorthands_and_escapes(self, pattern: str, translated: str) -> None:
        """Anchors enclose the whole pattern, shorthands are ASCII, and escapes are Rust's."""
        result = translate(pattern)
        assert result is not None
        assert result.text == translated

    @pytest.mark.parametrize(
        "pattern",
        [
            r"[a[b]]",
            r"[a&&b]",
            r"[a~~b]",
            r"\bword",
            r"(?i)a",
            r"\1",
            r"[\S]",
            r"\pL",
            r"\p{L",
            r"a\Z",
            r"[a",
            r"\x4",
            r"\xg1",
            r"\u12",
            r"\x{21}",
        ],
    )
    def test_unknown_construct_is_refused(self, pattern: str) -> None:
        """A construct that dialects read differently is refused."""
        with pytest.raises(UnknownPatternError):
            translate(pattern)


def _matched(pattern: str) -> set[str]:
    """Return the probes that a translated pattern matches with its engine."""
    translated = translate(pattern)
    if translated is None:
        return set(PROBES)
    text = translated.text
    if translated.looks_around:
        check = SchemaValidator(core_schema.no_info_after_validator_function(Matching(text), core_schema.str_schema()))
    else:
        check = SchemaValidator(core_schema.str_schema(pattern=text))
    return {probe for probe in PROBES if _accepts(check, probe)}


def _accepts(check: SchemaValidator, probe: str) -> bool:
    try:
        check.validate_python(probe)
    except ValidationError:
        return False
    return True


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


# https://docs.aws.amazon.com/artifact/latest/APIReference/API_AcceptAgreement.html and its six neighbours.
AGREEMENT, CUSTOMER_AGREEMENT = "agreement-" + "a1B2" * 4, "customer-agreement-" + "a1B2" * 4
REVISION = "0f8fad5b-d9cb-469f-a165-70867728950e"
NDA_TOKEN, TOKEN = "nda-token-" + "a1B2" * 6, "agreement-token-" + "a1B2" * 6
AGREEMENT_CALLS: list[tuple[str, dict[str, Any], str, str, dict[str, Any]]] = [
    (
        "list_agreements",
        {"maxResults": 5},
        "GET",
        "/v1/agreement/list?maxResults=5",
        {"agreements": [{"subjects": ["ACCOUNT"]}]},
    ),
    (
        "get_nda_for_agreement",
        {"agreementId": AGREEMENT},
        "GET",
        f"/v1/agreement/getNdaForAgreement?agreementId={AGREEMENT}",
        {"acceptNdaForAgreementToken": NDA_TOKEN, "agreementRevisionId": REVISION, "documentPresignedUrl": "https://x"},
    ),
    (
        "accept_nda_for_agreement",
        {"agreementId": AGREEMENT, "agreementRevisionId": REVISION, "ndaToken": NDA_TOKEN},
        "POST",
        "/v1/agreement/acceptNdaForAgreement",
        {"getAgreementToken": NDA_TOKEN},
    ),
    (
        "get_agreement",
        {"agreementId": AGREEMENT, "ndaToken": NDA_TOKEN},
        "GET",
        f"/v1/agreement/get?agreementId={AGREEMENT}&ndaToken={NDA_TOKEN}",
        {
            "acceptanceTerms": ["I may bind my organization."],
            "acceptanceTermsToken": TOKEN,
            "agreementRevisionId": REVISION,
            "documentPresignedUrl": "https://x",
            "executeAgreementToken": TOKEN,
        },
    ),
    (
        "accept_agreement",
        {
            "acceptanceTermsToken": TOKEN,
            "agreementId": AGREEMENT,
            "agreementRevisionId": REVISION,
            "executeAgreementToken": TOKEN,
        },
        "POST",
        "/v1/agreement/accept",
        {"customerAgreement": {"id": CUSTOMER_AGREEMENT, "state": "ACTIVE", "type": "DEFAULT"}},
    ),
    (
        "get_customer_agreement",
        {"customerAgreementId": CUSTOMER_AGREEMENT},
        "GET",
        f"/v1/customer-agreement/get?customerAgreementId={CUSTOMER_AGREEMENT}",
        {"documentPresignedUrl": "https://x", "terminateAgreementToken": TOKEN, "terminateTerms": ["I may end it."]},
    ),
    (
        "terminate_agreement",
        {"customerAgreementId": CUSTOMER_AGREEMENT, "terminateAgreementToken": TOKEN},
        "POST",
        "/v1/customer-agreement/terminate",
        {"customerAgreement": {"id": CUSTOMER_AGREEMENT, "state": "CUSTOMER_TERMINATED"}},
    ),
]


class TestAgreementModels:
    """`botocore_models` adds the seven agreement operations, which no SDK has, to any botocore."""

    @pytest.fixture
    def client(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        """Return a stock client in an environment with AWS_DATA_PATH."""
        monkeypatch.setenv("AWS_DATA_PATH", str(MODELS))
        return _client()

    def test_stock_botocore_lacks_the_agreement_operations(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Stock botocore has none of the seven operations; once it has, these models should be removed."""
        monkeypatch.delenv("AWS_DATA_PATH", raising=False)
        assert not [method for method, *_ in AGREEMENT_CALLS if hasattr(_client(), method)]

    @pytest.mark.parametrize("call", AGREEMENT_CALLS, ids=[method for method, *_ in AGREEMENT_CALLS])
    def test_stock_client_calls_the_agreement_operation(
        self, client: Any, call: tuple[str, dict[str, Any], str, str, dict[str, Any]]
    ) -> None:
        """A stock client sends the documented request and parses the documented reply."""
        method, arguments, verb, target, answer = call
        sent: list[AWSPreparedRequest] = []
        client.meta.events.register("before-send.artifact.*", _answering(sent, [answer]))
        reply = getattr(client, method)(**arguments)
        reply.pop("ResponseMetadata")
        assert reply == answer
        assert (sent[0].method, sent[0].url) == (verb, f"http://127.0.0.1:1{target}")
        assert json.loads(sent[0].body or b"{}") == (arguments if verb == "POST" else {})

    def test_summaries_have_the_documented_members(self, client: Any) -> None:
        """The summaries of agreements have 8 members, of customer agreements 13, of terminated ones 7."""
        aws = client.meta.service_model
        counts = {"AgreementSummary": 8, "CustomerAgreementSummary": 13, "TerminateCustomerAgreementSummary": 7}
        assert {name: len(aws.shape_for(name).members) for name in counts} == counts

    def test_agreement_operations_declare_the_documented_errors(self, client: Any) -> None:
        """Each of the seven operations declares the same six errors."""
        documented = {
            "AccessDeniedException", "InternalServerException", "ResourceNotFoundException",
            "ServiceQuotaExceededException", "ThrottlingException", "ValidationException",
        }  # fmt: skip
        for method, *_ in AGREEMENT_CALLS:
            operation = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])
            assert {error.name for error in operation.error_shapes} == documented
            assert operation.documentation

    def test_added_models_change_no_other_operation(self, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """The added models change nothing in the stock model but an enumeration."""
        monkeypatch.delenv("AWS_DATA_PATH")
        stock = _client().meta.service_model
        added = client.meta.service_model
        assert len(added.operation_names) == len(stock.operation_names) + len(AGREEMENT_CALLS)
        for name in stock.shape_names:
            metadata = dict(added.shape_for(name).metadata)
            if name == "InquirySupportMode":
                # AWS's API reference has a second mode that its models do not have yet.
                metadata["enum"] = [mode for mode in metadata["enum"] if mode != "FULL_SUPPORT"]
            assert metadata == stock.shape_for(name).metadata
            assert repr(added.shape_for(name)) == repr(stock.shape_for(name))

    def test_list_agreements_has_a_paginator(self, client: Any) -> None:
        """ListAgreements has a paginator, and the other operations keep theirs."""
        sent: list[AWSPreparedRequest] = []
        pages: list[dict[str, Any]] = [
            {"agreements": [{"name": "one"}], "nextToken": "more"},
            {"agreements": [{"name": "two"}]},
        ]
        client.meta.events.register("before-send.artifact.*", _answering(sent, pages))
        found = client.get_paginator("list_agreements").paginate().build_full_result()
        assert found == {"agreements": [{"name": "one"}, {"name": "two"}]}
        assert [request.url.partition("?")[2] for request in sent] == ["", "nextToken=more"]
        assert client.can_paginate("list_reports")

    def test_aws_cli_has_the_agreement_commands(self) -> None:
        """The AWS CLI has the operations as commands with their arguments."""
        environment = {**os.environ, "AWS_DATA_PATH": str(MODELS), "AWS_PAGER": "cat", "PAGER": "cat"}
        command = [sys.executable, "-m", "awscli", "artifact", "accept-agreement", "--generate-cli-skeleton"]
        skeleton = subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stdout
        assert set(json.loads(skeleton)) == set(AGREEMENT_CALLS[4][1])


def _client() -> Any:
    return boto3.session.Session().client(
        "artifact",
        region_name="us-east-1",
        endpoint_url="http://127.0.0.1:1",
        aws_access_key_id="111122223333",
        aws_secret_access_key="secret",
    )


def _answering(sent: list[AWSPreparedRequest], answers: list[dict[str, Any]]) -> Callable[..., AWSResponse]:
    """Return a hook that records the requests and answers them in place of a server."""
    remaining = iter(answers)

    def answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        sent.append(request)
        reply = AWSResponse(request.url, 200, {"Content-Type": "application/json"}, None)
        reply._content = json.dumps(next(remaining)).encode()
        return reply

    return answer
