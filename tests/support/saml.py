"""A SAML identity provider of a test: its metadata, and responses that it signs."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.signer import XMLSigner

SIGN_IN = "https://signin.aws.amazon.com/saml"
ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
_RESPONSE = """<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" \
xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_response" Version="2.0" IssueInstant="{now}">\
<saml:Issuer>{issuer}</saml:Issuer>\
<saml:Assertion ID="_assertion" Version="2.0" IssueInstant="{now}"><saml:Issuer>{issuer}</saml:Issuer>\
<saml:Subject>{name_id}<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">\
<saml:SubjectConfirmationData NotOnOrAfter="{ends}" Recipient="{recipient}"/></saml:SubjectConfirmation></saml:Subject>\
<saml:Conditions NotBefore="{now}" NotOnOrAfter="{ends}"><saml:AudienceRestriction>\
<saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>\
<saml:AuthnStatement AuthnInstant="{now}" SessionNotOnOrAfter="{session_ends}"/>\
<saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion></samlp:Response>"""
_METADATA = """<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" \
xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="{issuer}"{valid_until}>\
<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">\
<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate>\
</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{issuer}/sso"/>\
</md:IDPSSODescriptor></md:EntityDescriptor>"""


class SamlIssuer:
    """An identity provider with a key and a certificate of its own."""

    def __init__(self, issuer: str = "https://idp.example.com/saml") -> None:
        self.issuer = issuer
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp")])
        start = datetime(2020, 1, 1, tzinfo=UTC)
        builder = x509.CertificateBuilder(name, name, self._key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(start).not_valid_after(start + timedelta(days=36_500))
        self._certificate = builder.sign(self._key, hashes.SHA256())

    def metadata(self, valid_until: str = "") -> str:
        """Return the document with which the identity provider describes itself."""
        certificate = b64encode(self._certificate.public_bytes(Encoding.DER)).decode()
        expiration = f' validUntil="{valid_until}"' if valid_until else ""
        return _METADATA.format(issuer=self.issuer, certificate=certificate, valid_until=expiration)

    def response(self, now: datetime, attributes: dict[str, list[str]], **parts: Any) -> str:
        """Return a signed response in Base64; `parts` replace some of it."""
        return b64encode(etree.tostring(self.signed(now, attributes, **parts))).decode()

    def signed(self, now: datetime, attributes: dict[str, list[str]], *, part: str = "Response", **parts: Any) -> Any:
        """Return the response, of which the whole or the assertion is signed."""
        values = {
            "issuer": self.issuer,
            "now": now.isoformat(),
            "ends": (now + timedelta(minutes=5)).isoformat(),
            "session_ends": (now + timedelta(hours=8)).isoformat(),
            "recipient": SIGN_IN,
            "audience": "urn:amazon:webservices",
            "name_id": f'<saml:NameID Format="{TRANSIENT}">ann</saml:NameID>',
            "attributes": "".join(
                f'<saml:Attribute Name="{name}">'
                + "".join(f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in listed)
                + "</saml:Attribute>"
                for name, listed in attributes.items()
            ),
        }
        root = etree.fromstring(_RESPONSE.format(**values | parts))
        signer = XMLSigner()
        if part == "Response":
            return signer.sign(root, key=self._key, cert=[self._certificate], reference_uri="_response")
        assertion = root.find("{urn:oasis:names:tc:SAML:2.0:assertion}Assertion")
        signed = signer.sign(assertion, key=self._key, cert=[self._certificate], reference_uri="_assertion")
        root.replace(assertion, signed)
        return root
