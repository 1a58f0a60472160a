"""Items of lists that are kept between calls: they are what they would be if they were built anew."""

import ast
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artifact_emulator import services
from artifact_emulator.active_call import direct_call
from artifact_emulator.app import App
from artifact_emulator.aws import items
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.items import Item, kept_item
from artifact_emulator.aws.protocols import json11, query, query_json, rest_json
from artifact_emulator.faults.effect import NO_EFFECT, Effect
from artifact_emulator.http import Request
from artifact_emulator.services import bindings, request_shape
from artifact_emulator.services.handler_index import HANDLERS
from artifact_state.clock import Clock
from artifact_state.model import Caller
from artifact_state.organizations.accounts import set_account_details, suspend_account
from artifact_state.principals import root_user
from artifact_state.world import Options, World

LISTS = [(service, name) for service, names in HANDLERS.items() for name in names if name.startswith("List")]
MODULES = [path for path in Path(services.__path__[0]).rglob("*.py") if "@kept_item" in path.read_text()]
FORMATS = {"json": (json11,), "rest-json": (rest_json,), "query": (query, query_json)}
MANAGEMENT, MEMBER, OTHER = "111122223333", "222233334444", "333344445555"
CALLERS = [root_user(MANAGEMENT), root_user(MANAGEMENT, partition="aws-us-gov"), root_user(MEMBER), root_user(OTHER)]
REQUEST = Request("POST", "/", "", {"host": "localhost"}, b"")
HOURS = timedelta(hours=1)
OPTIONS = Options(
    creation_delay=HOURS, activation_delay=HOURS, closure_delay=HOURS, inquiry_delay=HOURS, deletion_delay=HOURS
)
SCP = "SERVICE_CONTROL_POLICY"
WITHOUT_STATUS = Effect(has_retired_members=False)
DENIAL = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]})


class Actor:
    """A world, and a fork of it that shares its records, with calls that change and read either."""

    def __init__(self) -> None:
        self.world = World(clock=Clock(frozen_at=datetime(2026, 11, 23, 12, tzinfo=UTC)), options=OPTIONS)
        self.fork: World | None = None
        self.number = 0
        self.values: dict[str, Any] = {}
        """Values of the inputs, by the name of the member."""

    def call(self, caller: Caller, service: str, name: str, members: dict[str, Any], effect: Effect = NO_EFFECT) -> Any:
        """Return the output of a call, or the code of its error."""
        call = direct_call(REQUEST, self.world, caller, service, name, members)
        call.effect = effect
        try:
            return App(self.world).perform(call)
        except AwsError as error:
            return error.code

    def change(self, service: str, name: str, account: str = MANAGEMENT, /, **members: Any) -> Any:
        """Return the output of a call that changes the world, or the code of its error."""
        self.number += 1
        return self.call(root_user(account), service, name, members)

    def lists(self, effect: Effect) -> dict[tuple[str, str, Caller], Any]:
        """Return the output of each list, or the code of its error, by service, operation and caller."""
        return {
            (service, name, caller): self.call(caller, service, name, self.input_of(service, name), effect)
            for service, name in LISTS
            for caller in CALLERS
        }

    def input_of(self, service: str, name: str) -> dict[str, Any]:
        """Return the required members of an operation's input."""
        members = request_shape(service, name).members().values()
        return {member.alias: self.values[member.alias] for member in members if member.required}


def prepared() -> Actor:
    """Return a world that has something to list for each operation that keeps items."""
    actor = Actor()
    change = actor.change
    change("organizations", "CreateOrganization")
    root = change("organizations", "ListRoots")["Roots"][0]["Id"]
    change("organizations", "EnablePolicyType", RootId=root, PolicyType=SCP)
    change("organizations", "EnableAWSServiceAccess", ServicePrincipal="config.amazonaws.com")
    invitation = change("organizations", "InviteAccountToOrganization", Target={"Id": MEMBER, "Type": "ACCOUNT"})
    change("organizations", "AcceptHandshake", MEMBER, HandshakeId=invitation["Handshake"]["Id"])
    change("organizations", "InviteAccountToOrganization", Target={"Id": OTHER, "Type": "ACCOUNT"})
    change("organizations", "CreateAccount", Email="a@example.com", AccountName="A & <B>")
    unit = change("organizations", "CreateOrganizationalUnit", ParentId=root, Name="Ünit")["OrganizationalUnit"]["Id"]
    change(
        "organizations",
        "RegisterDelegatedAdministrator",
        AccountId=MEMBER,
        ServicePrincipal="config.amazonaws.com",
    )
    policy = change("organizations", "CreatePolicy", Name="p", Description='"<&>"', Type=SCP, Content=DENIAL)
    policy_id = policy["Policy"]["PolicySummary"]["Id"]
    change("organizations", "AttachPolicy", PolicyId=policy_id, TargetId=MEMBER)
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{MANAGEMENT}:user/u"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": trust})
    change("iam", "CreateUser", UserName="u")
    change("iam", "CreateGroup", GroupName="g")
    change("iam", "AddUserToGroup", GroupName="g", UserName="u")
    change("iam", "CreateAccessKey", UserName="u")
    change("iam", "CreateRole", RoleName="r", AssumeRolePolicyDocument=document, Description="<&>")
    managed = change("iam", "CreatePolicy", PolicyName="m", PolicyDocument=DENIAL)["Policy"]["Arn"]
    inquiry = change("artifact", "CreateComplianceInquiry", name="i", inquiryContent={"query": "Why?"}, clientToken="t")
    report = change("artifact", "ListReports")["reports"][0]["id"]
    actor.values = {
        "ParentId": root, "ChildType": "ACCOUNT", "ChildId": MEMBER, "AccountId": MEMBER, "TargetId": MEMBER,
        "ResourceId": MEMBER, "PolicyId": policy_id, "PolicyType": "TAG_POLICY", "Filter": SCP, "Type": "BILLING",
        "GroupName": "g", "RoleName": "r", "UserName": "u", "PolicyArn": managed, "InstanceProfileName": "none",
        "SerialNumber": f"arn:aws:iam::{MANAGEMENT}:mfa/none", "ServiceNamespaces": ["s3"],
        "OpenIDConnectProviderArn": f"arn:aws:iam::{MANAGEMENT}:oidc-provider/none.example.com",
        "SAMLProviderArn": f"arn:aws:iam::{MANAGEMENT}:saml-provider/none",
        "Arn": f"arn:aws:iam::{MANAGEMENT}:user/u", "reportId": report,
        "complianceInquiryId": inquiry["complianceInquirySummary"]["id"],
        "resourceArn": inquiry["complianceInquirySummary"]["arn"], "unit": unit,
    }  # fmt: skip
    return actor


def _rename_account(actor: Actor) -> None:
    with actor.world.transaction(root_user(MEMBER)) as tx:
        set_account_details(tx, MEMBER, name=f"Name {actor.number}", email=f"{actor.number}@example.com")


def _suspend(actor: Actor) -> None:
    with actor.world.transaction(root_user(MEMBER)) as tx:
        suspend_account(tx, MEMBER)


def _pass_time(actor: Actor) -> None:
    actor.world.clock.advance(HOURS)


def _pass_month(actor: Actor) -> None:
    actor.world.clock.advance(timedelta(days=31))


def _switch_worlds(actor: Actor) -> None:
    """Go on in the fork, which has the same records and whose next records have the same ids."""
    actor.world, actor.fork = actor.fork or actor.world.copy("fork"), actor.world


def _move(actor: Actor) -> None:
    root, unit = actor.values["ParentId"], actor.values["unit"]
    for source, destination in ((root, unit), (unit, root)):
        move = {"AccountId": MEMBER, "SourceParentId": source, "DestinationParentId": destination}
        if actor.change("organizations", "MoveAccount", **move) is None:
            return


def _changing(service: str, name: str, account: str = MANAGEMENT, /, **members: Any) -> Callable[[Actor], None]:
    """Return a change by a call; in its members, a key of the actor's values stands for the value."""

    def change(actor: Actor) -> None:
        filled = {key: actor.values.get(str(value), value) for key, value in members.items()}
        actor.change(service, name, account, **filled)

    return change


CHANGES: list[Callable[[Actor], None]] = [
    _rename_account,
    _suspend,
    _pass_time,
    _pass_month,
    _switch_worlds,
    _move,
    _changing("organizations", "CreateAccount", Email="b@example.com", AccountName="B"),
    _changing("organizations", "CloseAccount", AccountId="AccountId"),
    _changing("organizations", "LeaveOrganization", MEMBER),
    _changing("organizations", "CreateOrganizationalUnit", ParentId="ParentId", Name="Second"),
    _changing("organizations", "CreateOrganizationalUnit", ParentId="unit", Name="Third"),
    _changing("organizations", "UpdateOrganizationalUnit", OrganizationalUnitId="unit", Name="Renamed"),
    _changing("organizations", "UpdatePolicy", PolicyId="PolicyId", Name="q"),
    _changing("organizations", "DetachPolicy", PolicyId="PolicyId", TargetId="TargetId"),
    _changing("organizations", "DisableAWSServiceAccess", ServicePrincipal="config.amazonaws.com"),
    _changing("organizations", "InviteAccountToOrganization", Target={"Id": "444455556666", "Type": "ACCOUNT"}),
    _changing("iam", "UpdateUser", UserName="u", NewPath="/new/"),
    _changing("iam", "UpdateRole", RoleName="r", Description="New"),
    _changing("iam", "TagRole", RoleName="r", Tags=[{"Key": "k", "Value": "v"}]),
    _changing("iam", "AttachUserPolicy", UserName="u", PolicyArn="PolicyArn"),
    _changing("iam", "UpdateGroup", GroupName="g", NewPath="/new/"),
]


def rendered(service_name: str, name: str, value: Any) -> list[bytes]:
    """Return the bodies of a list's output in each format of its service."""
    service = bindings(service_name)
    return [form.render(service, service.operations[name], value, "id").body for form in FORMATS[service.protocol]]


def plain(value: Any) -> Any:
    """Return a value without items."""
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    return [plain(element) for element in value] if isinstance(value, list) else value


@contextmanager
def nothing_kept() -> Iterator[None]:
    """Drop all kept items, and restore them at the end of the block."""
    kept = [dict(of_function) for of_function in items._kept]
    for of_function in items._kept:
        of_function.clear()
    yield
    for of_function, before in zip(items._kept, kept, strict=True):
        of_function.clear()
        of_function.update(before)


class TestLists:
    """All list operations, in a world and its fork."""

    @settings(deadline=None, max_examples=12)
    @given(st.lists(st.sampled_from(CHANGES), min_size=1, max_size=6), st.data())
    def test_every_list_with_kept_items_equals_the_one_built_and_written_anew(
        self, changes: list[Callable[[Actor], None]], data: st.DataObject
    ) -> None:
        """Whatever changed, in whichever world, each format writes the text that it would write without any cache."""
        actor = prepared()
        for change in (lambda _: None, *changes):
            change(actor)
            effect = data.draw(st.sampled_from([NO_EFFECT, WITHOUT_STATUS]))
            kept = actor.lists(effect)
            with nothing_kept():
                anew = actor.lists(effect)
            assert kept == anew
            for (service, name, caller), output in kept.items():
                if not isinstance(output, str):
                    without_items = plain(anew[service, name, caller])
                    assert rendered(service, name, output) == rendered(service, name, without_items)

    @pytest.mark.parametrize(
        "name",
        [
            "organizations:ListAccounts", "organizations:ListAccountsForParent", "organizations:ListPolicies",
            "organizations:ListPoliciesForTarget", "organizations:ListTargetsForPolicy",
            "organizations:ListOrganizationalUnitsForParent", "organizations:ListHandshakesForOrganization",
            "organizations:ListDelegatedAdministrators", "organizations:ListCreateAccountStatus",
            "organizations:ListAWSServiceAccessForOrganization", "iam:ListRoles", "iam:ListGroups", "iam:ListPolicies",
            "iam:ListUsers", "iam:ListAccessKeys", "artifact:ListReports", "artifact:ListAgreements",
            "artifact:ListComplianceInquiries",
        ],
    )  # fmt: skip
    def test_second_call_returns_the_identical_items(self, name: str) -> None:
        """A list whose records have not changed consists of the items of the call before, with their text."""
        actor = prepared()
        service, _, operation = name.partition(":")
        first, second = (
            actor.change(service, operation, **actor.input_of(service, operation) | _own_values(name)) for _ in range(2)
        )
        [listed] = [value for value in first.values() if isinstance(value, list)]
        [again] = [value for value in second.values() if isinstance(value, list)]
        assert listed
        assert all(type(item) is Item for item in listed)
        assert all(item is other for item, other in zip(listed, again, strict=True))


def _own_values(name: str) -> dict[str, Any]:
    return {"UserName": "u"} if name == "iam:ListAccessKeys" else {}


class TestKeptItem:
    """The decorator of functions that build items."""

    def test_items_of_old_records_are_dropped(self) -> None:
        """However many records there were, only so many items are kept."""
        before = len(items._kept)
        build = kept_item(lambda record: {"Name": record[0]})
        try:
            for number in range(3 * items._MAX_ITEMS):
                assert build([number]) == {"Name": number}
                assert len(items._kept[-1]) <= items._MAX_ITEMS
        finally:
            del items._kept[before:]

    @pytest.mark.parametrize("module", MODULES, ids=lambda module: f"{module.parent.name}/{module.name}")
    def test_functions_read_only_their_arguments(self, module: Path) -> None:
        """No function that builds items is given a call, a transaction, a world or a state, which it could read."""
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.FunctionDef) and "kept_item" in map(ast.unparse, node.decorator_list):
                types = {ast.unparse(argument.annotation) for argument in node.args.args if argument.annotation}
                assert not types & {"RequestContext", "Transaction", "World", "State"}, node.name

    def test_item_refuses_changes(self) -> None:
        """A handler that adds a member has to copy the item, of which other replies consist."""
        item = Item({"Name": "a"})
        with pytest.raises(TypeError, match="change a copy"):
            item["Name"] = "b"
        with pytest.raises(TypeError, match="change a copy"):
            del item["Name"]
        assert {**item, "Name": "b"} == {"Name": "b"}
