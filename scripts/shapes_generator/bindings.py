"""Write the bindings of a service: the `Service` that routing, parsing and rendering read."""

from collections.abc import Mapping
from typing import Any

from .models import Model, UnhandledTraitError
from .patterns import translate
from .source import module

_KINDS = {"long": "integer", "float": "double"}
_FAULT, _REFUSAL = 500, 400
_LONG = 80


def write_bindings(model: Model) -> str:
    """Write the module that binds a service's operations to HTTP."""
    metadata = model.metadata
    service = _call(
        "Service",
        name=metadata.get("signingName", metadata["endpointPrefix"]),
        protocol=model.protocol,
        version=metadata["apiVersion"],
        target_prefix=metadata.get("targetPrefix", ""),
        xml_namespace=metadata.get("xmlNamespace", ""),
        operations=_Written(_mapping({name: _operation(model, name) for name in model.operations})),
        unshaped=_Written(f"frozenset({{{', '.join(map(repr, model.unshaped))}}})" if model.unshaped else ""),
        errors=_Written(_mapping({shape: _error(model, shape) for shape in model.errors()})),
        layouts=_Written(_mapping(_layouts(model))),
        patterns=_Written(_mapping(_patterns(model))),
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
    """Lay out what requests and replies hold, but for strings: what is not laid out is one."""
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
    """Give AWS's spelling of each pattern that requests check: the messages of its query services quote it."""
    if model.protocol != "query":
        return {}
    spelled: dict[str, str] = {}
    for shape in model.reachable(model.inputs()):
        pattern = model.shapes[shape].get("pattern", "")
        ours = translate(pattern) if pattern else None
        if ours and spelled.setdefault(ours.text, pattern) != pattern:
            raise UnhandledTraitError(f"{model.name} spells {pattern} in two ways")
    return {ours: _on_its_own_line(theirs) for ours, theirs in spelled.items()}


def _on_its_own_line(text: str) -> str:
    """Write a text so that the formatter gives it a line when it is long."""
    return f"({text!r})" if len(text) > _LONG else repr(text)


class _Written(str):
    """Code that is already written, as against text to quote."""

    __slots__ = ()


def _call(called: str, /, **arguments: Any) -> str:
    """Write a call, without the arguments that are empty: the defaults of what is called."""
    given = {key: value for key, value in arguments.items() if value or value is False}
    return f"{called}({', '.join(f'{key}={_value(value)}' for key, value in given.items())})"


def _value(value: Any) -> str:
    return str(value) if isinstance(value, _Written) else repr(value)


def _mapping(entries: Mapping[str, str]) -> str:
    return f"{{{', '.join(f'{key!r}: {value}' for key, value in entries.items())}}}" if entries else ""


def _unless(value: Any, default: Any) -> Any:
    """Leave out what the dataclass already says."""
    return None if value == default else value
