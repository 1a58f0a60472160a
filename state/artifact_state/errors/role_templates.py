"""Refusals about roles from templates of AWS."""

from artifact_state.errors.base import Conflict, NotFound, Refused


class RoleTemplateNotFound(NotFound):
    """AWS has no such template, or not this version of it."""


class RoleTemplateParameterUnknown(Refused):
    """The template has no parameter of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class RoleTemplateParameterMissing(Refused):
    """A parameter that the template uses has no value."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class RoleTemplateValueNotSingle(Refused):
    """A parameter that takes one value was given another number of them."""

    def __init__(self, name: str, number: int) -> None:
        super().__init__(name, number)
        self.name = name
        self.number = number


class RoleModified(Conflict):
    """The role no longer has the policies of its template."""


class UnmanagedRoleExists(Conflict):
    """The account has a role of this name that was not created from the template."""
