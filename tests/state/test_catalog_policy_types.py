import json

import pytest

from artifact_state import catalog
from artifact_state.catalog import PolicyType
from tests.support.aws_shapes import service_model, violations


def policy_type(name: str) -> PolicyType:
    """Return a policy type that the catalog must have."""
    found = catalog.policy_type(name)
    assert found is not None
    return found


class TestPolicyTypes:
    """Types of organization policies."""

    def test_policy_types_are_those_of_the_model(self) -> None:
        """The catalog has the policy types of AWS's model, in its order."""
        names = [policy_type.name for policy_type in catalog.policy_types()]
        assert names == service_model("organizations").shape_for("PolicyType").enum

    def test_types_with_effective_policy_are_those_of_the_model(self) -> None:
        """The types with an effective policy are those that DescribeEffectivePolicy accepts."""
        names = [policy_type.name for policy_type in catalog.policy_types() if policy_type.has_effective_policy]
        assert names == service_model("organizations").shape_for("EffectivePolicyType").enum

    @pytest.mark.parametrize(
        ("name", "policy_id", "principal"),
        [
            ("SERVICE_CONTROL_POLICY", "p-FullAWSAccess", {}),
            ("RESOURCE_CONTROL_POLICY", "p-RCPFullAWSAccess", {"Principal": "*"}),
        ],
    )
    def test_control_policy_type_has_an_aws_managed_policy_that_allows_everything(
        self, name: str, policy_id: str, principal: dict[str, str]
    ) -> None:
        """The types that must always allow something have an AWS managed policy that allows everything."""
        policy = policy_type(name).aws_managed
        assert policy is not None
        assert (policy.id, policy.name) == (policy_id, policy_id.removeprefix("p-"))
        wire = {"Id": policy.id, "Name": policy.name, "Description": policy.description}
        assert violations("organizations", "PolicySummary", wire) == []
        (statement,) = json.loads(policy.content)["Statement"]
        assert statement == {"Effect": "Allow", "Action": "*", "Resource": "*"} | principal

    def test_management_policy_types_have_no_aws_managed_policy(self) -> None:
        """No other type has an AWS managed policy."""
        assert len([policy_type for policy_type in catalog.policy_types() if policy_type.aws_managed]) == 2

    def test_security_hub_policies_need_trusted_access_of_security_hub(self) -> None:
        """A Security Hub policy needs trusted access for Security Hub, which the catalog has."""
        principal = policy_type("SECURITYHUB_POLICY").service_principal
        assert principal is not None
        assert catalog.service_of(principal) is not None

    def test_unknown_policy_type_is_not_found(self) -> None:
        """No policy type has another name."""
        assert catalog.policy_type("NONSENSE_POLICY") is None
