"""The check of the language: what it rejects, and what it leaves alone."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def check() -> ModuleType:
    """The script as a module."""
    loader = SourceFileLoader("check_language", str(ROOT / "scripts" / "check_language"))
    spec = spec_from_loader("check_language", loader)
    assert spec
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def findings(check: ModuleType, folder: Path, name: str, text: str) -> list[tuple[int, str]]:
    """Write a file and return the idioms that the check finds in it."""
    file = folder / name
    file.write_text(text)
    return sorted(check.idioms(file))


class TestIdioms:
    """Idioms in one file."""

    @pytest.mark.parametrize("verb", ["Give", "Gives", "Tell", "Tells", "Let", "Lets"])
    def test_docstring_that_begins_with_verb_is_rejected(self, check: ModuleType, tmp_path: Path, verb: str) -> None:
        """Docstrings of modules, classes, functions and coroutines are rejected if they begin with a listed verb."""
        source = (
            f'"""{verb} it."""\n'
            f'class A:\n    """{verb} it."""\n'
            f'    def f(self):\n        """{verb} it."""\n'
            f'async def g():\n    """{verb} it."""\n'
        )
        assert [line for line, _ in findings(check, tmp_path, "a.py", source)] == [1, 3, 5, 7]

    def test_verb_elsewhere_is_accepted(self, check: ModuleType, tmp_path: Path) -> None:
        """Only the beginning of a docstring counts, and only whole words."""
        source = '"""Return what callers give."""\nTEXT = "Give it."\ndef f():\n    """Letters of the name."""\n'
        assert findings(check, tmp_path, "a.py", source) == []

    @pytest.mark.parametrize(
        "word", ["befall", "befalls", "befell", "whoever", "Whomever", "he", "him", "his", "himself", "in\nvain"]
    )
    @pytest.mark.parametrize("name", ["a.py", "a.md", "a.html"])
    def test_word_is_rejected(self, check: ModuleType, tmp_path: Path, word: str, name: str) -> None:
        """The words are rejected in any text, even if a line ends between two of them."""
        text = f'TEXT = """\nA line with {word} in it."""\n'
        assert findings(check, tmp_path, name, text) == [(2, " ".join(word.split()))]

    def test_longer_word_is_accepted(self, check: ModuleType, tmp_path: Path) -> None:
        """A word that contains a rejected one is accepted."""
        assert findings(check, tmp_path, "a.md", "The history of this theme is in vainglory.") == []


class TestMain:
    """The command."""

    def test_status_is_1_if_an_idiom_is_found(
        self, check: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The output names file, line and idiom; without any the status is 0."""
        (tmp_path / "bad.md").write_text("Fine.\nWhoever calls.\n")
        (tmp_path / "good.md").write_text("Fine.\n")
        assert check.main([str(tmp_path / "good.md"), str(tmp_path / "bad.md")]) == 1
        assert capsys.readouterr().out == f"{tmp_path / 'bad.md'}:2: Whoever\n"
        assert check.main([str(tmp_path / "good.md")]) == 0

    def test_repository_files_include_scripts_and_documents(self, check: ModuleType) -> None:
        """Python scripts without a suffix, Markdown and HTML are checked; generated shapes are not."""
        names = {check.shown(file) for file in check.repository_files()}
        assert {"scripts/bench", "README.md", "tests/architecture/test_language.py"} <= names
        assert any(name.endswith(".html") for name in names)
        assert not any(name.startswith("emulator/artifact_emulator/shapes/") for name in names)

    def test_every_exception_is_needed(self, check: ModuleType) -> None:
        """A file with an exception contains one of its words, and each exception has a reason."""
        for name, (words, reason) in check.ALLOWED.items():
            found = {match[0].lower() for match in check.WORDS.finditer((ROOT / name).read_text())}
            assert found & words if words else found, name
            assert reason
