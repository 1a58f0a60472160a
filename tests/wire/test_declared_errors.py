"""The tables of declared errors, all together: they leave out no operation, and no reason stands in vain."""

from importlib import import_module
from pathlib import Path

import pytest

from artifact_emulator import services
from tests.wire.declared_errors import NEVER, declared_of, tables

every_service = pytest.mark.parametrize("service", NEVER)


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """Load every table there is."""
    for path in Path(__file__).parent.glob("test_*.py"):
        if "DeclaredErrors" in path.read_text():
            import_module(f"tests.wire.{path.stem}")


class TestTables:
    """All tables together."""

    @every_service
    def test_no_operation_is_left(self, service: str) -> None:
        """Each operation that can be refused by an error of its own stands in one table, and in no more."""
        named = sorted(operation for one in tables() if one.service == service for operation in one.provoked)
        refused = [
            one for one in services.handlers(service) if declared_of(service, one).keys() - NEVER[service].keys()
        ]
        assert named == sorted(refused)

    @every_service
    def test_every_reason_is_needed(self, service: str) -> None:
        """What never occurs is declared by some operation that is emulated, or nobody would ask."""
        declared = {code for operation in services.handlers(service) for code in declared_of(service, operation)}
        assert NEVER[service].keys() <= declared
