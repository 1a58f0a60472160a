"""The command: regenerate the catalog and print what changes, check it, or print its age."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from catalogs import actions, managed_policies, operations, services, tables
from catalogs.data_files import BY_HAND, CATALOG, ROOT, Files, age, data_files, read
from catalogs.differences import describe


def generate() -> Files:
    """Return the text of every generated file."""
    files = tables.generate() | managed_policies.generate()
    return files | services.generate(files) | actions.generate() | operations.generate()


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


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="scripts/update_catalogs",
        description=__doc__,
        epilog="--upgrade takes the newest packages first.",
    )
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file differs")
    choice.add_argument("--ages", action="store_true", help="print the age and the origin of each file")
    options = parser.parse_args()
    if options.ages:
        print_ages()
        return 0
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
