"""The root of the tree of refusals and its general kinds."""


class Refused(Exception):
    """A rule refuses the operation, and nothing has changed."""


class Denied(Refused):
    """The caller is not permitted to do this."""


class NotFound(Refused):
    """The named resource does not exist, or the caller cannot see it."""

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self.name = name


class Conflict(Refused):
    """The request does not fit the present state of the resource."""

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self.name = name


class Recorded(Refused):
    """The operation is refused, but AWS keeps what it changed: the transaction commits."""
