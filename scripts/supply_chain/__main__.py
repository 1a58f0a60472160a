"""The command: check, or write the page of licenses."""

import argparse
import sys
from pathlib import Path

from supply_chain import licenses, vulnerabilities

PAGE = Path("docs/licenses.md")


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="scripts/audit", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE} and check nothing")
    text = licenses.page()
    if parser.parse_args().write:
        PAGE.write_text(text, "utf-8")
        return 0
    findings = [*licenses.not_allowed()]
    if PAGE.read_text("utf-8") != text:
        findings.append(f"{PAGE} is out of date: run scripts/audit --write.")
    try:
        findings += vulnerabilities.known()
        print("Known vulnerabilities were looked up for every lock.")
    except vulnerabilities.Unreachable as reason:
        print(f"SKIPPED: the data on vulnerabilities cannot be reached ({reason}).")
    print("\n".join(findings) or "The licenses are allowed and listed.")
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main())
