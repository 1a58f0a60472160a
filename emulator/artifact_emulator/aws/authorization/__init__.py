"""Permissions on the wire: whether a call is let through, how it is refused, and why."""
