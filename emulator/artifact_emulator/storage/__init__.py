"""The data directory: worlds that outlive the process, in one SQLite database.

Each committed change is one row of the table `journal`, written before the call is answered. A thread of its own files
those rows in the tables that the worlds are loaded from. docs/data-directory.md describes the tables.
"""
