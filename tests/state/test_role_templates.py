"""Roles from templates of AWS: how a template is rendered, and when its role is returned again."""

import json
from typing import Any

import pytest

from artifact_state import catalog
from artifact_state.catalog import loading
from artifact_state.catalog.role_templates import role_template
from artifact_state.errors import (
    MalformedPolicyDocument,
    RoleModified,
    RoleTemplateNotFound,
    RoleTemplateParameterMissing,
    RoleTemplateParameterUnknown,
    RoleTemplateValueNotSingle,
    UnmanagedRoleExists,
)
from artifact_state.iam import attached_policies, role_changes
from artifact_state.iam.role_templates import Values, acquire_role, template_of
from artifact_state.iam.roles import role_of
from artifact_state.model import Role
from artifact_state.world import World
from tests.support.domain import NOW, STANDALONE, act, expect_refusal, world_with_organization
from tests.support.identities import DEV_ROLE

PREFIX = "arn:aws:iam::aws:role-template"
POWER = f"{PREFIX}/iam.amazonaws.com/PowerUserRoleTemplate:1"
ROTATION = f"{PREFIX}/secretsmanager.amazonaws.com/AWSSecretsManagerRotationRoleTemplate:1"
LAMBDA: dict[str, tuple[str, ...]] = {"AWSServiceName": ("lambda.amazonaws.com",)}
SECRETS: dict[str, tuple[str, ...]] = {"accountId": (STANDALONE,), "region": ("us-east-1",), "resourceType": ("x",)}


@pytest.fixture
def world() -> World:
    """Return a world."""
    return world_with_organization()


def acquire(world: World, values: Values, template: str = POWER, minor_version: int | None = None) -> Role:
    """Acquire a role from a template."""
    return act(world, acquire_role, template, minor_version, values, account=STANDALONE)


def change(world: World, name: str, rule: Any, *arguments: Any, **named: Any) -> None:
    """Change a role by a rule that takes it."""
    role = role_of(world.state, STANDALONE, name, NOW)
    act(world, rule, role, *arguments, account=STANDALONE, **named)


class TestAcquireRole:
    """acquire_role."""

    def test_role_has_what_the_template_describes(self, world: World) -> None:
        """A role is created once, with the template's name by default, its description, trust and policies."""
        role = acquire(world, LAMBDA)
        assert (role.name, role.path) == ("PowerUserRole", "/")
        assert role.description == "Power user role for lambda.amazonaws.com"
        assert '"Service":"lambda.amazonaws.com"' in role.trust_policy
        assert role.managed_policies == ("PowerUserAccess",)
        assert role.template_arn == POWER
        before = world.state
        assert acquire(world, LAMBDA) == role
        assert world.state is before

    @pytest.mark.parametrize(
        ("values", "sids"),
        [
            ({}, []),
            ({"ADMIN_RESOURCE_ENABLED": ("true",), "adminType": ("a",)}, ["AllowRotationAccess"]),
            (
                {"CMK_ENABLED": ("True",), "kmsKeyArn": ("arn:aws:kms:a", "arn:aws:kms:b")},
                ["KMSAccessForCustomerSecret"],
            ),
        ],
    )
    def test_parameters_switch_statements_on(
        self, world: World, values: dict[str, tuple[str, ...]], sids: list[str]
    ) -> None:
        """A statement depends on a parameter, and what it uses is not needed while it is off."""
        role = acquire(world, {**SECRETS, **values}, ROTATION)
        statements = json.loads(role.inline_policies["SecretRotationPermissionPolicy"])["Statement"]
        always = ["AllowRotationAccessGeneric", "AllowPasswordGenerationAccessAdmin"]
        assert [statement["Sid"] for statement in statements] == always + sids
        if "kmsKeyArn" in values:
            assert statements[-1]["Resource"] == ["arn:aws:kms:a", "arn:aws:kms:b"]

    def test_changed_description_does_not_matter(self, world: World) -> None:
        """A role whose description was changed is still that of the template; one with more policies is not."""
        role = acquire(world, LAMBDA)
        act(world, role_changes.update_role, role.name, description="Other", account=STANDALONE)
        assert acquire(world, LAMBDA).id == role.id
        change(world, role.name, attached_policies.attach_policy, "arn:aws:iam::aws:policy/ReadOnlyAccess")
        with expect_refusal(world, RoleModified):
            acquire(world, LAMBDA)

    def test_role_of_another_origin_is_refused(self, world: World) -> None:
        """A role of the same name that no template created is not taken over."""
        new_role = role_changes.NewRole(name="PowerUserRole", trust_policy=DEV_ROLE.trust_policy)
        act(world, role_changes.create_role, new_role, account=STANDALONE)
        with expect_refusal(world, UnmanagedRoleExists):
            acquire(world, LAMBDA)

    @pytest.mark.parametrize(
        ("values", "error"),
        [
            ({}, RoleTemplateParameterMissing),
            ({**LAMBDA, "Other": ("x",)}, RoleTemplateParameterUnknown),
            ({"AWSServiceName": ("lambda.amazonaws.com", "ec2.amazonaws.com")}, RoleTemplateValueNotSingle),
            ({"AWSServiceName": ("not-a-service",)}, MalformedPolicyDocument),
        ],
    )
    def test_invalid_values_are_refused(self, world: World, values: dict[str, tuple[str, ...]], error: Any) -> None:
        """Values are of the template's parameters, one for each that is used, and make a valid role."""
        with expect_refusal(world, error):
            acquire(world, values)

    def test_other_templates_and_versions_are_not_found(self, world: World) -> None:
        """Templates have the versions that are known."""
        for arn, minor_version in ((POWER, 1), (POWER, -1), (f"{PREFIX}/iam.amazonaws.com/Other:1", None)):
            with expect_refusal(world, RoleTemplateNotFound):
                acquire(world, LAMBDA, arn, minor_version)
        assert template_of(POWER, 0) == template_of(POWER, None)


class TestCatalog:
    """The templates of the catalog."""

    def test_templates_have_known_policies(self) -> None:
        """The policies of the templates are in the catalog, but for one that AWS does not list."""
        entries = loading.read_file("role_templates")["templates"]
        references = [reference for entry in entries for reference in entry["managed_policies"]]
        assert [reference for reference in references if catalog.managed_policy(reference) is None] == []
        assert role_template(POWER) is not None
