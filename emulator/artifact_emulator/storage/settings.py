"""The settings of a world in the database: rows by name."""

import sqlite3

OPTIONS = "options"
CLOCK = "clock"
FIRST_CLOCK = "first_clock"
"""The clock to which a reset returns."""
LESSON = "lesson"
"""The lesson that was started."""
FAULT = "fault "
ROLE_USE = "role use "
SIGN_IN = "sign-in "
"""What the names of settings begin with that a world has several of."""


def set_setting(connection: sqlite3.Connection, world: int, name: str, text: str) -> None:
    """Store a setting of a world."""
    connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?, ?)", (world, name, text))
