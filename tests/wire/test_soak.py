"""A short soak test; `scripts/soak` is the long one."""

import asyncio
import sys

import pytest

if sys.platform != "linux":
    pytest.skip("the soak test reads Linux's /proc", allow_module_level=True)

from reliability.server import emulator
from reliability.soak import soak


class TestSoak:
    """Many clients that read, write, inject faults and reset at once."""

    def test_answers_are_right_and_histories_serial(self) -> None:
        """No answer is wrong, no user is lost, and the operations on each value happened in some order."""
        with emulator() as (pid, port):
            result = asyncio.run(soak(pid, port, connections=32, worlds=4, seconds=4))
        assert result.problems == []
        assert set(result.calls) >= {"write alias", "read alias", "create user", "read user", "set fault", "organize"}
