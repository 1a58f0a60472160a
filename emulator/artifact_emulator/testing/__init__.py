"""The testing kit: an emulator in the test's own process or beside it, and boto3 sessions that use it."""

from artifact_emulator.testing.explanations import explain

__all__ = ["explain"]
