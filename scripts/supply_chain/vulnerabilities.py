"""The known vulnerabilities of the locked packages, by pip-audit; its data is reached over the network."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Unreachable(Exception):
    """The data on vulnerabilities cannot be reached."""


def known() -> list[str]:
    """Return a sentence for each known vulnerability; raise Unreachable."""
    return sorted(
        {
            sentence
            for lock in sorted(Path("locks").glob("*.txt"))
            for package in _audited(lock)
            for sentence in _sentences(package)
        }
    )


def _audited(lock: Path) -> list[dict[str, Any]]:
    """Return what pip-audit says of each package of a lock."""
    options = ("--disable-pip", "--require-hashes", "--progress-spinner", "off", "--timeout", "20", "--format", "json")
    command = [".venv/supply-chain/bin/pip-audit", *options, "--requirement", str(lock)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages: list[dict[str, Any]] = json.loads(result.stdout)["dependencies"]
    except ValueError:
        raise Unreachable(result.stderr.strip().rpartition("\n")[2]) from None
    skipped = [f"{package['name']}: {package['skip_reason']}" for package in packages if "skip_reason" in package]
    if len(skipped) == len(packages):
        raise Unreachable(skipped[0])
    for reason in skipped:
        print(f"Not audited: {reason}")
    return packages


def _sentences(package: dict[str, Any]) -> Iterator[str]:
    for found in package.get("vulns", ()):
        fixed = " or ".join(found["fix_versions"]) or "no release"
        yield f"{package['name']} {package['version']} has {found['id']}, which {fixed} fixes."
