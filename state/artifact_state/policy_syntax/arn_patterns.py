"""Patterns of ARNs, which match an ARN part by part: a star matches a colon only in the last part.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from artifact_state.policy_syntax.wildcards import ANY, Matcher, matcher

ArnPattern = tuple[Matcher, ...]
"""A matcher for each part of an ARN."""
_PARTS = 6


def arn_pattern(resolved: str) -> ArnPattern:
    """Return the pattern of a resolved text; missing parts at the end match anything."""
    parts = resolved.split(":", _PARTS - 1)
    return tuple(map(matcher, (*parts, *[ANY] * (_PARTS - len(parts)))))


def parts_of(arn: str) -> list[str]:
    """Return the parts of an ARN; a text that is not an ARN has fewer than six."""
    return arn.split(":", _PARTS - 1)


def matches_parts(pattern: ArnPattern, parts: list[str]) -> bool:
    """Return whether a pattern matches the parts of an ARN."""
    return len(parts) == _PARTS and all(matches(part) for matches, part in zip(pattern, parts, strict=True))
