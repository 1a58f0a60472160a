"""The accounts that own the buckets behind the gate, as far as passed calls tell.

The ARN of a bucket names no account.
"""

from artifact_emulator.gateway.operations import ForeignCall

_MOST = 100_000
"""The buckets that are remembered; the oldest go first."""


class BucketOwners:
    """The owner of each bucket that was created by a passed call and not deleted since."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}

    def of(self, call: ForeignCall) -> str:
        """Return the account that owns the bucket of a call, "" if it names none or its owner is not known.

        Amazon S3 itself refuses to create a bucket whose name is taken.
        """
        if not self._owners or call.service != "s3" or call.operation == "CreateBucket":
            return ""
        return self._owners.get(_bucket(call), "")

    def note(self, call: ForeignCall, account_id: str, status: int) -> None:
        """Note what a call of an account changed that the backend answered with a status."""
        if call.service != "s3" or status >= 300:
            return
        if call.operation == "CreateBucket":
            self._owners.setdefault(_bucket(call), account_id)
            if len(self._owners) > _MOST:
                del self._owners[next(iter(self._owners))]
        elif call.operation == "DeleteBucket":
            self._owners.pop(_bucket(call), None)


def _bucket(call: ForeignCall) -> str:
    return str((call.members or {}).get("Bucket", ""))
