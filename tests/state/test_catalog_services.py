import json
from pathlib import Path

import pytest

from artifact_state import catalog
from artifact_state.catalog import Certainty, LinkedRole, loading
from tests.support.aws_shapes import violations

SERVICES = json.loads(Path(catalog.__file__).with_name("services.json").read_text(encoding="utf-8"))
ARTIFACT = "artifact.amazonaws.com"
ACCOUNT_SYNC = "aws-artifact-account-sync.amazonaws.com"
ROLES = [role for service in catalog.trusted_services() for role in service.roles]


class TestTrustedServices:
    """Services that AWS Organizations integrates with."""

    @pytest.mark.parametrize("principal", [ARTIFACT, ACCOUNT_SYNC])
    def test_artifact_is_found_by_both_principals(self, principal: str) -> None:
        """AWS Artifact is found by the documented principal and by the one that AWS's policies allow."""
        service = catalog.service_of(principal)
        assert service is not None
        assert (service.name, service.principals) == ("AWS Artifact", (ARTIFACT, ACCOUNT_SYNC))
        assert service.supports_trusted_access
        assert not service.supports_delegated_administrator

    def test_artifact_principals_name_their_documents(self) -> None:
        """Each principal of AWS Artifact has the AWS document that names it."""
        service = catalog.service_of(ARTIFACT)
        assert service is not None
        assert service.evidence[ARTIFACT].endswith("services-that-can-integrate-artifact.html")
        assert service.evidence[ACCOUNT_SYNC].endswith("AWSArtifactAgreementsFullAccess.html")

    @pytest.mark.parametrize("principal", ["", "nonsense", "artifact.amazonaws.com.cn", "ARTIFACT.amazonaws.com"])
    def test_unknown_principal_has_no_service(self, principal: str) -> None:
        """A principal in another spelling than AWS's belongs to no service."""
        assert catalog.service_of(principal) is None

    @pytest.mark.parametrize("rejected", SERVICES["rejected_principals"], ids=lambda rejected: rejected["principal"])
    def test_principal_that_aws_rejected_has_no_service(self, rejected: dict[str, str]) -> None:
        """A principal that AWS was seen to reject belongs to no service."""
        assert rejected["source"].startswith("https://")
        assert catalog.service_of(rejected["principal"]) is None

    @pytest.mark.parametrize(
        ("principal", "supports_delegates", "created_in"),
        [
            ("account-access.amazonaws.com", True, None),
            ("agent-registry.amazonaws.com", True, "management"),
            ("agent.wellarchitected.amazonaws.com", True, None),
            ("billing-cost-management.amazonaws.com", False, "management"),
            ("cloudtrail.amazonaws.com", True, None),
            ("dashboard.eks.amazonaws.com", True, None),
            ("ec2.capacitymanager.amazonaws.com", True, "management"),
            ("network-security-manager.amazonaws.com", True, None),
            ("observabilityadmin.amazonaws.com", True, "members"),
            ("procurement-insights.marketplace.amazonaws.com", True, None),
            ("q.amazonaws.com", False, None),
            ("resiliencehub.amazonaws.com", True, "management"),
            ("selfservicereporting.managedservices.amazonaws.com", True, "management"),
            ("wellarchitected.amazonaws.com", False, "management"),
        ],
    )
    def test_services_of_2026_are_known(
        self, principal: str, supports_delegates: object, created_in: str | None
    ) -> None:
        """The newest services, and newly documented roles and delegated administrators, are as AWS lists them."""
        service = catalog.service_of(principal)
        assert service is not None
        assert service.supports_trusted_access
        assert service.supports_delegated_administrator is supports_delegates
        assert {role.created_in for role in service.roles} <= {created_in}

    def test_organizations_itself_cannot_be_trusted(self) -> None:
        """AWS Organizations has a service-linked role, but is not a service that can be enabled."""
        assert catalog.service_of("organizations.amazonaws.com") is None

    def test_service_without_trusted_access_is_listed(self) -> None:
        """Amazon EventBridge is listed, but has no principal that can be enabled."""
        services = [service for service in catalog.trusted_services() if service.name == "Amazon EventBridge"]
        assert [(service.principals, service.supports_trusted_access) for service in services] == [((), False)]

    def test_principal_belongs_to_one_service(self) -> None:
        """No two services share a principal, and every principal is valid under AWS's model."""
        principals = [principal for service in catalog.trusted_services() for principal in service.principals]
        assert len(principals) == len(set(principals)) > 50
        assert not any(violations("organizations", "ServicePrincipal", principal) for principal in principals)

    def test_services_are_ordered_by_name(self) -> None:
        """Services are in the order of their names without the prefixes AWS and Amazon, and no name occurs twice."""
        services = catalog.trusted_services()
        names = [service.name.removeprefix("AWS ").removeprefix("Amazon ").lower() for service in services]
        assert names == sorted(names)
        assert len(names) == len(set(names))

    @pytest.mark.parametrize(
        ("principal", "delegated"),
        [
            ("account.amazonaws.com", True),
            ("ram.amazonaws.com", False),
            ("servicequotas.amazonaws.com", False),
            ("sso.amazonaws.com", True),
        ],
    )
    def test_delegated_administrator_support_follows_aws_table(self, principal: str, *, delegated: bool) -> None:
        """A service supports delegated administrators exactly if AWS's table says so."""
        service = catalog.service_of(principal)
        assert service is not None
        assert service.supports_delegated_administrator is delegated

    def test_unverified_service_has_a_note(self) -> None:
        """A service with unverified facts has a note on what is unknown."""
        unverified = [service for service in catalog.trusted_services() if service.certainty is Certainty.UNVERIFIED]
        assert unverified
        assert not [service.name for service in unverified if not service.note]


class TestAddedServices:
    """Services that a world has besides AWS's."""

    def test_added_service_needs_a_name_and_a_principal(self) -> None:
        """An entry of a name and a principal is a service with trusted access and without delegated administrators."""
        added = catalog.read_services([{"name": "Mine", "principals": ["mine.example.com"]}])
        service = catalog.service_of("mine.example.com", added)
        assert service is not None
        assert (service.name, service.supports_trusted_access, service.supports_delegated_administrator) == (
            "Mine",
            True,
            False,
        )

    def test_added_service_overrides_aws(self) -> None:
        """An added service takes precedence over AWS's service of the same principal, and so does its role."""
        role = {"name": "Mine", "principal": "artifact.amazonaws.com", "policy_name": "Mine", "created_in": None}
        entry = {
            "name": "Artifact",
            "principals": ["artifact.amazonaws.com"],
            "supports_delegated_administrator": True,
            "roles": [role],
        }
        added = catalog.read_services([entry])
        service = catalog.service_of("artifact.amazonaws.com", added)
        assert service is not None
        assert service.supports_delegated_administrator
        assert catalog.linked_role_of("artifact.amazonaws.com", added) == service.roles[0]

    def test_reading_services_does_not_change_the_catalog(self) -> None:
        """Services belong to the world that is given them: reading definitions leaves the catalog as it is."""
        before = catalog.trusted_services()
        catalog.read_services([{"name": "Mine", "principals": ["mine.example.com"]}])
        assert catalog.trusted_services() == before
        assert catalog.service_of("mine.example.com") is None

    @pytest.mark.parametrize("entry", [{}, {"name": "A"}, {"name": "A", "principals": ["a"], "roles": [{}]}])
    def test_invalid_service_definition_is_refused(self, entry: dict[str, object]) -> None:
        """A definition without name or principals, or with an incomplete role, is refused."""
        with pytest.raises(ValueError, match="is not a valid service"):
            catalog.read_services([{"name": "Mine", "principals": ["mine.example.com"]}, entry])


class TestLinkedRoles:
    """Service-linked roles as their services define them."""

    def test_role_of_artifact(self) -> None:
        """Trusted access for AWS Artifact creates AWSServiceRoleForArtifact in the management account."""
        role = catalog.linked_role_of(ARTIFACT)
        assert role is not None
        assert role.name == "AWSServiceRoleForArtifact"
        assert role.path == "/aws-service-role/artifact.amazonaws.com/"
        assert role.policy_name == "AWSArtifactServiceRolePolicy"
        assert role.created_in == "management"

    def test_second_artifact_principal_has_no_role(self) -> None:
        """No role is created for the principal that AWS's policies enable."""
        assert catalog.linked_role_of(ACCOUNT_SYNC) is None

    def test_role_of_organizations_is_created_in_every_account(self) -> None:
        """AWS Organizations has a role of its own, in every account."""
        role = catalog.linked_role_of("organizations.amazonaws.com")
        assert role is not None
        assert (role.name, role.policy_name) == ("AWSServiceRoleForOrganizations", "AWSOrganizationsServiceTrustPolicy")
        assert role.created_in == "every account"

    def test_role_is_found_by_the_principal_that_it_trusts(self) -> None:
        """A role is found by the principal that it trusts, which may differ from the principal that is enabled."""
        role = catalog.linked_role_of("stacksets.cloudformation.amazonaws.com")
        assert role is not None
        assert role.name == "AWSServiceRoleForCloudFormationStackSetsOrgAdmin"
        assert catalog.service_of(role.principal) is None

    @pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
    def test_role_is_valid_in_iam(self, role: LinkedRole) -> None:
        """A role can be created in IAM, and the catalog has its policy."""
        assert role.name.startswith("AWSServiceRoleFor")
        assert role.created_in in {"management", "members", "delegated administrator", None}
        wire = {"RoleName": role.name, "Path": role.path, "Description": role.description}
        assert violations("iam", "Role", wire) == []
        assert catalog.managed_policy(f"aws-service-role/{role.policy_name}") is not None
        assert catalog.linked_role_of(role.principal) is role

    def test_services_besides_those_of_organizations_have_roles(self) -> None:
        """Each service of the second file has one role of its own, and an attached policy that lists have.

        Of two, AWS does not list the policy: it was withdrawn, or was never listed.
        """
        roles = loading.load_linked_roles()
        assert len({role.principal for role in roles}) == len(roles)
        assert not {role.principal for role in roles} & {role.principal for role in ROLES}
        assert all(catalog.linked_role_of(role.principal) == role for role in roles)
        policies = {role.principal: f"aws-service-role/{role.policy_name}" for role in roles}
        unlisted = {principal for principal, policy in policies.items() if catalog.managed_policy(policy) is None}
        assert unlisted == {"iotroborunner.amazonaws.com", "lex.amazonaws.com"}

    def test_unconfirmed_roles_are_not_in_the_catalog(self) -> None:
        """No service has a role in the catalog that is marked as unconfirmed."""
        assert not [name for name in catalog.unconfirmed_linked_roles() if catalog.linked_role_of(name)]
