"""Tokens of Kubernetes clusters: presigned calls that the cluster sends to AWS STS, as aws-iam-authenticator does.

Source: https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/master/pkg/token/token.go
"""

from base64 import urlsafe_b64decode
from typing import Any

import requests

from tests.support.aws_cli import AwsCli
from tests.support.sdk_accounts import Account

CLUSTER = "x-k8s-aws-id"


def verified(token: str, cluster: str) -> requests.Response:
    """Send the call in a token as the verifier of a cluster does."""
    text = token.removeprefix("k8s-aws-v1.")
    url = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    return requests.get(url, headers={CLUSTER: cluster, "accept": "application/json"}, timeout=10)


def identity_of(response: requests.Response) -> dict[str, Any]:
    """Return the identity that a verifier reads."""
    identity: dict[str, Any] = response.json()["GetCallerIdentityResponse"]["GetCallerIdentityResult"]
    return identity


class TestToken:
    """A token from `aws eks get-token`."""

    def test_token_identifies_the_user_to_its_cluster_only(self, aws_cli: AwsCli, management: Account) -> None:
        """The cluster of the token learns the user's ARN; another cluster's call has another signature."""
        iam = management.client("iam")
        user = iam.create_user(UserName="alice")["User"]
        key = iam.create_access_key(UserName="alice")["AccessKey"]
        alice = aws_cli.with_environment(
            AWS_ACCESS_KEY_ID=key["AccessKeyId"], AWS_SECRET_ACCESS_KEY=key["SecretAccessKey"]
        )
        token = alice.output("eks get-token --cluster-name demo")["status"]["token"]
        identity = identity_of(verified(token, "demo"))
        assert identity == {"UserId": user["UserId"], "Account": management.id, "Arn": user["Arn"]}
        refused = verified(token, "other")
        assert (refused.status_code, refused.json()["Error"]["Code"]) == (403, "SignatureDoesNotMatch")
