"""How strict a world is, over the control API: AWS's request rates, and what lucky clients break on."""

from dataclasses import replace
from typing import Any, Literal, Self

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, ConfigDict, Field, model_validator

from artifact_emulator.control import PREFIX
from artifact_emulator.control.responses import asked_world
from artifact_emulator.world_runtime import runtime_of
from artifact_state.world import World
from artifact_state.world_registry import WorldRegistry


class ThrottlingBody(BaseModel):
    """Whether callers are held to request rates."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"mode": "aws"}, {"mode": "off"}]})

    mode: Literal["aws", "off"] = Field(
        description="aws: token buckets per account and per organization, as AWS documents them, by the world's clock."
    )


class StrictClientBody(BaseModel):
    """Whether clients are spared what AWS permits and few tests meet."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"enabled": True, "seed": "7"}, {"enabled": False}]}
    )

    enabled: bool
    seed: str | None = Field(None, max_length=256, description="Equal seeds and equal calls meet the same.")

    @model_validator(mode="after")
    def _seed_of_something(self) -> Self:
        if self.seed is not None and not self.enabled:
            raise ValueError("a seed is for enabled: true")
        return self


def add(app: OpenAPI, served: WorldRegistry) -> None:
    """Add the routes."""

    @app.get(
        f"{PREFIX}/throttling", summary="Tell whether a world is throttled as AWS is", responses={200: ThrottlingBody}
    )
    def tell_throttling() -> Response:
        return _throttling(asked_world(served))

    @app.put(
        f"{PREFIX}/throttling",
        summary="Throttle a world as AWS does, with full buckets, or no longer",
        responses={200: ThrottlingBody},
    )
    def set_throttling(body: ThrottlingBody) -> Response:
        world = asked_world(served)
        _choose(world, throttling=body.mode)
        return _throttling(world)

    @app.get(
        f"{PREFIX}/strict-client",
        summary="Tell whether a world's clients meet all that AWS permits",
        responses={200: StrictClientBody},
    )
    def tell_strict_client() -> Response:
        return _strict_client(asked_world(served))

    @app.put(
        f"{PREFIX}/strict-client",
        summary="Let a world's clients meet all that AWS permits, from the beginning, or no longer",
        responses={200: StrictClientBody},
    )
    def set_strict_client(body: StrictClientBody) -> Response:
        world = asked_world(served)
        _choose(world, strict_client=(body.seed or "") if body.enabled else None)
        return _strict_client(world)


def _choose(world: World, **choices: Any) -> None:
    with world.locked():
        world.options = replace(world.options, **choices)
        runtime_of(world).calm()


def _throttling(world: World) -> Response:
    return jsonify({"mode": world.options.throttling})


def _strict_client(world: World) -> Response:
    seed = world.options.strict_client
    return jsonify({"enabled": seed is not None, "seed": seed})
