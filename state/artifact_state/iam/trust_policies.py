"""Trust policies as IAM stores and shows them: without white space, and with unique ids of users and roles.

A stored policy names a user or role by its unique id, so that it does not trust another one with the same name. It is
shown with the present ARN of each; where a principal was deleted, its id remains.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

from artifact_state import arns, name_index
from artifact_state.catalog.service_principals import is_service_principal
from artifact_state.errors import MalformedPolicyDocument, RoleNotFound
from artifact_state.iam.identity_documents import require_valid_trust_policy
from artifact_state.iam.initial_roles import accounts_with_roles
from artifact_state.iam.roles import role_of, roles_of
from artifact_state.model import Map, Role, State
from artifact_state.model.identities import User
from artifact_state.policy_syntax.policy import as_list
from artifact_state.world import Transaction

_ACCOUNT = re.compile(r"[0-9]{12}")
_UNIQUE_ID = re.compile(r"A(?:IDA|ROA)[0-9A-Z]{12,28}")
_ARN = re.compile(
    r"arn:(?P<partition>[a-z-]+):(?:iam::(?P<account>[0-9]{12}):(?:root|(?P<kind>user|role)/[^*?]+)"
    r"|sts::(?P<session_account>[0-9]{12}):(?:assumed-role/(?P<role>[^*?/]+)/(?P<session>[^*?/]+)|federated-user/[^*?/]+))"
)
_PROVIDER = re.compile(r"arn:(?P<partition>[a-z-]+):iam::[0-9]{12}:(?:saml|oidc)-provider/[^*?]+")
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


class StoredTrustPolicy(NamedTuple):
    """A trust policy in the form in which a role keeps it."""

    document: str
    principals: "Map[str, str]"
    """The unique ids that the document names, each with the ARN that its principal had."""


def resolve_trust_policy(tx: Transaction, text: str, *, accept_deleted: bool = False) -> StoredTrustPolicy:
    """Return a trust policy in its stored form; `accept_deleted` accepts unique ids that no principal has.

    Raises MalformedPolicyDocument, QuotaExceeded.
    """
    require_valid_trust_policy(tx, text)
    policy, resolver = json.loads(text), _Resolver(tx=tx, accept_deleted=accept_deleted)
    for statement in as_list(policy["Statement"]):
        element = "Principal" if "Principal" in statement else "NotPrincipal"
        statement[element] = resolver.resolve(statement[element])
    document = json.dumps(policy, separators=(",", ":"), ensure_ascii=False)
    return StoredTrustPolicy(document, Map(resolver.principals))


def shown_trust_policy(state: State, partition: str, role: Role, now: datetime) -> str:
    """Return the trust policy of a role with the present ARNs of the principals that still exist."""
    text = role.trust_policy
    for unique_id, named in role.trusted_principals.items():
        identity_id, _, session = unique_id.partition(":")
        identity = _identity_by_id(state, named, identity_id, now)
        if identity is not None:
            text = text.replace(f'"{unique_id}"', f'"{_arn_of(partition, identity, session)}"')
    return text


@dataclass(slots=True, kw_only=True)
class _Resolver:
    """The resolution of the principals of one policy."""

    tx: Transaction
    accept_deleted: bool
    principals: dict[str, str] = field(default_factory=dict)
    """The unique ids that were found, each with the ARN of its principal."""

    def resolve(self, element: Any) -> Any:
        """Return a Principal element in its stored form.

        Raises MalformedPolicyDocument.
        """
        if not isinstance(element, dict):
            return element
        resolvers: dict[str, Callable[[str], str | None]] = {
            "AWS": self._identity,
            "Service": self._service,
            "Federated": self._provider,
        }
        return {kind: self._resolve_all(kind, names, resolvers.get(kind)) for kind, names in element.items()}

    def _resolve_all(self, kind: str, names: Any, resolve: Callable[[str], str | None] | None) -> Any:
        resolved = []
        for name in as_list(names):
            stored = name if resolve is None else resolve(name)
            if stored is None:
                raise MalformedPolicyDocument(f'Invalid principal in policy: "{kind.upper()}":"{name}"')
            resolved.append(stored)
        return resolved if isinstance(names, list) else resolved[0]

    def _identity(self, name: str) -> str | None:
        if name == "*":
            return name
        if _ACCOUNT.fullmatch(name):
            return arns.root_user(self.tx.caller.partition, name)
        if _UNIQUE_ID.fullmatch(name):
            return self._unique_id(name)
        match = _ARN.fullmatch(name)
        return self._arn(match) if match and match["partition"] == self.tx.caller.partition else None

    def _arn(self, match: re.Match[str]) -> str | None:
        name = match[0]
        if match["role"]:
            role = self._identity_named("role", match["session_account"], match["role"])
            return self._stored(name, match["session_account"], role, f":{match['session']}")
        if match["kind"] is None:
            return name
        identity = self._identity_named(match["kind"], match["account"], name.rpartition("/")[2])
        is_same = identity is not None and _arn_of(self.tx.caller.partition, identity) == name
        return self._stored(name, match["account"], identity if is_same else None)

    def _identity_named(self, kind: str, account_id: str, name: str) -> User | Role | None:
        state = self.tx.state
        if kind == "user":
            return name_index.find(state.users.get(account_id, ()), name)
        try:
            return role_of(state, account_id, name, self.tx.now)
        except RoleNotFound:
            return None

    def _stored(self, named: str, account_id: str, identity: User | Role | None, suffix: str = "") -> str | None:
        """Return the stored form of a name; None if its account is known and has no such user or role."""
        if identity is None:
            # AWS knows all accounts, the emulator only those of its world.
            return None if _is_known(self.tx, account_id) else named
        unique_id = f"{identity.id}{suffix}"
        self.principals[unique_id] = named
        return unique_id

    def _unique_id(self, unique_id: str) -> str | None:
        state, now = self.tx.state, self.tx.now
        users = chain.from_iterable(state.users.values())
        roles = (role for account_id in accounts_with_roles(state) for role in roles_of(state, account_id, "/", now))
        for identity in chain[User | Role](users, roles):
            if identity.id == unique_id:
                return self._stored(_arn_of(self.tx.caller.partition, identity), identity.account_id, identity)
        return unique_id if self.accept_deleted else None

    def _service(self, name: str) -> str | None:
        added = any(name in service.principals for service in self.tx.added_services)
        return name if added or is_service_principal(name) else None

    def _provider(self, name: str) -> str:
        match = _PROVIDER.fullmatch(name)
        if not _DOMAIN.fullmatch(name) and (match is None or match["partition"] != self.tx.caller.partition):
            raise MalformedPolicyDocument("Federated principals must be valid domain names or SAML metadata ARNs")
        return name


def _identity_by_id(state: State, named: str, unique_id: str, now: datetime) -> User | Role | None:
    """Return the user or role with a unique id, which has, or had, a certain ARN."""
    account_id = named.split(":")[4]
    candidates: Iterator[User | Role] = (
        iter(state.users.get(account_id, ())) if unique_id.startswith("AIDA") else roles_of(state, account_id, "/", now)
    )
    return next((identity for identity in candidates if identity.id == unique_id), None)


def _arn_of(partition: str, identity: User | Role, session: str = "") -> str:
    if session:
        return arns.assumed_role(partition, identity.account_id, identity.name, session)
    arn = arns.user if isinstance(identity, User) else arns.role
    return arn(partition, identity.account_id, identity.path, identity.name)


def _is_known(tx: Transaction, account_id: str) -> bool:
    """Return whether the world has data of an account."""
    state = tx.state
    tables = (state.accounts, state.memberships, state.users, state.groups, state.roles, state.root_access_keys)
    return account_id == tx.caller.account_id or any(account_id in table for table in tables)
