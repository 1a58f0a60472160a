"""The command `demo`: the mission document's story, step by step, with the calls that it makes."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from artifact_emulator.commands.asking import CannotDo, add_json, say, say_json

ARTIFACT = "artifact.amazonaws.com"
MANAGEMENT, MEMBER = "111122223333", "222233334444"
_PAUSE = 1.2


@dataclass(frozen=True, slots=True)
class Told:
    """One step that was taken."""

    why: str
    account: str
    command: str
    answer: str


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the others."""
    parser = commands.add_parser("demo", help="tell the story of AWS Artifact and AWS Organizations, step by step")
    parser.add_argument("--fast", action="store_true", help="do not pause between the steps")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Tell the story in a world of its own; every step has to end as the document says.

    Raises CannotDo.
    """
    steps = []
    for step in _story():
        steps.append(step)
        if not options.json:
            say(f"# {step.why}\n[{step.account}] $ {step.command}\n{step.answer}\n")
            if not options.fast and sys.stdout.isatty():
                time.sleep(_PAUSE)
    if options.json:
        say_json([asdict(one) for one in steps])
    return 0


class _Teller:
    """Makes the calls of the story, in a world of its own, and tells them as commands of the AWS CLI."""

    def __init__(self) -> None:
        # Imported here: `--help` needs no emulator.
        from artifact_emulator.core import Core
        from artifact_emulator.message import Request

        self._core = Core()
        self._via = Request("POST", "/", "", {"host": "localhost", "user-agent": "artifact-emulator demo"}, b"")

    def call(self, account: str, asked: str, **members: Any) -> Any:
        """Call an operation, such as `iam:GetRole`, as an account's root user.

        Raises Failure.
        """
        from artifact_emulator.under_way import UnderWay
        from artifact_state.principals import root_of

        service, _, operation = asked.partition(":")
        under_way = UnderWay(self._via, self._core.world, members=members)
        return self._core.perform(under_way, root_of(account), service, operation)

    def told(self, why: str, account: str, asked: str, shown: Callable[[Any], str], **members: Any) -> Told:
        """Tell a call that succeeds."""
        from artifact_emulator.failures import Failure

        try:
            answer = shown(self.call(account, asked, **members))
        except Failure as failure:
            raise CannotDo(f"{asked} was refused, which the document does not say: {failure.message}") from None
        return Told(why, account, _command(asked, members), answer or "(no output)")

    def refused(self, why: str, account: str, asked: str, **members: Any) -> Told:
        """Tell a call that is refused."""
        from artifact_emulator.failures import Failure

        try:
            self.call(account, asked, **members)
        except Failure as failure:
            return Told(why, account, _command(asked, members), f"{failure.code}: {failure.message}")
        raise CannotDo(f"{asked} was not refused, which the document says")


def _story() -> Iterator[Told]:
    teller = _Teller()
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
    from artifact_emulator.console.equivalents import cli

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
        raise CannotDo("the agreement cannot be seen, which the document says")
    return "\n".join(names)


def _out_of_reach(made: Any) -> str:
    if made["customerAgreements"]:
        raise CannotDo("the agreement can be seen, which the document does not say")
    return "(none)"
