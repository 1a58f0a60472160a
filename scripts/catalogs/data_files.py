"""The form of the catalog's data files: a head with date, sources and origin, and one entry on each line."""

import json
import tomllib
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CATALOG = ROOT / "state/artifact_state/catalog"
GATEWAY = ROOT / "emulator/artifact_emulator/gateway"
CONDITION_KEYS = ROOT / "tests/wire/condition_keys.json"
HEAD = ("as_of", "sources", "origin", "note")
BY_HAND = {"page": "a page of AWS", "recording": "recorded answers of AWS", "samples": "samples of the emulator's own"}
"""The origins of files that no generator writes."""
Json = dict[str, Any]
Files = dict[Path, str]


def head(name: str, origin: list[str], as_of: str | None = None) -> Json:
    """Return the head of a file; its date is in heads.toml unless a package tells it."""
    written = _heads()[name]
    return {
        "as_of": as_of or written["as_of"].isoformat(),
        "sources": written["sources"],
        "origin": origin,
        "note": written["note"],
    }


def package(name: str) -> str:
    """Return the origin of what a package says."""
    return f"{name} {version(name)}"


def as_json(content: Json, separators: tuple[str, str] = (", ", ": ")) -> str:
    """Return a JSON document with one entry of each member on a line."""
    members = (f" {json.dumps(name)}: {_lines(value, separators)}" for name, value in content.items())
    return "{\n" + ",\n".join(members) + "\n}\n"


def as_json_lines(entries: list[Json]) -> str:
    """Return compact JSON documents, one on each line."""
    return "".join(f"{_compact(entry, (',', ':'))}\n" for entry in entries)


def read(path: Path, text: str | None = None) -> Json:
    """Return the content of a data file, or of its new text; documents on lines of their own are `entries`."""
    text = path.read_text("utf-8") if text is None else text
    if path.suffix == ".json":
        content: Json = json.loads(text)
        return content
    first, *others = map(json.loads, text.splitlines())
    return first | {"entries": others} if "as_of" in first else {"entries": [first, *others]}


def data_files() -> list[Path]:
    """Return all dated data files; the documents of managed policies belong to their index."""
    files = [*CATALOG.rglob("*.json"), CATALOG / "service_actions.jsonl", GATEWAY / "operations.jsonl", CONDITION_KEYS]
    return sorted(files, key=lambda path: path.name)


def age(content: Json, today: date) -> int:
    """Return the age of a data file in days."""
    return (today - date.fromisoformat(content["as_of"])).days


def _lines(value: Any, separators: tuple[str, str]) -> str:
    if isinstance(value, dict):
        entries = [f"{json.dumps(name)}{separators[1]}{_compact(entry, separators)}" for name, entry in value.items()]
    elif isinstance(value, list):
        entries = [_compact(entry, separators) for entry in value]
    else:
        return _compact(value, separators)
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return opening + "\n  " + ",\n  ".join(entries) + f"\n {closing}" if entries else opening + closing


def _compact(value: Any, separators: tuple[str, str]) -> str:
    return json.dumps(value, separators=separators, ensure_ascii=False)


@cache
def _heads() -> Json:
    return tomllib.loads((Path(__file__).parent / "heads.toml").read_text("utf-8"))
