"""Identity providers for tests: a key, its public half, and tokens that it signs."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

GITHUB = "https://token.actions.githubusercontent.com"
CLUSTER = "https://oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
SUBJECT = "repo:example/shop:ref:refs/heads/main"
STS = "sts.amazonaws.com"


@cache
def key(name: str) -> ECKey:
    """Return a key, which is generated once."""
    return ECKey.generate_key("P-256", {"kid": name, "use": "sig", "alg": "ES256"})


@dataclass(frozen=True)
class Issuer:
    """An identity provider outside AWS."""

    url: str = GITHUB
    key_name: str = field(default="first", kw_only=True)

    def keys(self) -> dict[str, Any]:
        """Return its public keys."""
        return {"keys": [dict(key(self.key_name).as_dict(private=False))]}

    def token(self, now: datetime, **claims: Any) -> str:
        """Return a token that is valid for five minutes, with further claims or others."""
        issued = int(now.timestamp())
        defaults = {"iss": self.url, "aud": STS, "sub": SUBJECT, "iat": issued, "exp": issued + 300}
        return jwt.encode({"alg": "ES256", "kid": self.key_name}, defaults | claims, key(self.key_name))
