"""Scenarios as files: read from YAML or JSON, with errors that tell the line; some come with the emulator."""
