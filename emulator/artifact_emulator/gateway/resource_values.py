"""The values of the variables in an ARN, as members of a call tell them: ids, names, addresses and paths.

What a service lets its clients leave out or abbreviate is written here, with its source.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

Members = Mapping[str, Any]
_COLONS_OF_A_TOPIC = 5


class Value(NamedTuple):
    """The value of a variable."""

    text: str
    is_full: bool = True
    """Whether it is the whole value; if not, it has wildcards."""
    known: Mapping[str, str] = {}
    """The values of other variables that it tells, such as the account in the address of a queue."""


UNKNOWN = Value("*", is_full=False)


def normalized(prefix: str, members: Members) -> Members:
    """Return the members of a call with the ARNs of resources where others are given that contain them."""
    bucket = str(members.get("Bucket", ""))
    if prefix == "s3" and bucket.startswith("arn:") and "Key" in members:
        return {**members, "ObjectArn": f"{bucket}/object/{members['Key']}"}
    subscription = str(members.get("SubscriptionArn", "")) if prefix == "sns" else ""
    if subscription.count(":") > _COLONS_OF_A_TOPIC:
        # A subscription is authorized by its topic: https://docs.aws.amazon.com/sns/latest/dg/sns-using-identity-based-policies.html
        return {**members, "SubscriptionArn": "", "TopicArn": subscription.rpartition(":")[0]}
    return members


def source_of(members: Members, source: str, fills: Mapping[str, str]) -> tuple[Members, Mapping[str, str]]:
    """Return what tells an action's resource if another member than usual names it: members, and fills of its ARN.

    A path such as `TransactItems.Put.TableName` leads into the structures of a list.
    """
    if source != "CopySource":
        values = [members]
        for step in source.split("."):
            values = [part for value in values if isinstance(value, dict) for part in _parts(value.get(step, ""))]
        return {source: values}, dict.fromkeys(fills, source)
    # bucket/key?versionId=..., or the ARN of an access point with /object/key.
    address = unquote(str(members.get(source, "")).removeprefix("/").partition("?")[0])
    bucket, _, key = address.partition("/")
    return ({"Bucket": address} if bucket.startswith("arn:") else {"Bucket": bucket, "Key": key}), fills


def _parts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def values_of(prefix: str, kind: str, variable: str, members: Members, member: str | None) -> Iterator[Value]:
    """Yield the values of a variable of an ARN that a call tells; none if it tells none."""
    read = _READERS.get((prefix, kind.lower(), variable)) or _READERS.get((prefix, "", variable), _plain)
    given = members.get(member or "")
    # The keys of a map are names of resources, such as those of the tables of BatchGetItem.
    for value in given if isinstance(given, list | dict) else (given,):
        text = "" if value is None or isinstance(value, dict) else str(value)
        if not text.startswith("arn:"):
            yield from read(text, members)


def _plain(text: str, members: Members) -> Iterator[Value]:
    if text:
        yield Value(text)


def _queue(text: str, members: Members) -> Iterator[Value]:
    """Yield the name of a queue, and the account in its address.

    Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
    """
    parts = [part for part in urlsplit(text).path.split("/") if part]
    owner = parts[-2] if len(parts) > 1 else str(members.get("QueueOwnerAWSAccountId", ""))
    if parts:
        yield Value(parts[-1], known={"Account": owner} if owner.isdecimal() and len(owner) == 12 else {})


def _parameter(text: str, members: Members) -> Iterator[Value]:
    """Yield the name of a parameter or a setting without its first slash, and without a version or a label.

    Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-access.html
    """
    name = text.removeprefix("/").partition(":")[0]
    if name or text == "/":
        yield Value(name)


def _secret(text: str, members: Members) -> Iterator[Value]:
    """Yield the name of a secret, whose ARN ends with six characters that only the service knows.

    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html
    """
    if text:
        yield Value(f"{text}-??????", is_full=False)


def _key(text: str, members: Members) -> Iterator[Value]:
    """Yield the id of a key, which an alias does not tell.

    Source: https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
    """
    if text.startswith("alias/"):
        yield Value("*", is_full=False)
    elif text:
        yield Value(text)


def _alias(text: str, members: Members) -> Iterator[Value]:
    if text:
        yield Value(text.removeprefix("alias/"))


def _function(text: str, members: Members) -> Iterator[Value]:
    """Yield the name of a function, with the version or alias that the call names.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
    """
    account, separator, name = text.rpartition(":function:")
    name = name if separator else text
    qualifier = members.get("Qualifier")
    if name:
        known = {"Account": account[-12:]} if separator else {}
        yield Value(f"{name}:{qualifier}" if qualifier and ":" not in name else name, known=known)


def _last_step(text: str, members: Members) -> Iterator[Value]:
    """Yield an id without the path before it.

    Source: https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHostedZone.html
    """
    name = unquote(text).rstrip("/").rpartition("/")[2]
    if name:
        yield Value(name)


def _cluster(text: str, members: Members) -> Iterator[Value]:
    """Yield the name of a cluster, which is `default` if the call names none.

    Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
    """
    yield Value(text or "default")


def _default_bus_rule(text: str, members: Members) -> Iterator[Value]:
    """Yield the name of a rule, unless it is one of another event bus than the default one.

    Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-manage-iam-access.html
    """
    if text and members.get("EventBusName", "default") == "default":
        yield Value(text)


def _custom_bus(text: str, members: Members) -> Iterator[Value]:
    if text and text != "default":
        yield Value(text)


def _bus(text: str, members: Members) -> Iterator[Value]:
    """Yield the name of an event bus, which is `default` if an event names none."""
    yield Value(text or "default")


def _log_group(text: str, members: Members) -> Iterator[Value]:
    """Yield the name of a log group as AWS was observed to name it, with the start of its streams.

    Observed: https://github.com/aws-samples/amazon-eks-fluent-logging-examples/issues/15
    """
    if text:
        yield Value(f"{text}:log-stream:")


_READERS: Mapping[tuple[str, str, str], Callable[[str, Members], Iterator[Value]]] = {
    ("sqs", "queue", "QueueName"): _queue,
    ("ssm", "parameter", "ParameterNameWithoutLeadingSlash"): _parameter,
    ("ssm", "servicesetting", "ResourceId"): _parameter,
    ("secretsmanager", "secret", "SecretId"): _secret,
    ("kms", "key", "KeyId"): _key,
    ("kms", "alias", "Alias"): _alias,
    ("lambda", "function", "FunctionName"): _function,
    ("route53", "", "Id"): _last_step,
    ("ecs", "", "ClusterName"): _cluster,
    ("logs", "log-group", "LogGroupName"): _log_group,
    ("events", "rule-on-default-event-bus", "RuleName"): _default_bus_rule,
    ("events", "rule-on-custom-event-bus", "EventBusName"): _custom_bus,
    ("events", "event-bus", "EventBusName"): _bus,
}
"""How to read a variable, by prefix, type and name; the type "" stands for every type of the service."""
