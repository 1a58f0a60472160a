"""Explanations of denied calls as text, for tests and commands."""

import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from artifact_emulator.testing.world_client import WorldClient

_DENIALS = ("AccessDenied", "AuthorizationError", "UnauthorizedOperation")
"""How the codes of denied calls begin; those that are not the first are of Amazon SNS and Amazon EC2."""


def explain(error: BaseException, world: WorldClient | None = None) -> str:
    """Return why a call was denied: the caller, the check, the statement, and what would allow the call.

    `error` is botocore's ClientError, or an exception that was raised because of one. The call was made in `world`; by
    default that of `emulate()` or of the environment variable AWS_ENDPOINT_URL. Raises ValueError if the error is not
    that of a denied call, and ControlError if the world does not know the call.
    """
    request_id = denied_request_id(error)
    if request_id is None:
        raise ValueError(f"not the error of a denied call: {error!r}")
    return explanation_text((world or _current_world()).decision(request_id))


def denied_request_id(error: BaseException | None) -> str | None:
    """Return the request id of the denied call that caused an exception, or None if there is none."""
    while error is not None:
        response = getattr(error, "response", None)
        if isinstance(response, Mapping) and str(response.get("Error", {}).get("Code", "")).startswith(_DENIALS):
            request_id: str | None = response.get("ResponseMetadata", {}).get("RequestId")
            return request_id
        error = error.__cause__ or error.__context__
    return None


def explanation_text(explanation: Mapping[str, Any]) -> str:
    """Return the reply of `/_emulator/decisions/<request id>` as text."""
    names = {policy["uri"]: policy["name"] for policy in explanation["policies"]}
    paragraphs = [_evaluation_text(evaluation, names) for evaluation in explanation["evaluations"]]
    return "\n\n".join([*paragraphs, *_service_outcome(explanation)])


def _evaluation_text(evaluation: Mapping[str, Any], names: Mapping[str, str]) -> str:
    deciding = evaluation["decidedBy"]
    statement = deciding["sid"] and f"statement {deciding['sid']}"
    parts = (deciding["checkType"], deciding["targetArn"], deciding["policyName"], statement)
    lines = [
        f"{'allowed' if evaluation['evaluatedEffect'] == 'ALLOW' else 'refused'}: {evaluation['principal']}",
        f"  action      {evaluation['action']}",
        f"  resource    {evaluation['resource']}",
        f"  {'depends on' if evaluation['notKnown'] else 'decided by'}  {', '.join(part for part in parts if part)}",
        f"  because     {evaluation['reason']}",
        *(line for check in evaluation["checks"] for line in _check_lines(check, names)),
    ]
    if evaluation["remedy"]:
        lines.append(f"  to allow    {evaluation['remedy']}")
    return "\n".join([*lines, f"  see         {evaluation['documentation']}"])


def _check_lines(check: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    target = f" at {check['targetArn']}" if "targetArn" in check else ""
    prefix = "not known, taken as " if "notKnown" in check else ""
    yield f"  check       {check['checkType']}{target}: {prefix}{check['evaluatedEffect']}"
    for match in check["matchedPolicies"]:
        for statement in match["matchedStatements"]:
            effect = statement["evaluatedEffect"].capitalize()
            if "notKnown" in statement:
                effect = f"Perhaps {effect.lower()}"
            yield f"                {effect} by statement {statement['sid']} of {names[match['uri']]}"
    for unmet in check.get("unmetConditions", ()):
        actual = ", ".join(unmet["actual"]) or "missing"
        yield (
            f"                statement {unmet['sid']} of {names[unmet['policyUri']]} does not allow it: "
            f"{unmet['key']} is {actual}, not {unmet['operator']} {', '.join(unmet['expected'])}"
        )


def _service_outcome(explanation: Mapping[str, Any]) -> Iterator[str]:
    """Describe an outcome that no policy decided: no evaluation took place, or the service itself refused the call."""
    if "reason" not in explanation:
        return
    if "error" not in explanation:
        yield f"allowed\n  {explanation['reason']}"
        return
    error = explanation["error"]
    yield f"refused: {error['code']}\n  {error['message']}\n  {explanation['reason']}"


def _current_world() -> WorldClient:
    """Return the world of the innermost `emulate()`, or the one that the environment names."""
    in_process = sys.modules.get("artifact_emulator.testing.in_process")
    emulation: WorldClient | None = in_process.current_emulation() if in_process else None
    if emulation is not None:
        return emulation
    # Imported here: in this process no server is called.
    from artifact_emulator.testing.client import DEFAULT_ENDPOINT, Emulator

    endpoint, _, name = os.environ.get("AWS_ENDPOINT_URL", DEFAULT_ENDPOINT).rstrip("/").partition("/worlds/")
    return Emulator(endpoint).world(unquote(name) or "default")
