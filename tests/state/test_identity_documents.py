"""Policy documents of IAM."""

import json

import pytest

from artifact_state.errors import IdentityQuota, MalformedPolicyDocument, QuotaExceeded
from artifact_state.identity_documents import require_policy, require_size, require_trust_policy, size_of
from artifact_state.principals import root_of
from artifact_state.world import World

STATEMENT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
# What is wrong with each, and what AWS says of it.
MALFORMED = {
    "": "invalid Json",
    "{": "invalid Json",
    "[" * 100_000: "invalid Json",
    "[]": "Syntax errors",
    '{"Version": "2012-10-17"}': "Syntax errors",
    '{"Version": "2020-01-01", "Statement": []}': "Syntax errors",
    '{"Statement": "x"}': "Syntax errors",
    '{"Statement": {"Effect": "allow", "Action": "*", "Resource": "*"}}': "Syntax errors",
    '{"Statement": {"Effect": "Allow", "Resource": "*"}}': "must contain actions",
    '{"Statement": {"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"}}': "must contain actions",
    '{"Statement": {"Effect": "Allow", "Action": 1, "Resource": "*"}}': "Syntax errors",
    '{"Statement": {"Effect": "Allow", "Action": "*"}}': "must contain resources",
    '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}}': "not specify a principal",
}


class TestRequirePolicy:
    """require_policy."""

    @pytest.mark.parametrize(("document", "why"), MALFORMED.items(), ids=range(len(MALFORMED)))
    def test_of_what_is_none(self, document: str, why: str) -> None:
        """What is wrong is said, and nothing happens to the world."""
        world = World()
        before = world.state
        with pytest.raises(MalformedPolicyDocument) as caught, world.transaction(root_of("111122223333")):
            require_policy(document)
        assert why in caught.value.why
        assert world.state is before

    @pytest.mark.parametrize("version", ["2012-10-17", "2008-10-17", None])
    @pytest.mark.parametrize("statements", [STATEMENT, [STATEMENT], [STATEMENT, STATEMENT]])
    def test_of_policies(self, version: str | None, statements: object) -> None:
        """One statement need not stand in a list; the older language is one too, and the one that is meant without."""
        policy = {"Statement": statements} | ({"Version": version} if version else {})
        require_policy(json.dumps(policy))
        require_policy(json.dumps(policy).replace('"Action"', '"NotAction"').replace('"Resource"', '"NotResource"'))


class TestRequireTrustPolicy:
    """require_trust_policy."""

    @pytest.mark.parametrize("principal", ['"*"', '{"AWS": ["a", "b"]}', '{"Service": "s", "Federated": "f"}'])
    @pytest.mark.parametrize("action", ["sts:AssumeRole", "sts:TagSession", "STS:*", "*"])
    def test_of_trust(self, principal: str, action: str) -> None:
        """Anybody may be trusted with any action of STS."""
        require_trust_policy(f'{{"Statement": {{"Effect": "Allow", "Principal": {principal}, "Action": "{action}"}}}}')


class TestSize:
    """size_of and require_size."""

    def test_leaves_out_white_space(self) -> None:
        """Spaces, tabs and line ends do not count."""
        assert size_of('{ "a":\t1,\n\r"b" : 2 }') == 13

    def test_at_the_limit(self) -> None:
        """What fits, fits exactly."""
        require_size("a" * 2_048, IdentityQuota.TRUST_POLICY_SIZE)
        with pytest.raises(QuotaExceeded):
            require_size("a" * 2_049, IdentityQuota.TRUST_POLICY_SIZE)
