"""The command `demo`: the mission document's story, step by step, with the calls that it makes."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.cli.aws_client import AwsCaller, InTheProcess, OverTheWire
from artifact_emulator.cli.options import CommandFailed, add_json, asked_world, explained, say, say_json
from artifact_emulator.cli.parser import teach
from artifact_emulator.cli.terminal import bar, painted

if TYPE_CHECKING:
    from artifact_emulator.testing.client import RemoteWorld

ARTIFACT = "artifact.amazonaws.com"
MANAGEMENT, MEMBER = "111122223333", "222233334444"
_PAUSE = 1.2
_STEPS = 13
_WORLD = "demo"


@dataclass(frozen=True, slots=True)
class DemoStep:
    """One step that was taken."""

    why: str
    account: str
    command: str
    answer: str


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the others."""
    parser = teach(
        commands,
        "demo",
        "tell the story of AWS Artifact and AWS Organizations, step by step, with the calls that it takes",
        "demo",
        "demo --fast --json",
        "demo --endpoint http://127.0.0.1:4700     # in a running emulator, to be looked at in its console",
    )
    parser.add_argument("--fast", action="store_true", help="do not pause between the steps")
    parser.add_argument("--endpoint", metavar="URL", help="tell it in a running emulator, and leave its world there")
    parser.add_argument("--world", metavar="NAME", help=f"there, in this world, which begins anew (default: {_WORLD})")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Tell the story in a world of its own; every step has to end as the document says.

    Raises CannotDo.
    """
    steps = []
    with explained():
        world = _begun(options) if options.endpoint or options.world else None
        for step in _story(_Teller(OverTheWire(world) if world else InTheProcess())):
            steps.append(step)
            if not options.json:
                _say(step, len(steps), fast=options.fast)
    if options.json:
        say_json([asdict(one) for one in steps])
    elif world:
        say(f"The world {world.name} is as the story left it: {world.endpoint}/console/")
    return 0


def _begun(options: argparse.Namespace) -> "RemoteWorld":
    world = asked_world(options, options.world or _WORLD)
    world.emulator.ask("PUT", f"/_emulator/worlds/{world.name}", {})
    return world


def _say(step: DemoStep, number: int, *, fast: bool) -> None:
    if sys.stdout.isatty():
        say(painted(bar(number, _STEPS), "dim"))
    said = painted(f"# {step.why}", "bold")
    say(f"{said}\n{painted(f'[{step.account}]', 'dim')} $ {painted(step.command, 'green')}\n{step.answer}\n")
    if not fast and sys.stdout.isatty():
        time.sleep(_PAUSE)


class _Teller:
    """Makes the calls of the story, and tells them as commands of the AWS CLI."""

    def __init__(self, calling: AwsCaller) -> None:
        self._calling = calling

    def call(self, account: str, asked: str, **members: Any) -> Any:
        """Call an operation, such as `iam:GetRole`, as an account's root user.

        Raises Failure.
        """
        service, _, operation = asked.partition(":")
        return self._calling.call(account, service, operation, members)

    def told(self, why: str, account: str, asked: str, shown: Callable[[Any], str], **members: Any) -> DemoStep:
        """Tell a call that succeeds."""
        try:
            answer = shown(self.call(account, asked, **members))
        except AwsError as failure:
            raise CommandFailed(f"{asked} was refused, which the document does not say: {failure.message}") from None
        return DemoStep(why, account, _command(asked, members), answer or "(no output)")

    def refused(self, why: str, account: str, asked: str, **members: Any) -> DemoStep:
        """Tell a call that is refused."""
        try:
            self.call(account, asked, **members)
        except AwsError as failure:
            return DemoStep(why, account, _command(asked, members), f"{failure.code}: {failure.message}")
        raise CommandFailed(f"{asked} was not refused, which the document says")


def _story(teller: _Teller) -> Iterator[DemoStep]:
    trust = {"ServicePrincipal": ARTIFACT}
    enable, disable = "organizations:EnableAWSServiceAccess", "organizations:DisableAWSServiceAccess"
    view = "artifact:ListCustomerAgreements"
    yield teller.told("An organization of all features", MANAGEMENT, "organizations:CreateOrganization", _id)
    target = {"Id": MEMBER, "Type": "ACCOUNT"}
    invited = teller.call(MANAGEMENT, "organizations:InviteAccountToOrganization", Target=target)["Handshake"]["Id"]
    accept = "organizations:AcceptHandshake"
    yield teller.told("An account that was invited joins", MEMBER, accept, _state, HandshakeId=invited)
    yield teller.refused("Only the management account may enable trusted access", MEMBER, enable, **trust)
    yield teller.told("This command produces no output when successful", MANAGEMENT, enable, _nothing, **trust)
    why = "The service-linked role is created in the management account"
    yield teller.told(why, MANAGEMENT, "iam:GetRole", _arn, RoleName="AWSServiceRoleForArtifact")
    why = "The management account accepts an agreement on behalf of all member accounts"
    yield teller.told(why, MANAGEMENT, "artifact:AcceptAgreement", _name, **_read_agreement(teller))
    yield teller.told("Member account users can view agreements", MEMBER, view, _reached)
    yield teller.told("Trusted access is disabled", MANAGEMENT, disable, _nothing, **trust)
    yield teller.told("Agreements remain, but can't be accessed", MEMBER, view, _out_of_reach)
    yield teller.told("It is enabled again", MANAGEMENT, enable, _nothing, **trust)
    yield teller.told("AWS Artifact continues to operate as before", MEMBER, view, _reached)
    remove = "organizations:RemoveAccountFromOrganization"
    yield teller.told("An account is removed from the organization", MANAGEMENT, remove, _nothing, AccountId=MEMBER)
    yield teller.told("It no longer has access to any organization agreements", MEMBER, view, _out_of_reach)


def _read_agreement(teller: _Teller) -> dict[str, str]:
    """Go through the chain of tokens up to the call that accepts; give what it is asked with."""
    agreement = "agreement-y03aUwMAEorHtqjv"
    nda = teller.call(MANAGEMENT, "artifact:GetNdaForAgreement", agreementId=agreement)
    opened = teller.call(
        MANAGEMENT,
        "artifact:AcceptNdaForAgreement",
        agreementId=agreement,
        agreementRevisionId=nda["agreementRevisionId"],
        ndaToken=nda["acceptNdaForAgreementToken"],
    )
    read = teller.call(MANAGEMENT, "artifact:GetAgreement", agreementId=agreement, ndaToken=opened["getAgreementToken"])
    names = ("acceptanceTermsToken", "agreementRevisionId", "executeAgreementToken")
    return {"agreementId": agreement, **{name: read[name] for name in names}}


def _command(asked: str, members: dict[str, Any]) -> str:
    from artifact_emulator.console.snippets import cli

    service, _, operation = asked.partition(":")
    return cli(service, operation, members)


def _nothing(_: Any) -> str:
    return ""


def _id(made: Any) -> str:
    return str(made["Organization"]["Id"])


def _state(made: Any) -> str:
    return str(made["Handshake"]["State"])


def _arn(made: Any) -> str:
    return str(made["Role"]["Arn"])


def _name(made: Any) -> str:
    return str(made["customerAgreement"]["name"])


def _reached(made: Any) -> str:
    names = [f"{one['name']}: {one['state']}" for one in made["customerAgreements"]]
    if not names:
        raise CommandFailed("the agreement cannot be seen, which the document says")
    return "\n".join(names)


def _out_of_reach(made: Any) -> str:
    if made["customerAgreements"]:
        raise CommandFailed("the agreement can be seen, which the document does not say")
    return "(none)"
