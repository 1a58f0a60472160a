"""The steps of a release: the text of its files, its distributions and their checks."""


class ReleaseRefused(Exception):
    """A release cannot be made; the text says why."""
