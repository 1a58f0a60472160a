"""JSON Web Tokens: the keys of a world's own issuers, and the verification of tokens by an issuer's published keys."""

from functools import lru_cache
from hashlib import shake_256
from math import gcd, prod
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeyParameters, KeySet, RSAKey

_KEY_IDS = {"RS256": "RSA_0", "ES384": "EC384_0"}
_ACCEPTED = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"]
"""Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html"""
_PRIME_BITS = 1024
_EXPONENT = 65537
_SMALL_PRIMES = prod(n for n in range(3, 2000, 2) if all(n % divisor for divisor in range(3, int(n**0.5) + 1, 2)))


class InvalidSignature(Exception):
    """No key of the issuer signed the token."""


def sign(seed: str, claims: dict[str, Any], algorithm: str) -> str:
    """Return a token with the claims, signed by a world's own key."""
    header = {"kid": _KEY_IDS[algorithm], "typ": "JWT", "alg": algorithm}
    return jwt.encode(header, claims, _key(seed, algorithm), algorithms=[algorithm])


def published_keys(seed: str) -> dict[str, Any]:
    """Return the public keys of a world as a JSON Web Key Set."""
    return {"keys": [dict(_key(seed, algorithm).as_dict(private=False)) for algorithm in _KEY_IDS]}


def verify(token: str, keys: Any) -> dict[str, Any]:
    """Return the claims of a token that one of the keys of a JSON Web Key Set signed; they are not checked.

    Raises InvalidSignature.
    """
    try:
        return dict(jwt.decode(token, KeySet.import_key_set(keys), algorithms=_ACCEPTED).claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise InvalidSignature(str(error)) from None


def check_key_set(keys: Any) -> None:
    """Refuse a document that is not a JSON Web Key Set.

    Raises ValueError.
    """
    try:
        KeySet.import_key_set(keys)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"not a JSON Web Key Set: {error}") from None


@lru_cache(maxsize=32)
def _key(seed: str, algorithm: str) -> RSAKey | ECKey:
    """Return a private key that is drawn from a seed, so that the keys of a world need not be stored."""
    parameters: KeyParameters = {"kid": _KEY_IDS[algorithm], "use": "sig", "alg": algorithm}
    if algorithm == "ES384":
        return ECKey.import_key(_pem(ec.derive_private_key(_number(seed, "EC", bits=383), ec.SECP384R1())), parameters)
    return RSAKey.import_key(_pem(_rsa_key(_prime(seed, "p"), _prime(seed, "q"))), parameters)


def _rsa_key(p: int, q: int) -> rsa.RSAPrivateKey:
    d = pow(_EXPONENT, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(_EXPONENT, p * q)
    return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public).private_key()


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _prime(*source: str) -> int:
    """Return a number that is prime beyond doubt in a test, by Fermat's test: nothing here protects a secret."""
    number = _number(*source, bits=_PRIME_BITS) | 3 << _PRIME_BITS - 2 | 1
    while gcd(number, _SMALL_PRIMES) > 1 or pow(2, number - 1, number) != 1 or number % _EXPONENT == 1:
        number += 2
    return number


def _number(*source: str, bits: int) -> int:
    return int.from_bytes(shake_256("\x1f".join(source).encode()).digest((bits + 7) // 8)) >> -bits % 8
