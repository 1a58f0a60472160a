"""Generate the replies of a service: typed dictionaries under AWS's names, for the type checker only."""

from .models import Model, UnhandledTraitError
from .names import class_name
from .source import IMPORTED, module

_PLAIN = {
    "string": "str",
    "integer": "int",
    "long": "int",
    "float": "float",
    "double": "float",
    "boolean": "bool",
    "timestamp": "datetime",
    "blob": "bytes",
}


def write_replies(model: Model) -> str:
    """Return the module of a service's replies, each definition before its uses."""
    blocks: list[str] = []
    defined: set[str] = set()
    for shape in model.reachable(model.outputs()):
        traits = model.shapes[shape]
        if traits.get("document") or (traits["type"] != "structure" and "enum" not in traits):
            continue
        name = class_name(shape)
        if name in IMPORTED or name in defined:
            raise UnhandledTraitError(f"{model.name} has several shapes called {name}")
        if traits["type"] == "structure":
            blocks.append(_dictionary(model, shape, defined))
        else:
            blocks.append(f"{name} = Literal[{', '.join(map(repr, traits['enum']))}]")
        defined.add(name)
    title = model.metadata.get("serviceAbbreviation", model.metadata["serviceFullName"])
    return module(f"Replies of {title}, under AWS's names.", blocks)


def _dictionary(model: Model, shape: str, defined: set[str]) -> str:
    traits = model.shapes[shape]
    operations = [name for name, op in model.operations.items() if op.get("output", {}).get("shape") == shape]
    docstring = f"The output of {' and '.join(operations)}." if operations else "Part of an output."
    lines = [f"class {class_name(shape)}(TypedDict, total=False):", f'    """{docstring}"""', ""]
    for name, member in traits["members"].items():
        member_type = _type(model, member["shape"], defined)
        lines.append(f"    {name}: {f'Required[{member_type}]' if name in traits.get('required', ()) else member_type}")
    return "\n".join([*lines, ""])


def _type(model: Model, shape: str, defined: set[str]) -> str:
    traits = model.shapes[shape]
    if traits.get("document"):
        return "Any"
    if traits["type"] == "list":
        return f"list[{_type(model, traits['member']['shape'], defined)}]"
    if traits["type"] == "map":
        key, value = traits["key"]["shape"], traits["value"]["shape"]
        return f"dict[{_type(model, key, defined)}, {_type(model, value, defined)}]"
    if traits["type"] == "structure" or "enum" in traits:
        name = class_name(shape)
        return name if name in defined else f'"{name}"'  # Only a recursive shape is used before its definition.
    return _PLAIN[traits["type"]]
