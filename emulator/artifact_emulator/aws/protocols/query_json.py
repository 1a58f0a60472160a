"""JSON replies of AWS's query services, for clients that accept JSON: the elements of the XML reply as JSON.

AWS documents only XML, but verifiers of tokens depend on JSON, such as aws-iam-authenticator. Instants are seconds.
Observed: https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/master/pkg/token/token.go
https://github.com/envoyproxy/envoy/issues/33806
"""

from base64 import b64encode
from datetime import datetime
from typing import Any

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.protocols.json_format import JsonFormat
from artifact_emulator.aws.service_model import Operation, Service
from artifact_emulator.http import Reply

_CONTENT_TYPE = ("Content-Type", "application/json")


def render(service: Service, operation: Operation, value: Any, request_id: str) -> Reply:
    """Return the reply with the output of an operation."""
    name, metadata = operation.name, f'"ResponseMetadata":{{"RequestId":"{request_id}"}}'
    result = f'"{name}Result":{_FORMAT.write_output(value or {})},' if operation.reply else ""
    return _reply(operation.status, f'{{"{name}Response":{{{result}{metadata}}}}}', request_id)


def refuse(service: Service | None, failure: AwsError, request_id: str) -> Reply:
    """Return the reply with an error."""
    side = "Receiver" if failure.status >= 500 else "Sender"
    error = {"Code": failure.code, "Message": failure.message, "Type": side}
    body = _FORMAT.write({"Error": error, "RequestId": request_id})
    return _reply(failure.status, body, request_id)


def _reply(status: int, body: str, request_id: str) -> Reply:
    return Reply(status, (_CONTENT_TYPE, ("x-amzn-RequestId", request_id)), body.encode())


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return int(value.timestamp())
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(value)


_FORMAT = JsonFormat("query-json", _plain)
