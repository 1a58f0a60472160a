"""The time of signatures: clients with a wrong clock, and expired presigned requests."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from artifact_emulator.http import Request
from artifact_state.record import replace
from tests.support.authentication_errors import WRONG_SIGNATURE
from tests.support.aws_models import protocol_of
from tests.support.wire_client import ENDPOINT, Answer, Client, answer, refused

HOST = ENDPOINT.partition("//")[2]
TIME_FORMAT = "%Y%m%dT%H%M%SZ"
CALLS = {"organizations": "ListRoots", "artifact": "ListReports", "iam": "ListRoles", "sts": "GetCallerIdentity"}
every_service = pytest.mark.parametrize("service", CALLS)


class SkewedSigner(SigV4Auth):  # type: ignore[misc]
    """botocore's signer with a wrong clock."""

    skew = timedelta(0)

    def add_auth(self, request: AWSRequest) -> None:
        """Sign at another time; botocore reads the clock in this method."""
        at = (datetime.now(UTC) + self.skew).strftime(TIME_FORMAT)
        request.context["timestamp"] = at
        self._modify_request_before_signing(request)
        to_sign = self.string_to_sign(request, self.canonical_request(request))
        self._inject_signature_to_request(request, self.signature(to_sign, request))


class SkewedQuerySigner(SigV4QueryAuth, SkewedSigner):  # type: ignore[misc]
    """The same for presigned requests, which need no lifetime."""

    has_lifetime = True

    def _modify_request_before_signing(self, request: AWSRequest) -> None:
        super()._modify_request_before_signing(request)
        if not self.has_lifetime:
            request.url = re.sub("&X-Amz-Expires=[^&]*", "", request.url)


@dataclass(frozen=True)
class SkewedUser:
    """A user with an access key and a wrong clock."""

    client: Client
    credentials: Credentials

    def request(self, service: str, skew: timedelta) -> Request:
        """Return a signed request."""
        unsigned = self.client.request(service, CALLS[service])
        signed_names = {"content-type", "x-amz-target"}
        headers = {name: value for name, value in unsigned.headers.items() if name in signed_names}
        query = f"?{unsigned.query}" if unsigned.query else ""
        unsigned_request = AWSRequest(unsigned.method, f"{ENDPOINT}{unsigned.path}{query}", headers, unsigned.body)
        signer = SkewedSigner(self.credentials, service, "us-east-1")
        signer.skew = skew
        signer.add_auth(unsigned_request)
        return replace(
            unsigned, headers={"host": HOST} | {name.lower(): text for name, text in unsigned_request.headers.items()}
        )

    def presigned(self, skew: timedelta, expires: int | None) -> Request:
        """Return a presigned request, which states its lifetime or does not."""
        unsigned_request = AWSRequest("GET", f"{ENDPOINT}/?Action=GetCallerIdentity&Version=2011-06-15")
        signer = SkewedQuerySigner(self.credentials, "sts", "us-east-1", expires=expires)
        signer.skew = skew
        signer.has_lifetime = expires is not None
        signer.add_auth(unsigned_request)
        return Request("GET", "/", unsigned_request.url.partition("?")[2], {"host": HOST}, b"")

    def call(self, service: str, skew: timedelta) -> Answer:
        """Call an operation of a service."""
        return answer(self.client.app, self.request(service, skew), service, CALLS[service])


@pytest.fixture
def user(stranger: Client) -> SkewedUser:
    """Return a user with all permissions."""
    stranger.do("iam", "CreateUser", UserName="Alice")
    admin = "arn:aws:iam::aws:policy/AdministratorAccess"
    stranger.do("iam", "AttachUserPolicy", UserName="Alice", PolicyArn=admin)
    key = stranger.do("iam", "CreateAccessKey", UserName="Alice")["AccessKey"]
    return SkewedUser(stranger, Credentials(key["AccessKeyId"], key["SecretAccessKey"]))


class TestSkew:
    """A client with a wrong clock."""

    @every_service
    @pytest.mark.parametrize("sign", [-1, 1], ids=["slow", "fast"])
    def test_signature_outside_the_tolerance_is_refused(self, user: SkewedUser, service: str, sign: int) -> None:
        """The JSON services tolerate five minutes, IAM and AWS STS fifteen; the message states the limit."""
        minutes = 15 if service in ("iam", "sts") else 5
        skew = sign * timedelta(minutes=minutes, seconds=30)
        request = user.request(service, skew)
        signed = request.headers["x-amz-date"]
        error = refused(user.client.app, request, service, CALLS[service])
        assert (error.status, error.code) == WRONG_SIGNATURE[protocol_of(service)]
        late = f"Signature expired: {signed} is now earlier than "
        early = f"Signature not yet current: {signed} is still later than "
        assert error.message.startswith(late if sign < 0 else early)
        assert error.message.endswith(f"{'-' if sign < 0 else '+'} {minutes} min.)")

    @every_service
    @pytest.mark.parametrize("sign", [-1, 1], ids=["slow", "fast"])
    def test_signature_within_the_tolerance_is_accepted(self, user: SkewedUser, service: str, sign: int) -> None:
        """A few minutes are within the tolerance of every service."""
        assert user.call(service, sign * timedelta(minutes=4)).code in ("", "AWSOrganizationsNotInUseException")

    def test_signature_is_in_time_by_the_machines_or_the_worlds_clock(self, user: SkewedUser) -> None:
        """A signature is in time by the machine's clock or by the world's, which a test may set."""
        clock = user.client.app.world.clock
        clock.freeze(datetime.now(UTC) + timedelta(days=40))
        assert user.call("sts", timedelta(0)).status == 200
        assert user.call("sts", timedelta(days=40)).status == 200
        assert user.call("sts", timedelta(days=20)).code == "SignatureDoesNotMatch"

    def test_signature_of_a_placeholder_may_have_any_time(self, stranger: Client) -> None:
        """The signature of a placeholder key is not verified, and may have any time."""
        placeholder = SkewedUser(stranger, Credentials(stranger.account, "x"))
        assert placeholder.call("sts", timedelta(days=-400)).status == 200

    def test_signature_without_a_time_is_incomplete(self, user: SkewedUser) -> None:
        """A request without a time is incomplete."""
        request = user.request("sts", timedelta(0))
        without_date = replace(
            request, headers={name: text for name, text in request.headers.items() if name != "x-amz-date"}
        )
        error = refused(user.client.app, without_date, "sts", "GetCallerIdentity")
        assert (error.status, error.code) == (400, "IncompleteSignature")
        assert error.message.endswith("requires existence of either a 'X-Amz-Date' or a 'Date' header.")

    @pytest.mark.parametrize("time", ["yesterday", "2026-01-01T00:00:00Z", "20269999T000000Z", "\xe9"])
    def test_invalid_time_is_refused(self, user: SkewedUser, time: str) -> None:
        """A time in another format is refused."""
        request = user.request("sts", timedelta(0))
        altered = replace(request, headers={**request.headers, "x-amz-date": time})
        error = refused(user.client.app, altered, "sts", "GetCallerIdentity")
        assert error.code in ("IncompleteSignature", "SignatureDoesNotMatch")
        assert "ISO-8601" in error.message

    def test_date_header_may_state_the_time(self, user: SkewedUser) -> None:
        """A Date header may replace X-Amz-Date; the signature has its time in the basic format."""
        now = datetime.now(UTC).replace(microsecond=0)
        form = {"content-type": "application/x-www-form-urlencoded", "date": format_datetime(now, usegmt=True)}
        body = b"Action=GetCallerIdentity&Version=2011-06-15"
        unsigned_request = AWSRequest("POST", f"{ENDPOINT}/", form, body)
        signer = SkewedSigner(user.credentials, "sts", "us-east-1")
        unsigned_request.context["timestamp"] = now.strftime(TIME_FORMAT)
        signed = signer.signature(
            signer.string_to_sign(unsigned_request, signer.canonical_request(unsigned_request)), unsigned_request
        )
        unsigned_request.headers["Date"] = form["date"]
        scope = f"{user.credentials.access_key}/{now:%Y%m%d}/us-east-1/sts/aws4_request"
        stamp = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=content-type;date;host, Signature={signed}"
        request = Request("POST", "/", "", {**form, "host": HOST, "authorization": stamp}, body)
        assert answer(user.client.app, request, "sts", "GetCallerIdentity").status == 200


class TestPresigned:
    """A presigned request."""

    @pytest.mark.parametrize("expires", [None, 0, 1, 60, 604_801])
    def test_presigned_request_is_valid_for_15_minutes(self, user: SkewedUser, expires: int | None) -> None:
        """A presigned request is valid for 15 minutes from its date, whatever its lifetime says."""
        app = user.client.app
        good = user.presigned(timedelta(minutes=-14), expires)
        assert answer(app, good, "sts", "GetCallerIdentity").status == 200
        error = refused(app, user.presigned(timedelta(minutes=-16), expires), "sts", "GetCallerIdentity")
        assert (error.status, error.code) == WRONG_SIGNATURE["query"]
        assert error.message.startswith("Signature expired: ")
        assert error.message.endswith(" - 15 min.)")

    def test_other_algorithm_is_refused_by_name(self, user: SkewedUser) -> None:
        """SigV4A is refused with its name in the message."""
        request = user.presigned(timedelta(0), 60)
        other = replace(request, query=request.query.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"))
        error = refused(user.client.app, other, "sts", "GetCallerIdentity")
        assert (error.status, error.code) == (400, "IncompleteSignature")
        assert error.message.startswith("Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'")


class TestSignedHeaders:
    """The headers that a signature covers."""

    def test_signature_must_cover_the_host(self, user: SkewedUser) -> None:
        """A signature that does not cover the Host header is refused."""
        request = user.request("organizations", timedelta(0))
        stamp = request.headers["authorization"].replace(";host", "")
        error = refused(
            user.client.app,
            replace(request, headers={**request.headers, "authorization": stamp}),
            "organizations",
            "ListRoots",
        )
        assert (error.status, error.code) == WRONG_SIGNATURE["json"]
        assert error.message == "'Host' must be a 'SignedHeader' in the AWS Authorization."
