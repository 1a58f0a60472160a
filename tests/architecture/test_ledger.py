"""docs/sources.md: it lists every AWS page and every unverified choice that the code cites, and its tests exist."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEDGER = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
RULES, _, UNVERIFIED = LEDGER.partition("\n## Unverified\n")
SOURCE_ROOTS = (ROOT / "emulator", ROOT / "state")
MODULES = {
    path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
    for root in SOURCE_ROOTS
    for path in sorted(root.rglob("*.py"))
    if "shapes" not in path.parts
}
NOT_A_SOURCE = {
    "https://docs.aws.amazon.com/IAM/latest/APIReference/API_{}.html": "a link in a message",
    "https://aws.amazon.com/tags": "the name of a claim",
    "https://aws.amazon.com/source_identity": "the name of a claim",
    "https://sts.amazonaws.com/": "the name of a claim",
    "https://aws.amazon.com/SAML/Attributes/": "the names of attributes",
    "https://console.aws.amazon.com/artifact/reports/{report.id}": "a link in a sample response",
    "https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1": "a link in a message",
    "https://github.com/artifact-emulator/artifact-emulator/blob/main/docs/fidelity.md": "a link in a message",
}
"""URLs of AWS in the code that are not the source of a rule."""


def rows(text: str) -> list[list[str]]:
    """Return the cells of the rows of all tables, without their headings."""
    lines = re.findall(r"^\|.*\|$(?!\n\|-)", text, re.MULTILINE)
    return [[cell.strip() for cell in line[1:-1].split(" | ")] for line in lines if not line.startswith("|-")]


def named_tests() -> list[str]:
    """Return the tests that the ledger names, without duplicates."""
    return sorted(set(re.findall(r"`(tests/[\w/]+\.py[\w:]*)`", LEDGER)))


def cited_urls(source: str) -> set[str]:
    """Return the pages of AWS, and public reports about it, that a module cites."""
    urls = {url.rstrip(".,:;") for url in re.findall(r"https://[^\s)\"'>`]+", source)}
    return {url for url in urls if re.search(r"aws|github\.com", url)} - NOT_A_SOURCE.keys()


class TestLedger:
    """The ledger of rules."""

    @pytest.mark.parametrize("name", named_tests())
    def test_named_test_exists(self, name: str) -> None:
        """Each test that a row names exists."""
        file, *path = name.split("::")
        body: list[ast.stmt] = ast.parse((ROOT / file).read_text(encoding="utf-8")).body
        for part in path:
            found = [node for node in body if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == part]
            assert found, part
            body = found[0].body

    def test_every_rule_has_source_rank_and_test(self) -> None:
        """Each row of a table of rules is complete, and its evidence has one of the three ranks."""
        rules = [row for row in rows(RULES.partition("\n## Guarantees")[0]) if row[0] != "Rule"]
        assert len(rules) > 150
        assert [row[0] for row in rules if len(row) != 5 or not all(row)] == []
        assert {row[3] for row in rules} == {"observed", "documented", "inferred"}
        assert [row[0] for row in rules if "`tests/" not in row[4]] == []

    @pytest.mark.parametrize("module", [name for name, source in MODULES.items() if cited_urls(source)])
    def test_cited_pages_are_listed(self, module: str) -> None:
        """Each page that a module cites as a source is listed; a folder counts if a page in it is."""
        missing = [
            url
            for url in cited_urls(MODULES[module])
            if f"({url})" not in LEDGER and f"({url.rstrip('/')}/" not in LEDGER
        ]
        assert missing == []

    def test_unverified_marks_are_listed(self) -> None:
        """Each `Unverified` mark of a module has a row, and each row names a module with such a mark."""
        listed = Counter(
            name for row in rows(UNVERIFIED) for name in re.findall(r"`(artifact_\w+/[\w/]+\.py)`", row[-1])
        )
        marks = {name: source.count("Unverified") for name, source in MODULES.items() if "Unverified" in source}
        assert {name: count for name, count in marks.items() if listed[name] < count} == {}
        assert sorted(listed.keys() - marks.keys()) == []
