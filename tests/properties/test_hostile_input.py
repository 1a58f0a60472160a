"""Hostile input: whatever a client sends, no parser fails, and what it leaves behind can be read.

The application answers requests that are almost right: an unforeseen exception would be a 500.
"""

import json
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from artifact_emulator.app import App
from artifact_emulator.http import Reply, Request
from tests.support.http_connection import authorization

NUMBER = st.integers() | st.floats() | st.just(10**30)
TEXT = st.text(max_size=20) | st.sampled_from(
    ["", "*", "a?" * 200, "${aws:username}" * 50, "\ud800", "\x00\x1b[31m\n", "arn:aws:iam", "::::", "9" * 5_000]
)
DEEP = st.integers(1, 2_000).map(lambda depth: "[" * depth + "]" * depth)
VALUE = st.recursive(NUMBER | TEXT | st.none() | st.booleans(), lambda of: st.lists(of) | st.dictionaries(TEXT, of))
JSON = st.one_of(
    VALUE.map(lambda value: json.dumps(value, ensure_ascii=True)),
    DEEP,
    DEEP.map(lambda deep: f'{{"x":{deep}}}'),
    st.integers(4_000, 6_000).map(lambda digits: f'{{"MaxResults":{"9" * digits}}}'),
    st.sampled_from(['{"a":NaN}', '{"a":"\\ud800"}', "{", "null", '{"name":"' + "x" * 5_000 + '"}']),
)
OPERATIONS = st.sampled_from(
    ("ListAccounts", "CreateOrganization", "CreatePolicy", "DescribeAccount", "TagResource", "MoveAccount", "Nothing")
)
ACTIONS = st.sampled_from(
    ("CreateUser", "ListUsers", "CreateRole", "SimulateCustomPolicy", "GetPolicy", "AssumeRole", "CreatePolicy")
)
FIELD = st.sampled_from(
    ("UserName", "PolicyDocument", "MaxItems", "Marker", "Tags.member.1.Key", "ActionNames.member.1", "RoleArn")
) | st.lists(st.sampled_from(("UserName", "member", "1", "-1", "01", "x", "")), max_size=200).map(".".join)
CONTROL = st.sampled_from(
    (
        ("POST", "/faults"),
        ("PUT", "/worlds/x"),
        ("PUT", "/snapshots/a"),
        ("POST", "/clock"),
        ("PATCH", "/clock"),
        ("PATCH", "/quotas"),
        ("PATCH", "/delays"),
        ("POST", "/assume-as-service"),
        ("PUT", "/strict-mode"),
        ("PUT", "/throttling"),
        ("POST", "/reports"),
    )
)
JSON_TYPE = "application/x-amz-json-1.1"
HOST = {"host": "localhost"}
EXAMPLES = 40
"""The inputs for each parser: a bounded time in every run."""


def headers(service: str, **others: str) -> dict[str, str]:
    """Return the headers of a signed call."""
    return {**HOST, "authorization": authorization(service), **others}


def check(app: App, reply: Reply) -> None:
    """Check that a reply is no failure of the emulator, and that the world can still be read."""
    assert reply.status < 500 or reply.status == 501, reply.body
    reads = [
        Request("GET", path, "", HOST, b"")
        for path in ("/_emulator/events", "/_emulator/scenario", "/console/activity")
    ]
    target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"
    lookup = headers("cloudtrail", **{"x-amz-target": target, "content-type": JSON_TYPE})
    for request in (*reads, Request("POST", "/", "", lookup, b"{}")):
        assert app.handle(request).status in (200, 302)


class TestHostileInput:
    """Requests that are almost right."""

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(OPERATIONS, JSON)
    def test_json_of_a_call(self, operation: str, body: str) -> None:
        """A body of a JSON protocol is accepted or refused."""
        app = App()
        target = {
            "x-amz-target": f"AWSOrganizationsV20161128.{operation}",
            "content-type": "application/x-amz-json-1.1",
        }
        check(app, app.handle(Request("POST", "/", "", headers("organizations", **target), body.encode())))

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(ACTIONS, st.dictionaries(FIELD, TEXT | JSON, max_size=4))
    def test_form_of_a_call(self, action: str, fields: dict[str, str]) -> None:
        """A form is accepted or refused, however its names are nested."""
        app = App()
        service, version = ("sts", "2011-06-15") if action == "AssumeRole" else ("iam", "2010-05-08")
        pairs = {"Action": action, "Version": version, **fields}.items()
        form = "&".join(f"{quote(name)}={quote(value.encode(errors='surrogatepass'))}" for name, value in pairs)
        form_type = {"content-type": "application/x-www-form-urlencoded"}
        check(app, app.handle(Request("POST", "/", "", headers(service, **form_type), form.encode())))

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(st.sampled_from(("GET", "PUT", "POST", "DELETE")), TEXT, TEXT, JSON)
    def test_path_and_query_of_a_call(self, method: str, path: str, query: str, body: str) -> None:
        """A path and a query of AWS Artifact are accepted or refused."""
        app = App()
        encoded = [quote(text.encode(errors="surrogatepass")) for text in (path, query)]
        path, query = f"/v1/report/{encoded[0]}", f"reportId={encoded[1]}&maxResults={encoded[1]}"
        check(app, app.handle(Request(method, path, query, headers("artifact"), body.encode())))

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(CONTROL, JSON)
    def test_json_of_the_control_api(self, route: tuple[str, str], body: str) -> None:
        """A body of the control API is accepted or refused."""
        app = App()
        method, path = route
        json_type = {"content-type": "application/json", **HOST}
        check(app, app.handle(Request(method, f"/_emulator{path}", "", json_type, body.encode())))

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(st.dictionaries(st.sampled_from(("authorization", "x-amz-date", "x-amz-target", "accept", "range")), TEXT))
    def test_headers_of_a_call(self, sent: dict[str, str]) -> None:
        """Header values are accepted or refused."""
        app = App()
        # No HTTP server accepts line breaks or NUL in a header.
        latin = {
            name: value.encode("latin-1", "replace").decode("latin-1").translate(dict.fromkeys((0, 10, 13)))
            for name, value in sent.items()
        }
        for path in ("/", "/_emulator/events", "/_documents/111122223333/report/x/1.pdf"):
            reply = app.handle(Request("GET", path, "X-Amz-Signature=0", {**HOST, **latin}, b""))
            if reply.stream is None:
                check(app, reply)
