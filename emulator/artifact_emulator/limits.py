"""The limits of a server, so that no client can exhaust its memory or its connections; docs/limits.md lists them.

AWS's own limits are quotas of a world. Logs have limits of their own, beside them.
"""

from artifact_state.record import Record

MIB = 1024 * 1024


class Limits(Record):
    """The limits that `serve --limit NAME=VALUE` changes."""

    worlds: int = 10_000
    """Worlds, besides the default one."""
    snapshots: int = 1_000
    """Snapshots of a world."""
    streams: int = 100
    """Event streams at a time."""
    connections: int = 1_000
    """Connections at a time."""
    idle_seconds: int = 60
    """The time that a connection may be idle, or send one request."""
    header_count: int = 100
    """Header fields of a request."""
    header_bytes: int = 64 * 1024
    """Bytes of a request line and its header fields."""
    body_bytes: int = 16 * MIB
    """Bytes of a body, unless it is a snapshot or a scenario."""
    import_bytes: int = 1024 * MIB
    """Bytes of a snapshot or a scenario."""
    passed_bytes: int = 5 * 1024 * MIB
    """Bytes of a body that is passed to a backend; the default is the most that S3 takes in one request."""
    passed_seconds: int = 60
    """The time that a backend may take to begin an answer, or to continue it."""


DEFAULT_LIMITS = Limits()
