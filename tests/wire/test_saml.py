"""SAML providers, and roles that their users assume."""

import json
from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
from lxml import etree

from tests.support.iam_users import client_with_session, policy_document
from tests.support.saml import ATTRIBUTES, SIGN_IN, SamlIssuer
from tests.support.wire_client import Answer, Client
from tests.wire.conftest import NOW

STS = "sts"
ISSUER = SamlIssuer()
OTHER = SamlIssuer("https://other.example.com")
QUALIFIER_LENGTH = 28


def arn_of(client: Client, resource: str) -> str:
    """Return the ARN of a resource of IAM in the account."""
    return f"arn:aws:iam::{client.account}:{resource}"


def create_role(client: Client, condition: dict[str, Any] | None = None, name: str = "Staff") -> None:
    """Create a role that trusts the users of the provider."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Federated": arn_of(client, "saml-provider/idp")},
        "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity"],
        "Condition": condition or {"StringEquals": {"SAML:aud": SIGN_IN}},
    }
    client.do("iam", "CreateRole", RoleName=name, AssumeRolePolicyDocument=policy_document(statement))


@pytest.fixture
def staff(stranger: Client) -> Client:
    """Return a client of an account whose provider's users may assume a role."""
    stranger.do("iam", "CreateSAMLProvider", Name="idp", SAMLMetadataDocument=ISSUER.metadata())
    create_role(stranger)
    return stranger


def attributes(client: Client, **others: list[str]) -> dict[str, list[str]]:
    """Return the attributes of an assertion, by AWS's names."""
    pair = f"{arn_of(client, 'role/Staff')},{arn_of(client, 'saml-provider/idp')}"
    given = {"Role": [pair], "RoleSessionName": ["ann@example.com"], **others}
    return {f"{ATTRIBUTES}{name}": values for name, values in given.items() if values}


def assume(client: Client, response: str, **parameters: Any) -> Answer:
    """Call AssumeRoleWithSAML, which is not signed."""
    request = {
        "RoleArn": arn_of(client, "role/Staff"),
        "PrincipalArn": arn_of(client, "saml-provider/idp"),
        "SAMLAssertion": response,
    }
    return client.call(STS, "AssumeRoleWithSAML", **request | parameters)


class TestProviders:
    """The operations on SAML providers."""

    def test_provider_is_created_read_updated_and_deleted(self, stranger: Client) -> None:
        """A provider keeps the metadata it is given, its expiration and its tags."""
        tags = [{"Key": "team", "Value": "a"}]
        document = ISSUER.metadata("2030-01-01T00:00:00Z")
        created = stranger.do("iam", "CreateSAMLProvider", Name="idp", SAMLMetadataDocument=document, Tags=tags)
        arn = {"SAMLProviderArn": arn_of(stranger, "saml-provider/idp")}
        assert created == {**arn, "Tags": tags}
        provider = stranger.do("iam", "GetSAMLProvider", **arn)
        assert (provider["SAMLMetadataDocument"], provider["ValidUntil"].year) == (document, 2030)
        assert provider["Tags"] == tags
        (listed,) = stranger.do("iam", "ListSAMLProviders")["SAMLProviderList"]
        assert listed["Arn"] == arn["SAMLProviderArn"]
        assert stranger.do("iam", "UpdateSAMLProvider", **arn, SAMLMetadataDocument=OTHER.metadata()) == arn
        assert "other.example.com" in stranger.do("iam", "GetSAMLProvider", **arn)["SAMLMetadataDocument"]
        stranger.do("iam", "TagSAMLProvider", **arn, Tags=[{"Key": "stage", "Value": "b"}])
        stranger.do("iam", "UntagSAMLProvider", **arn, TagKeys=["team"])
        assert stranger.do("iam", "ListSAMLProviderTags", **arn)["Tags"] == [{"Key": "stage", "Value": "b"}]
        assert stranger.do("iam", "GetAccountSummary")["SummaryMap"]["Providers"] == 1
        stranger.do("iam", "DeleteSAMLProvider", **arn)
        assert stranger.expect_error("iam", "GetSAMLProvider", **arn).code == "NoSuchEntity"

    @pytest.mark.parametrize(
        "document",
        [
            "x" * 1000,
            ISSUER.metadata().replace("IDPSSODescriptor", "SPSSODescriptor"),
            ISSUER.metadata().replace("X509Certificate", "X509Data"),
            ISSUER.metadata("tomorrow"),
            "<!DOCTYPE a [<!ENTITY b 'c'>]>" + ISSUER.metadata(),
        ],
        ids=["text", "service provider", "without certificate", "expiration", "document type"],
    )
    def test_other_documents_are_no_metadata(self, stranger: Client, document: str) -> None:
        """Metadata that are not those of an identity provider with a certificate are refused."""
        error = stranger.expect_error("iam", "CreateSAMLProvider", Name="idp", SAMLMetadataDocument=document)
        assert (error.code, error.message) == ("InvalidInput", "Could not parse metadata")

    def test_encrypted_assertions_are_not_emulated(self, stranger: Client) -> None:
        """The mode of encrypted assertions is answered with 501."""
        parameters = {"Name": "idp", "SAMLMetadataDocument": ISSUER.metadata(), "AssertionEncryptionMode": "Allowed"}
        assert stranger.expect_error("iam", "CreateSAMLProvider", **parameters).status == 501


class TestAssumeRoleWithSaml:
    """AssumeRoleWithSAML."""

    @pytest.mark.parametrize("part", ["Response", "Assertion"])
    def test_user_assumes_the_role_of_its_assertion(self, staff: Client, part: str) -> None:
        """The reply describes the user, the issuer and the audience, and the credentials are those of the session."""
        answer = assume(staff, ISSUER.response(NOW, attributes(staff), part=part))
        reply = answer.data
        assert {name: reply[name] for name in ("Subject", "SubjectType", "Issuer", "Audience")} == {
            "Subject": "ann",
            "SubjectType": "transient",
            "Issuer": ISSUER.issuer,
            "Audience": SIGN_IN,
        }
        assert len(reply["NameQualifier"]) == QUALIFIER_LENGTH
        identity = client_with_session(staff, reply["Credentials"]).do(STS, "GetCallerIdentity")
        assert identity["Arn"].endswith(":assumed-role/Staff/ann@example.com")

    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            ({"StringEquals": {"SAML:iss": ISSUER.issuer, "SAML:sub": "ann", "SAML:sub_type": "transient"}}, 200),
            ({"StringEquals": {"SAML:sub_type": "persistent"}}, 403),
            ({"StringEquals": {"SAML:aud": "https://other.example.com"}}, 403),
            ({"ForAnyValue:StringEquals": {"saml:edupersonaffiliation": "staff"}}, 200),
            ({"ForAllValues:StringLike": {"saml:edupersonaffiliation": ["student"]}}, 403),
            ({"StringEquals": {"aws:RequestTag/team": "a"}}, 403),
        ],
    )
    def test_trust_policy_decides_with_the_keys_of_the_assertion(
        self, stranger: Client, condition: dict[str, Any], expected: int
    ) -> None:
        """Conditions on the issuer, the subject, the audience and attributes of a directory decide."""
        stranger.do("iam", "CreateSAMLProvider", Name="idp", SAMLMetadataDocument=ISSUER.metadata())
        create_role(stranger, condition)
        given = attributes(stranger) | {"urn:oid:1.3.6.1.4.1.5923.1.1.1.1": ["member", "staff"]}
        answer = assume(stranger, ISSUER.response(NOW, given))
        assert answer.status == expected
        if expected != 200:
            assert answer.message == "Not authorized to perform sts:AssumeRoleWithSAML"

    def test_tags_source_identity_and_end_of_session_come_from_the_assertion(self, staff: Client) -> None:
        """The session has the tags and the source identity of the assertion, and ends with the user's own session."""
        given = attributes(
            staff, **{"PrincipalTag:team": ["red"], "TransitiveTagKeys": ["team"], "SourceIdentity": ["ann"]}
        )
        ends = (NOW + timedelta(minutes=30)).isoformat()
        reply = assume(staff, ISSUER.response(NOW, given, session_ends=ends)).data
        assert reply["SourceIdentity"] == "ann"
        assert reply["Credentials"]["Expiration"] == (NOW + timedelta(minutes=30)).replace(microsecond=0)
        session = staff.app.world.state.sessions[reply["Credentials"]["AccessKeyId"]]
        assert (session.tags, session.transitive_tags) == ((("team", "red"),), frozenset({"team"}))

    @pytest.mark.parametrize(
        ("parts", "code", "message"),
        [
            ({"issuer": "https://x.example.com"}, "InvalidIdentityToken", "Issuer not present in specified provider"),
            ({"recipient": "https://x.example.com/saml"}, "InvalidIdentityToken", "valid recipient"),
            ({"audience": "urn:other"}, "InvalidIdentityToken", "required audience"),
            ({"ends": NOW.isoformat()}, "ExpiredTokenException", "Token must be redeemed within 5 minutes"),
            ({"name_id": ""}, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML"),
            ({"ends": "soon"}, "InvalidIdentityToken", "Invalid base64 SAMLResponse"),
        ],
    )
    def test_assertion_that_is_not_valid_is_refused(
        self, staff: Client, parts: dict[str, str], code: str, message: str
    ) -> None:
        """An assertion of another issuer, for another party, that has expired or names no user is refused."""
        answer = assume(staff, ISSUER.response(NOW, attributes(staff), **parts))
        assert answer.code == code
        assert message in answer.message

    @pytest.mark.parametrize(
        ("others", "code", "message"),
        [
            ({"RoleSessionName": []}, "InvalidIdentityToken", "RoleSessionName is required in AuthnResponse"),
            ({"RoleSessionName": ["a b"]}, "InvalidIdentityToken", "must match [a-zA-Z_0-9+=,.@-]{2,64}"),
            ({"SourceIdentity": ["a b"]}, "InvalidIdentityToken", "Source Identity"),
            ({"Role": []}, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML"),
            ({"Role": ["arn:aws:iam::111122223333:role/Other,x"]}, "AccessDenied", "Not authorized"),
        ],
    )
    def test_missing_or_wrong_attribute_is_refused(
        self, staff: Client, others: dict[str, list[str]], code: str, message: str
    ) -> None:
        """The role, the name of the session and the source identity have to be as AWS takes them."""
        answer = assume(staff, ISSUER.response(NOW, attributes(staff, **others)))
        assert answer.code == code
        assert message in answer.message

    def test_signature_of_another_key_is_refused(self, staff: Client) -> None:
        """A response that another provider signed, or that was changed after it was signed, is refused."""
        forged = SamlIssuer(ISSUER.issuer).response(NOW, attributes(staff))
        root = ISSUER.signed(NOW, attributes(staff))
        changed = etree.tostring(root).replace(b">ann<", b">eve<")
        for response in (forged, b64encode(changed).decode()):
            answer = assume(staff, response)
            assert (answer.code, answer.message) == ("InvalidIdentityToken", "Response signature invalid")

    def test_unsigned_assertion_beside_a_signed_one_is_not_read(self, staff: Client) -> None:
        """A signed assertion inside a response that has another, unsigned one counts alone (signature wrapping)."""
        signed = ISSUER.signed(NOW, attributes(staff), part="Assertion")
        evil = ISSUER.signed(NOW, attributes(staff, RoleSessionName=["eve"]), part="Assertion")
        assertion = evil.find("{urn:oasis:names:tc:SAML:2.0:assertion}Assertion")
        assertion.remove(assertion.find("{http://www.w3.org/2000/09/xmldsig#}Signature"))
        assertion.set("ID", "_evil")
        signed.insert(0, assertion)
        reply = assume(staff, b64encode(etree.tostring(signed)).decode()).data
        assert reply["AssumedRoleUser"]["Arn"].endswith("/ann@example.com")

    @pytest.mark.parametrize("response", ["bm90IHhtbA==", "====", b64encode(b"<a/>").decode()])
    def test_text_that_is_no_response_is_refused(self, staff: Client, response: str) -> None:
        """Text that is not a SAML response in Base64 is refused."""
        answer = assume(staff, response)
        assert (answer.code, answer.message) == ("InvalidIdentityToken", "Invalid base64 SAMLResponse")

    def test_call_is_recorded_without_the_assertion(self, staff: Client) -> None:
        """CloudTrail has the call in the role's account, with the user of the provider."""
        qualifier = assume(staff, ISSUER.response(NOW, attributes(staff))).data["NameQualifier"]
        lookup = {"AttributeKey": "EventName", "AttributeValue": "AssumeRoleWithSAML"}
        (event,) = staff.do("cloudtrail", "LookupEvents", LookupAttributes=[lookup])["Events"]
        record = json.loads(event["CloudTrailEvent"])
        assert record["userIdentity"] == {
            "type": "SAMLUser",
            "principalId": f"{qualifier}:ann",
            "userName": "ann",
            "identityProvider": qualifier,
        }
        assert "sAMLAssertion" not in record["requestParameters"]
