"""Kinds of backends: how they are told the account of a call, and how they are recognized."""

import pytest

from artifact_emulator.cli.behind import KINDS as NAMES
from artifact_emulator.gateway.backends import KINDS, Backend
from artifact_emulator.http import Request
from tests.support.http_connection import authorization, connection_to, http_request
from tests.support.recording_backend import Answer, recording_backend
from tests.support.server_process import SERVE_COMMAND, clean_environment, server_process

ACCOUNT = "444455556666"
SIGNED = Request("GET", "/", "a=b", {"host": "localhost", "authorization": authorization("s3", "AKIAEXAMPLE")}, b"")
PRESIGNED = Request("GET", "/", "X-Amz-Credential=AKIAEXAMPLE%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&x=1", {}, b"")
OLDER = Request("GET", "/", "AWSAccessKeyId=AKIAEXAMPLE&Signature=x", {}, b"")


def test_kinds_of_the_command_are_those_of_the_gate() -> None:
    """The command line names every kind, without importing the gate."""
    assert tuple(KINDS) == NAMES


class TestAccount:
    """What names the account."""

    def test_moto_is_told_by_a_header(self) -> None:
        """The signature stays as it is, and a header is added."""
        headers, query = KINDS["moto"].told(SIGNED, ACCOUNT)
        assert headers == {**SIGNED.headers, "x-moto-account-id": ACCOUNT}
        assert query == "a=b"

    @pytest.mark.parametrize("kind", ["localstack", "floci", "credential"])
    def test_others_are_told_by_the_access_key(self, kind: str) -> None:
        """The access key is that of the account, and the rest of the signature stays as it is."""
        headers, query = KINDS[kind].told(SIGNED, ACCOUNT)
        assert headers == {**SIGNED.headers, "authorization": authorization("s3", ACCOUNT)}
        assert query == "a=b"

    def test_presigned_requests_have_the_access_key_in_the_query(self) -> None:
        """Both versions of presigned requests name the account in their query."""
        kind = KINDS["credential"]
        assert kind.told(PRESIGNED, ACCOUNT)[1] == PRESIGNED.query.replace("AKIAEXAMPLE", ACCOUNT)
        assert kind.told(OLDER, ACCOUNT)[1] == f"AWSAccessKeyId={ACCOUNT}&Signature=x"

    def test_older_signature_has_the_access_key_in_the_header(self) -> None:
        """Version 2 of the signature names the access key before the signature."""
        request = Request("GET", "/", "", {"authorization": "AWS AKIAEXAMPLE:c2ln"}, b"")
        assert KINDS["credential"].told(request, ACCOUNT)[0] == {"authorization": f"AWS {ACCOUNT}:c2ln"}

    def test_nothing_is_told(self) -> None:
        """A backend without accounts gets the request as it is."""
        assert KINDS["none"].told(SIGNED, ACCOUNT) == (SIGNED.headers, SIGNED.query)


class TestRecognition:
    """The kind of a backend that the user did not name."""

    @pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.probe], ids=lambda kind: kind.name)
    def test_backend_is_recognized_by_its_probe(self, kind: Backend) -> None:
        """The backend is asked once, before the first call that is passed to it."""
        with recording_backend() as backend:
            backend.respond = lambda got: Answer(200 if got.target in (kind.probe, "/bucket") else 404)
            command = [*SERVE_COMMAND, "--behind", backend.url]
            with server_process(command, env=clean_environment()) as gate, connection_to(gate.port) as connection:
                for _ in range(2):
                    head = {"Host": "localhost", "Authorization": authorization("s3", ACCOUNT), "X-Key": "1"}
                    connection.send(http_request("GET", "/bucket", head))
                    assert connection.reply()[0] == 200
            calls = [got for got in backend.received if got.target == "/bucket"]
            probes = [got.target for got in backend.received if got.target != "/bucket"]
        assert probes[-1] == kind.probe
        assert len(calls) == 2
        assert ("x-moto-account-id" in calls[0].headers) == (kind.account_in == "header")
