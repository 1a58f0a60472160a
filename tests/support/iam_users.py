"""IAM users with policies, and clients that sign their calls as botocore does."""

import json
from typing import Any

from botocore.credentials import Credentials

from artifact_state.iam.users import user_of, user_principal
from artifact_state.sts.sessions import issue_session_token
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


def client_with_mfa(client: Client, name: str = "Alice") -> Client:
    """Return a client with a session of a user that authenticated with a code, as if it had an MFA device."""
    world = client.app.world
    caller = user_principal(user_of(world.state, client.account, name), partition="aws", region=client.region)
    with world.transaction(caller) as tx:
        session = issue_session_token(tx, multi_factor=True)
    credentials = Credentials(session.access_key_id, session.secret, session.token)
    return Client(client.app, client.account, credentials=credentials)


def client_with_role(client: Client, *policies: str, session_policy: str | None = None, path: str = "/") -> Client:
    """Create a role with inline policies and return a client with a session of it."""
    trust = policy_document({"Effect": "Allow", "Principal": {"AWS": client.account}, "Action": "sts:AssumeRole"})
    name = f"Role{len(client.do('iam', 'ListRoles')['Roles'])}"
    arn = client.do("iam", "CreateRole", RoleName=name, Path=path, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    for number, policy in enumerate(policies):
        client.do("iam", "PutRolePolicy", RoleName=name, PolicyName=f"p{number}", PolicyDocument=policy)
    limits = {"Policy": session_policy} if session_policy else {}
    assumed = client.do("sts", "AssumeRole", RoleArn=arn, RoleSessionName="session", **limits)
    return client_with_session(client, assumed["Credentials"])
