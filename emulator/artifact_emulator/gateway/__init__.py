"""The gate: calls to services that the emulator does not have are identified, authorized, and forwarded to another."""
