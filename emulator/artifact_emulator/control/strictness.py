"""Throttling and strict mode of a world."""

from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal, Self

from flask import Response, jsonify, request
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, ConfigDict, Field, model_validator

from artifact_emulator.control import PREFIX
from artifact_emulator.control.responses import current_world
from artifact_emulator.logs import log
from artifact_emulator.world_runtime import runtime_of
from artifact_state.record import replace
from artifact_state.world import Options, World

_RENAMED_AT = datetime(2026, 11, 30, tzinfo=UTC)
"""The date since when /strict-client is deprecated."""


class ThrottlingBody(BaseModel):
    """Whether AWS's request rates are enforced."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"mode": "aws"}, {"mode": "off"}]})

    mode: Literal["aws", "off"] = Field(
        description="aws: token buckets per account and per organization as AWS documents them, by the world's clock."
    )


class StrictModeBody(BaseModel):
    """Whether strict mode is on: short pages, throttling and eventual consistency, as AWS permits them."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"enabled": True, "seed": "7"}, {"enabled": False}]}
    )

    enabled: bool
    seed: str | None = Field(
        None, max_length=256, description="The same seed and the same calls give the same effects."
    )

    @model_validator(mode="after")
    def _check_seed(self) -> Self:
        if self.seed is not None and not self.enabled:
            raise ValueError("a seed requires enabled: true")
        return self


def add_routes(app: OpenAPI) -> None:
    """Add the routes of this module."""

    @app.get(
        f"{PREFIX}/throttling",
        summary="Return whether AWS's request rates are enforced",
        responses={200: ThrottlingBody},
    )
    def read_throttling() -> Response:
        return _throttling(current_world())

    @app.put(
        f"{PREFIX}/throttling",
        summary="Enforce AWS's request rates, starting with full buckets, or stop enforcing them",
        responses={200: ThrottlingBody},
    )
    def set_throttling(body: ThrottlingBody) -> Response:
        world = current_world()
        _change_options(world, throttling=body.mode)
        return _throttling(world)

    # Version 0.1 called it /strict-client.
    for path, deprecated in ((f"{PREFIX}/strict-mode", False), (f"{PREFIX}/strict-client", True)):
        _add_strict_mode(app, path, deprecated=deprecated)


def _add_strict_mode(app: OpenAPI, path: str, *, deprecated: bool) -> None:
    endpoint = path.rpartition("/")[2]

    @app.get(
        path,
        endpoint=f"read {endpoint}",
        summary="Return whether strict mode is on",
        responses={200: StrictModeBody},
        deprecated=deprecated,
    )
    def read_strict_mode() -> Response:
        return _strict_mode(current_world(), is_old_name=deprecated)

    @app.put(
        path,
        endpoint=f"set {endpoint}",
        summary="Turn strict mode on, from its beginning, or off",
        responses={200: StrictModeBody},
        deprecated=deprecated,
    )
    def set_strict_mode(body: StrictModeBody) -> Response:
        world = current_world()
        _change_options(world, strict_client=(body.seed or "") if body.enabled else None)
        return _strict_mode(world, is_old_name=deprecated)


def _change_options(world: World, **changes: Any) -> None:
    def change(options: Options) -> Options:
        runtime_of(world).reset_strictness()
        return replace(options, **changes)

    world.change_options(change)


def _throttling(world: World) -> Response:
    return jsonify({"mode": world.options.throttling})


def _strict_mode(world: World, *, is_old_name: bool) -> Response:
    seed = world.options.strict_client
    response = jsonify({"enabled": seed is not None, "seed": seed})
    if is_old_name:
        # https://www.rfc-editor.org/rfc/rfc9745
        response.headers["Deprecation"] = f"@{_RENAMED_AT.timestamp():.0f}"
        response.headers["Link"] = f'<{request.script_root}{PREFIX}/strict-mode>; rel="successor-version"'
        warn_of_old_name()
    return response


@cache
def warn_of_old_name() -> None:
    """Log once that the old path will be removed."""
    log.warning("%s/strict-client is deprecated and will be removed in 0.3.0: use %s/strict-mode", PREFIX, PREFIX)
