"""The data of AWS: dates, sources and origins, generated tables, and the list of differences."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from catalogs import data_files, tables
from catalogs.differences import describe

LOCK = (data_files.ROOT / "locks/catalogs.txt").read_text("utf-8")
PACKAGES = {f"{name} {version}" for name, version in re.findall(r"^([a-z0-9-]+)==(\S+)", LOCK, re.MULTILINE)}
FILES = data_files.data_files()


class TestHeads:
    """The heads of the data files."""

    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
    def test_file_has_date_sources_and_origin(self, path: Path) -> None:
        """Each file has its date, its sources, what it is made from, and a note on what is unverified."""
        content = data_files.read(path)
        assert tuple(content)[:4] == data_files.HEAD
        assert date.fromisoformat(content["as_of"]) <= datetime.now(UTC).date()
        assert content["sources"]
        assert all(source.startswith("https://") for source in content["sources"])
        tables_of_file = {path.name for path in tables.TABLES.glob("*.tsv")}
        assert content["origin"]
        assert set(content["origin"]) <= tables_of_file | PACKAGES | set(data_files.BY_HAND)
        assert "unverified" in content["note"]

    def test_every_table_is_used(self) -> None:
        """Each table is the origin of a file."""
        origins = {origin for path in FILES for origin in data_files.read(path)["origin"]}
        assert {path.name for path in tables.TABLES.glob("*.tsv")} <= origins

    def test_ages_are_reported(self, record_property: Callable[[str, object], None]) -> None:
        """The end of a test run says how old the data is."""
        today = datetime.now(UTC).date()
        ages = sorted(((data_files.age(data_files.read(path), today), path.name) for path in FILES), reverse=True)
        oldest = ", ".join(f"{name} {days} days" for days, name in ages[:3])
        record_property("age of catalog data", f"AWS's data: oldest are {oldest} (scripts/update_catalogs --ages).")
        assert all(days >= 0 for days, _ in ages)


class TestTables:
    """Files that are generated from tables."""

    def test_table_has_its_cells_by_column(self) -> None:
        """A row has its cells by the names of the columns, and missing cells are empty."""
        row = next(row for row in tables.rows("quotas") if row["name"] == "roots_per_organization")
        assert (row["value"], row["unit"], row["note"]) == ("1", "count", "")

    @pytest.mark.parametrize("name", tables.CATALOGS)
    def test_file_is_that_of_its_tables(self, name: str) -> None:
        """A generated file was not edited by hand."""
        make, names = tables.CATALOGS[name]
        written = data_files.read(data_files.CATALOG / f"{name}.json")
        made = make(*map(tables.rows, names))
        assert {member: written[member] for member in written if member not in data_files.HEAD} == made


class TestDifferences:
    """The description of differences between two versions of a file."""

    def test_entries_are_compared_by_name(self) -> None:
        """Added, removed and changed entries are named."""
        old = {"quotas": [{"name": "roots", "value": 1}, {"name": "units", "value": 5}]}
        new = {"quotas": [{"name": "units", "value": 6}, {"name": "tags", "value": 50}]}
        assert list(describe(old, new)) == [
            "  quotas: 1 added, 1 removed, 1 changed",
            "    + tags",
            "    - roots",
            "    ~ units",
        ]

    def test_head_is_shown_with_both_values(self) -> None:
        """A new date is shown beside the old one."""
        assert list(describe({"as_of": "2026-01-01"}, {"as_of": "2026-02-01"})) == ["  as_of: 2026-01-01 -> 2026-02-01"]

    def test_order_is_a_difference(self) -> None:
        """Entries that only change places are a difference, since AWS's order is kept."""
        assert list(describe({"services": ["a", "b"]}, {"services": ["b", "a"]})) == ["  services: in another order"]

    def test_long_lists_are_cut(self) -> None:
        """At most twelve entries are named."""
        lines = list(describe({"actions": {}}, {"actions": {f"{number:02}": [] for number in range(15)}}))
        assert lines[0] == "  actions: 15 added, 0 removed, 0 changed"
        assert (len(lines), lines[-1]) == (14, "    + and 3 more")
