"""The names of AWS's services as principals, such as `ecs-tasks.amazonaws.com` or `states.eu-west-1.amazonaws.com`.

A name ends with the part by which the data file lists a service, a region in many cases, and a domain.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import re
from functools import cache

from artifact_state.catalog.loading import read_file

_NAME = re.compile(
    r"(?:[a-z0-9_-]+\.)*?(?P<service>[a-z0-9_-]+)(?:\.[a-z]{2}(?:-[a-z]+)+-\d)?\.(?:amazonaws\.com(?:\.cn)?|amazon\.com)"
)


def is_service_principal(name: str) -> bool:
    """Return whether a name is the principal of a service that AWS has."""
    match = _NAME.fullmatch(name)
    return match is not None and match["service"] in _services()


@cache
def _services() -> frozenset[str]:
    return frozenset(read_file("service_principals")["services"])
