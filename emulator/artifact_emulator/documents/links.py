"""Presigned URLs of documents, in the form of AWS's own.

A link contains everything that is needed to serve it, so no link has to be stored, and any alteration invalidates
its signature.
"""

from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, unquote, urlencode

from artifact_emulator.aws.signing.sigv4 import ALGORITHM, Claim, claim_of, signature_of
from artifact_emulator.http import Request
from artifact_emulator.services.context import RequestContext
from artifact_state import ids
from artifact_state.record import Record

PATH = "/_documents/"
_UNSIGNED = "UNSIGNED-PAYLOAD"
_STAMP = "%Y%m%dT%H%M%SZ"


class Link(Record):
    """The contents of a link: a document, the caller it was issued to, its creation and its lifetime in seconds."""

    account_id: str
    kind: str
    document_id: str
    revision: str
    region: str
    caller_arn: str
    created_at: datetime
    lifetime: int


def document_url(call: RequestContext, kind: str, document_id: str, revision: object) -> str:
    """Return a link to a document for the caller; `kind` is the kind of document, `revision` its version."""
    tx = call.tx
    path = f"{PATH}{tx.caller.account_id}/{kind}/{document_id}/{revision}.pdf"
    stamp = tx.now.strftime(_STAMP)
    key = _key_of(tx.state.seed, tx.caller.account_id)
    claim = Claim(key, stamp[:8], tx.caller.region, "s3", ("host",), "", instant=stamp)
    query = urlencode(
        {
            "X-Amz-Algorithm": ALGORITHM,
            "X-Amz-Credential": f"{key}/{claim.scope}",
            "X-Amz-Date": stamp,
            "X-Amz-Expires": int(tx.quotas.document_url_lifetime.total_seconds()),
            "X-Amz-SignedHeaders": "host",
            "x-artifact-caller": tx.caller.arn,
        },
        quote_via=quote,
        safe="-_.~",
    )
    request = Request("GET", path, query, {"host": call.host}, b"", call.base)
    signature = signature_of(request, claim, _secret_of(tx.state.seed), _UNSIGNED)
    return f"{call.endpoint}{path}?{query}&X-Amz-Signature={signature}"


def is_genuine(request: Request, seed: str) -> bool:
    """Return whether a link was issued by a world with this seed and has not been altered."""
    try:
        claim = claim_of(request)
    except ValueError:
        return False
    return claim is not None and signature_of(request, claim, _secret_of(seed), _UNSIGNED) == claim.signature


def read_link(request: Request) -> Link:
    """Return the contents of a genuine link."""
    account_id, kind, document_id, file = unquote(request.path).removeprefix(PATH).split("/")
    query = dict(parse_qsl(request.query))
    return Link(
        account_id=account_id,
        kind=kind,
        document_id=document_id,
        revision=file.removesuffix(".pdf"),
        region=query["X-Amz-Credential"].split("/")[2],
        caller_arn=query["x-artifact-caller"],
        created_at=datetime.strptime(query["X-Amz-Date"], _STAMP).replace(tzinfo=UTC),
        lifetime=int(query["X-Amz-Expires"]),
    )


def _key_of(seed: str, account_id: str) -> str:
    return ids.access_key_id("ASIA", account_id, seed, "links")


def _secret_of(seed: str) -> str:
    return ids.secret(40, seed, "links")
