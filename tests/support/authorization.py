"""Policies and calls that the tests of authorization share."""

from tests.support.iam_users import policy_document
from tests.support.wire_client import Answer, Client

ARTIFACT = "artifact.amazonaws.com"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
ALLOW_ALL = policy_document({"Effect": "Allow", "Action": "*", "Resource": "*"})
DENY_LEAVING = policy_document({"Sid": "Stay", "Effect": "Deny", "Action": "organizations:Leave*", "Resource": "*"})


def attach_scp(management: Client, content: str, *targets: str) -> str:
    """Attach a service control policy to targets and return its ARN."""
    policy = management.do(
        "organizations",
        "CreatePolicy",
        Name="Bound",
        Description="",
        Type="SERVICE_CONTROL_POLICY",
        Content=content,
    )["Policy"]["PolicySummary"]
    for target in targets:
        management.do("organizations", "AttachPolicy", PolicyId=policy["Id"], TargetId=target)
    arn: str = policy["Arn"]
    return arn


def request_id_of(answer: Answer) -> str:
    """Return the request id of an answer."""
    return next(value for name, value in answer.reply.headers if name.lower() == "x-amzn-requestid")
