"""Copies of the repository, as a clone has it."""

import shutil
from pathlib import Path

from tests.support.dockerfile import ROOT

_IGNORED = (".venv", ".git", "__pycache__", ".*_cache", ".hypothesis", "dist", "node_modules")


def copy_of_repository(folder: Path) -> Path:
    """Return a copy of the files of a clone, in a path with a space."""
    target = folder / "a clone"
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*_IGNORED), symlinks=True)
    return target
