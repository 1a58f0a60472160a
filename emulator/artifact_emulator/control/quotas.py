"""The limits of a world over the control API: told, and changed while it is used."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, ConfigDict, Field, RootModel

from artifact_emulator.control import PREFIX, problem
from artifact_emulator.control.asked import asked_world, response
from artifact_state.catalog import PolicyLimits, Quotas
from artifact_state.world import World, default_quotas
from artifact_state.worlds import Worlds

_POLICY_LIMITS = ("max_document", "max_per_organization", "min_attached", "max_attached")
_DECADE = 10 * 365 * 86_400


class QuotaChanges(RootModel[dict[str, int]]):
    """Limits by name, such as `policies.TAG_POLICY.max_attached` or `iam.RolesPerAccount`; times are in seconds."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"accounts_per_organization": 10, "policies.SERVICE_CONTROL_POLICY.max_attached": 5}]
        }
    )


class QuotasReply(BaseModel):
    """All limits of a world."""

    quotas: dict[str, int] = Field(description="By name; times are in seconds.")


def add(app: OpenAPI, served: Worlds) -> None:
    """Add the routes."""

    @app.get(f"{PREFIX}/quotas", summary="Tell the limits of a world", responses={200: QuotasReply})
    def tell_quotas() -> Response:
        return _told(asked_world(served))

    @app.patch(
        f"{PREFIX}/quotas", summary="Change limits of a world: what is there stays", responses={200: QuotasReply}
    )
    def change_quotas(body: QuotaChanges) -> Response:
        world = asked_world(served)
        known = _named(_quotas(world))
        for name, value in body.root.items():
            if name not in known:
                return response(problem(400, "Bad request", f"{name} is no quota; there are {', '.join(known)}"))
            if not 0 <= value <= _DECADE:
                return response(problem(400, "Bad request", f"{name} is between 0 and {_DECADE}"))
        with world.still():
            world.options = replace(world.options, quotas=_changed(_quotas(world), body.root))
        return _told(world)


def _quotas(world: World) -> Quotas:
    return world.options.quotas or default_quotas()


def _told(world: World) -> Response:
    return jsonify(QuotasReply(quotas=_named(_quotas(world))).model_dump())


def _named(quotas: Quotas) -> dict[str, int]:
    """Give every limit that can be changed, by its name."""
    named = {}
    for field in fields(quotas):
        value = getattr(quotas, field.name)
        if isinstance(value, timedelta):
            named[field.name] = int(value.total_seconds())
        elif isinstance(value, int):
            named[field.name] = value
    for kind, limits in quotas.policies.items():
        named |= {f"policies.{kind}.{name}": getattr(limits, name) for name in _POLICY_LIMITS}
    return named | {f"iam.{name}": limit for name, limit in quotas.iam.items()}


def _changed(quotas: Quotas, changes: dict[str, int]) -> Quotas:
    plain: dict[str, Any] = {
        name: timedelta(seconds=value) if isinstance(getattr(quotas, name), timedelta) else value
        for name, value in changes.items()
        if "." not in name
    }
    policies: dict[str, PolicyLimits] = dict(quotas.policies)
    iam = dict(quotas.iam)
    for name, value in changes.items():
        family, *path = name.split(".")
        if path and family == "iam":
            iam[path[0]] = value
        elif path:
            kind, limit = path
            changed: dict[str, Any] = {limit: value}
            policies[kind] = replace(policies[kind], **changed)
    return replace(quotas, **plain, policies=policies, iam=iam)
