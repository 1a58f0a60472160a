"""The gate with moto's server behind it: SDKs, the AWS CLI, presigned URLs, and the life of moto's process."""

import io
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.config import Config

from tests.support.aws_cli import AwsCli
from tests.support.sdk_accounts import raises_client_error
from tests.support.server_process import SERVE_COMMAND, ServerProcess, clean_environment, server_process

ACCOUNT, OTHER_ACCOUNT = "111122223333", "444455556666"
REGION = "us-east-1"
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def gate() -> Iterator[ServerProcess]:
    """A server with moto's server behind it."""
    with server_process([*SERVE_COMMAND, "--behind", "moto"], env=clean_environment()) as server:
        yield server


def client(gate: ServerProcess, service: str, key: str = ACCOUNT, secret: str = "x", **options: Any) -> Any:
    """Return a client, of an account's root user unless it has other credentials."""
    endpoint = options.pop("endpoint_url", f"http://127.0.0.1:{gate.port}")
    return boto3.Session().client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        **options,
    )


def moto_process(server: ServerProcess) -> int:
    """Return the process id of moto's server, the only child of ours."""
    tasks = Path(f"/proc/{server.process.pid}/task").iterdir()
    (child,) = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return child


def has_ended(process_id: int) -> bool:
    """Return whether a process has ended, or only waits for its parent to notice."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{process_id}/status").read_text()
    except FileNotFoundError:
        return True


class TestServices:
    """Calls of services that are not emulated."""

    def test_services_of_several_protocols_answer(self, gate: ServerProcess) -> None:
        """Each protocol of AWS passes: REST with XML, queries, EC2's own, JSON and REST with JSON."""
        client(gate, "s3").create_bucket(Bucket="first")
        assert [bucket["Name"] for bucket in client(gate, "s3").list_buckets()["Buckets"]] == ["first"]
        assert client(gate, "sns").create_topic(Name="t")["TopicArn"] == f"arn:aws:sns:{REGION}:{ACCOUNT}:t"
        assert client(gate, "ec2").describe_vpcs()["Vpcs"][0]["OwnerId"] == ACCOUNT
        client(gate, "ssm").put_parameter(Name="/a", Value="b", Type="String")
        assert client(gate, "ssm").get_parameter(Name="/a")["Parameter"]["Value"] == "b"
        assert client(gate, "kms").create_key()["KeyMetadata"]["AWSAccountId"] == ACCOUNT
        assert client(gate, "dynamodb").list_tables()["TableNames"] == []
        assert client(gate, "lambda").list_functions()["Functions"] == []

    def test_accounts_have_resources_of_their_own(self, gate: ServerProcess) -> None:
        """The calling account is the backend's, also for a session of a role in another account."""
        sqs = client(gate, "sqs")
        url = sqs.create_queue(QueueName="q")["QueueUrl"]
        assert url == f"http://127.0.0.1:{gate.port}/{ACCOUNT}/q"
        sqs.send_message(QueueUrl=url, MessageBody="hello")
        assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "hello"
        assert "QueueUrls" not in client(gate, "sqs", OTHER_ACCOUNT).list_queues()

    def test_error_of_the_backend_is_the_clients(self, gate: ServerProcess) -> None:
        """An error of moto's reaches the client as it is."""
        with raises_client_error("ParameterNotFound", 400):
            client(gate, "ssm").get_parameter(Name="/missing")

    def test_cli_calls_services(self, gate: ServerProcess, tmp_path: Path) -> None:
        """The AWS CLI needs one endpoint for all services."""
        cli = AwsCli(
            {
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{gate.port}",
                "AWS_ACCESS_KEY_ID": OTHER_ACCOUNT,
                "AWS_SECRET_ACCESS_KEY": "x",
                "AWS_DEFAULT_REGION": REGION,
                "AWS_CONFIG_FILE": os.devnull,
            }
        )
        (tmp_path / "file").write_text("hello")
        assert cli.run("s3 mb s3://of-the-cli").status == 0
        assert cli.run(f"s3 cp {tmp_path}/file s3://of-the-cli/key").status == 0
        assert cli.run("s3 cp s3://of-the-cli/key -").stdout == "hello"
        assert cli.output("organizations create-organization")["Organization"]["MasterAccountId"] == OTHER_ACCOUNT


class TestS3:
    """What is particular about Amazon S3."""

    @pytest.fixture
    def s3(self, gate: ServerProcess) -> Any:
        """A client, with a bucket that has an object."""
        s3 = client(gate, "s3")
        s3.create_bucket(Bucket="objects")
        s3.put_object(Bucket="objects", Key="a b/c+d", Body=b"hello")
        return s3

    @pytest.mark.parametrize("version", ["s3", "s3v4"])
    def test_presigned_url_is_answered(self, gate: ServerProcess, s3: Any, version: str) -> None:
        """URLs of both versions of the signature can be opened without credentials, and objects sent to them."""
        assert s3.head_object(Bucket="objects", Key="a b/c+d")["ContentLength"] == 5
        signer = client(gate, "s3", config=Config(signature_version=version))
        of_object = {"Bucket": "objects", "Key": "a b/c+d"}
        url = signer.generate_presigned_url("put_object", Params=of_object)
        urlopen(Request(url, b"changed", method="PUT", headers={"Content-Type": ""}), timeout=10).close()
        with urlopen(signer.generate_presigned_url("get_object", Params=of_object), timeout=10) as reply:
            assert reply.read() == b"changed"

    def test_host_names_the_bucket(self, gate: ServerProcess, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """A host such as objects.s3.localhost names the bucket, in calls and in presigned URLs."""
        assert s3.list_objects_v2(Bucket="objects")["KeyCount"]
        resolve = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", lambda _, *rest, **options: resolve("127.0.0.1", *rest, **options))
        virtual = Config(s3={"addressing_style": "virtual"}, signature_version="s3v4")
        own = client(gate, "s3", endpoint_url=f"http://s3.localhost:{gate.port}", config=virtual)
        own.put_object(Bucket="objects", Key="virtual", Body=b"hello")
        url = own.generate_presigned_url("get_object", Params={"Bucket": "objects", "Key": "virtual"})
        assert url.startswith(f"http://objects.s3.localhost:{gate.port}/virtual?")
        with urlopen(url, timeout=10) as reply:
            assert reply.read() == b"hello"

    def test_large_object_takes_no_memory(self, gate: ServerProcess, s3: Any) -> None:
        """An object of 64 MiB passes in both directions, while the server's memory grows by less than half."""
        before = peak_memory(gate)
        content = os.urandom(MIB) * 64
        s3.put_object(Bucket="objects", Key="large", Body=io.BytesIO(content))
        received = s3.get_object(Bucket="objects", Key="large")["Body"].read()
        assert received == content
        assert peak_memory(gate) - before < 32 * MIB

    @pytest.mark.usefixtures("s3")
    def test_issued_keys_are_verified(self, gate: ServerProcess) -> None:
        """Keys that the emulator issued have to sign, in every way in which clients sign requests to S3."""
        iam = client(gate, "iam")
        # The root user has a key of its own, and needs no permissions.
        key = iam.create_access_key()["AccessKey"]
        good, bad = (key["AccessKeyId"], key["SecretAccessKey"]), (key["AccessKeyId"], "wrong")
        of_object = {"Bucket": "objects", "Key": "a b/c+d"}
        for version in ("s3", "s3v4"):
            config = Config(signature_version=version)
            assert client(gate, "s3", *good, config=config).get_object(**of_object)
            client(gate, "s3", *good, config=config).put_object(**of_object, Body=io.BytesIO(b"hello"))
            with raises_client_error("SignatureDoesNotMatch", 403):
                client(gate, "s3", *bad, config=config).get_object(**of_object)
            url = client(gate, "s3", *good, config=config).generate_presigned_url("get_object", Params=of_object)
            with urlopen(url, timeout=10) as reply:
                assert reply.read() == b"hello"
            wrong = client(gate, "s3", *bad, config=config).generate_presigned_url("get_object", Params=of_object)
            with pytest.raises(HTTPError, match="403"):
                urlopen(wrong, timeout=10)

    @pytest.mark.usefixtures("s3")
    @pytest.mark.parametrize("version", ["s3", "s3v4"])
    def test_presigned_url_expires(self, gate: ServerProcess, version: str) -> None:
        """A URL that is valid for a second is refused later."""
        key = client(gate, "iam").create_access_key()["AccessKey"]
        signer = client(
            gate, "s3", key["AccessKeyId"], key["SecretAccessKey"], config=Config(signature_version=version)
        )
        url = signer.generate_presigned_url("get_object", Params={"Bucket": "objects", "Key": "a b/c+d"}, ExpiresIn=1)
        time.sleep(2.1)
        with pytest.raises(HTTPError, match="403"):
            urlopen(url, timeout=10)
        client(gate, "iam").delete_access_key(AccessKeyId=key["AccessKeyId"])


class TestProcess:
    """The process of moto's server."""

    @pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
    def test_moto_ends_with_the_emulator(self, by: signal.Signals) -> None:
        """The server of moto ends however the emulator ends."""
        with server_process([*SERVE_COMMAND, "--behind", "moto"], env=clean_environment()) as server:
            moto = moto_process(server)
            server.stop(by)
        until = time.monotonic() + 10
        while not has_ended(moto) and time.monotonic() < until:
            time.sleep(0.05)
        assert has_ended(moto)

    def test_missing_moto_is_explained(self, tmp_path: Path) -> None:
        """Without the extra, the command says what to install."""
        (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['flask_cors'] = None\n")
        environment = clean_environment(PYTHONPATH=str(tmp_path))
        with suppress(subprocess.TimeoutExpired):
            done = subprocess.run(
                [*SERVE_COMMAND, "--behind", "moto", "--port", "0"],
                env=environment, capture_output=True, text=True, check=False, timeout=20,
            )  # fmt: skip
        assert done.returncode == 1
        assert "python -m pip install 'moto[server]'" in done.stderr


def peak_memory(server: ServerProcess) -> int:
    """Return the most memory that a server has used, in bytes."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))) * 1024
