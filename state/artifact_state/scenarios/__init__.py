"""Scenarios: the description of a world in one document, loaded into a world and exported from one."""
