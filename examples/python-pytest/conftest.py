"""Fixtures of the tests."""

import pytest

from artifact_emulator import RemoteWorld


@pytest.fixture
def world(artifact_world: RemoteWorld) -> RemoteWorld:
    """Return a new world in which the application's account, 123456789012, has an organization."""
    artifact_world.client("organizations").create_organization()
    return artifact_world
