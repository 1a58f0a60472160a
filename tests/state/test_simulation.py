"""The results of simulations."""

from typing import Any

import pytest

from artifact_state.errors import InvalidSimulationInput, Refused, SimulatedIdentityNotFound
from artifact_state.iam import groups, managed_policies, users
from artifact_state.iam.attached_policies import attach_policy
from artifact_state.iam.inline_policies import put_inline_policy
from artifact_state.iam.managed_policies import NewPolicy
from artifact_state.policy_evaluation.simulation import simulate
from artifact_state.policy_evaluation.simulation.input import (
    SimulatedPolicies,
    SimulationSettings,
    require_valid_input,
    simulated_policies,
)
from artifact_state.policy_evaluation.simulation.principals import Exclusion, InlinePolicies, policies_of_principal
from artifact_state.policy_evaluation.simulation.simulate import SimulationResult
from tests.support.domain import MANAGEMENT, STANDALONE, act, world_with_organization
from tests.support.simulation import BOB, FOREIGN_ROLE, ROLE, policy_document

ARN = f"arn:aws:iam::{STANDALONE}:user/Alice"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
OBJECT = "arn:aws:s3:::files/a"
EVERYTHING = policy_document(Action="*")
NOTHING_SIMULATED = policy_document(Action="sts:*")


def results_of(
    policies: SimulatedPolicies, *resources: str, action: str = "iam:GetRole", **settings: Any
) -> list[SimulationResult]:
    """Return the results of simulating one action."""
    complete = SimulationSettings(**settings)
    require_valid_input([action], resources, complete)
    return simulate.simulate(policies, action, resources, complete)


def sources(result: SimulationResult) -> list[str]:
    """Return the names of the policies whose statements matched."""
    return [matched.policy.arn_or_name for matched in result.matched_statements]


class TestSimulate:
    """simulate."""

    def test_every_resource_has_a_result(self) -> None:
        """The results are in the order of the resources; without resources there is one for `*`."""
        policies = simulated_policies([policy_document(), policy_document("Deny", Resource=ROLE)])
        assert [(result.resource, result.outcome) for result in results_of(policies, FOREIGN_ROLE, ROLE)] == [
            (FOREIGN_ROLE, "allowed"),
            (ROLE, "explicitDeny"),
        ]
        assert [(result.resource, result.outcome) for result in results_of(policies)] == [("*", "allowed")]
        assert results_of(policies, action="iam:ListRoles")[0].outcome == "implicitDeny"

    def test_no_policies_allow_nothing(self) -> None:
        """Without policies everything is denied implicitly."""
        assert results_of(simulated_policies([]))[0].outcome == "implicitDeny"

    @pytest.mark.parametrize("outcomes", [("allowed", "implicitDeny"), ("implicitDeny", "explicitDeny")])
    def test_most_restrictive_outcome(self, outcomes: tuple[str, str]) -> None:
        """An explicit denial is more restrictive than an implicit one, and that than allowing."""
        assert simulate.most_restrictive(outcomes) == simulate.most_restrictive(outcomes[::-1]) == outcomes[1]

    @pytest.mark.parametrize(
        ("action", "outcome"), [("s3:*", "allowed"), ("madeup:Action", "allowed"), ("iam:MadeUp", "implicitDeny")]
    )
    def test_unknown_action_is_a_literal_name(self, action: str, outcome: str) -> None:
        """An action that AWS does not have is matched literally, and on any resource."""
        policies = simulated_policies([policy_document(Action=["s3:*", "madeup:*", "iam:Get*"])])
        assert [result.outcome for result in results_of(policies, ROLE, OBJECT, action=action)] == [outcome] * 2

    @pytest.mark.parametrize(
        ("action", "resource"), [("iam:GetUser", ROLE), ("iam:ListUsers", ROLE), ("iam:GetRole", OBJECT)]
    )
    def test_action_is_allowed_only_on_its_own_resources(self, action: str, resource: str) -> None:
        """A known action is neither allowed nor denied on a resource that it does not take."""
        for effect in ("Allow", "Deny"):
            policies = simulated_policies([policy_document(effect, Action="*")], [EVERYTHING], [[EVERYTHING]])
            (result,) = results_of(policies, resource, action=action)
            assert (result.outcome, sources(result), result.allowed_by_boundary) == ("implicitDeny", [], False)
            assert result.allowed_by_organization
            assert results_of(policies, action=action)[0].outcome != "implicitDeny"

    def test_missing_keys_of_an_implicit_denial(self) -> None:
        """If no statement allows, all keys are reported that policies refer to and the input lacks."""
        conditions = {"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team}"}}
        policies = simulated_policies([policy_document(Action="sts:*", Condition=conditions)])
        (result,) = results_of(policies, action="iam:GetUser", given_keys={"aws:resourcetag/team": ("a",)})
        assert (result.outcome, list(result.missing_keys)) == ("implicitDeny", ["aws:PrincipalTag/team"])
        # A key that AWS fills in still counts as missing.
        (result,) = results_of(policies, action="iam:GetUser", default_keys={"aws:resourcetag/team": ("a",)})
        assert list(result.missing_keys) == ["aws:PrincipalTag/team", "aws:ResourceTag/team"]
        for identity in (policy_document(), policy_document("Deny")):
            other = policy_document(Action="sts:*", Condition=conditions)
            assert list(results_of(simulated_policies([identity, other]))[0].missing_keys) == []
        bound = simulated_policies([policy_document(Condition=conditions)], levels=[[NOTHING_SIMULATED]])
        assert list(results_of(bound)[0].missing_keys) == []

    def test_matched_statements(self) -> None:
        """All allowing or all denying statements match, without those of service control policies."""
        allowing = simulated_policies([policy_document(), EVERYTHING], [policy_document()])
        assert sources(results_of(allowing)[0]) == ["PolicyInputList.1", "PolicyInputList.2"]
        denying = simulated_policies([policy_document(), policy_document("Deny")], [policy_document("Deny")])
        assert [(kind, policy.arn_or_name) for kind, policy, _ in results_of(denying)[0].matched_statements] == [
            ("IAM Policy", "PolicyInputList.2"),
            ("Permissions Boundary Policy", "PermissionsBoundaryPolicyInputList.1"),
        ]
        unbounded = simulated_policies([policy_document()], [NOTHING_SIMULATED])
        assert sources(results_of(unbounded)[0]) == []
        bound = simulated_policies([policy_document()], levels=[[policy_document("Deny")]])
        (result,) = results_of(bound, ROLE)
        assert (result.outcome, sources(result), result.allowed_by_organization) == ("explicitDeny", [], False)

    def test_simulation_ends_where_organization_does_not_allow(self) -> None:
        """Every level of service control policies must allow, or the simulation ends there."""
        levels = [[EVERYTHING], [NOTHING_SIMULATED]]
        for identity in ([policy_document()], [policy_document("Deny")]):
            (result,) = results_of(simulated_policies(identity, [EVERYTHING], levels=levels))
            assert (result.outcome, result.allowed_by_organization) == ("implicitDeny", False)
            assert result.allowed_by_boundary is None
        policies = simulated_policies([policy_document()], levels=[[EVERYTHING], [EVERYTHING, NOTHING_SIMULATED]])
        (result,) = results_of(policies)
        assert (result.outcome, result.allowed_by_organization) == ("allowed", True)
        assert results_of(simulated_policies([policy_document()]))[0].allowed_by_organization is None

    def test_boundary_is_reported_by_itself(self) -> None:
        """The result says whether the boundary allows, regardless of the other policies."""
        for identity in (policy_document(), policy_document("Deny"), NOTHING_SIMULATED):
            for boundary, allows in (
                (policy_document(), True),
                (NOTHING_SIMULATED, False),
                (policy_document("Deny"), False),
            ):
                assert results_of(simulated_policies([identity], [boundary]))[0].allowed_by_boundary is allows
            assert results_of(simulated_policies([identity]))[0].allowed_by_boundary is None

    def test_resource_policy_in_and_outside_the_account(self) -> None:
        """Within the account a resource policy is enough; across accounts both sides must allow and are reported."""
        policy = policy_document(Action="*", Resource=[ROLE, FOREIGN_ROLE, OBJECT], Principal={"AWS": BOB})
        settings = {"resource_policy": policy, "caller_arn": BOB}
        nothing, something = simulated_policies([NOTHING_SIMULATED]), simulated_policies([policy_document()])
        (result,) = results_of(nothing, ROLE, **settings)
        assert (result.outcome, result.outcome_by_kind, sources(result)) == ("allowed", {}, ["ResourcePolicy"])
        (result,) = results_of(nothing, FOREIGN_ROLE, **settings)
        assert result.outcome == "implicitDeny"
        assert result.outcome_by_kind == {"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}
        assert results_of(something, FOREIGN_ROLE, **settings)[0].outcome == "allowed"
        owner = f"arn:aws:iam::{MANAGEMENT}:root"
        (result,) = results_of(nothing, OBJECT, action="s3:GetObject", resource_owner=owner, **settings)
        assert result.outcome == "implicitDeny"
        for_alice = policy_document(Action="*", Resource=ROLE, Principal={"AWS": ARN})
        assert results_of(nothing, ROLE, resource_policy=for_alice, caller_arn=BOB)[0].outcome == "implicitDeny"

    @pytest.mark.parametrize(
        "principal", ["*", {"AWS": "*"}, {"AWS": STANDALONE}, {"AWS": f"arn:aws:iam::{STANDALONE}:root"}, {"AWS": BOB}]
    )
    def test_resource_policy_alone_allows_within_the_account(self, principal: Any) -> None:
        """A caller needs no other policy, whatever name of it is allowed; a boundary can only deny."""
        policy = policy_document(Action="*", Resource=ROLE, Principal=principal)
        for boundaries, outcome in (
            ([], "allowed"),
            ([NOTHING_SIMULATED], "allowed"),
            ([policy_document("Deny")], "explicitDeny"),
        ):
            policies = simulated_policies([], boundaries)
            (result,) = results_of(policies, ROLE, resource_policy=policy, caller_arn=BOB)
            assert result.outcome == outcome
            assert result.allowed_by_boundary is (False if boundaries else None)

    @pytest.mark.parametrize("action", ["sts:AssumeRole", "sts:AssumeRoleWithSAML"])
    def test_trust_policies_are_not_simulated(self, action: str) -> None:
        """The resource policy has no effect on the actions that assume a role."""
        policy = policy_document("Deny", Action="sts:*", Resource=ROLE, Principal="*")
        (result,) = results_of(
            simulated_policies([EVERYTHING]), ROLE, action=action, resource_policy=policy, caller_arn=BOB
        )
        assert (result.outcome, sources(result)) == ("allowed", ["PolicyInputList.1"])

    def test_examples_of_aws_documentation(self) -> None:
        """A boundary does not limit what a resource policy of the same account allows."""
        boundary = [policy_document(Action="iam:*")]
        policy = policy_document(Action=["s3:List*", "s3:Put*"], Resource="arn:aws:s3:::mary/*", Principal={"AWS": BOB})
        parameters = {"action": "s3:PutObject", "resource_policy": policy, "caller_arn": BOB}
        (result,) = results_of(
            simulated_policies([policy_document(Action="iam:*")], boundary), "arn:aws:s3:::mary/Test", **parameters
        )
        assert (result.outcome, result.allowed_by_boundary, result.outcome_by_kind) == ("allowed", False, {})
        assert list(result.missing_keys) == []
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
        additional = simulated_policies([policy_document(Action="sts:*")])
        policies = act(world, policies_of_principal, ARN, additional, account=STANDALONE)
        assert [policy.arn_or_name for policy in policies.identity] == ["user_Alice_own", "PolicyInputList.1"]
        boundary = simulated_policies([], [NOTHING_SIMULATED])
        bounded = act(world, policies_of_principal, ARN, boundary, account=STANDALONE)
        (result,) = results_of(bounded)
        assert (result.outcome, result.allowed_by_boundary) == ("implicitDeny", False)

    @pytest.mark.parametrize(
        ("arn", "error"),
        [
            (ARN, SimulatedIdentityNotFound),
            (ARN.replace("user", "group"), SimulatedIdentityNotFound),
            (ARN.replace("user", "role"), SimulatedIdentityNotFound),
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
            ("arn:aws:iam::aws:policy/job-function/ReadOnlyAccess", ["user_Alice_own", "ReadOnlyAccess"]),
            (InlinePolicies("own", "user", "A*"), ["ReadOnlyAccess"]),
            (InlinePolicies("own", "user", "?lice"), ["ReadOnlyAccess"]),
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
            InlinePolicies("o*", "user", "Alice"),
            InlinePolicies("ow?", "user", "Alice"),
        ],
    )
    def test_invalid_exclusion_is_refused(self, exclusion: Exclusion) -> None:
        """An exclusion may have one star, in the name of a managed policy or of the owner of inline policies."""
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

    def test_managed_policy_is_excluded_by_its_arn_without_path(self) -> None:
        """A managed policy is left out by its ARN without the path; its complete ARN names nothing."""
        world = world_with_organization()
        user = act(world, users.create_user, "Alice", account=STANDALONE)
        arn = f"arn:aws:iam::{STANDALONE}:policy/some/whole"
        new = NewPolicy(name="whole", path="/some/", description="", document=policy_document(), tags={})
        act(world, managed_policies.create_policy, new, account=STANDALONE)
        act(world, attach_policy, user, arn, account=STANDALONE)
        for exclusion, remaining in ((arn, [arn]), (arn.replace("/some", ""), []), ("user-managed", [])):
            policies = act(world, policies_of_principal, ARN, exclusions=[exclusion], account=STANDALONE)
            assert [policy.arn_or_name for policy in policies.identity] == remaining

    @pytest.mark.parametrize(
        ("account", "exclusions", "is_reported"),
        [(MANAGEMENT, [], True), (STANDALONE, [], False), (MANAGEMENT, ["scp"], False), (MANAGEMENT, ["rcp"], True)],
    )
    def test_organization_counts_unless_excluded(
        self, account: str, exclusions: list[Exclusion], *, is_reported: bool
    ) -> None:
        """An organization's decision is reported for all of its accounts, unless its policies are left out."""
        world = world_with_organization()
        act(world, users.create_user, "Alice", account=account)
        policies = act(
            world, policies_of_principal, ARN.replace(STANDALONE, account), exclusions=exclusions, account=account
        )
        assert (results_of(policies)[0].allowed_by_organization is not None) is is_reported
