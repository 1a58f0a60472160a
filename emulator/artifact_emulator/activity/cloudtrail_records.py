"""CloudTrail records of calls.

Sources: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_cloudtrail-integration.html
https://docs.aws.amazon.com/artifact/latest/ug/cloudtrail-logging.html
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from artifact_emulator.activity.call_log import CallRecord, is_read_only
from artifact_emulator.aws.service_model import Service
from artifact_emulator.aws.service_profile import PROFILES
from artifact_state import arns, ids
from artifact_state.model import Caller, CallerKind
from artifact_state.record import Record

VERSION = "1.11"
SOURCE_SUFFIX = ".amazonaws.com"
_GLOBAL_REGIONS = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-northwest-1"}
# CloudTrail records the same code for all services: https://docs.aws.amazon.com/artifact/latest/ug/cloudtrail-logging.html
_DENIED = "AccessDenied"
_RECORDED_CODES = {"AccessDeniedException": _DENIED}
# Written as asterisks: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_cloudtrail-integration.html
_MASKED_MEMBERS = {"email", "accountName"}
_OMITTED_MEMBERS = {
    "SecretAccessKey", "Password", "WebIdentityToken", "Base32StringSeed", "QRCodePNG", "TokenCode",
    "AuthenticationCode1", "AuthenticationCode2", "SAMLAssertion",
}  # fmt: skip
_WEB_IDENTITY, _SAML = "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"
_FEDERATING = (_WEB_IDENTITY, _SAML)
"""The operations of users of identity providers, who have no account."""
_ASSUMING_OPERATIONS = {
    "AssumeRole": "RoleArn",
    "AssumeRoot": "TargetPrincipal",
    _WEB_IDENTITY: "RoleArn",
    _SAML: "RoleArn",
}
"""The operations that issue credentials of another account's principal, and the members that name the principal."""
_IDENTITY_TYPES = {
    CallerKind.ROOT: "Root",
    CallerKind.USER: "IAMUser",
    CallerKind.ROLE: "AssumedRole",
    CallerKind.FEDERATED: "FederatedUser",
}


class CloudTrailRecord(Record, kw_only=False):
    """A CloudTrail record of one account."""

    account_id: str
    at: datetime
    content: Mapping[str, Any]

    @property
    def event_id(self) -> str:
        """The record's id."""
        event_id: str = self.content["eventID"]
        return event_id


def recorded_error_code(service: Service, code: str) -> str:
    """Return the code that CloudTrail records for an error of a service: the name of its shape."""
    name = next((name for name, shape in service.errors.items() if shape.code == code), code)
    return _RECORDED_CODES.get(name, name)


def call_records(calls: Iterable[CallRecord]) -> Iterator[CloudTrailRecord]:
    """Iterate over the records of calls in all accounts that they concern."""
    for call in calls:
        yield from _records_of_call(call)


def plain(value: Any, name: str = "") -> Any:
    """Return members in CloudTrail's form: lower-case initials, instants as text, without secrets."""
    if name in _MASKED_MEMBERS:
        return "****"
    if isinstance(value, Mapping):
        return {_lower(key): plain(member, _lower(key)) for key, member in value.items() if key not in _OMITTED_MEMBERS}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return _instant_text(value)
    return value.decode("latin-1") if isinstance(value, bytes) else value


def event_source(service: Service) -> str:
    """Return the name of a service in a record's eventSource."""
    # Of the services that are not emulated, the name that requests are signed for is that of the source.
    name = service.name if service.name in PROFILES else service.signing_name
    return f"{name}{SOURCE_SUFFIX}"


def event_time(at: datetime) -> str:
    """Return an instant in the form of a record's eventTime."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _records_of_call(call: CallRecord) -> Iterator[CloudTrailRecord]:
    if call.caller.kind is CallerKind.SERVICE:
        # A service has no account: the role's account has the record.
        yield _record(call, str((call.members or {})["RoleArn"]).split(":")[4])
        return
    if call.operation in _FEDERATING:
        # The user of an identity provider has no account either.
        account_id = str((call.members or {}).get("RoleArn", "")).split(":")[4:5]
        yield from (_record(call, account) for account in account_id)
        return
    own = _record(call, call.caller.account_id)
    assumed_account_id = _assumed_account_id(call)
    if assumed_account_id is None:
        yield own
        return
    # Both accounts have a record if a role of another account is assumed. Unverified: the same for root users.
    shared = {"sharedEventID": ids.uuid("shared", call.request_id)}
    yield CloudTrailRecord(own.account_id, own.at, {**own.content, **shared})
    other = _record(call, assumed_account_id)
    event_id = ids.uuid("other", call.request_id)
    yield CloudTrailRecord(assumed_account_id, other.at, {**other.content, **shared, "eventID": event_id})


def _assumed_account_id(call: CallRecord) -> str | None:
    """Return the account of the assumed role or root user, if it is not the caller's."""
    if call.operation not in _ASSUMING_OPERATIONS or call.failure is not None or not call.members:
        return None
    principal = str(call.members[_ASSUMING_OPERATIONS[call.operation]])
    account_id = next(part for part in principal.split(":") if part.isdecimal())
    return account_id if account_id != call.caller.account_id else None


def _record(call: CallRecord, account_id: str) -> CloudTrailRecord:
    content: dict[str, Any] = {
        "eventVersion": VERSION,
        "userIdentity": _provided_identity(call) if call.operation in _FEDERATING else _user_identity(call.caller),
        "eventTime": event_time(call.at),
        "eventSource": event_source(call.service),
        "eventName": call.operation,
        "awsRegion": _region(call),
        "sourceIPAddress": "127.0.0.1",
        "userAgent": call.user_agent,
    }
    if call.failure is not None:
        content["errorCode"] = recorded_error_code(call.service, call.failure.code)
        content["errorMessage"] = call.failure.recorded_message
    content |= {
        "requestParameters": _request_parameters(call),
        "responseElements": plain(call.value) if call.failure is None and call.value else None,
        "requestID": call.request_id,
        "eventID": ids.uuid("event", call.request_id),
        "readOnly": is_read_only(call.operation) or call.operation in _ASSUMING_OPERATIONS,
        **_named_resources(call),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account_id,
        "eventCategory": "Management",
    }
    return CloudTrailRecord(account_id, call.at, content)


def _named_resources(call: CallRecord) -> dict[str, Any]:
    """Return the role that a call assumed, as the record's resources; nothing for other calls."""
    role_arn = (call.members or {}).get("RoleArn")
    if call.service.name != "sts" or call.failure is not None or role_arn is None:
        return {}
    return {"resources": [{"accountId": role_arn.split(":")[4], "type": "AWS::IAM::Role", "ARN": role_arn}]}


def _request_parameters(call: CallRecord) -> Any:
    # AWS Artifact's records of denied calls have no parameters, those of AWS Organizations do.
    is_denied = call.failure is not None and recorded_error_code(call.service, call.failure.code) == _DENIED
    if is_denied and call.service.name == "artifact":
        return None
    return plain(call.members) if call.members else None


def _region(call: CallRecord) -> str:
    profile = PROFILES.get(call.service.name)
    is_global = profile is not None and profile.is_global
    return _GLOBAL_REGIONS[call.caller.partition] if is_global else call.caller.region


def _provided_identity(call: CallRecord) -> dict[str, Any]:
    """Return the user of an identity provider; of a refused token or assertion only its kind.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
    """
    kind = "SAMLUser" if call.operation == _SAML else "WebIdentityUser"
    if call.failure is not None or not call.value:
        return {"type": kind}
    if call.operation == _SAML:
        subject, qualifier = call.value["Subject"], call.value["NameQualifier"]
        return {
            "type": kind,
            "principalId": f"{qualifier}:{subject}",
            "userName": subject,
            "identityProvider": qualifier,
        }
    provider, audience = call.value["Provider"], call.value["Audience"]
    subject = call.value["SubjectFromWebIdentityToken"]
    return {
        "type": kind,
        "principalId": f"{provider}:{audience}:{subject}",
        "userName": subject,
        "identityProvider": provider,
    }


def _user_identity(caller: Caller) -> dict[str, Any]:
    if caller.kind is CallerKind.SERVICE:
        return {"type": "AWSService", "invokedBy": caller.arn}
    identity: dict[str, Any] = {
        "type": _IDENTITY_TYPES[caller.kind],
        "principalId": caller.user_id,
        "arn": caller.arn,
        "accountId": caller.account_id,
        "accessKeyId": caller.access_key_id,
    }
    if caller.kind is CallerKind.USER:
        identity["userName"] = caller.arn.rpartition("/")[2]
    if context := _session_context(caller):
        identity["sessionContext"] = context
    return identity


def _session_context(caller: Caller) -> dict[str, Any]:
    """Return what a record says about session credentials; nothing about an access key."""
    context: dict[str, Any] = {}
    if caller.kind is CallerKind.ROLE:
        role_id, name = caller.user_id.split(":")[0], caller.arn.split("/")[1]
        context["sessionIssuer"] = {
            "type": "Role",
            "principalId": role_id,
            "arn": arns.role(caller.partition, caller.account_id, caller.role_path, name),
            "accountId": caller.account_id,
            "userName": name,
        }
    if caller.issued_at is not None:
        mfa = "true" if caller.multi_factor else "false"
        context["attributes"] = {"creationDate": event_time(caller.issued_at), "mfaAuthenticated": mfa}
    if caller.source_identity:
        context["sourceIdentity"] = caller.source_identity
    if caller.assumed_root:
        context["assumedRoot"] = "true"
    return context


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def _instant_text(at: datetime) -> str:
    """Return an instant in a form such as "Dec 13, 2023, 7:14:20 AM"."""
    utc = at.astimezone(UTC)
    return f"{utc:%b} {utc.day}, {utc.year}, {utc.hour % 12 or 12}:{utc:%M:%S} {utc:%p}"
