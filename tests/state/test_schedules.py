from datetime import UTC, datetime, timedelta

import pytest

from artifact_state.organizations.policies.schedules import time_between_runs

NOW = datetime(2026, 9, 13, 10, 30, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class TestSchedules:
    """Cron expressions, and the time between their next two runs."""

    @pytest.mark.parametrize(
        ("fields", "between"),
        [
            ("0 5 ? * * *", DAY),
            ("0  5 ? * * *", DAY),
            ("0 5 ? * MON-FRI *", DAY),
            ("0 5 ? * mon *", 7 * DAY),
            ("0 5 ? * L *", 7 * DAY),
            ("0 5 ? * 7-1 *", DAY),
            ("0 5 L * ? *", 31 * DAY),
            ("0 5 L-30 * ? *", 61 * DAY),  # The first of October and of December.
            ("0 5 L-3W * ? *", 30 * DAY),  # From Monday the 28th to Wednesday the 28th.
            ("0 5 LW * ? *", 30 * DAY),
            ("0 5 15W * ? *", 30 * DAY),
            ("0 5 1W,15W * ? *", 32 * DAY),
            ("0 5 31W * ? *", 62 * DAY),
            ("0 5 1-5W * ? *", DAY),
            ("0 5 1,1 * ? *", 31 * DAY),
            ("0 5 1/28 JAN ? 2030", 28 * DAY),
            ("0 5 1,30 JAN,FEB ? 2030", 29 * DAY),
            ("0 5 ? * 6L *", 35 * DAY),
            ("0 5 ? * 1#1,2 *", 28 * DAY),
            ("0 5 ? FEB SAT#5 *", 28 * 365 * DAY + 7 * DAY),
            ("0 5 29 FEB ? 2028,2032", 4 * 365 * DAY + DAY),
            ("0 5 ? NOV-FEB * *", DAY),
            ("0 5 ? JAN * 2030-2035", DAY),
            ("0 20-2 ? * * *", HOUR),
            ("0 5/1 ? * * *", HOUR),
            ("0 0/2 ? * * *", 2 * HOUR),
            ("1/59 14 ? * * *", DAY),
            ("5-5 14 ? * * *", DAY),
            ("0,0 14 ? * * *", DAY),
            ("29,33 10 ? * * *", DAY - timedelta(minutes=4)),
            ("0,59 14 ? * * *", timedelta(minutes=59)),
            ("0/15 * ? * * *", timedelta(minutes=15)),
            ("0 5 1 * ?", 31 * DAY),
            ("0 5 1 * ? * garbage", 31 * DAY),
        ],
    )
    def test_next_two_runs_are_found(self, fields: str, between: timedelta) -> None:
        """The next two runs after now count, whatever comes after them."""
        assert time_between_runs(f"cron({fields})", NOW) == between

    @pytest.mark.parametrize(
        "fields",
        [
            "* * * * * *",
            "0 5 ? * ? *",
            "0 5 1 * MON *",
            "0 5 1 *",
            "0 5 ? * 0 *",
            "0 5 ? * 0L *",
            "0 5 ? * MON#6 *",
            "0 5 ? * MON#2,TUE#3 *",
            "0 5 ? * 1L,2L *",
            "0 5 ? * MON#1/2 *",
            "0 5 L-31 * ? *",
            "0 5 32 * ? *",
            "*/60 14 ? * * *",
            "0/0 14 ? * * *",
            "60 14 ? * * *",
            "*-5 14 ? * * *",
            "0 24 ? * * *",
            "0 5 ? MAI * *",
            "0 5 ? JAN * 2035-2030",
            "0 5 ? JAN * 2200",
            "0 5 ? JAN * 1969",
            ", 5 ? * * *",
            "0 1_0 ? * * *",
            "0 5 \u0661 * ? *",  # A digit, but not an ASCII one.
            "0 5 L-\u0661 * ? *",
        ],
    )
    def test_invalid_expression_has_no_runs(self, fields: str) -> None:
        """An expression that breaks one rule of the grammar has no runs."""
        assert time_between_runs(f"cron({fields})", NOW) is None

    @pytest.mark.parametrize(
        "fields", ["0 5 31 FEB ? *", "0 5 31W FEB ? *", "0 5 1 JAN ? 2025", "0 5 29 FEB ? 2028", "0 5 1 JAN ? 2030"]
    )
    def test_schedule_that_does_not_run_twice_is_refused(self, fields: str) -> None:
        """A schedule that never runs again, or once, has no time between runs."""
        assert time_between_runs(f"cron({fields})", NOW) is None

    @pytest.mark.parametrize("expression", ["", "bad", "rate(1 day)", "cron(0 5 ? * * *) ", "0 5 ? * * *"])
    def test_other_text_is_no_schedule(self, expression: str) -> None:
        """Text that is not a cron expression as a whole is no schedule."""
        assert time_between_runs(expression, NOW) is None

    @pytest.mark.parametrize(
        ("month", "day", "run"),
        [(8, 1, 3), (8, 15, 14), (11, 15, 16), (5, 31, 29)],  # A Saturday, a Saturday, a Sunday, a Sunday.
    )
    def test_nearest_workday_stays_in_the_month(self, month: int, day: int, run: int) -> None:
        """`W` moves a weekend's day to Friday or Monday, and never into another month."""
        before = datetime(2026, month, run, 4, tzinfo=UTC)
        between = time_between_runs(f"cron(0 5 {day}W {month} ? 2026,2032)", before)
        late = time_between_runs(f"cron(0 5 {day}W {month} ? 2026,2032)", before + 2 * HOUR)
        assert between is not None
        assert late is None
