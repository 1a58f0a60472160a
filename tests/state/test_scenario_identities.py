"""Scenarios of IAM's credentials and settings: what loading creates, and that exporting it loses nothing."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from artifact_state.iam import logins, mfa_devices
from artifact_state.iam.one_time_passwords import code_at, step_at
from artifact_state.iam.settings import settings_of
from artifact_state.iam.users import user_of
from artifact_state.record import replace
from artifact_state.scenarios.export import export_scenario
from artifact_state.scenarios.load import load_scenario
from artifact_state.scenarios.omissions import omissions
from artifact_state.scenarios.references import ScenarioError
from artifact_state.scenarios.schema import Scenario
from tests.support.domain import act
from tests.support.scenarios import MANAGEMENT, NOW, TRUST, load, organization_scenario

STANDALONE = "999988887777"
SEED = "JBSWY3DPEHPK3PXP"
PASSWORD = "Correct-horse-1"
PASSWORD_POLICY = {
    "min_length": 12,
    "requires_symbols": True,
    "requires_uppercase": True,
    "users_may_change": True,
    "max_age_days": 90,
    "reuse_prevention": 5,
    "hard_expiry": False,
}
TEMPLATE = "arn:aws:iam::aws:role-template/iam.amazonaws.com/PowerUserRoleTemplate:1"
TAGS = {"team": "a"}


def scenario(**parts: Any) -> dict[str, Any]:
    """Return a scenario with every credential and setting of IAM; `parts` replace some."""
    management = {
        "alias": "main",
        "password_policy": PASSWORD_POLICY,
        "token_version": 2,
        "role_manager": True,
        "outbound_federation": True,
    }
    member = {"alias": "shop", "outbound_federation": False, "root_password": False}
    content = organization_scenario(
        {"id": "222233334444", "name": "Shop", "iam": member},
        management={"id": MANAGEMENT, "iam": management},
        accounts=[{"id": STANDALONE, "iam": {"alias": "alone"}}],
        users=[
            {
                "account": MANAGEMENT,
                "name": "ann",
                "login": {"password": PASSWORD, "must_be_changed": True, "max_signin_seconds": 3600},
            }
        ],
        roles=[
            {"account": MANAGEMENT, "name": "made", "trust": TRUST, "template": TEMPLATE},
            {"account": MANAGEMENT, "name": "web", "trust": TRUST, "max_signin_seconds": 900},
        ],
    )
    return {
        **content,
        "instance_profiles": [{"account": MANAGEMENT, "name": "web", "path": "/app/", "role": "web", "tags": TAGS}],
        "mfa_devices": [
            {"account": MANAGEMENT, "name": "phone", "path": "/staff/", "seed": SEED, "user": "ann", "tags": TAGS},
            {"account": STANDALONE, "name": "spare", "seed": SEED},
        ],
        "identity_providers": [
            {
                "account": MANAGEMENT,
                "url": "https://token.actions.githubusercontent.com",
                "client_ids": ["sts.amazonaws.com"],
                "thumbprints": ["a" * 40],
                "tags": TAGS,
            }
        ],
        "saml_providers": [
            {
                "account": MANAGEMENT,
                "name": "idp",
                "issuer": "https://idp.example.com",
                "certificates": ["AAAA"],
                "metadata": "<EntityDescriptor/>",
                "tags": TAGS,
            }
        ],
        "token_issuers": [{"issuer": "https://issuer.example.com", "jwks": {"keys": [{"kty": "RSA", "n": "1"}]}}],
        **parts,
    }


class TestRoundTrip:
    """A world that is exported and loaded."""

    def test_every_credential_and_setting_survives(self) -> None:
        """Loading an export gives the tables of the exported world."""
        world = load(scenario())
        assert omissions(world) == []
        loaded = load_scenario(export_scenario(world))
        assert loaded.state == world.state

    def test_export_is_a_document_that_loads_again(self) -> None:
        """An export written as JSON without defaults loads, and gives the same export."""
        exported = export_scenario(load(scenario()))
        document = json.loads(exported.model_dump_json(exclude_defaults=True))
        assert export_scenario(load(document)) == exported

    def test_export_has_no_password(self) -> None:
        """An export contains hashes of the present and former passwords, with which the loaded user signs in."""
        world = load(scenario())
        act(world, logins.update_login, "ann", password="Another-horse-2")
        exported = export_scenario(world)
        assert PASSWORD not in exported.model_dump_json()
        user = user_of(load_scenario(exported).state, MANAGEMENT, "ann")
        assert logins.password_matches(user, "Another-horse-2")
        assert not logins.password_matches(user, PASSWORD)
        assert user.login
        assert len(user.login.former_hashes) == 1


class TestLoading:
    """What loading creates."""

    def test_account_has_the_settings_of_the_scenario(self) -> None:
        """The settings of an account are those that the scenario states."""
        settings = settings_of(load(scenario()).state, MANAGEMENT)
        assert settings.token_version == 2
        assert settings.role_manager_enabled
        assert settings.password_policy
        assert settings.password_policy.min_length == 12

    def test_user_signs_in_with_the_password_of_the_scenario(self) -> None:
        """A login of a scenario has its password."""
        user = user_of(load(scenario()).state, MANAGEMENT, "ann")
        assert logins.password_matches(user, PASSWORD)
        assert user.login
        assert user.login.must_be_changed

    def test_codes_follow_from_the_seed(self) -> None:
        """The device of a scenario accepts the codes that its seed gives at the scenario's time."""
        world = load(scenario())
        step = step_at(datetime.fromisoformat(NOW).astimezone(UTC)) + 10
        serial_number = f"arn:aws:iam::{MANAGEMENT}:mfa/staff/phone"
        codes = code_at(SEED, step), code_at(SEED, step + 1)
        act(world, mfa_devices.resync_device, "ann", serial_number, codes)
        (device,) = world.state.mfa_devices[MANAGEMENT]
        assert device.user_id == user_of(world.state, MANAGEMENT, "ann").id

    def test_device_without_seed_gets_one_drawn_from_the_scenario(self) -> None:
        """Equal scenarios give equal seeds."""
        devices = [{"account": STANDALONE, "name": "phone"}]
        first, second = (load(scenario(mfa_devices=devices)).state.mfa_devices for _ in range(2))
        assert first == second
        assert len(first[STANDALONE][0].seed) == 64

    def test_account_with_settings_only_is_exported(self) -> None:
        """A standalone account of which only a setting is known is part of the export."""
        (account,) = export_scenario(load(scenario())).accounts
        assert (account.id, account.iam.alias) == (STANDALONE, "alone")


class TestErrors:
    """Scenarios that cannot be loaded."""

    @pytest.mark.parametrize(
        ("parts", "place", "message"),
        [
            (
                {"users": [{"account": MANAGEMENT, "name": "bob", "login": {"password": "weak"}}], "mfa_devices": []},
                ("users", 0, "login"),
                "PasswordTooWeak",
            ),
            (
                {"instance_profiles": [{"account": MANAGEMENT, "name": "web", "role": "no"}]},
                ("instance_profiles", 0),
                "RoleNotFound",
            ),
            (
                {"mfa_devices": [{"account": MANAGEMENT, "name": "phone", "user": "no"}]},
                ("mfa_devices", 0),
                "EntityNotFound",
            ),
            (
                {"identity_providers": [{"account": MANAGEMENT, "url": "http://plain.example.com"}]},
                ("identity_providers", 0),
                "InvalidProvider",
            ),
            (
                {"roles": [{"account": MANAGEMENT, "name": "web", "trust": TRUST, "template": "no"}]},
                ("roles", 0),
                "RoleTemplateNotFound",
            ),
            (
                {"accounts": [{"id": STANDALONE, "iam": {"alias": "main"}}]},
                ("organizations", 0, "management", "iam", "alias"),
                "EntityNameTaken",
            ),
        ],
    )
    def test_refused_part_is_named_with_its_place(
        self, parts: dict[str, Any], place: tuple[Any, ...], message: str
    ) -> None:
        """The error has the place of what was refused."""
        with pytest.raises(ScenarioError, match=message) as caught:
            load(scenario(**parts))
        assert caught.value.place == place

    @pytest.mark.parametrize(
        "parts",
        [
            {"users": [{"account": MANAGEMENT, "name": "bob", "login": {}}]},
            {"users": [{"account": MANAGEMENT, "name": "bob", "login": {"password": "a", "password_hashes": ["b"]}}]},
            {"mfa_devices": [{"account": MANAGEMENT, "name": "phone", "seed": "not base 32"}]},
            {"token_issuers": [{"issuer": "https://a.io", "jwks": {}}]},
            {"accounts": [{"id": STANDALONE, "iam": {"alias": "double--dash"}}]},
            {"accounts": [{"id": STANDALONE, "iam": {"password_policy": {"min_length": 5}}}]},
        ],
    )
    def test_impossible_value_is_invalid(self, parts: dict[str, Any]) -> None:
        """The schema refuses values that IAM does not have."""
        with pytest.raises(ValidationError):
            Scenario.model_validate(scenario(**parts))


def test_hash_of_an_old_snapshot_matches_its_password() -> None:
    """A hash without a salt, as old snapshots have, was made with the id of the user."""
    world = load(scenario())
    user = user_of(world.state, MANAGEMENT, "ann")
    assert user.login
    salt, _, old_hash = user.login.password_hash.partition("$")
    assert salt == user.id
    old_user = replace(user, login=replace(user.login, password_hash=old_hash))
    assert logins.password_matches(old_user, PASSWORD)
    assert not logins.password_matches(old_user, "Wrong-horse-1")
