"""IAM users with policies, and clients that sign their calls as botocore does."""

import json
from typing import Any

from botocore.credentials import Credentials

from tests.support.wire_client import Client


def policy_document(*statements: dict[str, Any]) -> str:
    """Return a policy with these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def policy_allowing(*actions: str) -> str:
    """Return a policy that allows actions on all resources."""
    return policy_document({"Effect": "Allow", "Action": list(actions), "Resource": "*"})


def create_user(client: Client, *policies: str, name: str = "Alice") -> Client:
    """Create a user with policies, which are ARNs or documents, and return its client."""
    client.do("iam", "CreateUser", UserName=name)
    for number, policy in enumerate(policies):
        if policy.startswith("arn:"):
            client.do("iam", "AttachUserPolicy", UserName=name, PolicyArn=policy)
        else:
            client.do("iam", "PutUserPolicy", UserName=name, PolicyName=f"p{number}", PolicyDocument=policy)
    return client_with_key(client, name)


def client_with_key(client: Client, name: str | None = None) -> Client:
    """Return a client that signs with a new access key of a user, by default of the caller."""
    key = client.do("iam", "CreateAccessKey", **({"UserName": name} if name else {}))["AccessKey"]
    return Client(client.app, client.account, credentials=Credentials(key["AccessKeyId"], key["SecretAccessKey"]))


def client_with_session(client: Client, keys: dict[str, str]) -> Client:
    """Return a client that signs with session credentials."""
    credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    return Client(client.app, client.account, credentials=credentials)
