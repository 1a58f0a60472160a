"""The parsers of what a client or a file says, each as a function of bytes that raises only if the emulator fails."""

import base64
import json
from argparse import Namespace
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import quote_from_bytes

from artifact_emulator.app import App
from artifact_emulator.cli.options import CommandFailed
from artifact_emulator.cli.serve_options import SETTINGS
from artifact_emulator.cli.settings import resolve
from artifact_emulator.http import Request
from artifact_emulator.scenarios.files import InvalidScenario, load_file
from tests.support.http_connection import authorization

HOST = {"host": "localhost"}
FORM = {**HOST, "content-type": "application/x-www-form-urlencoded"}
_VERSIONS = {"iam": "2010-05-08", "sts": "2011-06-15"}


class Failed(AssertionError):
    """The emulator failed: it answered 5xx, without being told to, to something that it implements."""


def _handle(request: Request, app: App | None = None) -> None:
    reply = (app or App()).handle(request)
    if reply.status >= 500 and reply.status != 501:
        raise Failed(f"{request}: {reply.status} {reply.body!r}")


def _query(service: str, action: str, fields: dict[str, bytes], app: App | None = None) -> None:
    pairs = "".join(f"&{name}={quote_from_bytes(value)}" for name, value in fields.items())
    form = f"Action={action}&Version={_VERSIONS[service]}{pairs}".encode()
    _handle(Request("POST", "/", "", {**FORM, "authorization": authorization(service)}, form), app)


def _json_call(target: str, body: bytes, app: App | None = None) -> None:
    headers = {"x-amz-target": f"AWSOrganizationsV20161128.{target}", "content-type": "application/x-amz-json-1.1"}
    _handle(Request("POST", "/", "", {**HOST, **headers, "authorization": authorization("organizations")}, body), app)


def _header(data: bytes) -> str:
    """Return a value that an HTTP server accepts for a header."""
    return data.decode("latin-1").translate(dict.fromkeys((0, 10, 13)))


def _yaml(data: bytes) -> None:
    with NamedTemporaryFile(suffix=".yaml") as file:
        Path(file.name).write_bytes(data)
        with suppress(InvalidScenario):
            load_file(file.name)


def _configuration(data: bytes) -> None:
    with NamedTemporaryFile(suffix=".toml") as file:
        Path(file.name).write_bytes(data)
        with suppress(CommandFailed):
            resolve(SETTINGS, Namespace(config=file.name), {})


def _scenario(data: bytes) -> None:
    text = json.dumps(data.decode("latin-1"))
    for body in (b'{"scenario": %b}' % data, f'{{"scenario": {{"organizations": [{text}]}}}}'.encode()):
        _handle(Request("PUT", "/_emulator/worlds/x", "", {**HOST, "content-type": "application/json"}, body))


def _snapshot(data: bytes) -> None:
    path = "/_emulator/snapshots/a"
    _handle(Request("PUT", path, "", HOST, b"", file=BytesIO(data)))
    _handle(Request("PUT", path, "", HOST, b'{"artifact_emulator_snapshot": 1, "version": "1", "state": %b}' % data))


def _policy(data: bytes) -> None:
    app = App()
    fields = {"PolicyName": b"p", "PolicyDocument": data}
    _query("iam", "CreatePolicy", fields, app)
    _query("iam", "CreateRole", {"RoleName": b"r", "AssumeRolePolicyDocument": data}, app)
    simulated = {"PolicyInputList.member.1": data, "ActionNames.member.1": b"s3:GetObject"}
    _query("iam", "SimulateCustomPolicy", simulated, app)
    _json_call("CreateOrganization", b"{}", app)
    content = json.dumps({"Name": "p", "Description": "", "Content": data.decode("latin-1")}).encode()
    for kind in (b"SERVICE_CONTROL_POLICY", b"TAG_POLICY", b"BACKUP_POLICY"):
        _json_call("CreatePolicy", content[:-1] + b', "Type": "%b"}' % kind, app)
    _json_call("PutResourcePolicy", json.dumps({"Content": data.decode("latin-1")}).encode(), app)


def _variables(data: bytes) -> None:
    text = data.decode("latin-1")
    statement = {
        "Effect": "Allow",
        "Action": "s3:*",
        "Resource": text,
        "Condition": {"StringLike": {"aws:username": text}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]}).encode()
    entry = "ContextEntries.member.1."
    fields = {
        "PolicyInputList.member.1": document,
        "ActionNames.member.1": b"s3:GetObject",
        "ResourceArns.member.1": b"arn:aws:s3:::b/" + data[:100],
        f"{entry}ContextKeyName": b"aws:username",
        f"{entry}ContextKeyType": b"string",
        f"{entry}ContextKeyValues.member.1": data,
    }
    _query("iam", "SimulateCustomPolicy", fields)


def _arn(data: bytes) -> None:
    app = App()
    for arn in (data, b"arn:aws:iam::111122223333:" + data):
        _query("sts", "AssumeRole", {"RoleArn": arn, "RoleSessionName": b"xx"}, app)
        _query("iam", "GetPolicy", {"PolicyArn": arn}, app)
        _query("iam", "GenerateServiceLastAccessedDetails", {"Arn": arn}, app)
        _query("iam", "GetOpenIDConnectProvider", {"OpenIDConnectProviderArn": arn}, app)


def _next_token(data: bytes) -> None:
    app, text = App(), json.dumps({"NextToken": data.decode("latin-1")}).encode()
    _json_call("CreateOrganization", b"{}", app)
    _json_call("ListAccounts", text, app)
    _query("iam", "ListUsers", {"Marker": data}, app)
    query = f"nextToken={quote_from_bytes(data)}"
    headers = {**HOST, "authorization": authorization("artifact")}
    _handle(Request("GET", "/v1/report/list", query, headers, b""), app)


def _identity_token(data: bytes) -> None:
    role = {"RoleArn": b"arn:aws:iam::111122223333:role/r", "RoleSessionName": b"xx"}
    part = base64.urlsafe_b64encode(data).rstrip(b"=")
    for token in (data, part + b"." + part + b"." + part, b"eyJhbGciOiJSUzI1NiJ9." + part + b"." + part):
        _query("sts", "AssumeRoleWithWebIdentity", {**role, "WebIdentityToken": token})


def _assertion(data: bytes) -> None:
    provider = {
        "RoleArn": b"arn:aws:iam::111122223333:role/r",
        "PrincipalArn": b"arn:aws:iam::111122223333:saml-provider/p",
    }
    for assertion in (data, base64.b64encode(data)):
        _query("sts", "AssumeRoleWithSAML", {**provider, "SAMLAssertion": assertion})
    _query("iam", "CreateSAMLProvider", {"Name": b"p", "SAMLMetadataDocument": data})


def _presigned(data: bytes) -> None:
    text = quote_from_bytes(data)
    scope = "111122223333%2F20260101%2Fus-east-1%2Fsts%2Faws4_request"
    names = ("Date", "Signature", "Expires", "SignedHeaders")
    signed = "".join(f"&X-Amz-{name}={text}" for name in names)
    signed = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={scope}{signed}"
    for query in (data.decode("latin-1"), signed):
        _handle(Request("GET", "/", f"Action=GetCallerIdentity&Version=2011-06-15&{query}", HOST, b""))
        for path in ("/_documents/111122223333/report/x/1.pdf", f"/_documents/{text}"):
            _handle(Request("GET", path, query, HOST, b""))


def _chunked(data: bytes) -> None:
    headers = {
        "x-amz-target": "AWSOrganizationsV20161128.ListRoots",
        "content-type": "application/x-amz-json-1.1",
        "content-encoding": "aws-chunked",
        "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "x-amz-decoded-content-length": _header(data[:10]),
        "authorization": authorization("organizations"),
    }
    _handle(Request("POST", "/", "", {**HOST, **headers}, data))


def _headers(data: bytes) -> None:
    value = _header(data)
    for name in (
        "authorization",
        "x-amz-date",
        "x-amz-target",
        "accept",
        "range",
        "cookie",
        "origin",
        "x-amz-security-token",
    ):
        app, headers = App(), {**FORM, "authorization": authorization("sts"), name: value}
        for path in ("/", "/_emulator/clock", "/console/", "/_documents/111122223333/report/x/1.pdf"):
            _handle(Request("GET", path, "", headers, b""), app)
        _handle(Request("POST", "/", "", headers, b"Action=GetCallerIdentity&Version=2011-06-15"), app)


def _own_paths(data: bytes) -> None:
    text, app = quote_from_bytes(data), App()
    for path in (f"/worlds/{text}/", f"/_emulator/{text}", f"/_emulator/snapshots/{text}", f"/console/{text}"):
        for method in ("GET", "PUT", "DELETE"):
            _handle(Request(method, path, f"{text}&after={text}&service={text}", HOST, b""), app)
    _handle(Request("GET", "/_emulator/events", f"after={text}&error={text}", HOST, b""), app)


PARSERS: dict[str, Callable[[bytes], None]] = {
    "json": lambda data: _json_call("TagResource", data),
    "form": lambda data: _handle(Request("POST", "/", "", {**FORM, "authorization": authorization("iam")}, data)),
    "yaml": _yaml,
    "configuration": _configuration,
    "scenario": _scenario,
    "snapshot": _snapshot,
    "policy": _policy,
    "policy variables": _variables,
    "arn": _arn,
    "next token": _next_token,
    "identity token": _identity_token,
    "SAML assertion": _assertion,
    "presigned URL": _presigned,
    "aws-chunked": _chunked,
    "headers": _headers,
    "own paths": _own_paths,
}
SEEDS: dict[str, tuple[bytes, ...]] = {
    "json": (b'{"ResourceId": "111122223333", "Tags": [{"Key": "a", "Value": "b"}]}',),
    "form": (b"Action=CreateUser&Version=2010-05-08&UserName=a&Tags.member.1.Key=k&Tags.member.1.Value=v",),
    "yaml": (b"organizations:\n  - management: {id: '111122223333'}\n    accounts: [{id: '222233334444'}]\n",),
    "configuration": (b'port = 4700\nquota = ["roles=9"]\n[limit]\nworlds = 3\n', b"a=" + b"[" * 5_000),
    "scenario": (b'{"organizations": [{"management": {"id": "111122223333"}}]}',),
    "snapshot": (b'{"artifact_emulator_snapshot": 1, "clock": {}, "state": {"serial": 1}}', b'{"serial": 1}'),
    "policy": (b'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}',),
    "policy variables": (b"arn:aws:s3:::${aws:username}/*${aws:PrincipalTag/a, 'b'}?", b"${*}${?}${$}" * 50),
    "arn": (b"arn:aws:iam::111122223333:role/a/b", b"policy/a"),
    "next token": (b"eyJhIjogMX0=", b"AAAA"),
    "identity token": (b'{"iss": "https://example.com", "aud": "a", "exp": 1, "sub": "x"}',),
    "SAML assertion": (
        b'<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"/>',
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    ),
    "presigned URL": (b"20260101T000000Z",),
    "aws-chunked": (b"2;chunk-signature=0\r\n{}\r\n0;chunk-signature=0\r\n\r\n",),
    "headers": (b"AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0",),
    "own paths": (b"worlds/a", b"events"),
}
"""Almost valid input of each parser, from which hostile input is made."""
