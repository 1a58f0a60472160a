"""A local emulator of AWS Artifact's integration with AWS Organizations: everything of the wire."""

__version__ = "0.1.0"
