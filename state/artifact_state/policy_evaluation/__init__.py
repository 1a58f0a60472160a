"""Permissions: which policies have a word in a call, and what is decided of it."""
