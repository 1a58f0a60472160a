"""The rate of calls through boto3, with one client of each service, one call after another.

`python -m benchmarks.boto3_calls PORT SECONDS` writes the calls per second to standard output.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.servers import HOST
from benchmarks.workload import ACCESS_KEY_ID, ACCOUNTS, REGION, ROLE, WrongAnswer

_SCRIPTS = Path(__file__).parents[1]
_WRONG_ANSWER_STATUS = 3


def boto3_rate(port: int, seconds: float) -> float:
    """Make calls with boto3 from another process for a time and return the calls per second.

    Raises WrongAnswer.
    """
    # The user's own profile, endpoint and proxy must not affect the measurement.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks.boto3_calls", str(port), str(seconds)],
        cwd=_SCRIPTS,
        env={**inherited, "NO_PROXY": HOST, "no_proxy": HOST, "AWS_CONFIG_FILE": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode == _WRONG_ANSWER_STATUS:
        raise WrongAnswer(result.stdout)
    if result.returncode:
        raise RuntimeError(result.stderr)
    return float(result.stdout)


def _calls(port: int) -> list[Callable[[], bool]]:
    """Return the calls, as functions that return whether the reply is right."""
    organizations, iam, sts = (_client(service, port) for service in ("organizations", "iam", "sts"))
    account = organizations.list_accounts()["Accounts"][-1]["Id"]
    return [
        lambda: "MasterAccountId" in organizations.describe_organization()["Organization"],
        lambda: len(organizations.list_accounts()["Accounts"]) == ACCOUNTS,
        lambda: organizations.describe_account(AccountId=account)["Account"]["Id"] == account,
        lambda: len(organizations.list_roots()["Roots"]) == 1,
        lambda: iam.get_role(RoleName=ROLE)["Role"]["RoleName"] == ROLE,
        lambda: sts.get_caller_identity()["Account"] == ACCESS_KEY_ID,
    ]


def _client(service: str, port: int) -> Any:
    # Imported here: only the process that makes the calls needs boto3.
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    return boto3.client(
        service,
        endpoint_url=f"http://{HOST}:{port}",
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key="placeholder",  # noqa: S106
        config=Config(retries={"total_max_attempts": 1}),
    )


def main() -> int:
    """Make the calls and return the exit status."""
    port, seconds = int(sys.argv[1]), float(sys.argv[2])
    calls = _calls(port)
    count, start = 0, time.perf_counter()
    while count == 0 or time.perf_counter() - start < seconds:
        for number, call in enumerate(calls):
            if not call():
                print(f"boto3: call {number + 1} of {len(calls)} returned a wrong reply")
                return _WRONG_ANSWER_STATUS
        count += len(calls)
    print(count / (time.perf_counter() - start))
    return 0


if __name__ == "__main__":
    sys.exit(main())
