"""The positions of statements in a policy."""

import pytest

from artifact_state.policy_syntax.statement_positions import positions_of

# https://docs.aws.amazon.com/cli/latest/reference/iam/simulate-custom-policy.html
WITHOUT_LIST = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":'
    '{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}'
)
ON_SEVERAL_LINES = """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "One",
            "Effect": "Allow",
            "Action": "*",
            "Resource": "*"
        },
        {"Effect": "Deny"}
    ]
}"""


class TestPositions:
    """positions_of."""

    @pytest.mark.parametrize(
        ("document", "positions"),
        [
            (WITHOUT_LIST, [((1, 38), (1, 167))]),
            (ON_SEVERAL_LINES, [((3, 19), (9, 10)), ((9, 10), (10, 27))]),
            ('{"Statement":[{"A":"}]"},{"B":1}]}', [((1, 15), (1, 25)), ((1, 25), (1, 33))]),
            ('{"Statement":[{"A":1}],"Id":"x","Statement":{}}', [((1, 46), (1, 47))]),
            (ON_SEVERAL_LINES.replace("\n", "\r\n"), [((3, 19), (9, 10)), ((9, 10), (10, 27))]),
            (ON_SEVERAL_LINES.replace("\n", "\r"), [((3, 19), (9, 10)), ((9, 10), (10, 27))]),
            ('{\n  "Statement": {\n    "Effect": "Allow"\n  }\n}', [((2, 17), (4, 4))]),
            ('{"Id": "\\"Statement\\": [", "Statement" : [ {} ]}', [((1, 43), (1, 46))]),
        ],
    )
    def test_statement_positions(self, document: str, positions: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
        """Lines and columns count from 1; a statement starts after a bracket or its predecessor."""
        assert list(positions_of(document)) == positions
