"""The command line: a module for each command, beside what commands share."""

from artifact_emulator.cli.main import main

__all__ = ["main"]
