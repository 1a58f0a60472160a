"""Generate the requests of a service: a class for each operation and structure, aliases for constrained values."""

from collections.abc import Iterator

from .models import Model, Trait, UnhandledTraitError
from .names import attribute_name, class_name
from .source import IMPORTED, module

_PLAIN = {
    "string": "str",
    "integer": "int",
    "long": "int",
    "float": "float",
    "double": "float",
    "boolean": "bool",
    "timestamp": "Timestamp",
    "blob": "Blob",
}
_NUMBERS = frozenset({"integer", "long", "float", "double"})
_SHOWN_OPERATIONS = 3
_LONG = 80


def write_requests(model: Model) -> str:
    """Return the module of a service's requests, each definition before its uses."""
    roots = model.inputs()
    shapes = model.reachable(roots)
    _refuse_clashes(model, shapes)
    nested = [shape for shape in shapes if shape not in roots]
    blocks = [block for shape in nested for block in _definition(model, shape)]
    blocks += [_request(model, name) for name in model.operations]
    title = model.metadata.get("serviceAbbreviation", model.metadata["serviceFullName"])
    return module(f"Requests of {title}, checked member by member.", blocks)


def _refuse_clashes(model: Model, shapes: list[str]) -> None:
    """Refuse two shapes of one Python name, and a recursive structure."""
    names = [class_name(shape) for shape in shapes if _is_named(model, shape)]
    names += [f"{operation}Request" for operation in model.operations if f"{operation}Request" not in names]
    if clashes := {name for name in names if names.count(name) > 1 or name in IMPORTED}:
        raise UnhandledTraitError(f"{model.name} has several shapes called {sorted(clashes)}")
    for place, shape in enumerate(shapes):
        if any(shapes.index(part) >= place for part in model.parts(shape)):
            raise UnhandledTraitError(f"{model.name}.{shape} contains itself in a request")


def _is_named(model: Model, shape: str) -> bool:
    """Return whether a shape gets a name of its own: structures and constrained values do."""
    traits = model.shapes[shape]
    return traits["type"] == "structure" or "enum" in traits or bool(_constraints(model, shape))


def _definition(model: Model, shape: str) -> Iterator[str]:
    traits = model.shapes[shape]
    name = class_name(shape)
    if traits["type"] == "structure":
        yield _class(model, name, traits, f"Part of the input of {_operations_with(model, shape)}.")
    elif "enum" in traits:
        if set(traits) & {"min", "max", "pattern"}:
            raise UnhandledTraitError(f"{model.name}.{shape} constrains an enumeration further")
        yield f"{name} = Literal[{', '.join(map(_quoted, traits['enum']))}]"
    elif constraints := _constraints(model, shape):
        yield f"{name} = Annotated[{_unconstrained(model, traits)}, {', '.join(constraints)}]"


def _operations_with(model: Model, shape: str) -> str:
    """Return the operations whose inputs contain a structure: their names if they are few."""
    inputs = {name: traits["input"]["shape"] for name, traits in model.operations.items() if "input" in traits}
    operations = [name for name, request in inputs.items() if shape in model.reachable([request])]
    if len(operations) == 1:
        return operations[0]
    if len(operations) <= _SHOWN_OPERATIONS:
        return f"{', '.join(operations[:-1])} and {operations[-1]}"
    return f"{len(operations)} operations"


def _request(model: Model, operation: str) -> str:
    traits = model.operations[operation]
    structure = model.shapes[traits["input"]["shape"]] if "input" in traits else {"members": {}}
    return _class(model, f"{operation}Request", structure, f"The input of {operation}.")


def _class(model: Model, name: str, traits: Trait, docstring: str) -> str:
    base = "UnionShape" if traits.get("union") else "Shape"
    lines = [f"class {name}({base}):", f'    """{docstring}"""', ""]
    required = traits.get("required", ())
    attributes = [attribute_name(member) for member in traits["members"]]
    if len(set(attributes)) < len(attributes):
        raise UnhandledTraitError(f"{model.name}.{name} has two members of one Python name")
    for attribute, (wire_name, member) in zip(attributes, traits["members"].items(), strict=True):
        lines.append(f"    {attribute}: {_field(model, wire_name, member, required=wire_name in required)}")
    return "\n".join([*lines, ""])


def _field(model: Model, wire_name: str, member: Trait, *, required: bool) -> str:
    options = [_quoted(wire_name)]
    if model.is_sensitive(member["shape"]):
        options.append("sensitive=True")
    if required:
        return f"{_type(model, member['shape'])} = required({', '.join(options)})"
    return f"{_type(model, member['shape'])} | None = optional({', '.join(options)})"


def _type(model: Model, shape: str) -> str:
    """Return the type of a shape as part of another."""
    return class_name(shape) if _is_named(model, shape) else _unconstrained(model, model.shapes[shape])


def _unconstrained(model: Model, traits: Trait) -> str:
    if traits["type"] == "list":
        return f"list[{_type(model, traits['member']['shape'])}]"
    if traits["type"] == "map":
        return f"dict[{_type(model, traits['key']['shape'])}, {_type(model, traits['value']['shape'])}]"
    return _PLAIN[traits["type"]]


def _constraints(model: Model, shape: str) -> list[str]:
    """Return the constraints that pydantic's engine must check, as the arguments of an `Annotated`."""
    traits = model.shapes[shape]
    if traits["type"] == "structure" or "enum" in traits:
        return []
    if traits["type"] in _NUMBERS:
        minimum, maximum, trivial = "ge", "le", None
    else:
        minimum, maximum, trivial = "min_length", "max_length", 0
    arguments = []
    if traits.get("min", trivial) != trivial:
        arguments.append(f"{minimum}={traits['min']}")
    if "max" in traits:
        arguments.append(f"{maximum}={traits['max']}")
    pattern = model.pattern(shape)
    if pattern and not pattern.looks_around:
        arguments.append(f"pattern={_raw(pattern.text)}")
    checks = [f"Rule({', '.join(arguments)})"] if arguments else []
    if pattern and pattern.looks_around:
        checks.append(f"Matching({_raw(pattern.text)})")
    return checks


def _raw(pattern: str) -> str:
    """Return a pattern as a raw string literal, split at its alternatives if it is long."""
    if '"' in pattern:
        raise UnhandledTraitError(f"a quotation mark in {pattern}")
    if len(pattern) <= _LONG:
        return f'r"{pattern}"'
    pieces = pattern.replace(")|(", ")|\0(").split("\0")
    return "(" + " ".join(f'r"{piece}"' for piece in pieces) + ")"


def _quoted(text: str) -> str:
    if '"' in text or "\\" in text:
        raise UnhandledTraitError(f"{text!r} in a name")
    return f'"{text}"'
