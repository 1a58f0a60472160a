import subprocess
import sys
from pathlib import Path

import pytest

from artifact_state import catalog

FILES = sorted(Path(catalog.__file__).parent.glob("*.json"))
NAMES = """actions agreements delegable_actions iam_quotas identity_provider_claims last_access linked_roles
managed_policies policy_types quotas rcp_services regions reports request_rates role_templates saml_attributes
service_principals services simulations"""
GRAMMARS = sorted(Path(catalog.__file__).parent.glob("policy_grammars/*.json"))


class TestDataFiles:
    """The data files of the catalog."""

    def test_catalog_has_exactly_its_files(self) -> None:
        """No file of the catalog is missing or superfluous."""
        assert {path.stem for path in FILES} == set(NAMES.split())

    def test_every_type_with_effective_policies_has_a_grammar(self) -> None:
        """Each type of management policies has a grammar, which can be read; no other type has one."""
        types = {described.name for described in catalog.policy_types() if described.has_effective_policy}
        assert {path.stem.upper() for path in GRAMMARS} == types
        assert all(catalog.policy_grammar(name).maximum_when_merged is None for name in types)


class TestImport:
    """The package of the catalog as it is imported."""

    def test_import_reads_no_file(self) -> None:
        """Importing the catalog reads no file, and imports no record class that a start does not need."""
        program = (
            "import sys; from artifact_state import catalog; print(catalog.loading.read_file.cache_info().currsize, "
            "*[name for name in sys.modules if name.startswith('artifact_state.catalog.')])"
        )
        root = Path(catalog.__file__).parents[2]
        run = subprocess.run(
            [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True, timeout=60
        )
        modules = ["records", "loading", "aws_policies"]
        assert run.stdout.split() == ["0", *(f"artifact_state.catalog.{module}" for module in modules)]

    def test_every_public_name_can_be_imported(self) -> None:
        """Every public name, also of a record class that is imported later, is an attribute of the catalog."""
        assert all(getattr(catalog, name) for name in catalog.__all__)
        with pytest.raises(AttributeError, match="Nonsense"):
            catalog.Nonsense  # noqa: B018 - The access itself is tested.

    def test_records_are_immutable(self) -> None:
        """The records of the catalog, which all worlds share, cannot be changed."""
        with pytest.raises(AttributeError, match="immutable"):
            catalog.trusted_services()[0].name = "Mine"  # type: ignore[misc]
