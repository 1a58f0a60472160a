"""Generate the catalog of AWS managed policies: an index, and the documents with one policy on each line.

Paths, dates and the documents of default versions are read from `moto`, descriptions from `iam-floyd`; both read them
from AWS. Versions and ids that the catalog has already are kept, so that the versions of a policy accumulate.
"""

import ast
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import iam_floyd
from moto.iam.aws_managed_policies import aws_managed_policies_data

from catalogs.data_files import CATALOG, Files, Json, as_json, as_json_lines, head, package, read

INDEX, DOCUMENTS = CATALOG / "managed_policies.json", CATALOG / "managed_policy_documents.jsonl"
ORDER = ("Version", "Id", "Statement", "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition")
"""The order in which most of AWS's documents have their members."""


def generate() -> Files:
    """Return the text of the index and of the documents."""
    known = {row["name"]: row for row in read(INDEX)["policies"]}
    versions = {entry["policy"]: entry["versions"] for entry in read(DOCUMENTS)["entries"]}
    published: Json = json.loads(aws_managed_policies_data)
    descriptions = dict(_descriptions())
    names = sorted(published, key=str.lower)
    policies = [_row(name, published[name], descriptions.get(name, ""), known.get(name, {})) for name in names]
    documents = [{"policy": name, "versions": _versions(published[name], versions.get(name, []))} for name in names]
    as_of = max(row["updated"] for row in policies)[:10]
    index = head("managed_policies", [package("moto"), package("iam-floyd")], as_of) | {"policies": policies}
    return {INDEX: as_json(index, (",", ":")), DOCUMENTS: as_json_lines(documents)}


def _row(name: str, published: Json, description: str, known: Json) -> Json:
    """Return the entry of a policy in the index."""
    policy_id = {"policy_id": known["policy_id"]} if "policy_id" in known else {}
    return {
        "name": name,
        "path": published["Path"],
        **policy_id,
        "created": _date(published["CreateDate"]),
        "updated": _date(published["UpdateDate"]),
        "default": published["DefaultVersionId"],
        "description": description or known.get("description", ""),
    }


def _versions(published: Json, known: list[Json]) -> list[Json]:
    """Return the known versions of a policy, the newest first; a known document keeps the order of its members."""
    if known and (known[0]["id"], known[0]["document"]) == (published["DefaultVersionId"], published["Document"]):
        return known
    newest = {
        "id": published["DefaultVersionId"],
        "created": _date(published["UpdateDate"]),
        "document": _in_aws_order(published["Document"]),
    }
    return [newest, *(version for version in known if version["id"] != newest["id"])]


def _in_aws_order(document: Json) -> Json:
    """Return a document, whose members moto sorts, in the order of AWS."""
    place = {member: number for number, member in enumerate(ORDER)}
    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    ordered = [dict(sorted(statement.items(), key=lambda item: place[item[0]])) for statement in statements]
    content = document | {"Statement": ordered if isinstance(document["Statement"], list) else ordered[0]}
    return dict(sorted(content.items(), key=lambda item: place[item[0]]))


def _descriptions() -> Iterator[tuple[str, str]]:
    """Yield the names of policies with their descriptions, which follow the ARNs in the module as docstrings."""
    module = Path(iam_floyd.__file__).with_name("_aws_managed_policies.py")
    body = next(node.body for node in ast.parse(module.read_text("utf-8")).body if isinstance(node, ast.ClassDef))
    for assignment, text in pairwise(body):
        if isinstance(assignment, ast.Assign) and isinstance(text, ast.Expr):
            yield ast.literal_eval(assignment.value).rpartition("/")[2], ast.literal_eval(text.value)


def _date(text: str) -> str:
    return text.replace("+00:00", "Z")
