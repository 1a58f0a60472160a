"""The results of simulations."""

from typing import Any

import pytest

from artifact_state.errors import (EntityNotFound, InvalidSimulationInput, Refused, RoleNotFound)
from artifact_state.iam import groups, users
from artifact_state.iam.attached_policies import attach_policy
from artifact_state.iam.inline_policies import put_inline_policy
from artifact_state.policy_evaluation.policies import ApplicablePolicies, PolicyKind
from artifact_state.policy_evaluation.simulation import simulate
from artifact_state.policy_evaluation.simulation.input import SimulationSettings, require_valid_input, simulated_policies
from artifact_state.policy_evaluation.simulation.principals import Exclusion, InlinePolicies, policies_of_principal
from artifact_state.policy_evaluation.simulation.simulate import SimulationResult
from tests.support.domain import MANAGEMENT, STANDALONE, act, world_with_organization
from tests.support.simulation import BOB, FOREIGN_ROLE, ROLE, policy_document

ARN = f"arn:aws:iam::{STANDALONE}:user/Alice"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def results_of(
    policies: ApplicablePolicies, *resources: str, action: str = "iam:GetRole", **settings: Any
) -> list[SimulationResult]:
    """Return the results of simulating one action."""
    complete = SimulationSettings(**settings)
    require_valid_input([action], resources, complete)
    return simulate.simulate(policies, action, resources, complete)


def sources(result: SimulationResult) -> list[str]:
    """Return the names of the policies whose statements matched."""
    return [policy.arn_or_name for _, policy, _ in result.matched_statements]


class TestSimulate:
    """simulate."""

    def test_every_resource_has_a_result(self) -> None:
        """The results are in the order of the resources; without resources there is one for `*`."""
        policies = simulated_policies([policy_document(), policy_document("Deny", Resource=ROLE)])
        assert [(result.request.resource, result.outcome) for result in results_of(policies, FOREIGN_ROLE, ROLE)] == [
            (FOREIGN_ROLE, "allowed"),
            (ROLE, "explicitDeny"),
        ]
        assert [(result.request.resource, result.outcome) for result in results_of(policies)] == [("*", "allowed")]
        assert results_of(policies, action="iam:ListRoles")[0].outcome == "implicitDeny"

    @pytest.mark.parametrize("outcomes", [("allowed", "implicitDeny"), ("implicitDeny", "explicitDeny")])
    def test_most_restrictive_outcome(self, outcomes: tuple[str, str]) -> None:
        """An explicit denial is more restrictive than an implicit one, and that than allowing."""
        assert simulate.most_restrictive(outcomes) == simulate.most_restrictive(outcomes[::-1]) == outcomes[1]

    def test_context_keys_in_first_spelling(self) -> None:
        """Keys are listed once, in their first spelling, without those of service control policies."""
        conditions = {"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team, 'a'}${*}"}}
        some = policy_document(Resource="arn:aws:iam::*:user/${aws:username}", Condition=conditions)
        again = policy_document(Condition={"Bool": {"AWS:UserName": "true"}})
        of_scp = policy_document(Condition={"Bool": {"aws:SecureTransport": "true"}})
        policies = simulated_policies(
            [some, again], [policy_document(Condition={"Null": {"sts:ExternalId": True}})], [[of_scp]]
        )
        assert simulate.context_keys_of(policies) == [
            "aws:username",
            "aws:PrincipalTag/team",
            "aws:ResourceTag/team",
            "sts:ExternalId",
        ]
        old = some.replace("2012-10-17", "2008-10-17")
        assert simulate.context_keys_of(simulated_policies([old])) == ["aws:PrincipalTag/team"]

    def test_missing_keys_of_an_implicit_denial(self) -> None:
        """If no statement allows, all keys are reported that policies refer to and the input lacks."""
        conditions = {"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team}"}}
        policies = simulated_policies([policy_document(Action="sts:*", Condition=conditions)])
        (result,) = results_of(policies, action="iam:GetUser", given_keys={"aws:resourcetag/team": ("a",)})
        assert (result.outcome, result.missing_keys) == ("implicitDeny", ["aws:PrincipalTag/team"])
        # A key that AWS fills in still counts as missing.
        (result,) = results_of(policies, action="iam:GetUser", default_keys={"aws:resourcetag/team": ("a",)})
        assert result.missing_keys == ["aws:PrincipalTag/team", "aws:ResourceTag/team"]
        allowing = simulated_policies([policy_document(), policy_document("Deny", Condition=conditions)])
        assert results_of(allowing)[0].missing_keys == []
        bound = simulated_policies([policy_document(Condition=conditions)], levels=[[policy_document(Action="sts:*")]])
        assert results_of(bound)[0].missing_keys == []

    def test_matched_statements(self) -> None:
        """All allowing or all denying statements match, without those of service control policies."""
        allowing = simulated_policies([policy_document(), policy_document(Action="*")], [policy_document()])
        assert sources(results_of(allowing)[0]) == ["PolicyInputList.1", "PolicyInputList.2"]
        denying = simulated_policies([policy_document(), policy_document("Deny")], [policy_document("Deny")])
        assert [(kind, policy.arn_or_name) for kind, policy, _ in results_of(denying)[0].matched_statements] == [
            ("IAM Policy", "PolicyInputList.2"),
            ("Permissions Boundary Policy", "PermissionsBoundaryPolicyInputList.1"),
        ]
        bound = simulated_policies([policy_document()], levels=[[policy_document("Deny")]])
        (result,) = results_of(bound, ROLE)
        assert (result.outcome, result.matched_statements, result.allowed_by_organization) == (
            "explicitDeny",
            [],
            False,
        )
        assert result.outcome_by_kind is None

    def test_simulation_ends_where_organization_does_not_allow(self) -> None:
        """Every level of service control policies must allow, or the simulation ends there."""
        everything = policy_document(Action="*")
        levels = [[everything], [policy_document(Action="sts:*")]]
        for identity in ([policy_document()], [policy_document("Deny")]):
            (result,) = results_of(simulated_policies(identity, levels=levels))
            assert (result.outcome, result.decision.level, result.allowed_by_organization) == ("implicitDeny", 1, False)
        policies = simulated_policies(
            [policy_document()], levels=[[everything], [everything, policy_document(Action="sts:*")]]
        )
        assert results_of(policies)[0].outcome == "allowed"

    def test_boundary_is_reported_by_itself(self) -> None:
        """The result says whether the boundary allows, regardless of the other policies."""
        for identity in (policy_document(), policy_document("Deny"), policy_document(Action="sts:*")):
            assert results_of(simulated_policies([identity], [policy_document()]))[0].allowed_by_boundary
            assert not results_of(simulated_policies([identity], [policy_document(Action="sts:*")]))[
                0
            ].allowed_by_boundary
            assert not results_of(simulated_policies([identity], [policy_document("Deny")]))[0].allowed_by_boundary

    def test_resource_policy_in_and_outside_the_account(self) -> None:
        """Within the account a resource policy is enough; across accounts both sides must allow and are reported."""
        policy = policy_document(Action="*", Principal={"AWS": BOB})
        settings = {"resource_policy": policy, "caller_arn": BOB}
        nothing, something = (
            simulated_policies([policy_document(Action="sts:*")]),
            simulated_policies([policy_document()]),
        )
        (result,) = results_of(nothing, ROLE, **settings)
        assert (result.outcome, result.outcome_by_kind, sources(result)) == ("allowed", {}, ["ResourcePolicy"])
        (result,) = results_of(nothing, FOREIGN_ROLE, **settings)
        assert result.outcome == "implicitDeny"
        assert result.outcome_by_kind == {"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}
        assert results_of(something, FOREIGN_ROLE, **settings)[0].outcome == "allowed"
        owner = f"arn:aws:iam::{MANAGEMENT}:root"
        (result,) = results_of(nothing, "arn:aws:s3:::b", action="s3:GetObject", resource_owner=owner, **settings)
        assert result.outcome == "implicitDeny"
        for_alice = policy_document(Action="*", Principal={"AWS": ARN})
        assert results_of(nothing, ROLE, resource_policy=for_alice, caller_arn=BOB)[0].outcome == "implicitDeny"

    @pytest.mark.parametrize(
        ("principal", "outcome"), [("*", "allowed"), ({"AWS": "*"}, "allowed"), ({"AWS": STANDALONE}, "implicitDeny")]
    )
    def test_resource_policy_naming_everyone_or_the_account(self, principal: Any, outcome: str) -> None:
        """A caller allowed by `*` needs no other policy; one whose account is allowed does."""
        policy = policy_document(Action="*", Principal=principal)
        policies = simulated_policies([policy_document(Action="sts:*")])
        assert results_of(policies, ROLE, resource_policy=policy, caller_arn=BOB)[0].outcome == outcome

    def test_examples_of_aws_documentation(self) -> None:
        """A boundary does not limit what a resource policy of the same account allows."""
        boundary = [policy_document(Action="iam:*")]
        policy = policy_document(Action=["s3:List*", "s3:Put*"], Resource="arn:aws:s3:::mary/*", Principal={"AWS": BOB})
        parameters = {"action": "s3:PutObject", "resource_policy": policy, "caller_arn": BOB}
        (result,) = results_of(
            simulated_policies([policy_document(Action="iam:*")], boundary), "arn:aws:s3:::mary/Test", **parameters
        )
        assert (result.outcome, result.allowed_by_boundary, result.outcome_by_kind, result.missing_keys) == (
            "allowed",
            False,
            {},
            [],
        )
        parameters["resource_owner"] = "arn:aws:iam::123456789012:root"
        (result,) = results_of(simulated_policies([], boundary), "arn:aws:s3:::mary/Test", **parameters)
        assert (result.outcome, result.allowed_by_boundary) == ("implicitDeny", False)
        assert result.outcome_by_kind == {
            "IAM Policy": "implicitDeny",
            "Resource Policy": "allowed",
            "Permissions Boundary Policy": "implicitDeny",
        }


class TestPoliciesOfPrincipal:
    """policies_of_principal."""

    def test_policies_of_a_user(self) -> None:
        """A user has its own policies and the additional ones; a given boundary replaces the user's."""
        world = world_with_organization()
        user = act(world, users.create_user, "Alice", account=STANDALONE)
        act(world, put_inline_policy, user, "own", policy_document(), account=STANDALONE)
        policies = act(world, policies_of_principal, ARN, [policy_document(Action="sts:*")], account=STANDALONE)
        assert [policy.arn_or_name for policy in policies.identity] == ["user_Alice_own", "PolicyInputList.1"]
        bounded = act(world, policies_of_principal, ARN, [], [policy_document(Action="sts:*")], account=STANDALONE)
        (result,) = results_of(bounded)
        assert result.decision.kind is PolicyKind.BOUNDARY

    @pytest.mark.parametrize(
        ("arn", "error"),
        [
            (ARN, EntityNotFound),
            (ARN.replace("user", "group"), EntityNotFound),
            (ARN.replace("user", "role"), RoleNotFound),
            ("arn:aws:iam::1:x", InvalidSimulationInput),
            (ARN.replace("aws", "aws-cn"), InvalidSimulationInput),
            (ARN.replace(STANDALONE, MANAGEMENT), InvalidSimulationInput),
            (f"arn:aws:iam::{STANDALONE}:root", InvalidSimulationInput),
            (f"arn:aws:sts::{STANDALONE}:assumed-role/R/me", InvalidSimulationInput),
        ],
    )
    def test_unknown_or_foreign_principal_is_refused(self, arn: str, error: type[Refused]) -> None:
        """A principal that does not exist, or is not of the account, is refused."""
        world = world_with_organization()
        before = world.state
        with pytest.raises(error):
            act(world, policies_of_principal, arn, account=STANDALONE)
        assert world.state is before

    @pytest.mark.parametrize(
        ("exclusion", "remaining"),
        [
            ("inline", ["ReadOnlyAccess"]),
            ("aws-managed", ["user_Alice_own"]),
            ("user-managed", ["user_Alice_own", "ReadOnlyAccess"]),
            ("rcp", ["user_Alice_own", "ReadOnlyAccess"]),
            ("arn:aws:iam::aws:policy/Read*", ["user_Alice_own"]),
            ("arn:aws:iam::aws:policy/ReadOnlyAcces?", ["user_Alice_own"]),
            ("arn:aws:iam::aws:policy/Other", ["user_Alice_own", "ReadOnlyAccess"]),
            (InlinePolicies("own", "user", "A*"), ["ReadOnlyAccess"]),
            (InlinePolicies("own", "role", "*"), ["user_Alice_own", "ReadOnlyAccess"]),
            (InlinePolicies("other", "user", "Alice"), ["user_Alice_own", "ReadOnlyAccess"]),
        ],
    )
    def test_exclusions(self, exclusion: Exclusion, remaining: list[str]) -> None:
        """Excluded policies are not simulated; an exclusion that matches nothing excludes nothing."""
        world = world_with_organization()
        user = act(world, users.create_user, "Alice", account=STANDALONE)
        act(world, put_inline_policy, user, "own", policy_document(), account=STANDALONE)
        user = users.user_of(world.state, STANDALONE, "Alice")
        act(world, attach_policy, user, "arn:aws:iam::aws:policy/ReadOnlyAccess", account=STANDALONE)
        policies = act(world, policies_of_principal, ARN, exclusions=[exclusion], account=STANDALONE)
        assert [policy.arn_or_name.rpartition("/")[2] for policy in policies.identity] == remaining

    @pytest.mark.parametrize(
        "exclusion",
        [
            "arn:aws:iam::aws:policy/*a*",
            "arn:aws:s3:::b",
            "arn:*",
            "arn:aws:iam::*:policy/a",
            "not the ARN of a policy",
            InlinePolicies("own", "user", "*a*"),
        ],
    )
    def test_invalid_exclusion_is_refused(self, exclusion: Exclusion) -> None:
        """An exclusion may have one star, in the name of the policy."""
        world = world_with_organization()
        act(world, users.create_user, "Alice", account=STANDALONE)
        before = world.state
        with pytest.raises(InvalidSimulationInput):
            act(world, policies_of_principal, ARN, exclusions=[exclusion], account=STANDALONE)
        assert world.state is before

    def test_policies_of_a_group(self) -> None:
        """A group is found regardless of its path; a policy attached to it and its user counts once."""
        world = world_with_organization()
        user = act(world, users.create_user, "Alice", account=STANDALONE)
        group = act(world, groups.create_group, "Admins", path="/some/", account=STANDALONE)
        act(world, groups.add_user, "Admins", "Alice", account=STANDALONE)
        act(world, attach_policy, user, READ_ONLY, account=STANDALONE)
        act(world, attach_policy, group, READ_ONLY, account=STANDALONE)
        for arn in (ARN, ARN.replace("user/", "group/other/").replace("Alice", "Admins")):
            policies = act(world, policies_of_principal, arn, account=STANDALONE)
            assert [policy.arn_or_name for policy in policies.identity] == [READ_ONLY]
