"""The licenses of the packages that the emulator needs at run time, from their metadata."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

LOCK = Path("locks/run.txt")
ALLOWED = ("Apache", "BSD", "MIT", "MPL", "PSF-2.0", "Python Software Foundation License")
"""Licenses under which a package may be a dependency, by a part of their names."""
ALSO_ALLOWED = ("fpdf2",)
"""Packages with another license, each with its reason in docs/decisions.md."""
INTRODUCTION = """# Licenses

artifact-emulator has the Apache License 2.0. These are the packages that it needs at run time on Linux, as the image
contains them, with the licenses that their metadata states. Their texts are in the image, beside the metadata of each
package. fpdf2, which writes the sample documents, is under the LGPL: [Decisions](decisions.md#fpdf2-stays-replaceable)
has the reasons. `scripts/audit --write` writes this page.

"""


def locked() -> list[str]:
    """Return the names of the packages of the lock."""
    return re.findall(r"^([a-z0-9.-]+)==", LOCK.read_text("utf-8"), re.MULTILINE)


def page() -> str:
    """Return the page of the documentation that lists the licenses."""
    return INTRODUCTION + _pip_licenses("--format", "markdown", "--with-urls", "--packages", *locked())


def not_allowed() -> Iterator[str]:
    """Yield a sentence for each package with a license that is not allowed."""
    names = [name for name in locked() if name not in ALSO_ALLOWED]
    for line in _pip_licenses("--format", "csv", "--packages", *names).splitlines()[1:]:
        name, _, license_name = (cell.strip('"') for cell in line.split('","'))
        if not any(allowed in license_name for allowed in ALLOWED):
            yield f"{name} has the license {license_name}, which is not allowed: decide, and list it in {__file__}."


def _pip_licenses(*arguments: str) -> str:
    command = [".venv/supply-chain/bin/pip-licenses", "--python", ".venv/bin/python", "--from", "mixed", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
