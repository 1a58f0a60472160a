"""The policies of organizations, and their attachments."""

from __future__ import annotations  # HashTrieMap takes no parameters at run time.

from datetime import datetime
from enum import Enum

from rpds import HashTrieMap as Map

from artifact_state.ordered_map import OrderedMap
from artifact_state.record import Record


class PolicyType(Enum):
    """A type of organization policy."""

    SERVICE_CONTROL_POLICY = "SERVICE_CONTROL_POLICY"
    RESOURCE_CONTROL_POLICY = "RESOURCE_CONTROL_POLICY"
    TAG_POLICY = "TAG_POLICY"
    BACKUP_POLICY = "BACKUP_POLICY"
    AISERVICES_OPT_OUT_POLICY = "AISERVICES_OPT_OUT_POLICY"
    CHATBOT_POLICY = "CHATBOT_POLICY"
    DECLARATIVE_POLICY_EC2 = "DECLARATIVE_POLICY_EC2"
    SECURITYHUB_POLICY = "SECURITYHUB_POLICY"
    SECURITYHUB_CSPM_POLICY = "SECURITYHUB_CSPM_POLICY"
    INSPECTOR_POLICY = "INSPECTOR_POLICY"
    UPGRADE_ROLLOUT_POLICY = "UPGRADE_ROLLOUT_POLICY"
    BEDROCK_POLICY = "BEDROCK_POLICY"
    S3_POLICY = "S3_POLICY"
    NETWORK_SECURITY_DIRECTOR_POLICY = "NETWORK_SECURITY_DIRECTOR_POLICY"
    GUARDDUTY_POLICY = "GUARDDUTY_POLICY"


class Policy(Record):
    """A policy of an organization; policies that AWS manages come from the catalog and are not stored."""

    id: str
    organization_id: str
    """The organization that owns it; "" for a policy that AWS manages."""
    type: PolicyType
    name: str
    description: str
    content: str
    """The document as it was submitted."""
    serial: int
    changed_at: datetime
    targets: OrderedMap[str] = OrderedMap()
    """The targets in the order of attachment, including those that a disabling of the type has since detached."""


class Attachment(Record):
    """The attachment of a policy to a root, a unit or an account, or the detachment of AWS's default policy."""

    policy_id: str
    type: PolicyType
    serial: int
    since: datetime
    detached: bool = False


class TypePolicies(Record):
    """The policies of one type that an organization has."""

    by_creation: OrderedMap[str] = OrderedMap()
    names: Map[str, str] = Map()
    """The ids of the policies by name; policies of a type have different names."""
    enabled_at: int = 0
    """The serial at which the type was last enabled, which ended all earlier attachments."""
    changed_at: datetime | None = None
    """When the type was last enabled after having been disabled."""
    last_valid: OrderedMap[str] = OrderedMap()
    """The last valid effective policies of accounts whose merged policies have become invalid, as JSON, by position."""


class ResourcePolicy(Record):
    """The policy with which an organization delegates actions to its members."""

    id: str
    organization_id: str
    content: str
