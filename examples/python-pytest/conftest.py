"""What every test of the application begins with."""

import pytest

from artifact_emulator.testing.client import RemoteWorld

pytest_plugins = ["artifact_emulator.pytest_plugin"]


@pytest.fixture
def world(artifact_world: RemoteWorld) -> RemoteWorld:
    """Give a world of this test's own, in which account 123456789012 has an organization: the application's account."""
    artifact_world.client("organizations").create_organization()
    return artifact_world
