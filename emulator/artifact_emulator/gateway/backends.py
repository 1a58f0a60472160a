"""The kinds of emulators that may answer what is passed on, and how each is told the account of a call.

Sources: https://docs.getmoto.org/en/latest/docs/multi_account.html (moto),
https://docs.localstack.cloud/aws/capabilities/config/credentials (LocalStack),
https://floci.io/floci/configuration/multi-account/ (floci).
"""

import re
from collections.abc import Mapping
from typing import Literal

from artifact_emulator.http import Request
from artifact_state.record import Record

_KEY_IN_HEADER = re.compile(r"(Credential=|^AWS )[^/,:]+(?=[/:])")
_KEY_IN_QUERY = re.compile(r"((?:X-Amz-Credential|AWSAccessKeyId)=)[^&%/]+")


class Backend(Record, kw_only=False):
    """A kind of emulator."""

    name: str
    account_in: Literal["credential", "header", ""]
    """What names the account: an access key id of 12 digits, a header, or nothing."""
    header: str = ""
    """The name of that header."""
    probe: str = ""
    """A path that answers 200 on this kind alone; "" for a kind that is not recognized."""

    def told(self, request: Request, account_id: str) -> tuple[Mapping[str, str], str]:
        """Return the headers and the query of a request with the calling account, and otherwise unchanged."""
        headers, query = request.headers, request.query
        if self.account_in == "header":
            headers = {**headers, self.header: account_id}
        elif self.account_in == "credential" and "authorization" in headers:
            named = _KEY_IN_HEADER.sub(rf"\g<1>{account_id}", headers["authorization"], count=1)
            headers = {**headers, "authorization": named}
        elif self.account_in == "credential":
            query = _KEY_IN_QUERY.sub(rf"\g<1>{account_id}", query, count=1)
        return headers, query


# moto takes a header before it looks up the access key: moto/core/responses.py, get_current_account. Of the others,
# none verifies signatures unless it is told to, so that the access key can change.
KINDS: Mapping[str, Backend] = {
    kind.name: kind
    for kind in (
        Backend("moto", "header", "x-moto-account-id", probe="/moto-api/data.json"),
        Backend("localstack", "credential", probe="/_localstack/health"),
        Backend("floci", "credential", probe="/_floci/health"),
        Backend("credential", "credential"),
        Backend("none", ""),
    )
}
"""The kinds by name; `credential` and `none` are for emulators that are not listed."""
UNRECOGNIZED = KINDS["credential"]
