"""SAML documents: the metadata of an identity provider, and responses that it signed.

The packages lxml and signxml come with the extra `artifact-emulator[saml]`.
"""

from base64 import b64decode
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from lxml import etree
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

_PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:protocol}"
_ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"
_METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"


class InvalidDocument(Exception):
    """The document is not one of SAML, or lacks what AWS needs of it."""


class InvalidSignature(Exception):
    """No certificate verifies the signature of the response."""


def read_metadata(document: str) -> dict[str, Any]:
    """Return the issuer, the certificates and the expiration that the metadata of an identity provider state.

    Raises InvalidDocument.
    """
    entity = _parse(document.encode())
    descriptor = entity.find(f"{_METADATA}IDPSSODescriptor")
    issuer = entity.get("entityID")
    if entity.tag != f"{_METADATA}EntityDescriptor" or descriptor is None or not issuer:
        raise InvalidDocument
    keys = [key for key in descriptor.iterfind(f"{_METADATA}KeyDescriptor") if key.get("use") != "encryption"]
    certificates = [
        "".join((certificate.text or "").split())
        for key in keys
        for certificate in key.iter(f"{_SIGNATURE}X509Certificate")
    ]
    if not certificates:
        raise InvalidDocument
    return {
        "issuer": issuer,
        "certificates": tuple(certificates),
        "valid_until": _instant(entity.get("validUntil")),
    }


def read_assertion(response: str, certificates: Sequence[str], now: datetime) -> dict[str, Any]:
    """Return what the assertion of a response in Base64 states, if one of the certificates verifies its signature.

    Only what is signed is read: the response as a whole, or the assertion in it.
    Raises InvalidDocument, InvalidSignature.
    """
    try:
        content = b64decode(response, validate=False)
    except ValueError:
        raise InvalidDocument from None
    root = _parse(content)
    if root.tag != f"{_PROTOCOL}Response":
        raise InvalidDocument
    signed = _signed_part(root, certificates, now)
    assertions = [signed] if signed.tag == f"{_ASSERTION}Assertion" else signed.findall(f"{_ASSERTION}Assertion")
    if len(assertions) != 1:
        raise InvalidDocument
    return _statements(assertions[0])


def _signed_part(root: Any, certificates: Sequence[str], now: datetime) -> Any:
    configuration = SignatureConfiguration(verification_time=now)
    for certificate in certificates:
        pem = f"-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n"
        try:
            result = XMLVerifier().verify(root, x509_cert=pem, id_attribute="ID", expect_config=configuration)
        except (SignXMLException, ValueError, etree.LxmlError):
            continue
        return result.signed_xml  # type: ignore[union-attr]  # One reference is expected, and so there is one result.
    raise InvalidSignature


def _statements(assertion: Any) -> dict[str, Any]:
    subject = assertion.find(f"{_ASSERTION}Subject")
    name = None if subject is None else subject.find(f"{_ASSERTION}NameID")
    confirmation = assertion.find(f".//{_ASSERTION}SubjectConfirmationData")
    conditions = assertion.find(f"{_ASSERTION}Conditions")
    statement = assertion.find(f"{_ASSERTION}AuthnStatement")
    return {
        "issuer": _text(assertion.find(f"{_ASSERTION}Issuer")),
        "subject": _text(name),
        "subject_format": _member(name, "Format") or "",
        "recipient": _member(confirmation, "Recipient") or "",
        "expires_at": _instant(_member(confirmation, "NotOnOrAfter")),
        "not_before": _instant(_member(conditions, "NotBefore")),
        "not_on_or_after": _instant(_member(conditions, "NotOnOrAfter")),
        "session_ends_at": _instant(_member(statement, "SessionNotOnOrAfter")),
        "audiences": tuple(_text(audience) for audience in assertion.iter(f"{_ASSERTION}Audience")),
        "attributes": {
            attribute.get("Name", ""): tuple(map(_text, attribute.iterfind(f"{_ASSERTION}AttributeValue")))
            for attribute in assertion.iter(f"{_ASSERTION}Attribute")
        },
    }


def _parse(content: bytes) -> Any:
    """Return the root of a document without a document type, which could define entities.

    Raises InvalidDocument.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise InvalidDocument from None
    if root.getroottree().docinfo.doctype:
        raise InvalidDocument
    return root


def _member(element: Any, name: str) -> str | None:
    value: str | None = None if element is None else element.get(name)
    return value


def _text(element: Any) -> str:
    return "" if element is None else "".join(element.itertext()).strip()


def _instant(text: str | None) -> datetime | None:
    """Return an instant.

    Raises InvalidDocument.
    """
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidDocument from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
