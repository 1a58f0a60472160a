"""Scenarios: a world described in one document that people write, made into one, and described again."""
