"""The steps of the command `demo`: calls, each with the behavior of AWS that it demonstrates."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.cli.aws_client import AwsCaller
from artifact_emulator.cli.options import CommandFailed
from artifact_emulator.console.snippets import cli

ARTIFACT = "artifact.amazonaws.com"
MANAGEMENT, MEMBER = "111122223333", "222233334444"


class DemoStep(NamedTuple):
    """A completed step: the documented behavior, and the call that demonstrates it as an AWS CLI command."""

    why: str
    account: str
    command: str
    answer: str


class _Demo:
    """Makes the calls of the demo and describes each as a step; an action is such as `iam:GetRole`."""

    def __init__(self, caller: AwsCaller) -> None:
        self._caller = caller

    def call(self, account: str, action: str, **members: Any) -> Any:
        """Call an operation as the root user of an account and return its output.

        Raises AwsError.
        """
        service, _, operation = action.partition(":")
        return self._caller.call(account, service, operation, members)

    def step(self, why: str, account: str, action: str, summary: Callable[[Any], str], **members: Any) -> DemoStep:
        """Return the step of a call that succeeds, with a summary of its output.

        Raises CommandFailed if it is refused.
        """
        try:
            output = self.call(account, action, **members)
        except AwsError as error:
            raise CommandFailed(f"{action} was refused, contrary to AWS's documentation: {error.message}") from None
        return DemoStep(why, account, _command(action, members), summary(output) or "(no output)")

    def refused_step(self, why: str, account: str, action: str, **members: Any) -> DemoStep:
        """Return the step of a call that is refused.

        Raises CommandFailed if it succeeds.
        """
        try:
            self.call(account, action, **members)
        except AwsError as error:
            return DemoStep(why, account, _command(action, members), f"{error.code}: {error.message}")
        raise CommandFailed(f"{action} succeeded, contrary to AWS's documentation")


def demo_steps(caller: AwsCaller) -> Iterator[DemoStep]:
    """Make the calls of the demo one by one and yield the step of each.

    Raises CommandFailed if a call does not end as AWS documents it.
    """
    demo = _Demo(caller)
    trust = {"ServicePrincipal": ARTIFACT}
    enable, disable = "organizations:EnableAWSServiceAccess", "organizations:DisableAWSServiceAccess"
    view = "artifact:ListCustomerAgreements"
    yield demo.step("An organization with all features", MANAGEMENT, "organizations:CreateOrganization", _id)
    target = {"Id": MEMBER, "Type": "ACCOUNT"}
    handshake = demo.call(MANAGEMENT, "organizations:InviteAccountToOrganization", Target=target)["Handshake"]["Id"]
    accept = "organizations:AcceptHandshake"
    yield demo.step("An invited account joins", MEMBER, accept, _state, HandshakeId=handshake)
    yield demo.refused_step("Only the management account may enable trusted access", MEMBER, enable, **trust)
    yield demo.step("This command produces no output when successful", MANAGEMENT, enable, _nothing, **trust)
    why = "The service-linked role is created in the management account"
    yield demo.step(why, MANAGEMENT, "iam:GetRole", _arn, RoleName="AWSServiceRoleForArtifact")
    why = "The management account accepts an agreement on behalf of all member accounts"
    yield demo.step(why, MANAGEMENT, "artifact:AcceptAgreement", _name, **_acceptance(demo))
    yield demo.step("Member account users can view agreements", MEMBER, view, _visible)
    yield demo.step("Trusted access is disabled", MANAGEMENT, disable, _nothing, **trust)
    yield demo.step("Agreements remain, but can't be accessed", MEMBER, view, _invisible)
    yield demo.step("Trusted access is enabled again", MANAGEMENT, enable, _nothing, **trust)
    yield demo.step("AWS Artifact continues to operate as before", MEMBER, view, _visible)
    remove = "organizations:RemoveAccountFromOrganization"
    yield demo.step("An account is removed from the organization", MANAGEMENT, remove, _nothing, AccountId=MEMBER)
    yield demo.step("It no longer has access to any organization agreements", MEMBER, view, _invisible)


def _acceptance(demo: _Demo) -> dict[str, str]:
    """Return the input of AcceptAgreement, whose tokens come from the operations that precede it."""
    agreement = "agreement-y03aUwMAEorHtqjv"
    nda = demo.call(MANAGEMENT, "artifact:GetNdaForAgreement", agreementId=agreement)
    accepted_nda = demo.call(
        MANAGEMENT,
        "artifact:AcceptNdaForAgreement",
        agreementId=agreement,
        agreementRevisionId=nda["agreementRevisionId"],
        ndaToken=nda["acceptNdaForAgreementToken"],
    )
    token = accepted_nda["getAgreementToken"]
    terms = demo.call(MANAGEMENT, "artifact:GetAgreement", agreementId=agreement, ndaToken=token)
    names = ("acceptanceTermsToken", "agreementRevisionId", "executeAgreementToken")
    return {"agreementId": agreement, **{name: terms[name] for name in names}}


def _command(action: str, members: dict[str, Any]) -> str:
    service, _, operation = action.partition(":")
    return cli(service, operation, members)


def _nothing(_: Any) -> str:
    return ""


def _id(output: Any) -> str:
    return str(output["Organization"]["Id"])


def _state(output: Any) -> str:
    return str(output["Handshake"]["State"])


def _arn(output: Any) -> str:
    return str(output["Role"]["Arn"])


def _name(output: Any) -> str:
    return str(output["customerAgreement"]["name"])


def _visible(output: Any) -> str:
    agreements = output["customerAgreements"]
    if not agreements:
        raise CommandFailed("the agreement is not visible, contrary to AWS's documentation")
    return "\n".join(f"{agreement['name']}: {agreement['state']}" for agreement in agreements)


def _invisible(output: Any) -> str:
    if output["customerAgreements"]:
        raise CommandFailed("the agreement is visible, contrary to AWS's documentation")
    return "(none)"
