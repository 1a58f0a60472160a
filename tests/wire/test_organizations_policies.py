"""Policies on the wire: what each operation answers, and every error that it declares."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from artifact_state import catalog
from tests.wire.botocore_wire import Answer, Client
from tests.wire.declared_errors import SERVICE, DeclaredErrors, Provocation

SCP, RCP, TAGS = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "TAG_POLICY"
FULL = "p-FullAWSAccess"
DENY = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "artifact:*", "Resource": "*"}})
NO_TAGS = '{"tags": {}}'
UNKNOWN = "p-00000000"
NOBODY = "000000000000"
NO_ROOT = "r-0000"


def root_of(client: Client) -> str:
    """Give the id of the caller's root."""
    found: str = client.does(SERVICE, "ListRoots")["Roots"][0]["Id"]
    return found


def unit(client: Client, name: str = "Unit") -> str:
    """Make an organizational unit below the root; give its id."""
    made = client.does(SERVICE, "CreateOrganizationalUnit", ParentId=root_of(client), Name=name)
    unit_id: str = made["OrganizationalUnit"]["Id"]
    return unit_id


def account(client: Client, name: str = "Member") -> str:
    """Create a member account; give its id."""
    asked = client.does(SERVICE, "CreateAccount", AccountName=name, Email=f"{name}@example.com")
    request_id = asked["CreateAccountStatus"]["Id"]
    told = client.does(SERVICE, "DescribeCreateAccountStatus", CreateAccountRequestId=request_id)
    account_id: str = told["CreateAccountStatus"]["AccountId"]
    return account_id


def stranger(client: Client) -> str:  # noqa: ARG001 - Whoever asks, it is in no organization.
    """Give the id of an account that is in no organization."""
    return "999988887777"


def policy(client: Client, name: str = "Deny", **changed: Any) -> str:
    """Make a policy; give its id."""
    parameters = {"Name": name, "Description": "", "Content": DENY, "Type": SCP} | changed
    policy_id: str = client.does(SERVICE, "CreatePolicy", **parameters)["Policy"]["PolicySummary"]["Id"]
    return policy_id


def attach(client: Client, policy_id: str, target_id: str) -> None:
    """Attach a policy, which answers nothing."""
    assert client.does(SERVICE, "AttachPolicy", PolicyId=policy_id, TargetId=target_id) == {}


def set_quotas(client: Client, **changed: Any) -> None:
    """Give the world other quotas of service control policies."""
    world, quotas = client.core.world, catalog.quotas()
    policies = {**quotas.policies, SCP: replace(quotas.policies[SCP], **changed)}
    world.options = replace(world.options, quotas=replace(quotas, policies=policies))


def pages(client: Client, operation: str, member: str, **parameters: Any) -> Iterator[list[Any]]:
    """Walk through the pages of a listing."""
    reply = client.does(SERVICE, operation, **parameters)
    yield reply[member]
    while "NextToken" in reply:
        reply = client.does(SERVICE, operation, NextToken=reply["NextToken"], **parameters)
        yield reply[member]


class TestPolicies:
    """CreatePolicy, UpdatePolicy, DescribePolicy, DeletePolicy."""

    def test_answer(self, management: Client) -> None:
        """A policy answers its summary and its document, alike when it is made and when it is described."""
        organization = management.does(SERVICE, "DescribeOrganization")["Organization"]["Id"]
        content = f"\n {DENY}\t"
        made = management.does(
            SERVICE, "CreatePolicy", Name="Deny é", Description="Why <&>", Content=content, Type=SCP
        )["Policy"]
        policy_id = made["PolicySummary"]["Id"]
        arn = f"arn:aws:organizations::{management.account}:policy/{organization}/service_control_policy/{policy_id}"
        assert policy_id.startswith("p-")
        assert made == {
            "PolicySummary": {
                "Id": policy_id,
                "Arn": arn,
                "Name": "Deny é",
                "Description": "Why <&>",
                "Type": SCP,
                "AwsManaged": False,
            },
            "Content": content,
        }
        assert management.does(SERVICE, "DescribePolicy", PolicyId=policy_id) == {"Policy": made}

    def test_of_another_type(self, management: Client) -> None:
        """The ARN names the type of the policy."""
        organization = management.does(SERVICE, "DescribeOrganization")["Organization"]["Id"]
        policy_id = policy(management, Type=TAGS, Content=NO_TAGS)
        told = management.does(SERVICE, "DescribePolicy", PolicyId=policy_id)["Policy"]["PolicySummary"]
        arn = f"arn:aws:organizations::{management.account}:policy/{organization}/tag_policy/{policy_id}"
        assert (told["Arn"], told["Type"]) == (arn, TAGS)

    def test_awss_own(self, management: Client) -> None:
        """AWS's own policy belongs to no account and allows everything."""
        told = management.does(SERVICE, "DescribePolicy", PolicyId=FULL)["Policy"]
        summary = told["PolicySummary"]
        assert (summary["Id"], summary["Name"], summary["Type"]) == (FULL, "FullAWSAccess", SCP)
        assert summary["Arn"] == "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"
        assert summary["AwsManaged"] is True
        statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        assert json.loads(told["Content"])["Statement"] in (statement, [statement])

    def test_change(self, management: Client) -> None:
        """A change answers the whole policy; what is not given stays, and what is given may be empty."""
        policy_id = policy(management, Description="Why")
        before = management.does(SERVICE, "DescribePolicy", PolicyId=policy_id)["Policy"]
        assert management.does(SERVICE, "UpdatePolicy", PolicyId=policy_id) == {"Policy": before}
        content = DENY.replace("Deny", "Allow")
        told = management.does(SERVICE, "UpdatePolicy", PolicyId=policy_id, Name="New", Description="", Content=content)
        summary = before["PolicySummary"] | {"Name": "New", "Description": ""}
        assert told == {"Policy": {"PolicySummary": summary, "Content": content}}
        assert management.does(SERVICE, "DescribePolicy", PolicyId=policy_id) == told

    def test_delete(self, management: Client) -> None:
        """A deletion answers nothing, and the policy is gone."""
        policy_id = policy(management)
        assert management.does(SERVICE, "DeletePolicy", PolicyId=policy_id) == {}
        got = management.is_refused(SERVICE, "DescribePolicy", PolicyId=policy_id)
        assert got.code == "PolicyNotFoundException"

    def test_tags(self, management: Client) -> None:
        """A policy can be tagged as it is made."""
        tags = [{"Key": "team", "Value": "blue"}]
        told = management.does(SERVICE, "ListTagsForResource", ResourceId=policy(management, Tags=tags))
        assert told == {"Tags": tags}

    @pytest.mark.parametrize("operation", ["UpdatePolicy", "DeletePolicy"])
    def test_awss_own_stays(self, management: Client, operation: str) -> None:
        """What AWS manages can neither be changed nor deleted."""
        got = management.is_refused(SERVICE, operation, PolicyId=FULL)
        assert (got.code, got.data["Reason"]) == ("InvalidInputException", "IMMUTABLE_POLICY")

    def test_too_many(self, management: Client) -> None:
        """The quota of policies is a constraint of its own."""
        set_quotas(management, max_per_organization=1)
        policy(management)
        got = management.is_refused(SERVICE, "CreatePolicy", **PARAMETERS["CreatePolicy"])
        assert (got.code, got.data["Reason"]) == ("ConstraintViolationException", "POLICY_NUMBER_LIMIT_EXCEEDED")


class TestAttachments:
    """AttachPolicy, DetachPolicy."""

    def test_round(self, management: Client) -> None:
        """Both answer nothing; what is attached is listed from either side until it is detached."""
        policy_id, member = policy(management), account(management)
        everything = [root_of(management), unit(management), member]
        for target_id in everything:
            attach(management, policy_id, target_id)
            told = management.does(SERVICE, "ListPoliciesForTarget", TargetId=target_id, Filter=SCP)
            assert [one["Id"] for one in told["Policies"]] == [FULL, policy_id]
        told = management.does(SERVICE, "ListTargetsForPolicy", PolicyId=policy_id)
        assert [one["TargetId"] for one in told["Targets"]] == everything
        for target_id in everything:
            assert management.does(SERVICE, "DetachPolicy", PolicyId=policy_id, TargetId=target_id) == {}
        assert management.does(SERVICE, "ListTargetsForPolicy", PolicyId=policy_id) == {"Targets": []}
        assert management.does(SERVICE, "DeletePolicy", PolicyId=policy_id) == {}

    def test_awss_own_replaced(self, management: Client) -> None:
        """AWS's own can be detached once another is attached, and attached again."""
        policy_id, member = policy(management), account(management)
        attach(management, policy_id, member)
        assert management.does(SERVICE, "DetachPolicy", PolicyId=FULL, TargetId=member) == {}
        told = management.does(SERVICE, "ListPoliciesForTarget", TargetId=member, Filter=SCP)
        assert [one["Id"] for one in told["Policies"]] == [policy_id]
        attach(management, FULL, member)
        told = management.does(SERVICE, "ListPoliciesForTarget", TargetId=member, Filter=SCP)
        assert [one["Id"] for one in told["Policies"]] == [FULL, policy_id]

    def test_awss_own_of_resource_control(self, management: Client) -> None:
        """AWS's own policy of resource control cannot be detached."""
        root = root_of(management)
        management.does(SERVICE, "EnablePolicyType", RootId=root, PolicyType=RCP)
        got = management.is_refused(SERVICE, "DetachPolicy", PolicyId="p-RCPFullAWSAccess", TargetId=root)
        assert (got.code, got.data["Reason"]) == ("InvalidInputException", "NON_DETACHABLE_POLICY")


class TestListings:
    """ListPolicies, ListPoliciesForTarget, ListTargetsForPolicy."""

    def test_policies(self, management: Client) -> None:
        """Policies of a type are listed, AWS's own first, twenty a page unless told otherwise."""
        made = [FULL, *(policy(management, f"Policy {at}") for at in range(22))]
        policy(management, Type=TAGS, Content=NO_TAGS)
        for sizes, parameters in (([20, 3], {}), ([10, 10, 3], {"MaxResults": 10}), ([1] * 23, {"MaxResults": 1})):
            found = list(pages(management, "ListPolicies", "Policies", Filter=SCP, **parameters))
            assert [len(page) for page in found] == sizes
            assert [one["Id"] for page in found for one in page] == made

    def test_summaries(self, management: Client) -> None:
        """A listing tells what a description tells, without the document."""
        policy_id = policy(management)
        attach(management, policy_id, management.account)
        told = [
            management.does(SERVICE, "DescribePolicy", PolicyId=one)["Policy"]["PolicySummary"]
            for one in (FULL, policy_id)
        ]
        assert management.does(SERVICE, "ListPolicies", Filter=SCP) == {"Policies": told}
        found = management.does(SERVICE, "ListPoliciesForTarget", TargetId=management.account, Filter=SCP)
        assert found == {"Policies": told}

    def test_none(self, management: Client) -> None:
        """A type without policies has an empty page."""
        assert management.does(SERVICE, "ListPolicies", Filter=TAGS) == {"Policies": []}
        told = management.does(SERVICE, "ListPoliciesForTarget", TargetId=management.account, Filter=TAGS)
        assert told == {"Policies": []}

    def test_policies_for_target(self, management: Client) -> None:
        """Policies of a target are listed in the order of attaching, AWS's own first."""
        set_quotas(management, max_attached=30)
        made = [policy(management, f"Policy {at}") for at in range(22)][::-1]
        for one in made:
            attach(management, one, management.account)
        for sizes, parameters in (([20, 3], {}), ([10, 10, 3], {"MaxResults": 10}), ([1] * 23, {"MaxResults": 1})):
            found = list(
                pages(
                    management,
                    "ListPoliciesForTarget",
                    "Policies",
                    TargetId=management.account,
                    Filter=SCP,
                    **parameters,
                )
            )
            assert [len(page) for page in found] == sizes
            assert [one["Id"] for page in found for one in page] == [FULL, *made]

    def test_targets(self, management: Client) -> None:
        """A target is a root, a unit or an account, with the ARN and name it has elsewhere."""
        policy_id, root, below, member = policy(management), root_of(management), unit(management), account(management)
        for target_id in (root, below, member):
            attach(management, policy_id, target_id)
        start = f"arn:aws:organizations::{management.account}:"
        organization = management.does(SERVICE, "DescribeOrganization")["Organization"]["Id"]
        assert management.does(SERVICE, "ListTargetsForPolicy", PolicyId=policy_id) == {
            "Targets": [
                {"TargetId": root, "Arn": f"{start}root/{organization}/{root}", "Name": "Root", "Type": "ROOT"},
                {
                    "TargetId": below,
                    "Arn": f"{start}ou/{organization}/{below}",
                    "Name": "Unit",
                    "Type": "ORGANIZATIONAL_UNIT",
                },
                {
                    "TargetId": member,
                    "Arn": f"{start}account/{organization}/{member}",
                    "Name": "Member",
                    "Type": "ACCOUNT",
                },
            ]
        }

    @pytest.mark.parametrize("managed", [True, False])
    def test_pages_of_targets(self, management: Client, managed: bool) -> None:  # noqa: FBT001
        """AWS's own policy is attached to everything, another to what it was attached to: both come in pages."""
        everything = [root_of(management), management.account, *(unit(management, f"Unit {at}") for at in range(21))]
        policy_id = FULL if managed else policy(management)
        if not managed:
            everything.reverse()
            for one in everything:
                attach(management, policy_id, one)
        for sizes, parameters in (([20, 3], {}), ([10, 10, 3], {"MaxResults": 10}), ([1] * 23, {"MaxResults": 1})):
            found = list(pages(management, "ListTargetsForPolicy", "Targets", PolicyId=policy_id, **parameters))
            assert [len(page) for page in found] == sizes
            assert [one["TargetId"] for page in found for one in page] == everything

    def test_policies_come_and_go(self, management: Client) -> None:
        """A listing neither loses nor repeats policies that stay, while others are deleted and made."""
        made = [policy(management, f"Policy {at}") for at in range(6)]
        walk = pages(management, "ListPolicies", "Policies", Filter=SCP, MaxResults=3)
        found = [one["Id"] for one in next(walk)]
        for at in (1, 3):
            management.does(SERVICE, "DeletePolicy", PolicyId=made[at])
        made.append(policy(management, "Late"))
        found += [one["Id"] for page in walk for one in page]
        assert found == [FULL, *(made[at] for at in (0, 1, 2, 4, 5, 6))]

    def test_token_of_another_listing(self, management: Client) -> None:
        """A token opens no page of another type, target or policy."""
        made = [policy(management, name) for name in ("First", "Second")]
        root = root_of(management)
        for one in made:
            attach(management, one, root)
            attach(management, one, management.account)
        for operation, parameters, changed in (
            ("ListPolicies", {"Filter": SCP}, {"Filter": TAGS}),
            ("ListPoliciesForTarget", {"TargetId": root, "Filter": SCP}, {"TargetId": management.account}),
            ("ListPoliciesForTarget", {"TargetId": root, "Filter": SCP}, {"Filter": TAGS}),
            ("ListTargetsForPolicy", {"PolicyId": made[0]}, {"PolicyId": made[1]}),
        ):
            token = management.does(SERVICE, operation, MaxResults=1, **parameters)["NextToken"]
            got = management.is_refused(SERVICE, operation, NextToken=token, **parameters | changed)
            assert (got.code, got.data["Reason"]) == ("InvalidInputException", "INVALID_NEXT_TOKEN")


class TestTypes:
    """EnablePolicyType, DisablePolicyType."""

    def test_round(self, management: Client) -> None:
        """Both answer the root with the types that are enabled, as a listing of roots does."""
        (root,) = management.does(SERVICE, "ListRoots")["Roots"]
        first, second = ({"Type": one, "Status": "ENABLED"} for one in (SCP, TAGS))
        assert root["PolicyTypes"] == [first]
        for operation, kind, types in (
            ("EnablePolicyType", TAGS, [first, second]),
            ("DisablePolicyType", SCP, [second]),
            ("DisablePolicyType", TAGS, []),
        ):
            told = management.does(SERVICE, operation, RootId=root["Id"], PolicyType=kind)
            assert told == {"Root": root | {"PolicyTypes": types}}
            assert management.does(SERVICE, "ListRoots") == {"Roots": [told["Root"]]}

    def test_disabling_detaches(self, management: Client) -> None:
        """Nothing is attached once its type is disabled; enabled again, AWS's own alone is."""
        policy_id, root = policy(management), root_of(management)
        attach(management, policy_id, root)
        management.does(SERVICE, "DisablePolicyType", RootId=root, PolicyType=SCP)
        assert management.does(SERVICE, "ListPoliciesForTarget", TargetId=root, Filter=SCP) == {"Policies": []}
        for one in (FULL, policy_id):
            assert management.does(SERVICE, "ListTargetsForPolicy", PolicyId=one) == {"Targets": []}
        management.does(SERVICE, "EnablePolicyType", RootId=root, PolicyType=SCP)
        told = management.does(SERVICE, "ListPoliciesForTarget", TargetId=root, Filter=SCP)
        assert [one["Id"] for one in told["Policies"]] == [FULL]


PARAMETERS: dict[str, dict[str, Any]] = {
    "CreatePolicy": {"Name": "Name", "Description": "", "Content": DENY, "Type": SCP},
    "UpdatePolicy": {"PolicyId": UNKNOWN},
    "DeletePolicy": {"PolicyId": UNKNOWN},
    "DescribePolicy": {"PolicyId": UNKNOWN},
    "ListPolicies": {"Filter": SCP},
    "AttachPolicy": {"PolicyId": UNKNOWN, "TargetId": NOBODY},
    "DetachPolicy": {"PolicyId": UNKNOWN, "TargetId": NOBODY},
    "ListPoliciesForTarget": {"TargetId": NOBODY, "Filter": SCP},
    "ListTargetsForPolicy": {"PolicyId": UNKNOWN},
    "EnablePolicyType": {"RootId": NO_ROOT, "PolicyType": TAGS},
    "DisablePolicyType": {"RootId": NO_ROOT, "PolicyType": TAGS},
}
"""A call of each operation that nothing is wrong with but that nothing it names exists."""


def by(account_of: Callable[[Client], str], operation: str) -> Provocation:
    """Let another account call."""
    return lambda client: Client(client.core, account_of(client)).is_refused(
        SERVICE, operation, **PARAMETERS[operation]
    )


def calling(operation: str, **changed: Any) -> Provocation:
    """Let the management account call, some members of the request changed."""
    return lambda client: client.is_refused(SERVICE, operation, **PARAMETERS[operation] | changed)


def on_policy(operation: str, reason: str = "", **changed: Any) -> Provocation:
    """Let the management account call for a policy that it made, attached to nothing."""

    def provoke(client: Client) -> Answer:
        policy_id = policy(client)
        got = client.is_refused(SERVICE, operation, **PARAMETERS[operation] | {"PolicyId": policy_id} | changed)
        assert got.data.get("Reason", "") == reason
        return got

    return provoke


def on_itself(operation: str, policy_id: str, reason: str = "") -> Provocation:
    """Let the management account call for a policy and its own account."""

    def provoke(client: Client) -> Answer:
        got = client.is_refused(SERVICE, operation, PolicyId=policy_id, TargetId=client.account)
        assert got.data.get("Reason", "") == reason
        return got

    return provoke


def on_root(operation: str, policy_type: str, reason: str = "") -> Provocation:
    """Let the management account call for a type and its own root."""

    def provoke(client: Client) -> Answer:
        got = client.is_refused(SERVICE, operation, RootId=root_of(client), PolicyType=policy_type)
        assert got.data.get("Reason", "") == reason
        return got

    return provoke


def billing(client: Client) -> Client:
    """Give the management account of an organization for billing alone."""
    made = Client(client.core, stranger(client))
    made.does(SERVICE, "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
    return made


def _rename_to_same_name(client: Client) -> Answer:
    policy(client, "Taken")
    return client.is_refused(SERVICE, "UpdatePolicy", PolicyId=policy(client, "Other"), Name="Taken")


def _too_long(client: Client) -> Answer:
    got = client.is_refused(SERVICE, "CreatePolicy", **PARAMETERS["CreatePolicy"] | {"Content": LONG})
    assert got.data["Reason"] == "POLICY_CONTENT_LIMIT_EXCEEDED"
    return got


def _still_attached(client: Client) -> Answer:
    policy_id = policy(client)
    attach(client, policy_id, root_of(client))
    return client.is_refused(SERVICE, "DeletePolicy", PolicyId=policy_id)


def _too_many_attached(client: Client) -> Answer:
    set_quotas(client, max_attached=1)
    return on_policy("AttachPolicy", "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", TargetId=client.account)(client)


def _of_disabled_type(client: Client) -> Answer:
    policy_id = policy(client, Type=TAGS, Content=NO_TAGS)
    return client.is_refused(SERVICE, "AttachPolicy", PolicyId=policy_id, TargetId=client.account)


def _not_attached(client: Client) -> Answer:
    return client.is_refused(SERVICE, "DetachPolicy", PolicyId=policy(client), TargetId=client.account)


LONG = DENY + " " * 10_240
PROVOKED: dict[str, dict[str, Provocation]] = {
    operation: {
        "AccessDeniedException": by(account, operation),
        "AWSOrganizationsNotInUseException": by(stranger, operation),
    }
    for operation in PARAMETERS
}
for one, errors in {
    "CreatePolicy": {
        "ConstraintViolationException": _too_long,
        "DuplicatePolicyException": calling("CreatePolicy", Name="FullAWSAccess"),
        "InvalidInputException": calling("CreatePolicy", Name="x" * 129),
        "MalformedPolicyDocumentException": calling("CreatePolicy", Content="{}"),
        "PolicyTypeNotAvailableForOrganizationException": lambda client: calling("CreatePolicy")(billing(client)),
    },
    "UpdatePolicy": {
        "ConstraintViolationException": on_policy("UpdatePolicy", "POLICY_CONTENT_LIMIT_EXCEEDED", Content=LONG),
        "DuplicatePolicyException": _rename_to_same_name,
        "InvalidInputException": calling("UpdatePolicy", PolicyId="1"),
        "MalformedPolicyDocumentException": on_policy("UpdatePolicy", Content=NO_TAGS),
        "PolicyNotFoundException": calling("UpdatePolicy"),
    },
    "DeletePolicy": {
        "InvalidInputException": calling("DeletePolicy", PolicyId="1"),
        "PolicyInUseException": _still_attached,
        "PolicyNotFoundException": calling("DeletePolicy"),
    },
    "DescribePolicy": {
        "InvalidInputException": calling("DescribePolicy", PolicyId="1"),
        "PolicyNotFoundException": calling("DescribePolicy"),
    },
    "ListPolicies": {"InvalidInputException": calling("ListPolicies", Filter="POLICY")},
    "AttachPolicy": {
        "ConstraintViolationException": _too_many_attached,
        "DuplicatePolicyAttachmentException": on_itself("AttachPolicy", FULL),
        "InvalidInputException": calling("AttachPolicy", TargetId="1"),
        "PolicyNotFoundException": calling("AttachPolicy"),
        "PolicyTypeNotEnabledException": _of_disabled_type,
        "TargetNotFoundException": calling("AttachPolicy", PolicyId=FULL),
    },
    "DetachPolicy": {
        "ConstraintViolationException": on_itself("DetachPolicy", FULL, "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"),
        "InvalidInputException": calling("DetachPolicy", TargetId="1"),
        "PolicyNotAttachedException": _not_attached,
        "PolicyNotFoundException": calling("DetachPolicy"),
        "TargetNotFoundException": calling("DetachPolicy", PolicyId=FULL),
    },
    "ListPoliciesForTarget": {
        "InvalidInputException": calling("ListPoliciesForTarget", MaxResults=21),
        "TargetNotFoundException": calling("ListPoliciesForTarget"),
    },
    "ListTargetsForPolicy": {
        "InvalidInputException": calling("ListTargetsForPolicy", PolicyId=FULL, NextToken="another"),
        "PolicyNotFoundException": calling("ListTargetsForPolicy"),
    },
    "EnablePolicyType": {
        "ConstraintViolationException": on_root("EnablePolicyType", "SECURITYHUB_POLICY", "SERVICE_ACCESS_NOT_ENABLED"),
        "InvalidInputException": calling("EnablePolicyType", RootId="1"),
        "PolicyTypeAlreadyEnabledException": on_root("EnablePolicyType", SCP),
        "PolicyTypeNotAvailableForOrganizationException": lambda client: on_root("EnablePolicyType", SCP)(
            billing(client)
        ),
        "RootNotFoundException": calling("EnablePolicyType"),
    },
    "DisablePolicyType": {
        "InvalidInputException": calling("DisablePolicyType", PolicyType="POLICY"),
        "PolicyTypeNotEnabledException": on_root("DisablePolicyType", TAGS),
        "RootNotFoundException": calling("DisablePolicyType"),
    },
}.items():
    PROVOKED[one].update(errors)
CHANGE_POLICIES = ("UpdatePolicy", "AttachPolicy", "DetachPolicy", "EnablePolicyType", "DisablePolicyType")
UNREACHABLE = {
    **{(one, "PolicyChangesInProgressException"): "changes are done at once" for one in CHANGE_POLICIES},
    **{(one, "UnsupportedAPIEndpointException"): "every partition here has policies" for one in PARAMETERS},
    ("DisablePolicyType", "ConstraintViolationException"): "disabling a type exceeds no limit",
}


class TestDeclaredErrors(DeclaredErrors):
    """Every error that AWS's model declares for these operations."""

    provoked = PROVOKED
    unreachable = UNREACHABLE
