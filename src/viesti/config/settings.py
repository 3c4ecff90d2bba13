"""Every setting of Viesti: name, kind, default and meaning in one place.

Rule: a setting has one name. `api_port` in the file is `VIESTI_API_PORT` in the environment and
`settings.api_port` in code; times are in the unit their name ends with.
"""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from viesti.config import kinds
from viesti.config.kinds import Kind


def default_data_dir() -> Path:
    """Where this user's data lives. Root's is the system's, because its home is closed to the user that
    PostgreSQL must run as."""
    return Path("/var/lib/viesti") if os.geteuid() == 0 else platformdirs.user_data_path("viesti")


def _about(
    kind: Kind, meaning: str, *, group: str = "", shown: str = "", secret: bool = False
) -> dict[str, object]:
    """What is known of a setting: `group` opens a group of the reference, `shown` tells a made default."""
    return {"kind": kind, "meaning": meaning, "group": group, "shown": shown, "secret": secret}


def _setting(kind: Kind, default: object, meaning: str, *, group: str = "", secret: bool = False) -> Any:
    about = _about(kind, meaning, group=group, secret=secret)
    return field(default=default, metadata=about, repr=not secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, checked."""

    database_url: str = _setting(
        kinds.DATABASE_URL,
        "",
        "The PostgreSQL (15 or later) to use. Empty: an embedded one starts by itself under `data_dir`.",
        group="Data",
        secret=True,
    )
    data_dir: Path = field(
        default_factory=default_data_dir,
        metadata=_about(
            kinds.FOLDER,
            "Where the embedded PostgreSQL and the generated secret key are kept.",
            shown="the user's data folder (`~/.local/share/viesti`); for root `/var/lib/viesti`",
        ),
    )
    secret_key: str = _setting(
        kinds.SECRET_KEY,
        "",
        "Seals the passwords that must be used again, such as those of SMPP. Several, separated by commas: "
        "the first seals, all open. Empty: the file `secret.key` in `data_dir`, made on first use.",
        secret=True,
    )
    api_pool_size: int = _setting(kinds.whole(2, 100), 6, "Database connections of each API process.")
    engine_pool_size: int = _setting(kinds.whole(4, 200), 16, "Database connections of the engine process.")

    api_host: str = _setting(kinds.TEXT, "127.0.0.1", "The address the API listens on.", group="API")
    api_port: int = _setting(kinds.PORT, 8080, "The port the API listens on.")
    api_workers: int = _setting(
        kinds.whole(0, 256), 0, "API processes. 0: one for each processor core but one, at least one."
    )
    public_base_url: str = _setting(
        kinds.WEB_ADDRESS,
        "",
        "The address callers know us by, without a slash at the end. "
        "Empty: `http://` with `api_host` and `api_port`.",
    )
    body_limit_bytes: int = _setting(
        kinds.whole(1_024, 1 << 30), 16 << 20, "The largest request body that is read."
    )
    provider_body_limit_bytes: int = _setting(
        kinds.whole(1_024, 1 << 28), 3 << 20, "The largest body of a provider's webhook that is read."
    )
    throttle_calls: int = _setting(
        kinds.whole(1, 1_000_000_000), 100, "Calls an application may make in each `throttle_seconds`."
    )
    throttle_seconds: int = _setting(
        kinds.whole(1, 86_400), 60, "The time over which `throttle_calls` are counted."
    )
    request_id_days: int = _setting(
        kinds.whole(1, 90), 7, "How long a RequestId is remembered, so that a repeat sends nothing twice."
    )

    oauth_access_minutes: int = _setting(
        kinds.whole(1, 1_440),
        60,
        "How long an access token is good; the connector asks for a new one by itself.",
        group="Sign-in for connectors",
    )
    oauth_refresh_days: int = _setting(
        kinds.whole(1, 3_650), 180, "After so long without use a connection asks its user to sign in again."
    )
    oauth_grace_minutes: int = _setting(
        kinds.whole(0, 1_440),
        60,
        "How long a refresh token is still taken after its successor was used: flows refresh in parallel.",
    )
    trigger_status: int = _setting(
        kinds.whole(200, 201),
        201,
        "The status that answers a TxtSync trigger that was made: 201, as platforms of flows expect, or 200, "
        "as the connector's definition has it.",
    )
    attachment_days: int = _setting(
        kinds.whole(1, 90), 7, "How long the URL of an attachment in a notification is good."
    )

    bulk_threshold: int = _setting(
        kinds.whole(1, 1_000_000),
        100,
        "Recipients in one call from which on the message goes to the bulk lane, behind the urgent ones.",
        group="Accepting messages",
    )
    group_commit_rows: int = _setting(
        kinds.whole(1, 10_000), 500, "Messages that are stored in one transaction at most."
    )
    group_commit_wait_ms: float = _setting(
        kinds.number(0, 1_000),
        2.0,
        "How long a message may wait for others to share its transaction, while another transaction runs.",
    )

    claim_batch: int = _setting(
        kinds.whole(1, 10_000),
        500,
        "Recipients the dispatcher claims at once for a channel; a crash leaves no more than these in doubt.",
        group="Engine",
    )
    settle_batch: int = _setting(
        kinds.whole(1, 10_000),
        100,
        "Outcomes of sending written at once.",
    )
    receipt_batch: int = _setting(kinds.whole(1, 10_000), 500, "Receipts stored and matched at once.")
    inbound_batch: int = _setting(kinds.whole(1, 10_000), 300, "Inbound messages stored at once.")
    lease_seconds: float = _setting(
        kinds.number(2, 300),
        10.0,
        "How long a claim or a session belongs to a process that no longer renews it.",
    )
    drain_seconds: float = _setting(
        kinds.number(0, 300), 8.0, "How long a stop waits for what is on its way before it is handed back."
    )
    fallback_seconds: float = _setting(
        kinds.number(1, 86_400),
        30.0,
        "How long a channel may be without a bound session before what waits for it takes the next route.",
    )
    receipt_timeout_hours: float = _setting(
        kinds.number(1, 720), 72.0, "A recipient without a receipt for so long becomes `expired`."
    )
    held_hours: float = _setting(
        kinds.number(1, 2_160),
        72.0,
        "What is frozen for so long, for lack of balance or as a repetition, is called back.",
    )

    callback_timeout_seconds: float = _setting(
        kinds.number(0.1, 120), 10.0, "How long an endpoint may take to answer a callback.", group="Callbacks"
    )
    callback_max_age_hours: float = _setting(
        kinds.number(0, 720), 72.0, "How long a callback is tried again before it is parked for replay."
    )
    subscription_dead_tries: int = _setting(
        kinds.whole(1, 1_000),
        5,
        "So many refusals in a row, over `subscription_dead_hours`, end a subscription such as a flow's "
        "trigger.",
    )
    subscription_dead_hours: float = _setting(
        kinds.number(0, 720), 3.0, "The time over which `subscription_dead_tries` refusals must be spread."
    )
    callback_concurrency: int = _setting(
        kinds.whole(1, 10_000), 64, "Callbacks on their way at once, over all endpoints."
    )
    callback_batch: int = _setting(kinds.whole(1, 10_000), 200, "Callbacks claimed at once.")
    inbound_file_limit_bytes: int = _setting(
        kinds.whole(65_536, 100 << 20),
        25 << 20,
        "The largest file that is kept of those that come with WhatsApp messages.",
    )
    allow_private_urls: bool = _setting(
        kinds.BOOLEAN, False, "Allow callbacks to private and local addresses; for a laboratory only."
    )
    allowed_subnets: tuple[str, ...] = _setting(
        kinds.SUBNETS, (), "Private networks that callbacks may reach nevertheless, such as `10.1.0.0/16`."
    )

    retention_days: int = _setting(
        kinds.whole(1, 3_650),
        90,
        "How long messages and their history are kept.",
        group="Retention",
    )
    period_days: int = _setting(
        kinds.whole(1, 90), 7, "The time one partition of messages covers; retention drops whole partitions."
    )

    log_level: str = _setting(
        kinds.one_of("debug", "info", "warning", "error"), "info", "The least that is logged.", group="Logs"
    )
    log_format: str = _setting(
        kinds.one_of("auto", "json", "console"),
        "auto",
        "`json`: one object a line; `console`: for people; `auto`: `console` on a terminal, else `json`.",
    )

    simulator_host: str = _setting(
        kinds.TEXT,
        "127.0.0.1",
        "The address the simulated message centre, Cloud API and handset page listen on.",
        group="Simulator",
    )
    simulator_smsc_port: int = _setting(kinds.PORT, 2775, "The SMPP port of the simulated message centre.")
    simulator_whatsapp_port: int = _setting(
        kinds.PORT, 8092, "The port of the simulated Cloud API of WhatsApp."
    )
    simulator_handset_port: int = _setting(kinds.PORT, 8090, "The port of the handset page.")

    @property
    def base_url(self) -> str:
        """Where callers reach us: `public_base_url`, or what follows from host and port."""
        return self.public_base_url or f"http://{self.api_host}:{self.api_port}"


FIELDS: dict[str, dataclasses.Field[Any]] = {each.name: each for each in dataclasses.fields(Settings)}
