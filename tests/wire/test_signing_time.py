"""When a request was signed: clocks that are wrong, and presigned requests past their time."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from artifact_emulator.http import Request
from tests.support.aws_models import protocol_of
from tests.support.wire_client import ENDPOINT, Answer, Client, answer, refused
from tests.wire.test_signatures import WRONG

HOST = ENDPOINT.partition("//")[2]
STAMP = "%Y%m%dT%H%M%SZ"
CALLS = {"organizations": "ListRoots", "artifact": "ListReports", "iam": "ListRoles", "sts": "GetCallerIdentity"}
in_every_service = pytest.mark.parametrize("service", CALLS)


class At(SigV4Auth):  # type: ignore[misc]
    """botocore's signer, whose clock is wrong."""

    off = timedelta(0)

    def add_auth(self, request: AWSRequest) -> None:
        """Sign at another instant: botocore reads its clock in here."""
        at = (datetime.now(UTC) + self.off).strftime(STAMP)
        request.context["timestamp"] = at
        self._modify_request_before_signing(request)
        to_sign = self.string_to_sign(request, self.canonical_request(request))
        self._inject_signature_to_request(request, self.signature(to_sign, request))


class PresignedAt(SigV4QueryAuth, At):  # type: ignore[misc]
    """The same, of presigned requests."""


@dataclass(frozen=True)
class User:
    """A user with a key, whose requests are signed at an instant that is off."""

    client: Client
    credentials: Credentials

    def request(self, service: str, off: timedelta) -> Request:
        """Write a request."""
        unsigned = self.client.request(service, CALLS[service])
        kept = {"content-type", "x-amz-target"}
        headers = {name: value for name, value in unsigned.headers.items() if name in kept}
        query = f"?{unsigned.query}" if unsigned.query else ""
        asked = AWSRequest(unsigned.method, f"{ENDPOINT}{unsigned.path}{query}", headers, unsigned.body)
        signer = At(self.credentials, service, "us-east-1")
        signer.off = off
        signer.add_auth(asked)
        return replace(unsigned, headers={"host": HOST} | {name.lower(): text for name, text in asked.headers.items()})

    def presigned(self, off: timedelta, expires: int) -> Request:
        """Write a presigned request."""
        asked = AWSRequest("GET", f"{ENDPOINT}/?Action=GetCallerIdentity&Version=2011-06-15")
        signer = PresignedAt(self.credentials, "sts", "us-east-1", expires=expires)
        signer.off = off
        signer.add_auth(asked)
        return Request("GET", "/", asked.url.partition("?")[2], {"host": HOST}, b"")

    def call(self, service: str, off: timedelta) -> Answer:
        """Call."""
        return answer(self.client.app, self.request(service, off), service, CALLS[service])


@pytest.fixture
def user(stranger: Client) -> User:
    """Give a user who may do anything."""
    stranger.do("iam", "CreateUser", UserName="Alice")
    admin = "arn:aws:iam::aws:policy/AdministratorAccess"
    stranger.do("iam", "AttachUserPolicy", UserName="Alice", PolicyArn=admin)
    key = stranger.do("iam", "CreateAccessKey", UserName="Alice")["AccessKey"]
    return User(stranger, Credentials(key["AccessKeyId"], key["SecretAccessKey"]))


class TestSkew:
    """A client whose clock is wrong."""

    @in_every_service
    @pytest.mark.parametrize("sign", [-1, 1], ids=["slow", "fast"])
    def test_is_refused(self, user: User, service: str, sign: int) -> None:
        """Five minutes are too many for the JSON services, fifteen for IAM and STS; AWS's texts say by which clock."""
        near = 15 if service in ("iam", "sts") else 5
        off = sign * timedelta(minutes=near, seconds=30)
        request = user.request(service, off)
        signed = request.headers["x-amz-date"]
        got = refused(user.client.app, request, service, CALLS[service])
        assert (got.status, got.code) == WRONG[protocol_of(service)]
        late = f"Signature expired: {signed} is now earlier than "
        early = f"Signature not yet current: {signed} is still later than "
        assert got.message.startswith(late if sign < 0 else early)
        assert got.message.endswith(f"{'-' if sign < 0 else '+'} {near} min.)")

    @in_every_service
    @pytest.mark.parametrize("sign", [-1, 1], ids=["slow", "fast"])
    def test_is_let_pass_when_small(self, user: User, service: str, sign: int) -> None:
        """Nobody's clock is exact."""
        assert user.call(service, sign * timedelta(minutes=4)).code in ("", "AWSOrganizationsNotInUseException")

    def test_counts_by_either_clock(self, user: User) -> None:
        """A world's clock that a test turned makes no client late, who signs by his machine's or by the world's."""
        clock = user.client.app.world.clock
        clock.freeze(datetime.now(UTC) + timedelta(days=40))
        assert user.call("sts", timedelta(0)).status == 200
        assert user.call("sts", timedelta(days=40)).status == 200
        assert user.call("sts", timedelta(days=20)).code == "SignatureDoesNotMatch"

    def test_of_a_placeholder_is_nobodys_business(self, stranger: Client) -> None:
        """A signature that is not verified may be of any day."""
        loose = User(stranger, Credentials(stranger.account, "x"))
        assert loose.call("sts", timedelta(days=-400)).status == 200

    def test_without_a_date(self, user: User) -> None:
        """A request that tells no time is incomplete."""
        request = user.request("sts", timedelta(0))
        bare = replace(request, headers={name: text for name, text in request.headers.items() if name != "x-amz-date"})
        got = refused(user.client.app, bare, "sts", "GetCallerIdentity")
        assert (got.status, got.code) == (400, "IncompleteSignature")
        assert got.message.endswith("requires existence of either a 'X-Amz-Date' or a 'Date' header.")

    @pytest.mark.parametrize("written", ["yesterday", "2026-01-01T00:00:00Z", "20269999T000000Z", "\xe9"])
    def test_with_what_is_no_date(self, user: User, written: str) -> None:
        """Neither does what is no time."""
        request = user.request("sts", timedelta(0))
        wrong = replace(request, headers={**request.headers, "x-amz-date": written})
        got = refused(user.client.app, wrong, "sts", "GetCallerIdentity")
        assert got.code in ("IncompleteSignature", "SignatureDoesNotMatch")
        assert "ISO-8601" in got.message

    def test_with_a_date_header(self, user: User) -> None:
        """The date of HTTP may stand for Amazon's: the signature has it in the basic form."""
        now = datetime.now(UTC).replace(microsecond=0)
        form = {"content-type": "application/x-www-form-urlencoded", "date": format_datetime(now, usegmt=True)}
        body = b"Action=GetCallerIdentity&Version=2011-06-15"
        asked = AWSRequest("POST", f"{ENDPOINT}/", form, body)
        signer = At(user.credentials, "sts", "us-east-1")
        asked.context["timestamp"] = now.strftime(STAMP)
        signed = signer.signature(signer.string_to_sign(asked, signer.canonical_request(asked)), asked)
        asked.headers["Date"] = form["date"]
        scope = f"{user.credentials.access_key}/{now:%Y%m%d}/us-east-1/sts/aws4_request"
        stamp = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=content-type;date;host, Signature={signed}"
        request = Request("POST", "/", "", {**form, "host": HOST, "authorization": stamp}, body)
        assert answer(user.client.app, request, "sts", "GetCallerIdentity").status == 200


class TestPresigned:
    """A presigned request."""

    def test_is_good_for_its_time(self, user: User) -> None:
        """As long as it says, and no longer."""
        app = user.client.app
        good = user.presigned(timedelta(seconds=-50), 60)
        assert answer(app, good, "sts", "GetCallerIdentity").status == 200
        got = refused(app, user.presigned(timedelta(seconds=-70), 60), "sts", "GetCallerIdentity")
        assert (got.status, got.code) == WRONG["query"]
        assert got.message.startswith("Signature expired: ")
        assert got.message.endswith(" - 1 min.)")

    @pytest.mark.parametrize("expires", [0, -1, 604_801])
    def test_is_good_for_a_week_at_most(self, user: User, expires: int) -> None:
        """Longer is not to be had."""
        got = refused(user.client.app, user.presigned(timedelta(0), expires), "sts", "GetCallerIdentity")
        assert (got.status, got.code) == (400, "IncompleteSignature")

    def test_of_another_algorithm(self, user: User) -> None:
        """SigV4A is refused by its name."""
        request = user.presigned(timedelta(0), 60)
        other = replace(request, query=request.query.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"))
        got = refused(user.client.app, other, "sts", "GetCallerIdentity")
        assert (got.status, got.code) == (400, "IncompleteSignature")
        assert got.message.startswith("Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'")


class TestSignedHeaders:
    """Which headers are under a signature."""

    def test_have_the_host(self, user: User) -> None:
        """A signature that is good for any host is good for none."""
        request = user.request("organizations", timedelta(0))
        stamp = request.headers["authorization"].replace(";host", "")
        got = refused(
            user.client.app,
            replace(request, headers={**request.headers, "authorization": stamp}),
            "organizations",
            "ListRoots",
        )
        assert (got.status, got.code) == WRONG["json"]
        assert got.message == "'Host' must be a 'SignedHeader' in the AWS Authorization."
