"""Write scenarios of one organization as plain data, and load them."""

from typing import Any

from artifact_state.scenarios.load import load_scenario
from artifact_state.scenarios.schema import Scenario
from artifact_state.world import World

MANAGEMENT = "111122223333"
BAA = "AWS Organizations Business Associate Addendum"
ACCOUNT_BAA = "AWS Business Associate Addendum"
OFFLINE_BAA = "Offline Business Associate Addendum (BAA)"
NOW = "2026-01-01T00:00:00Z"
ALLOW = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
DENY_IAM = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}}
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"AWS": MANAGEMENT}, "Action": "sts:AssumeRole"},
}


def organization_scenario(*accounts: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """Return a scenario of one organization with member accounts; parts belong to it or to the scenario."""
    organization = {"management": {"id": MANAGEMENT, "name": "Management"}, "accounts": list(accounts)}
    top_level: dict[str, Any] = {name: parts.pop(name) for name in ("accounts", "users", "roles") if name in parts}
    return {"seed": "test", "clock": NOW, "organizations": [organization | parts], **top_level}


def load(content: dict[str, Any]) -> World:
    """Return the world that a scenario describes."""
    return load_scenario(Scenario.model_validate(content))
