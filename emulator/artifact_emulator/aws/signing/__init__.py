"""Signatures of requests: who signed, when, and whether the body is what was signed."""
