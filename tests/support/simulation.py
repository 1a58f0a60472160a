"""Policies and principals of simulations."""

import json
from typing import Any

from tests.support.domain import MANAGEMENT, STANDALONE

BOB = f"arn:aws:iam::{STANDALONE}:user/Bob"
ROLE = f"arn:aws:iam::{STANDALONE}:role/R"
FOREIGN_ROLE = f"arn:aws:iam::{MANAGEMENT}:role/R"


def policy_document(effect: str = "Allow", **elements: Any) -> str:
    """Return a policy with one statement about `iam:Get*`, whose elements can be replaced."""
    statement = {"Effect": effect, "Action": "iam:Get*", "Resource": "*"} | elements
    return json.dumps({"Version": "2012-10-17", "Statement": statement})
