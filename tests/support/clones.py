"""Copies of the repository, as a clone has it."""

import shutil
import subprocess
from pathlib import Path

from tests.support.dockerfile import ROOT

_IGNORED = (".venv", ".git", "__pycache__", ".*_cache", ".hypothesis", "dist", "node_modules")


def copy_of_repository(folder: Path) -> Path:
    """Return a copy of the files of a clone, in a path with a space."""
    target = folder / "a clone"
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*_IGNORED), symlinks=True)
    return target


def repository_with_files(folder: Path) -> Path:
    """Return a repository of one commit, which has the files of this one."""
    target = copy_of_repository(folder)
    git(target, "init", "--quiet", "--initial-branch", "main")
    git(target, "add", "--all")
    git(target, "-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "--quiet", "--message", "Begin")
    return target


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder and return its output."""
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout
