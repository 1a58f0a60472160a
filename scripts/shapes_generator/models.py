"""Read AWS's service models as botocore does, and refuse traits that the emulator's protocols do not handle.

An unknown trait stops the generator: dropping it silently would generate a wrong shape.
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.loaders import Loader

from .botocore_releases import SERVICES, pinned_version, release
from .patterns import Pattern, UnknownPatternError, translate

MODELS = Path(__file__).parents[2] / "emulator" / "artifact_emulator" / "botocore_models"

_PROSE = frozenset({"documentation", "deprecated", "deprecatedMessage", "deprecatedSince"})
_OPERATION_TRAITS = _PROSE | {"name", "http", "input", "output", "errors", "readonly", "idempotent", "auth", "authtype"}
_MEMBER_TRAITS = _PROSE | {"shape", "location", "locationName", "idempotencyToken"}
_ELEMENT_TRAITS = _PROSE | {"shape", "locationName"}
_STRUCTURE_TRAITS = _PROSE | {"members", "required", "union", "sensitive", "document"}
_ERROR_TRAITS = _STRUCTURE_TRAITS | {"exception", "error", "fault", "retryable"}
_NUMBER_TRAITS = _PROSE | {"min", "max", "box"}
_SHAPE_TRAITS = {
    "structure": _STRUCTURE_TRAITS,
    "list": _PROSE | {"member", "min", "max", "sensitive"},
    "map": _PROSE | {"key", "value", "min", "max", "sensitive"},
    "string": _PROSE | {"enum", "pattern", "min", "max", "sensitive"},
    "integer": _NUMBER_TRAITS,
    "long": _NUMBER_TRAITS,
    "float": _NUMBER_TRAITS,
    "double": _NUMBER_TRAITS,
    "boolean": _PROSE | {"box"},
    "timestamp": _PROSE | {"timestampFormat"},
    "blob": _PROSE | {"sensitive"},
}
# The one format that the emulator reads and writes in each protocol's bodies, and the protocol's own default.
_TIMESTAMP_FORMATS = {
    "json": ("unixTimestamp", "unixTimestamp"),
    "rest-json": ("iso8601", "unixTimestamp"),
    "query": ("iso8601", "iso8601"),
}
# Traits in which AWS differs from its model. The documentation of the member allows wildcards, its pattern does not,
# and AWS looks for the pattern anywhere in a name, so that a star alone is refused; likewise in a policy's name.
# AWS takes no C1 control characters in policies, and looks at the algorithm of a token as at the rest of the input.
# Observed: https://github.com/radkawar/stackd, testdata/aws/iam: simulation.json, query_collections.json,
# outbound_identity.json.
_CORRECTIONS: dict[tuple[str, str], dict[str, str]] = {
    ("iam", "AttachmentName"): {"pattern": r".*[\w+=,.@-]+.*"},
    ("iam", "policyDocumentType"): {"pattern": r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]+"},
    ("sts", "jwtAlgorithmType"): {"pattern": "RS256|ES384"},
}
_CORRECTED_MEMBERS = {("iam", "InlinePolicyIdentifierType", "PolicyName"): "AttachmentName"}
_SCALARS = frozenset({"string", "integer", "long", "float", "double", "boolean"})

Trait = dict[str, Any]


class UnhandledTraitError(ValueError):
    """A model has a trait that the emulator's protocols or this generator do not handle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One service's model, reduced to the operations that get shapes."""

    name: str
    metadata: Trait
    operations: dict[str, Trait]
    unshaped: tuple[str, ...]
    shapes: dict[str, Trait]

    @property
    def package(self) -> str:
        """The name of the package of the service's shapes."""
        return self.name.replace("-", "_")

    @property
    def protocol(self) -> str:
        """The protocol that the emulator speaks for this service."""
        return str(self.metadata["protocol"])

    def inputs(self) -> list[str]:
        """Return the input shapes of the operations, once each."""
        return list(dict.fromkeys(o["input"]["shape"] for o in self.operations.values() if "input" in o))

    def outputs(self) -> list[str]:
        """Return the output shapes of the operations, once each."""
        return list(dict.fromkeys(o["output"]["shape"] for o in self.operations.values() if "output" in o))

    def errors(self) -> list[str]:
        """Return the shapes of the errors that the operations declare, once each, by name."""
        return sorted({e["shape"] for o in self.operations.values() for e in o.get("errors", ())})

    def pattern(self, shape: str) -> Pattern | None:
        """Return the translated pattern of a shape, or None if it has none or one that matches every string.

        Raises UnhandledTraitError.
        """
        pattern = self.shapes[shape].get("pattern")
        try:
            return translate(pattern) if pattern is not None else None
        except UnknownPatternError as error:
            raise UnhandledTraitError(f"{self.name}.{shape} has the pattern {pattern}: {error}") from None

    def parts(self, shape: str) -> list[str]:
        """Return the shapes of the members, elements, keys and values of a shape."""
        traits = self.shapes[shape]
        members = [member["shape"] for member in traits.get("members", {}).values()]
        return members + [traits[part]["shape"] for part in ("member", "key", "value") if part in traits]

    def reachable(self, roots: Iterable[str]) -> list[str]:
        """Return the roots and the shapes that they lead to, the parts of each shape before it."""
        ordered: dict[str, None] = {}
        visited: set[str] = set()

        def visit(shape: str) -> None:
            if shape not in visited:
                visited.add(shape)
                for part in self.parts(shape):
                    visit(part)
                ordered[shape] = None

        for root in roots:
            visit(root)
        return list(ordered)

    def is_sensitive(self, shape: str) -> bool:
        """Return whether a value must not be shown, because its shape or that of its elements says so."""
        traits = self.shapes[shape]
        if traits.get("sensitive"):
            return True
        return traits["type"] in ("list", "map") and any(self.is_sensitive(inner) for inner in self.parts(shape))


def load_models() -> Iterator[Model]:
    """Load the model of every service that gets shapes, with the emulator's additions merged in."""
    for name, choice in tomllib.loads(SERVICES.read_text())["services"].items():
        yield shaped(name, whole_model(name), choice.get("operations"))


def whole_model(service: str) -> Trait:
    """Load a service's model with the emulator's additions merged in, as AWS_DATA_PATH makes botocore do."""
    return corrected_model(service, release(pinned_version()))


def corrected_model(service: str, botocore: Path) -> Trait:
    """Load a service's model of a release of botocore, with additions and corrections."""
    # Without the default search path, which includes the models in the user's home directory.
    folders = [str(botocore / "botocore" / "data"), str(MODELS)]
    loader = Loader(extra_search_paths=folders, include_default_search_paths=False)
    model: Trait = loader.load_service_model(service, "service-2")
    for (of, shape), traits in _CORRECTIONS.items():
        if of == service:
            model["shapes"][shape] |= traits
    for (of, structure, member), shape in _CORRECTED_MEMBERS.items():
        if of == service:
            model["shapes"][structure]["members"][member]["shape"] = shape
    return model


def shaped(name: str, whole: Trait, wanted: list[str] | None = None) -> Model:
    """Reduce a model to the wanted operations.

    Raises UnhandledTraitError if the emulator does not handle a trait of the model.
    """
    operations = whole["operations"]
    if missing := set(wanted or ()) - set(operations):
        raise UnhandledTraitError(f"{name} has no operations {sorted(missing)}")
    model = Model(
        name=name,
        metadata=whole["metadata"],
        operations={o: operations[o] for o in sorted(wanted or operations)},
        unshaped=tuple(sorted(set(operations) - set(wanted or operations))),
        shapes=whole["shapes"],
    )
    _vet(model)
    return model


def _vet(model: Model) -> None:
    """Raise `UnhandledTraitError` unless the emulator handles every trait of the model."""
    if model.protocol not in _TIMESTAMP_FORMATS:
        raise UnhandledTraitError(f"{model.name} speaks {model.protocol}")
    for name, operation in model.operations.items():
        _vet_operation(model, name, operation)
    inputs, outputs, errors = model.inputs(), model.outputs(), model.errors()
    for shape in model.reachable(inputs):
        if model.shapes[shape].get("document"):
            raise UnhandledTraitError(f"{model.name}.{shape} is a document in a request")
    for shape in model.reachable([*inputs, *outputs, *errors]):
        traits = model.shapes[shape]
        known = _ERROR_TRAITS if traits.get("exception") else _SHAPE_TRAITS[traits["type"]]
        _known(f"{model.name}.{shape}", set(traits) - {"type"}, known)
        _vet_parts(model, shape, traits)
        if traits["type"] == "timestamp":
            _vet_timestamp(model, shape, traits)
    _vet_locations(model, inputs, {"uri", "querystring"} if model.protocol == "rest-json" else set())
    _vet_locations(model, errors, {"header"} if model.protocol == "rest-json" else set())
    _vet_locations(model, set(model.reachable([*inputs, *outputs, *errors])) - {*inputs, *errors}, set())


def _vet_operation(model: Model, name: str, operation: Trait) -> None:
    where = f"{model.name}.{name}"
    inner = {"resultWrapper"} if model.protocol == "query" else set()
    _known(where, operation, _OPERATION_TRAITS)
    _known(where, operation["http"], {"method", "requestUri", "responseCode"})
    _known(where, operation.get("input", {}), {"shape"})
    _known(where, operation.get("output", {}), {"shape"} | inner)
    path = operation["http"]["requestUri"]
    if model.protocol != "rest-json" and operation["http"] != {"method": "POST", "requestUri": "/"}:
        raise UnhandledTraitError(f"{where} is not POST /")
    if "?" in path or "+}" in path:
        raise UnhandledTraitError(f"{where} has a query string or a greedy label in its path")
    if inner and "output" in operation and operation["output"].get("resultWrapper") != f"{name}Result":
        raise UnhandledTraitError(f"{where} wraps its result unusually")
    if operation.get("authtype", "none") != "none":
        raise UnhandledTraitError(f"{where} authenticates by {operation['authtype']}")


def _vet_parts(model: Model, shape: str, traits: Trait) -> None:
    for name, member in traits.get("members", {}).items():
        _known(f"{model.name}.{shape}.{name}", member, _MEMBER_TRAITS)
        if "location" not in member and member.get("locationName", name) != name:
            raise UnhandledTraitError(f"{model.name}.{shape}.{name} is {member['locationName']} in the body")
    for part in {"member", "key", "value"} & set(traits):
        _known(f"{model.name}.{shape}.{part}", traits[part], _ELEMENT_TRAITS)
        # An unnamed element of a list is `member` in the query protocol; of a map `entry`, `key` and `value`.
        if traits[part].get("locationName", part) != part:
            raise UnhandledTraitError(f"{model.name}.{shape} names its elements {traits[part]['locationName']}")


def _vet_timestamp(model: Model, shape: str, traits: Trait) -> None:
    handled, default = _TIMESTAMP_FORMATS[model.protocol]
    if traits.get("timestampFormat", default) != handled:
        raise UnhandledTraitError(f"{model.name}.{shape} is not written as {handled}")


def _vet_locations(model: Model, structures: Iterable[str], handled: set[str]) -> None:
    for structure in structures:
        for name, member in model.shapes[structure].get("members", {}).items():
            if "location" not in member:
                continue
            if member["location"] not in handled or "locationName" not in member:
                raise UnhandledTraitError(f"{model.name}.{structure}.{name} travels in {member['location']}")
            _vet_text(model, f"{model.name}.{structure}.{name}", member)


def _vet_text(model: Model, where: str, member: Trait) -> None:
    """Refuse a member outside the body that is not a scalar, or a list of scalars in the query string."""
    traits = model.shapes[member["shape"]]
    if member["location"] == "querystring" and traits["type"] == "list":
        traits = model.shapes[traits["member"]["shape"]]
    if traits["type"] not in _SCALARS:
        raise UnhandledTraitError(f"{where} is a {traits['type']} outside the body")


def _known(where: str, found: Iterable[str], known: Iterable[str]) -> None:
    if unknown := set(found) - set(known):
        raise UnhandledTraitError(f"{where} has {sorted(unknown)}")
