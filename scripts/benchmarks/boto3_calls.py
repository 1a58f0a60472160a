"""Calls a second as users make them: one boto3 client of each service, in a process of its own, one call after another.

`python -m benchmarks.boto3_calls PORT SECONDS` writes the calls a second to standard output.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.servers import HOST
from benchmarks.workload import ACCESS_KEY_ID, ACCOUNTS, REGION, WrongAnswer

_SCRIPTS = Path(__file__).parents[1]
_WRONG = 3


def boto3_rate(port: int, seconds: float) -> float:
    """Have a process of boto3 make the calls for so long; give the calls a second.

    Raises WrongAnswer when one answer is not right.
    """
    # Somebody's profile, endpoint or proxy is not to be measured.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.boto3_calls", str(port), str(seconds)],
        cwd=_SCRIPTS,
        env={**kept, "NO_PROXY": HOST, "no_proxy": HOST, "AWS_CONFIG_FILE": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == _WRONG:
        raise WrongAnswer(done.stdout)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return float(done.stdout)


def _calls(port: int) -> list[Callable[[], bool]]:
    """Give the calls, each of which tells whether its answer is right."""
    organizations, iam, sts = (_client(service, port) for service in ("organizations", "iam", "sts"))
    account = organizations.list_accounts()["Accounts"][-1]["Id"]
    role = iam.list_roles(PathPrefix="/aws-service-role/config.amazonaws.com/")["Roles"][0]["RoleName"]
    return [
        lambda: "MasterAccountId" in organizations.describe_organization()["Organization"],
        lambda: len(organizations.list_accounts()["Accounts"]) == ACCOUNTS,
        lambda: organizations.describe_account(AccountId=account)["Account"]["Id"] == account,
        lambda: len(organizations.list_roots()["Roots"]) == 1,
        lambda: iam.get_role(RoleName=role)["Role"]["RoleName"] == role,
        lambda: sts.get_caller_identity()["Account"] == "123456789012",
    ]


def _client(service: str, port: int) -> Any:
    # Imported here: only the process that calls needs it.
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
    """Make the calls; give the exit status."""
    port, seconds = int(sys.argv[1]), float(sys.argv[2])
    calls = _calls(port)
    made, begun = 0, time.perf_counter()
    while made == 0 or time.perf_counter() - begun < seconds:
        for number, right in enumerate(calls):
            if not right():
                print(f"boto3: call {number + 1} of {len(calls)} was answered wrongly")
                return _WRONG
        made += len(calls)
    print(made / (time.perf_counter() - begun))
    return 0


if __name__ == "__main__":
    sys.exit(main())
