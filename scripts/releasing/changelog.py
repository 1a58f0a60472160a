"""The versions in CHANGELOG.md, whose format is that of Keep a Changelog: https://keepachangelog.com/en/1.1.0/."""

import re
from datetime import UTC, date, datetime

from releasing import ReleaseRefused

_UNRELEASED = "## [Unreleased]\n"


def with_release(text: str, version: str, day: date) -> str:
    """Return the changelog with its unreleased changes under a version.

    Raises ReleaseRefused.
    """
    before, _, after = text.partition(_UNRELEASED)
    if not after.partition("\n## [")[0].strip():
        raise ReleaseRefused("CHANGELOG.md has no unreleased changes.")
    return f"{before}{_UNRELEASED}\n## [{version}] - {day.isoformat()}\n{after}"


def release_of(text: str, version: str) -> tuple[int, str]:
    """Return the time of a version, as seconds since 1970, and its changes.

    Raises ReleaseRefused.
    """
    found = re.search(rf"^## \[{re.escape(version)}\] - (\S+)\n(.*?)(?=^## \[|\Z)", text, re.DOTALL | re.MULTILINE)
    if not found:
        raise ReleaseRefused(f"CHANGELOG.md has no version {version} with a date.")
    day = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    return int(day.timestamp()), found[2].strip() + "\n"
