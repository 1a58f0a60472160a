"""Tests against an emulator in a container, which starts once for all of them."""

from collections.abc import Iterator

import pytest

from emulator_container import EmulatorContainer


@pytest.fixture(scope="session")
def emulator() -> Iterator[EmulatorContainer]:
    """Return a container whose first world has the scenario `organization`."""
    with EmulatorContainer().with_env("ARTIFACT_EMULATOR_SCENARIO", "organization") as container:
        yield container


def test_trusted_access_creates_the_linked_role(emulator: EmulatorContainer) -> None:
    """The role exists once trusted access is enabled."""
    organizations = emulator.client("organizations", "111122223333")
    organizations.enable_aws_service_access(ServicePrincipal="artifact.amazonaws.com")
    role = emulator.client("iam", "111122223333").get_role(RoleName="AWSServiceRoleForArtifact")["Role"]
    assert role["Path"] == "/aws-service-role/artifact.amazonaws.com/"
