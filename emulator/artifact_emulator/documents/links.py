"""Links to documents: signed, for one account, good for a while, and shaped like AWS's own.

A link says all that is needed to serve it, so that none has to be remembered; altering it breaks its
signature.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, unquote, urlencode

from artifact_emulator.aws.signing.sigv4 import ALGORITHM, Claim, claim_of, signature_of
from artifact_emulator.http import Request
from artifact_emulator.services.context import RequestContext
from artifact_state import ids

PATH = "/_documents/"
_UNSIGNED = "UNSIGNED-PAYLOAD"
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a link says: which document, for whom, since when and for how many seconds."""

    account_id: str
    kind: str
    document_id: str
    revision: str
    region: str
    caller_arn: str
    made_at: datetime
    lifetime: int


def document_url(call: RequestContext, kind: str, document_id: str, revision: object) -> str:
    """Link a document for the caller: `kind` says what it is, `revision` which text of it."""
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
    unsigned = Request("GET", path, query, {"host": call.host}, b"", call.base)
    signature = signature_of(unsigned, claim, _secret_of(tx.state.seed), _UNSIGNED)
    return f"{call.endpoint}{path}?{query}&X-Amz-Signature={signature}"


def is_genuine(request: Request, seed: str) -> bool:
    """Tell whether a link was made by this world and not altered since."""
    try:
        claim = claim_of(request)
    except ValueError:
        return False
    return claim is not None and signature_of(request, claim, _secret_of(seed), _UNSIGNED) == claim.signature


def read(request: Request) -> Link:
    """Read what a genuine link says."""
    account_id, kind, document_id, file = unquote(request.path).removeprefix(PATH).split("/")
    query = dict(parse_qsl(request.query))
    return Link(
        account_id=account_id,
        kind=kind,
        document_id=document_id,
        revision=file.removesuffix(".pdf"),
        region=query["X-Amz-Credential"].split("/")[2],
        caller_arn=query["x-artifact-caller"],
        made_at=datetime.strptime(query["X-Amz-Date"], _STAMP).replace(tzinfo=UTC),
        lifetime=int(query["X-Amz-Expires"]),
    )


def _key_of(seed: str, account_id: str) -> str:
    return ids.access_key_id("ASIA", account_id, seed, "links")


def _secret_of(seed: str) -> str:
    return ids.secret(40, seed, "links")
