"""The world that most tests of the domain begin with; a module or a class may override it."""

import pytest

from artifact_state.world import World
from tests.support.domain import world_with_organization


@pytest.fixture
def world() -> World:
    """Return a world with an organization of all features."""
    return world_with_organization()
