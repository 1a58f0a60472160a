"""Prepare a release, or build the one that a tag names.

A release is prepared in a clone, so that one that fails leaves the working tree as it is.
"""

import argparse
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from runpy import run_path
from tempfile import TemporaryDirectory

from packaging.version import InvalidVersion, Version

from releasing import ReleaseRefused
from releasing.changelog import release_of, with_release
from releasing.distributions import build

ROOT = Path(__file__).resolve().parents[2]
VERSION_FILE = "emulator/artifact_emulator/version.py"
CHANGELOG = "CHANGELOG.md"
NEXT = """
dist has the packages, the bill of materials and the notes of the release. Look at the changes, then make them public:

    git commit --all --message 'Release {version}'
    git tag --annotate v{version} --message 'artifact-emulator {version}'
    git push origin HEAD v{version}
"""


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="scripts/release", description=__doc__)
    parser.add_argument("version", nargs="?", metavar="VERSION", help="the version to prepare, such as 0.2.0")
    parser.add_argument("--dry-run", action="store_true", help="build and check, and leave the tree as it is")
    parser.add_argument("--tag", help="build and check the tree of this tag, such as v0.2.0")
    options = parser.parse_args()
    if (options.version is None) == (options.tag is None):
        parser.error("give either VERSION or --tag")
    try:
        if options.tag:
            build_tagged(options.tag)
        else:
            prepare(options.version, is_rehearsal=options.dry_run)
    except ReleaseRefused as error:
        print(f"scripts/release: {error}", file=sys.stderr)
        return 1
    return 0


def prepare(version: str, *, is_rehearsal: bool) -> None:
    """Build and check a release, and leave its changes and files in the working tree.

    Raises ReleaseRefused.
    """
    check_version(version)
    if git(ROOT, "status", "--porcelain"):
        raise ReleaseRefused("The working tree has changes that are not committed.")
    if git(ROOT, "tag", "--list", f"v{version}"):
        raise ReleaseRefused(f"The tag v{version} exists.")
    with TemporaryDirectory() as name:
        clone, target = Path(name) / "clone", Path(name) / "dist"
        git(ROOT, "clone", "--quiet", str(ROOT), str(clone))
        state_version(clone, version)
        write_distributions(clone, target, version)
        changed = git(clone, "diff", "--name-only").splitlines()
        if is_rehearsal:
            print(f"\n{version} can be released. It would change {', '.join(changed)}.")
            return
        for path in changed:
            shutil.copy(clone / path, ROOT / path)
        shutil.copytree(target, ROOT / "dist", dirs_exist_ok=True)
    print(NEXT.format(version=version))


def build_tagged(tag: str) -> None:
    """Build and check the tree of a tag, as the publishing workflow does.

    Raises ReleaseRefused.
    """
    version = current_version()
    if tag != f"v{version}":
        raise ReleaseRefused(f"The tag {tag} is not that of version {version}.")
    write_distributions(ROOT, ROOT / "dist", version)


def write_distributions(source: Path, target: Path, version: str) -> None:
    """Build a tree with a version into a folder, beside the notes of the version."""
    epoch, notes = release_of((source / CHANGELOG).read_text("utf-8"), version)
    build(source, target, version, epoch)
    (target / "notes.md").write_text(notes, "utf-8")


def check_version(version: str) -> None:
    """Raise ReleaseRefused if a version is not a normal form, or not later than the current one."""
    try:
        parsed = Version(version)
    except InvalidVersion:
        raise ReleaseRefused(f"{version!r} is not a version; see https://peps.python.org/pep-0440/.") from None
    if str(parsed) != version:
        raise ReleaseRefused(f"Write {version} as {parsed}.")
    if parsed <= Version(current_version()):
        raise ReleaseRefused(f"{version} is not later than the current version, {current_version()}.")


def state_version(tree: Path, version: str) -> None:
    """Write a version into the files of a tree that state it."""
    before = current_version()
    replace(tree / VERSION_FILE, f'"{before}"', f'"{version}"')
    changelog = tree / CHANGELOG
    changelog.write_text(with_release(changelog.read_text("utf-8"), version, datetime.now(UTC).date()), "utf-8")
    # What users copy: an address with a tag, and the name of a wheel.
    for name in ("artifact-emulator@v{}", "artifact_emulator-{}-"):
        old, new = name.format(before), name.format(version)
        found = git(tree, "grep", "--files-with-matches", "--fixed-strings", old, "--", "docs", "examples")
        for path in found.splitlines():
            replace(tree / path, old, new)


def replace(path: Path, old: str, new: str) -> None:
    """Replace a text in a file."""
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def current_version() -> str:
    """Return the version of the working tree."""
    version: str = run_path(str(ROOT / VERSION_FILE))["__version__"]
    return version


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder and return its output; a search without results has none."""
    command = [shutil.which("git") or "git", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0 and arguments[0] != "grep":
        raise ReleaseRefused(done.stderr.strip())
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
