"""Settings: empty, full, overridden, and a folder of bad files, each with the sentence it must give."""

from __future__ import annotations

import base64
import dataclasses
from pathlib import Path
from typing import Any

import pytest

from viesti.config import ConfigError, Settings, load
from viesti.config.reference import markdown
from viesti.config.settings import FIELDS

KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
BAD_CONFIGS = sorted((Path(__file__).parent / "bad_configs").glob("*.toml"))
REFERENCE = Path(__file__).parents[2] / "docs" / "configuration.md"

# For each setting a value that is not its default: in TOML, in the environment, and as code sees it.
FULL: dict[str, tuple[str, str, Any]] = {
    "database_url": ('"postgresql://db/viesti"', "postgresql://db/viesti", "postgresql://db/viesti"),
    "data_dir": ('"/srv/viesti"', "/srv/viesti", Path("/srv/viesti")),
    "secret_key": (f'"{KEY}"', KEY, KEY),
    "api_pool_size": ("7", "7", 7),
    "engine_pool_size": ("17", "17", 17),
    "api_host": ('"0.0.0.0"', "0.0.0.0", "0.0.0.0"),
    "api_port": ("9090", "9090", 9090),
    "api_workers": ("3", "3", 3),
    "public_base_url": ('"https://sms.example.com/"', "https://sms.example.com/", "https://sms.example.com"),
    "body_limit_bytes": ("2_000_000", "2000000", 2_000_000),
    "provider_body_limit_bytes": ("4_000_000", "4000000", 4_000_000),
    "inbound_file_limit_bytes": ("1_000_000", "1000000", 1_000_000),
    "throttle_calls": ("200", "200", 200),
    "throttle_seconds": ("30", "30", 30),
    "request_id_days": ("8", "8", 8),
    "oauth_access_minutes": ("30", "30", 30),
    "oauth_refresh_days": ("90", "90", 90),
    "oauth_grace_minutes": ("5", "5", 5),
    "trigger_status": ("200", "200", 200),
    "attachment_days": ("3", "3", 3),
    "bulk_threshold": ("50", "50", 50),
    "group_commit_rows": ("1000", "1000", 1000),
    "group_commit_wait_ms": ("5", "5", 5.0),
    "claim_batch": ("100", "100", 100),
    "settle_batch": ("101", "101", 101),
    "receipt_batch": ("102", "102", 102),
    "inbound_batch": ("103", "103", 103),
    "lease_seconds": ("12.5", "12.5", 12.5),
    "drain_seconds": ("4", "4", 4.0),
    "fallback_seconds": ("45", "45", 45.0),
    "held_hours": ("24", "24", 24.0),
    "receipt_timeout_hours": ("24", "24", 24.0),
    "callback_timeout_seconds": ("2.5", "2.5", 2.5),
    "callback_max_age_hours": ("48", "48", 48.0),
    "subscription_dead_tries": ("7", "7", 7),
    "subscription_dead_hours": ("1.5", "1.5", 1.5),
    "callback_concurrency": ("128", "128", 128),
    "callback_batch": ("104", "104", 104),
    "allow_private_urls": ("true", "on", True),
    "allowed_subnets": (
        '["10.1.0.0/16", "fd00::/8"]',
        "10.1.0.0/16, fd00::/8",
        ("10.1.0.0/16", "fd00::/8"),
    ),
    "retention_days": ("30", "30", 30),
    "period_days": ("1", "1", 1),
    "log_level": ('"DEBUG"', "DEBUG", "debug"),
    "log_format": ('"json"', "json", "json"),
    "simulator_host": ('"::1"', "::1", "::1"),
    "simulator_smsc_port": ("2776", "2776", 2776),
    "simulator_whatsapp_port": ("8093", "8093", 8093),
    "simulator_handset_port": ("8091", "8091", 8091),
}
FULL_SETTINGS = Settings(**{name: value for name, (_, _, value) in FULL.items()})


def test_empty_gives_every_default(tmp_path: Path) -> None:
    file = tmp_path / "viesti.toml"
    file.touch()
    assert load(file, {}) == load(None, {}) == Settings()


def test_the_full_example_differs_from_every_default() -> None:
    assert FULL.keys() == FIELDS.keys()
    defaults = dataclasses.asdict(Settings())
    assert [name for name, (_, _, value) in FULL.items() if defaults[name] == value] == []


def test_full_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "viesti.toml"
    file.write_text("".join(f"{name} = {toml}\n" for name, (toml, _, _) in FULL.items()))
    assert load(file, {}) == FULL_SETTINGS
    assert load(None, {"VIESTI_CONFIG": str(file)}) == FULL_SETTINGS


def test_full_from_the_environment() -> None:
    assert (
        load(None, {f"VIESTI_{name.upper()}": text for name, (_, text, _) in FULL.items()}) == FULL_SETTINGS
    )


def test_every_default_is_a_value_its_kind_allows() -> None:
    for name, value in dataclasses.asdict(Settings()).items():
        raw = list(value) if isinstance(value, tuple) else str(value) if isinstance(value, Path) else value
        assert FIELDS[name].metadata["kind"].check(raw) == value


def test_the_environment_wins_and_the_named_file_wins_over_viesti_config(tmp_path: Path) -> None:
    file, other = tmp_path / "a.toml", tmp_path / "b.toml"
    file.write_text("api_port = 1111\napi_workers = 2\n")
    other.write_text("api_workers = 9\n")
    settings = load(file, {"VIESTI_API_PORT": "2222", "VIESTI_CONFIG": str(other)})
    assert (settings.api_port, settings.api_workers) == (2222, 2)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        (
            "VIESTI_API_PORT",
            "http",
            "VIESTI_API_PORT in the environment is 'http', which is not allowed; "
            "it must be a whole number from 1 to 65535.",
        ),
        (
            "VIESTI_ALLOW_PRIVATE_URLS",
            "maybe",
            "VIESTI_ALLOW_PRIVATE_URLS in the environment is 'maybe', which is not allowed; "
            "it must be true or false.",
        ),
        (
            "VIESTI_DATABSE_URL",
            "postgresql:///x",
            "VIESTI_DATABSE_URL in the environment is not a setting; did you mean VIESTI_DATABASE_URL?",
        ),
        (
            "VIESTI_CONFIG",
            "/nowhere/viesti.toml",
            "The configuration file /nowhere/viesti.toml can't be read: No such file or directory.",
        ),
    ],
)
def test_bad_environment(name: str, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(None, {name: text})
    assert str(caught.value) == sentence


@pytest.mark.parametrize("file", BAD_CONFIGS, ids=lambda file: file.stem)
def test_bad_file(file: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(file, {})
    assert str(caught.value) == file.with_suffix(".error").read_text().strip().replace("{file}", str(file))


@pytest.mark.parametrize(
    "name",
    [
        "VIESTI_PORT",
        "VIESTI_PORT_8080_TCP_ADDR",
        "VIESTI_SERVICE_HOST",
        "VIESTI_SERVICE_PORT_HTTP",
        "VIESTI_VENV",
    ],
)
def test_variables_that_are_not_meant_for_us(name: str) -> None:
    assert load(None, {name: "tcp://10.0.0.1:8080"}) == Settings()


def test_secrets_are_not_shown() -> None:
    settings = load(None, {"VIESTI_SECRET_KEY": KEY, "VIESTI_DATABASE_URL": "postgresql://u:verysecret@db/v"})
    assert KEY not in repr(settings)
    assert "verysecret" not in repr(settings)


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        (Settings(api_host="10.0.0.5", api_port=80), "http://10.0.0.5:80"),
        (Settings(public_base_url="https://sms.example.com"), "https://sms.example.com"),
    ],
)
def test_base_url(settings: Settings, url: str) -> None:
    assert settings.base_url == url


def test_the_committed_reference_is_current() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == markdown()
