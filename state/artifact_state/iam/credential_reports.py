"""Credential reports: the users of an account and the state of their passwords, access keys and MFA devices, as CSV.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/credential_report.json
"""

import csv
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from io import StringIO

from artifact_state import arns
from artifact_state.errors import CredentialReportExpired, CredentialReportNotFound, CredentialReportNotReady
from artifact_state.iam.console_sign_in import password_expires_at
from artifact_state.iam.root_logins import has_root_login
from artifact_state.iam.users import users_of
from artifact_state.model.iam_reports import CredentialReport
from artifact_state.model.identities import AccessKey, User
from artifact_state.record import Record
from artifact_state.world import Transaction

LIFETIME = timedelta(hours=4)
"""How long a report is returned instead of a new one."""
KEYS_PER_USER = 2
_CERTIFICATES_PER_USER = 2
_ROOT = "<root_account>"
_NOT_APPLICABLE, _NO_INFORMATION, _NOT_SUPPORTED = "N/A", "no_information", "not_supported"
_KEY_COLUMNS = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
COLUMNS = (
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    *(f"access_key_{number}_{column}" for number in range(1, KEYS_PER_USER + 1) for column in _KEY_COLUMNS),
    *(f"cert_{number}_{column}" for number in range(1, _CERTIFICATES_PER_USER + 1) for column in _KEY_COLUMNS[:2]),
)


class KeyUse(Record):
    """The latest use of an access key."""

    at: datetime
    region: str
    service: str


class CredentialUses(Record):
    """The latest uses of credentials."""

    keys: Mapping[str, KeyUse]
    """By the ids of access keys."""
    sign_ins: Mapping[str, datetime]
    """By the unique ids of users, which for the root user is the id of the account."""


def generate_credential_report(
    tx: Transaction, root_created_at: datetime, uses: CredentialUses
) -> tuple[CredentialReport, bool]:
    """Return the report of the caller's account and whether it was just started; a recent one is kept as it is.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateCredentialReport.html
    """
    account_id = tx.caller.account_id
    latest = tx.state.credential_reports.get(account_id)
    if latest is not None and tx.now < latest.completes_at + LIFETIME:
        return latest, False
    report = CredentialReport(
        account_id=account_id,
        created_at=tx.now,
        completes_at=tx.now + tx.delay(tx.options.creation_delay),
        content=_content(tx, root_created_at, uses),
    )
    tx.insert("credential_reports", account_id, report)
    return report, True


def credential_report(tx: Transaction) -> CredentialReport:
    """Return the report of the caller's account.

    Raises CredentialReportNotFound, CredentialReportNotReady, CredentialReportExpired.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetCredentialReport.html
    """
    report = tx.state.credential_reports.get(tx.caller.account_id)
    if report is None:
        raise CredentialReportNotFound
    if tx.now < report.completes_at:
        raise CredentialReportNotReady
    if tx.now >= report.completes_at + LIFETIME:
        raise CredentialReportExpired
    return report


def _content(tx: Transaction, root_created_at: datetime, uses: CredentialUses) -> str:
    text = StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval=_NOT_APPLICABLE, lineterminator="\n")
    writer.writeheader()
    writer.writerow(_root_row(tx, root_created_at, uses))
    writer.writerows(_user_row(tx, user, uses) for user in users_of(tx.state, tx.caller.account_id))
    # The last line has no end.
    return text.getvalue().rstrip("\n")


def _root_row(tx: Transaction, created_at: datetime, uses: CredentialUses) -> dict[str, str]:
    account_id = tx.caller.account_id
    return {
        "user": _ROOT,
        "arn": arns.root_user(tx.caller.partition, account_id),
        "user_creation_time": _time(created_at),
        # Unverified: the cells on the password; AWS documents another value than it lists for the root user.
        "password_enabled": _flag(has_root_login(tx.state, account_id)),
        "password_last_used": _last_sign_in(account_id, uses),
        "password_last_changed": _NOT_SUPPORTED,
        "password_next_rotation": _NOT_SUPPORTED,
        "mfa_active": _flag(False),
        **_credential_cells(tx, tx.state.root_access_keys.get(account_id, ()), uses),
    }


def _user_row(tx: Transaction, user: User, uses: CredentialUses) -> dict[str, str]:
    devices = tx.state.mfa_devices.get(user.account_id, ())
    row = {
        "user": user.name,
        "arn": arns.user(tx.caller.partition, user.account_id, user.path, user.name),
        "user_creation_time": _time(user.created_at),
        "password_enabled": _flag(user.login is not None),
        "mfa_active": _flag(any(device.user_id == user.id for device in devices)),
        **_credential_cells(tx, user.access_keys, uses),
    }
    if user.login is not None:
        expires_at = password_expires_at(tx.state, user)
        row |= {
            "password_last_used": _last_sign_in(user.id, uses),
            "password_last_changed": _time(user.login.changed_at or user.login.created_at),
            "password_next_rotation": _NOT_APPLICABLE if expires_at is None else _time(expires_at),
        }
    return row


def _last_sign_in(user_id: str, uses: CredentialUses) -> str:
    at = uses.sign_ins.get(user_id)
    return _NO_INFORMATION if at is None else _time(at)


def _credential_cells(tx: Transaction, key_ids: tuple[str, ...], uses: CredentialUses) -> dict[str, str]:
    """Return the cells on access keys and signing certificates; the emulator has no certificates."""
    cells = {f"access_key_{number}_active": _flag(False) for number in range(1, KEYS_PER_USER + 1)}
    cells |= {f"cert_{number}_active": _flag(False) for number in range(1, _CERTIFICATES_PER_USER + 1)}
    for number, key_id in enumerate(key_ids, 1):
        key = tx.state.access_keys[key_id]
        cells |= {f"access_key_{number}_{name}": cell for name, cell in _key_cells(key, uses.keys.get(key_id)).items()}
    return cells


def _key_cells(key: AccessKey, use: KeyUse | None) -> dict[str, str]:
    cells = {"active": _flag(key.active), "last_rotated": _time(key.created_at)}
    if use is None:
        return cells
    return cells | {
        "last_used_date": _time(use.at),
        "last_used_region": use.region,
        "last_used_service": use.service,
    }


def _flag(value: bool) -> str:  # noqa: FBT001 - It is the value that is written.
    return "true" if value else "false"


def _time(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
