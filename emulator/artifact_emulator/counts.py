"""Numbers with the noun that they count: `1 account`, `2 accounts`."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun, in the plural unless it is one."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
