"""The command `demo`: what AWS documents about AWS Artifact and AWS Organizations, step by step, as calls.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-artifact.html
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.cli.aws_client import AwsCaller, HttpCaller, InProcessCaller
from artifact_emulator.cli.options import CommandFailed, add_json, translated_errors, world_of
from artifact_emulator.cli.output import write, write_json
from artifact_emulator.cli.parser import add_command
from artifact_emulator.cli.terminal import progress_bar, styled
from artifact_state.record import Record, asdict

if TYPE_CHECKING:
    from artifact_emulator.testing.client import RemoteWorld

ARTIFACT = "artifact.amazonaws.com"
MANAGEMENT, MEMBER = "111122223333", "222233334444"
_PAUSE_SECONDS = 1.2
_STEPS = 13
_WORLD = "demo"


class DemoStep(Record, kw_only=False):
    """A completed step: the documented behavior, and the call that demonstrates it as an AWS CLI command."""

    why: str
    account: str
    command: str
    answer: str


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "demo",
        "demonstrate how AWS Artifact works with AWS Organizations, step by step, with the calls of each step",
        "demo",
        "demo --fast --json",
        "demo --endpoint http://127.0.0.1:4700     # in a running emulator, to look at the result in its console",
    )
    parser.set_defaults(run=run)
    parser.add_argument("--fast", action="store_true", help="do not pause between the steps")
    parser.add_argument("--endpoint", metavar="URL", help="use a running emulator, and leave the world in it")
    parser.add_argument("--world", metavar="NAME", help=f"the world of that emulator to recreate (default: {_WORLD})")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the demo in a world of its own and return the exit status.

    Raises CommandFailed if a step does not end as AWS documents it.
    """
    steps = []
    with translated_errors():
        world = _new_world(options) if options.endpoint or options.world else None
        for step in _steps(_Demo(HttpCaller(world) if world else InProcessCaller())):
            steps.append(step)
            if not options.json:
                _write_step(step, len(steps), fast=options.fast)
    if options.json:
        write_json([asdict(step) for step in steps])
    elif world:
        write(f"See the result in the console: {world.endpoint}/console/")
    return 0


def _new_world(options: argparse.Namespace) -> "RemoteWorld":
    world = world_of(options, options.world or _WORLD)
    world.emulator.request("PUT", f"/_emulator/worlds/{world.name}", {})
    return world


def _write_step(step: DemoStep, number: int, *, fast: bool) -> None:
    if sys.stdout.isatty():
        write(styled(progress_bar(number, _STEPS), "dim"))
    heading = styled(f"# {step.why}", "bold")
    write(f"{heading}\n{styled(f'[{step.account}]', 'dim')} $ {styled(step.command, 'green')}\n{step.answer}\n")
    if not fast and sys.stdout.isatty():
        time.sleep(_PAUSE_SECONDS)


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


def _steps(demo: _Demo) -> Iterator[DemoStep]:
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
    from artifact_emulator.console.snippets import cli

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
