"""Users with policies, who call as botocore would."""

import json
from typing import Any

from botocore.credentials import Credentials

from tests.wire.botocore_wire import Client


def document(*statements: dict[str, Any]) -> str:
    """Write a policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allowing(*actions: str) -> str:
    """Write a policy that allows these actions on everything."""
    return document({"Effect": "Allow", "Action": list(actions), "Resource": "*"})


def user_of(client: Client, *policies: str, name: str = "Alice") -> Client:
    """Make a user with these policies: ARNs and documents; call as him."""
    client.does("iam", "CreateUser", UserName=name)
    for at, one in enumerate(policies):
        if one.startswith("arn:"):
            client.does("iam", "AttachUserPolicy", UserName=name, PolicyArn=one)
        else:
            client.does("iam", "PutUserPolicy", UserName=name, PolicyName=f"p{at}", PolicyDocument=one)
    return calling_as(client, name)


def calling_as(client: Client, name: str | None = None) -> Client:
    """Give a user of the caller's account a key, or the caller himself, and call with it."""
    key = client.does("iam", "CreateAccessKey", **({"UserName": name} if name else {}))["AccessKey"]
    return Client(client.core, client.account, credentials=Credentials(key["AccessKeyId"], key["SecretAccessKey"]))
