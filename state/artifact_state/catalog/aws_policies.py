"""AWS managed policies: an index, which is read on first use, and documents, which are read policy by policy.

The documents of all policies have some four megabytes and few are asked for, so that few are kept in memory.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from artifact_state.catalog.loading import read_file
from artifact_state.catalog.records import Certainty
from artifact_state.record import Record

_DOCUMENTS = Path(__file__).with_name("managed_policy_documents.jsonl")
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
# Every known id of a policy made since then starts with the first of these, and every older one with the second.
_ID_PREFIXES = ("ANPAZKAPJZG4", "ANPAI")
_FIRST_NEW_ID = datetime(2019, 4, 4, tzinfo=UTC)
_ID_LENGTH = 21


class PolicyVersion(Record):
    """A version of a managed policy."""

    version_id: str
    created_at: datetime
    document: str
    """The document as JSON text."""


class ManagedPolicy(Record):
    """A policy that AWS manages."""

    name: str
    path: str
    policy_id: str
    description: str
    created_at: datetime
    updated_at: datetime
    default_version_id: str
    policy_id_certainty: Certainty = Certainty.CONFIRMED

    @property
    def versions(self) -> tuple[PolicyVersion, ...]:
        """The known versions, the newest first."""
        return _versions(self.name)

    @property
    def document(self) -> str:
        """The document of the default version."""
        return next(version.document for version in self.versions if version.version_id == self.default_version_id)


@cache
def managed_policies() -> Sequence[ManagedPolicy]:
    """Return all policies, sorted by name without regard to case."""
    return tuple(map(_policy, _entries()))


def managed_policy(name: str) -> ManagedPolicy | None:
    """Return the policy with a name, or None."""
    entry = _entries().get(name)
    return None if entry is None else _policy(name)


@cache
def _entries() -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in read_file("managed_policies")["policies"]}


@cache
def _policy(name: str) -> ManagedPolicy:
    entry = _entries()[name]
    created_at = datetime.fromisoformat(entry["created"])
    return ManagedPolicy(
        name=name,
        path=entry["path"],
        policy_id=entry.get("policy_id") or _invented_id(name, created_at),
        policy_id_certainty=Certainty.CONFIRMED if "policy_id" in entry else Certainty.UNVERIFIED,
        description=entry["description"],
        created_at=created_at,
        updated_at=datetime.fromisoformat(entry["updated"]),
        default_version_id=entry["default"],
    )


def _invented_id(name: str, created_at: datetime) -> str:
    prefix = _ID_PREFIXES[created_at < _FIRST_NEW_ID]
    digits = "".join(_BASE32[byte % len(_BASE32)] for byte in sha256(name.encode()).digest())
    return f"{prefix}{digits}"[:_ID_LENGTH]


@lru_cache(maxsize=128)
def _versions(name: str) -> tuple[PolicyVersion, ...]:
    start = f'{{"policy":{json.dumps(name)},'.encode()
    with _DOCUMENTS.open("rb") as lines:
        entry = json.loads(next(line for line in lines if line.startswith(start)))
    return tuple(
        PolicyVersion(
            version_id=version["id"],
            created_at=datetime.fromisoformat(version["created"]),
            document=json.dumps(version["document"], separators=(",", ":")),
        )
        for version in entry["versions"]
    )
