"""The overlap of patterns of resources, on which reports on the use of services depend."""

import pytest

from artifact_state.organizations.allowed_services import overlap


class TestOverlap:
    """overlap."""

    @pytest.mark.parametrize(
        ("first", "second", "expected"),
        [
            ("*", "*", True),
            ("*", "arn:*:s3:::?*/?*", True),
            ("arn:aws:s3:::bucket", "*", False),
            ("arn:aws:s3:::bucket", "arn:*:s3:::?*/?*", False),
            ("arn:aws:s3:::bucket/*", "arn:*:s3:::?*/?*", True),
            ("arn:aws:s3:::*", "arn:*:s3:::?*/?*", True),
            ("arn:aws:s3:::b?cket/key", "arn:*:s3:::?*/?*", True),
            ("arn:aws:sqs:*:*:queue", "arn:*:s3:::?*", False),
            ("arn:aws:iam::*:user/a/*", "arn:*:iam::*:user/?*", True),
            ("arn:aws:iam::*:role/a", "arn:*:iam::*:user/?*", False),
            ("arn:aws:iam::111122223333:*", "arn:*:iam::*:user/?*", True),
            ("arn:aws:*", "arn:*:iam::*:user/?*", True),
            ("arn:aws:iam::*:user/", "arn:*:iam::*:user/?*", False),
        ],
    )
    def test_patterns_overlap_if_a_resource_matches_both(self, first: str, second: str, *, expected: bool) -> None:
        """Two patterns overlap if some resource matches both; `*` alone is a resource too."""
        assert overlap(first, second) is expected
