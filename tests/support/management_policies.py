"""Documents of management policies, as compact as the tables of recorded answers that the tests are made of."""

from typing import Any

Document = dict[str, Any]
CHILDREN = "@@operators_allowed_for_child_policies"
GUID = "12345678-1234-1234-1234-123456789abc"
ROLE = "arn:aws:iam::$account:role/worker"
VAULT = "arn:aws:backup:us-east-1:$account:backup-vault:vault"
AIR_GAPPED_VAULT = "arn:aws:backup:$region:$account:backup-vault:vault"


def assign(value: Any) -> Document:
    """Return a setting that assigns a value."""
    return {"@@assign": value}


def assigned(**values: Any) -> Document:
    """Return an object of settings that assign values."""
    return {name: assign(value) for name, value in values.items()}


def opt_out(setting: Document, service: str = "default") -> Document:
    """Return an opt-out policy of one service."""
    return {"services": {service: {"opt_out_policy": setting}}}


def tag(key: str = "key", /, **settings: Any) -> Document:
    """Return a tag policy of one key."""
    return {"tags": {key: settings}}


def plan(name: str = "daily", /, **members: Any) -> Document:
    """Return a backup policy with one plan."""
    return {"plans": {name: members}}


def rule(name: str = "daily", /, **settings: Any) -> Document:
    """Return a backup policy with one rule."""
    return plan(rules={name: settings})


def schedule(fields: str, **settings: Any) -> Document:
    """Return a backup policy with a rule that has a schedule."""
    return rule(schedule_expression=assign(f"cron({fields})"), **settings)


def archive(cold: str | None = "30", delete: str | None = "120") -> Document:
    """Return a lifecycle that opts in to archive storage."""
    days = {"move_to_cold_storage_after_days": cold, "delete_after_days": delete}
    return assigned(
        opt_in_to_archive_for_supported_resources="true",
        **{name: value for name, value in days.items() if value is not None},
    )


def copy(vault: str = VAULT, **settings: Any) -> Document:
    """Return the copy actions of a rule, with one vault."""
    return {vault: {"target_backup_vault_arn": assign(vault), **settings}}


def selection(**changed: Any) -> Document:
    """Return a selection by tags, with settings replaced, or left out if they are None."""
    settings = {"iam_role_arn": ROLE, "tag_key": "cost", "tag_value": ["one"]} | changed
    return assigned(**{name: value for name, value in settings.items() if value is not None})


def complete_plan(**settings: Any) -> Document:
    """Return a backup policy whose one plan lacks nothing; `settings` are further ones of its rule."""
    return plan(
        regions=assign(["us-east-1"]),
        rules={"daily": {"target_backup_vault_name": assign("vault"), **settings}},
        selections={"tags": {"chosen": selection()}},
    )


def chat(**platforms: Any) -> Document:
    """Return a chat applications policy."""
    return {"chatbot": {"platforms": platforms}}
