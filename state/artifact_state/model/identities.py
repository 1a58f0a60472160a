"""IAM users and their credentials, groups, and customer managed policies."""

from __future__ import annotations  # HashTrieMap takes no parameters at run time.

from datetime import datetime, timedelta

from rpds import HashTrieMap as Map

from artifact_state.catalog import PolicyVersion
from artifact_state.record import Record


class Login(Record):
    """The console password of a user."""

    password_hash: str
    """The salt and the hash, `SALT$HASH`; the hash alone in old snapshots, where the user's id is the salt."""
    created_at: datetime
    must_be_changed: bool = False
    max_signin: timedelta | None = None
    """How long the user stays signed in at most; None for AWS's usual time."""
    changed_at: datetime | None = None
    """When the password was last changed; None if it never was."""
    former_hashes: tuple[str, ...] = ()
    """The hashes of former passwords, the latest first."""


class User(Record):
    """An IAM user."""

    id: str
    account_id: str
    name: str
    path: str
    created_at: datetime
    tags: Map[str, str] = Map()
    groups: tuple[str, ...] = ()
    """The names of the user's groups, in lower case and sorted."""
    access_keys: tuple[str, ...] = ()
    """The ids of the user's access keys, the oldest first."""
    managed_policies: tuple[str, ...] = ()
    """References to policies in the order of attachment; see `policy_references`."""
    inline_policies: Map[str, str] = Map()
    """Policy documents by policy name."""
    boundary: str | None = None
    """A reference to the permissions boundary."""
    login: Login | None = None


class Group(Record):
    """A group of IAM users; its members are recorded with the users."""

    id: str
    account_id: str
    name: str
    path: str
    created_at: datetime
    managed_policies: tuple[str, ...] = ()
    inline_policies: Map[str, str] = Map()


class MfaDevice(Record):
    """A virtual MFA device, which shows a new code of six digits every 30 seconds.

    Codes are numbered by steps of 30 seconds since 1970.
    """

    account_id: str
    name: str
    """Its path without the first slash, and its name: `phone`, `devices/phone`."""
    seed: str
    """The secret that it shares with the account, in Base32."""
    user_id: str = ""
    """The unique id of its user; "" while it has none."""
    enabled_at: datetime | None = None
    paired_step: int | None = None
    """The step of the second code of the last accepted pair, which later pairs must follow."""
    drift: int = 0
    """How many steps its clock was ahead when that pair was accepted."""
    used_steps: frozenset[int] = frozenset()
    """The steps of the codes with which session credentials were requested; each code is good once."""
    tags: Map[str, str] = Map()


class ContextProvider(Record):
    """How the claims of a provider's tokens become the trusted context of a session."""

    subject_key: str
    """The claim that names the subject."""
    subject_type: str = ""
    subject_type_key: str = ""
    """The claim that names the type of the subject, unless it is always the same."""
    keys: tuple[tuple[str, str], ...] = ()
    """Further claims, and the context keys that they become; "" for the same name."""


class IdentityProvider(Record):
    """An OpenID Connect provider, whose tokens an account accepts from those who assume its roles."""

    account_id: str
    name: str
    """Its URL without the scheme, which identifies it in its ARN and in condition keys."""
    created_at: datetime
    client_ids: tuple[str, ...] = ()
    """The audiences for which its tokens may be issued."""
    thumbprints: tuple[str, ...] = ()
    tags: Map[str, str] = Map()
    context_provider: ContextProvider | None = None
    identity_center_arn: str = ""
    """The instance of IAM Identity Center that it is associated with."""


class SamlProvider(Record):
    """A SAML provider, whose assertions an account accepts from those who assume its roles."""

    id: str
    """Unverified: its form, of which AWS documents the length."""
    account_id: str
    name: str
    created_at: datetime
    metadata: str
    """The document with which its identity provider describes itself."""
    issuer: str
    certificates: tuple[str, ...]
    """The certificates of the keys that sign its assertions, as DER in Base64."""
    valid_until: datetime
    tags: Map[str, str] = Map()


class AccessKey(Record):
    """A long-term credential of a user, or of the root user if `user_name` is None.

    A deleted key is kept, so that it is refused and not mistaken for a placeholder.
    """

    id: str
    secret: str
    account_id: str
    user_name: str | None
    created_at: datetime
    active: bool = True
    deleted: bool = False


class CustomerPolicy(Record):
    """A customer managed policy; the fields that it shares with AWS managed policies have the same names."""

    account_id: str
    policy_id: str
    name: str
    path: str
    description: str
    created_at: datetime
    updated_at: datetime
    default_version_id: str
    versions: tuple[PolicyVersion, ...]
    """The newest first, five at most."""
    last_version: int = 1
    """The number of the latest version; numbers are not reused."""
    tags: Map[str, str] = Map()

    @property
    def document(self) -> str:
        """Return the document of the default version."""
        return next(version.document for version in self.versions if version.version_id == self.default_version_id)
