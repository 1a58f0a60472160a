"""Progress of a learner in a lesson, derived from the call log of a world."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from artifact_emulator.activity.call_log import CallRecord
from artifact_emulator.lessons import DEFAULT_ACCOUNTS, SERVICE, UNKNOWN_IDS, Lesson, Step
from artifact_state.model import CallerKind
from artifact_state.record import Record


class Progress(Record, kw_only=False):
    """Progress of a learner in a lesson."""

    lesson: Lesson
    calls: Mapping[str, CallRecord]
    """The calls that completed steps, by the id of the step, in the order in which they were made."""
    accounts: Mapping[str, str]
    """Account ids by their keys in the lesson: those that the learner used, otherwise the suggested ones."""
    ids: Mapping[str, str]
    """Ids in the output of steps by their keys in the lesson."""

    @property
    def completed(self) -> int:
        """The number of completed steps."""
        return len(self.calls)

    @property
    def next_step(self) -> Step | None:
        """The first step that can be completed now, or None at the end."""
        return next((step for step in self.lesson.steps if self.awaits(step)), None)

    def awaits(self, step: Step) -> bool:
        """Return whether a step is to do and those before it, on which it depends, are done."""
        return step.id not in self.calls and all(needed in self.calls for needed in step.after)

    def completed_at(self, step: Step) -> datetime | None:
        """Return the time at which a step was completed, or None."""
        call = self.calls.get(step.id)
        return call.at if call else None

    def fill(self, text: str) -> str:
        """Return a text or a command with the learner's ids."""
        for key, value in {**self.accounts, **self.ids}.items():
            text = text.replace(f"{{{key}}}", value)
        return text

    def command(self, step: Step) -> str:
        """Return the commands of a step, which begin with the choice of its account."""
        account = self.accounts.get(step.account)
        choice = f"export AWS_ACCESS_KEY_ID={account}\n" if account else ""
        return choice + self.fill(step.command)


def progress(lesson: Lesson, calls: Iterable[CallRecord]) -> Progress:
    """Return the progress in a lesson after calls, oldest first; a step counts after those on which it depends."""
    completing: dict[str, CallRecord] = {}
    accounts: dict[str, str] = {}
    open_steps = list(lesson.steps)
    operations = {step.operation for step in open_steps}
    for call in calls:
        # Most calls of a world are no steps.
        if call.operation not in operations:
            continue
        for step in open_steps:
            matched = _match_call(step, call, accounts) if completing.keys() >= set(step.after) else None
            if matched is not None:
                accounts = matched
                completing[step.id] = call
                open_steps.remove(step)
                break
    ids = {key: found for step in lesson.steps for key, found in _ids_in_output(step, completing.get(step.id))}
    return Progress(lesson, completing, {**DEFAULT_ACCOUNTS, **accounts}, {**UNKNOWN_IDS, **ids})


def _ids_in_output(step: Step, call: CallRecord | None) -> Iterator[tuple[str, str]]:
    """Yield the ids in the output of a call that completed a step, with their keys."""
    for key, path in step.output.items():
        value = call.value if call else None
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        if isinstance(value, str):
            yield key, value


def _match_call(step: Step, call: CallRecord, accounts: Mapping[str, str]) -> dict[str, str] | None:
    """Return the account ids known after a call that completes a step, or None if the call does not complete it."""
    code = call.failure.code if call.failure else ""
    if (call.service.name, call.operation, code) != (step.service, step.operation, step.error):
        return None
    members = call.members or {}
    if not all(_contains(members.get(name), text) for name, text in step.contains.items()):
        return None
    by_service = call.caller.kind is CallerKind.SERVICE
    if by_service != (step.account == SERVICE):
        return None
    known = dict(accounts) if by_service else _assign(step.account, call.caller.account_id, accounts)
    return _match_members(step.members, members, known)


def _match_members(expected: Any, actual: Any, accounts: dict[str, str] | None) -> dict[str, str] | None:
    """Match members of a call with those of a step; an account id becomes known where the step names it."""
    if accounts is None:
        return None
    if isinstance(expected, Mapping):
        if not isinstance(actual, Mapping):
            return None
        for name, value in expected.items():
            accounts = _match_members(value, actual.get(name), accounts)
        return accounts
    if isinstance(expected, str) and expected.startswith("$"):
        return _assign(expected[1:], actual, accounts) if isinstance(actual, str) else None
    return accounts if expected == actual else None


def _assign(key: str, account_id: str, accounts: Mapping[str, str]) -> dict[str, str] | None:
    """Add an account id under a key; return None if the key has another id, or the id another key."""
    if key in accounts:
        return dict(accounts) if accounts[key] == account_id else None
    return None if account_id in accounts.values() else {**accounts, key: account_id}


def _contains(value: Any, text: str) -> bool:
    content = value if isinstance(value, str) else json.dumps(value)
    return "".join(text.split()).lower() in "".join(content.split()).lower()
