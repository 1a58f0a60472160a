"""The command: regenerate the catalog and print what changes, check it, or print its age."""

import argparse
import re
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from catalogs.data_files import BY_HAND, CATALOG, ROOT, Files, age, data_files, read
from catalogs.differences import describe

PROJECT = ROOT / "pyproject.toml"


def generate() -> Files:
    """Return the text of every generated file."""
    from catalogs import actions, managed_policies, services, tables  # noqa: PLC0415 - after the packages' upgrade

    files = tables.generate() | managed_policies.generate()
    return files | services.generate(files) | actions.generate()


def print_differences(files: Files) -> list[Path]:
    """Print what the generated files change, by entry, and return the files that differ."""
    changed = [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in changed:
        lines = list(describe(read(path) if path.exists() else {}, read(path, files[path])))
        print(f"{path.relative_to(ROOT)}:", *(lines or ["  in another layout"]), sep="\n")
    return changed


def print_ages() -> None:
    """Print the age of every data file, the oldest first, with what it is made from."""
    today = datetime.now(UTC).date()
    contents = [(path, read(path)) for path in data_files()]
    for path, content in sorted(contents, key=lambda entry: str(entry[1]["as_of"])):
        name = path.relative_to(CATALOG if path.is_relative_to(CATALOG) else ROOT)
        origin = ", ".join(BY_HAND.get(source, source) for source in content["origin"])
        print(f"{age(content, today):4} days  {content['as_of']}  {name}  ({origin})")


def upgrade() -> None:
    """Install the newest releases of the packages, and pin them in pyproject.toml."""
    text = PROJECT.read_text("utf-8")
    packages = [pin.partition("==")[0] for pin in tomllib.loads(text)["dependency-groups"]["catalogs"]]
    pip = [
        str(ROOT / ".venv/bin/python"),
        "-m",
        "pip",
        "--python",
        sys.executable,
        "--disable-pip-version-check",
        "--quiet",
    ]
    subprocess.run([*pip, "install", "--upgrade", *packages], check=True)
    opening = text.index("\ncatalogs = [")
    closing = text.index("\n]", opening)
    pins = text[opening:closing]
    for name in packages:
        pins = re.sub(rf'"{name}==[^"]+"', f'"{name}=={version(name)}"', pins)
    PROJECT.write_text(text[:opening] + pins + text[closing:], "utf-8")


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="scripts/update_catalogs", description=__doc__)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file differs")
    choice.add_argument("--ages", action="store_true", help="print the age and the origin of each file")
    choice.add_argument("--upgrade", action="store_true", help="use the newest packages, and pin them")
    options = parser.parse_args()
    if options.ages:
        print_ages()
        return 0
    if options.upgrade:
        upgrade()
    files = generate()
    changed = print_differences(files)
    if options.check:
        print("Run scripts/update_catalogs." if changed else "The catalogs are up to date.")
        return bool(changed)
    for path in changed:
        path.write_text(files[path], "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
