"""Schedules: cron expressions of backup policies, and when they run next.

The grammar is that of the Quartz scheduler, as recorded answers of AWS show: five to seven fields without seconds, of
which the seventh and later ones are not read; ranges wrap except for years; in a list of days with `W` or `#` only
the earliest day counts. Times are UTC.
Sources: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/organizations_backup_cron_grammar.json
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from artifact_state.record import Record

_EXPRESSION = re.compile(r"cron\((.*)\)", re.DOTALL)
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_MONTH_NUMBERS = {name: number for number, name in enumerate(_MONTHS, 1)}
_WEEKDAY_NUMBERS = {name: number for number, name in enumerate(_WEEKDAYS, 1)}
_FIRST_YEAR, _YEARS_AHEAD = 1970, 100
_LAST_OFFSET = 30
"""The greatest number of days that `L-` may count from the end of a month."""
_ITEM = re.compile(r"(\*|[A-Z0-9]+)(?:-([A-Z0-9]+))?(?:/([0-9]+))?")
_LAST_DAY = re.compile(r"L(?:-([0-9]+))?(W)?")
_WEEKDAY_OF_MONTH = re.compile(r"([A-Z0-9]+?)(L|#([1-5]))")
_FEWEST_FIELDS, _MOST_FIELDS = 5, 6


class _Field(Record, kw_only=False):
    """The numbers that a field of an expression may have."""

    first: int
    last: int
    greatest_step: int
    names: Mapping[str, int]
    wraps: bool = True


_MINUTES, _HOURS, _DAYS = _Field(0, 59, 59, {}), _Field(0, 23, 23, {}), _Field(1, 31, 31, {})
_MONTH_FIELD, _WEEKDAY_FIELD = _Field(1, 12, 12, _MONTH_NUMBERS), _Field(1, 7, 7, _WEEKDAY_NUMBERS)


class _DayRule(Record):
    """The days of a month on which a schedule runs."""

    days: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    """Days of the week, Sunday being 1; empty if days of the month are given."""
    before_last: int | None = None
    """The number of days before the last one of the month."""
    nearest_workday: bool = False
    occurrence: int = 0
    """Which one of the weekdays of a month: 1 to 5, or -1 for the last; 0 for all of them."""

    def of_month(self, year: int, month: int) -> list[int]:
        """Return the days in a month, in order."""
        first_weekday, length = monthrange(year, month)  # Monday is 0.
        if self.weekdays:
            return self._days_of_week(first_weekday, length)
        days = sorted(self.days) if self.before_last is None else [length - self.before_last]
        if self.nearest_workday:
            return [_workday(day, first_weekday, length) for day in days[:1] if 1 <= day <= length]
        return [day for day in days if 1 <= day <= length]

    def _days_of_week(self, first_weekday: int, length: int) -> list[int]:
        days = [day for day in range(1, length + 1) if _weekday(day, first_weekday) in self.weekdays]
        if not self.occurrence:
            return days
        weekday = min(self.weekdays)
        days = [day for day in days if _weekday(day, first_weekday) == weekday]
        index = self.occurrence - 1 if self.occurrence > 0 else len(days) - 1
        return days[index : index + 1]


class _Schedule(Record):
    minutes: Sequence[int]
    hours: Sequence[int]
    days: _DayRule
    months: Sequence[int]
    years: Sequence[int]

    def runs_after(self, now: datetime) -> Iterator[datetime]:
        """Yield the runs after an instant, in order."""
        for year in self.years:
            for month in self.months:
                if (year, month) < (now.year, now.month):
                    continue
                for day in self.days.of_month(year, month):
                    for hour in self.hours:
                        for minute in self.minutes:
                            run = datetime(year, month, day, hour, minute, tzinfo=UTC)
                            if run > now:
                                yield run


def time_between_runs(expression: str, now: datetime) -> timedelta | None:
    """Return the time between the next two runs of a schedule, or None if it is not valid or does not run twice."""
    try:
        schedule = _parse(expression, now.year + _YEARS_AHEAD)
    except ValueError:
        return None
    runs = list(islice(schedule.runs_after(now.astimezone(UTC)), 2))
    return runs[1] - runs[0] if len(runs) == 2 else None


def _parse(expression: str, last_year: int) -> _Schedule:
    """Return the schedule of an expression.

    Raises ValueError.
    """
    matched = _EXPRESSION.fullmatch(expression)
    fields = matched[1].upper().split() if matched else []
    if len(fields) < _FEWEST_FIELDS:
        raise ValueError(expression)
    minutes, hours, days, months, weekdays, years = (*fields, "*")[:_MOST_FIELDS]
    year_field = _Field(_FIRST_YEAR, last_year, last_year, {}, wraps=False)
    return _Schedule(
        minutes=sorted(_numbers(minutes, _MINUTES)),
        hours=sorted(_numbers(hours, _HOURS)),
        days=_day_rule(days, weekdays),
        months=sorted(_numbers(months, _MONTH_FIELD)),
        years=sorted(_numbers(years, year_field)),
    )


def _day_rule(days: str, weekdays: str) -> _DayRule:
    """Return the rule of the two fields for days, exactly one of which is a question mark."""
    if (days == "?") == (weekdays == "?"):
        raise ValueError(days, weekdays)
    return _rule_of_days(days) if weekdays == "?" else _rule_of_weekdays(weekdays)


def _rule_of_days(text: str) -> _DayRule:
    if last := _LAST_DAY.fullmatch(text):
        offset = int(last[1] or 0)
        if offset > _LAST_OFFSET:
            raise ValueError(text)
        return _DayRule(before_last=offset, nearest_workday=bool(last[2]))
    items = text.split(",")
    # A range ignores what follows it: AWS was recorded to read 1-5W as the first five days.
    single = [item for item in items if item.endswith("W") and "-" not in item]
    days = _numbers(",".join(item.removesuffix("W") for item in items), _DAYS)
    return _DayRule(days=frozenset(days), nearest_workday=bool(single))


def _rule_of_weekdays(text: str) -> _DayRule:
    if text == "L":  # The last day of a week.
        return _DayRule(weekdays=frozenset({_WEEKDAY_FIELD.last}))
    weekdays: set[int] = set()
    occurrence = 0
    items = text.split(",")
    for item in items:
        special = _WEEKDAY_OF_MONTH.fullmatch(item)
        if special is None:
            weekdays |= _numbers(item, _WEEKDAY_FIELD)
            continue
        if occurrence or (special[2] == "L" and len(items) > 1):
            raise ValueError(text)
        weekdays.add(_number(special[1], _WEEKDAY_FIELD))
        occurrence = int(special[3] or -1)
    return _DayRule(weekdays=frozenset(weekdays), occurrence=occurrence)


def _numbers(text: str, field: _Field) -> set[int]:
    """Return the numbers of a list of numbers, ranges and steps."""
    numbers: set[int] = set()
    for item in text.split(","):
        matched = _ITEM.fullmatch(item)
        if matched is None:
            raise ValueError(item)
        first_text, last_text, step_text = matched.groups()
        step = int(step_text or 1)
        if not 1 <= step <= field.greatest_step:
            raise ValueError(item)
        is_every = first_text == "*"
        if is_every and last_text:
            raise ValueError(item)
        first = field.first if is_every else _number(first_text, field)
        to_the_end = is_every or (step_text is not None and last_text is None)
        last = field.last if to_the_end else _number(last_text or first_text, field)
        if last < first:
            if not field.wraps:
                raise ValueError(item)
            last += field.last - field.first + 1
        size = field.last - field.first + 1
        numbers.update((number - field.first) % size + field.first for number in range(first, last + 1, step))
    return numbers


def _number(text: str, field: _Field) -> int:
    number = field.names[text] if text in field.names else int(text)
    if not field.first <= number <= field.last:
        raise ValueError(text)
    return number


def _weekday(day: int, first_weekday: int) -> int:
    """Return the day of the week of a day of a month, Sunday being 1."""
    return (first_weekday + day) % 7 + 1


def _workday(day: int, first_weekday: int, length: int) -> int:
    """Return the day from Monday to Friday that is nearest to a day, in the same month."""
    weekday = _weekday(day, first_weekday)
    if weekday == _WEEKDAY_NUMBERS["SAT"]:
        return day + 2 if day == 1 else day - 1
    if weekday == _WEEKDAY_NUMBERS["SUN"]:
        return day - 2 if day == length else day + 1
    return day
