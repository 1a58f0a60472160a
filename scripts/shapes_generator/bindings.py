"""Generate the bindings of a service: the `Service` that routing, parsing and rendering read."""

from collections.abc import Mapping
from typing import Any

from .models import Model, UnhandledTraitError
from .source import module

_KINDS = {"long": "integer", "float": "double"}
_FAULT, _REFUSAL = 500, 400
_LONG = 80


def write_bindings(model: Model) -> str:
    """Return the module that binds a service's operations to HTTP."""
    metadata = model.metadata
    signing_name = metadata.get("signingName", metadata["endpointPrefix"])
    service = _call(
        "Service",
        name=model.name,
        own_signing_name=_unless(signing_name, model.name),
        protocol=model.protocol,
        version=metadata["apiVersion"],
        target_prefix=metadata.get("targetPrefix", ""),
        xml_namespace=metadata.get("xmlNamespace", ""),
        operations=_Code(_mapping({name: _operation(model, name) for name in model.operations})),
        unshaped=_Code(f"frozenset({{{', '.join(map(repr, model.unshaped))}}})" if model.unshaped else ""),
        errors=_Code(_mapping({shape: _error(model, shape) for shape in model.errors()})),
        layouts=_Code(_mapping(_layouts(model))),
        patterns=_Code(_mapping(_patterns(model))),
    )
    title = metadata.get("serviceAbbreviation", metadata["serviceFullName"])
    return module(f"How the operations of {title} travel.", [f"SERVICE = {service}"])


def _operation(model: Model, name: str) -> str:
    traits = model.operations[name]
    request = traits.get("input", {}).get("shape", "")
    members = model.shapes[request]["members"] if request else {}
    return _call(
        "Operation",
        name=name,
        method=_unless(traits["http"]["method"], "POST"),
        path=_unless(traits["http"]["requestUri"], "/"),
        status=_unless(traits["http"].get("responseCode", 200), 200),
        request=request,
        reply=traits.get("output", {}).get("shape", ""),
        locations={n: (m["location"], m["locationName"]) for n, m in members.items() if "location" in m},
        errors=tuple(error["shape"] for error in traits.get("errors", ())),
        signed=False if traits.get("authtype") == "none" else None,
    )


def _error(model: Model, shape: str) -> str:
    traits = model.shapes[shape]
    modelled = traits.get("error", {})
    members = traits["members"]
    return _call(
        "ErrorShape",
        code=modelled.get("code", shape),
        status=modelled.get("httpStatusCode", _FAULT if traits.get("fault") else _REFUSAL),
        members=tuple(members),
        headers={name: member["locationName"] for name, member in members.items() if "location" in member},
    )


def _layouts(model: Model) -> dict[str, str]:
    """Return the layouts of the shapes in requests and replies; a shape without a layout is a string."""
    if model.protocol == "json":
        return {}
    shapes = sorted(model.reachable([*model.inputs(), *model.outputs()]))
    return {shape: _layout(model, shape) for shape in shapes if model.shapes[shape]["type"] != "string"}


def _layout(model: Model, shape: str) -> str:
    traits = model.shapes[shape]
    element = traits.get("member") or traits.get("value") or {}
    return _call(
        "Layout",
        kind=_KINDS.get(traits["type"], traits["type"]),
        members={name: member["shape"] for name, member in traits.get("members", {}).items()},
        of=element.get("shape", ""),
    )


def _patterns(model: Model) -> dict[str, str]:
    """Return AWS's spelling of each pattern that requests check: the messages of its query services quote it."""
    if model.protocol != "query":
        return {}
    spelled: dict[str, str] = {}
    for shape in model.reachable(model.inputs()):
        spelling, pattern = model.shapes[shape].get("pattern", ""), model.pattern(shape)
        if pattern and spelled.setdefault(pattern.text, spelling) != spelling:
            raise UnhandledTraitError(f"{model.name}.{shape} spells the pattern {spelling} in two ways")
    return {text: _breakable(spelling) for text, spelling in spelled.items()}


def _breakable(text: str) -> str:
    """Return a string literal that the formatter puts on a line of its own if it is long."""
    return f"({text!r})" if len(text) > _LONG else repr(text)


class _Code(str):
    """Code, as opposed to text that must be quoted."""

    __slots__ = ()


def _call(name: str, /, **arguments: Any) -> str:
    """Return a call without its empty arguments, which are the defaults of the called type."""
    given = {key: value for key, value in arguments.items() if value or value is False}
    return f"{name}({', '.join(f'{key}={_value(value)}' for key, value in given.items())})"


def _value(value: Any) -> str:
    return str(value) if isinstance(value, _Code) else repr(value)


def _mapping(entries: Mapping[str, str]) -> str:
    return f"{{{', '.join(f'{key!r}: {value}' for key, value in entries.items())}}}" if entries else ""


def _unless(value: Any, default: Any) -> Any:
    """Return None for the default of the dataclass, so that it is omitted."""
    return None if value == default else value
