"""`viesti doctor`: looks at everything Viesti needs and says, line by line, what is well and what is not.

Rule: a line that is not `ok` says what to do. It changes nothing but starting the embedded PostgreSQL for the
time it looks, as every command would.
"""

from __future__ import annotations

import asyncio
import os
import platform
import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from viesti.cli import wiring
from viesti.config import Settings

if TYPE_CHECKING:
    from viesti.storage.examination import Examination, SessionOfChannel

OLDEST_POSTGRES = 15
SKEW_SHOWN, SKEW_HARMFUL = 1.0, 30.0  # seconds between our clock and the database's


class Verdict(StrEnum):
    """How a line begins."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


_COLOURS = {Verdict.OK: typer.colors.GREEN, Verdict.WARN: typer.colors.YELLOW, Verdict.FAIL: typer.colors.RED}
_SESSIONS = {
    "bound": (Verdict.OK, ""),
    "connecting": (Verdict.WARN, ""),
    "down": (Verdict.WARN, "; it connects again by itself"),
    "stopped": (Verdict.FAIL, "; it waits for a person: put the channel right and apply it again"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, and what there is to say."""

    verdict: Verdict
    what: str
    sentence: str


def doctor(context: typer.Context) -> None:
    """Check this machine, the settings, the database and the channels; exit code 1 when something fails."""
    worst = Verdict.OK
    for finding in _findings(wiring.settings_of(context)):
        verdict = typer.style(f"{finding.verdict:<5}", fg=_COLOURS[finding.verdict])
        typer.echo(f"{verdict} {finding.what:<12} {finding.sentence}")
        if finding.verdict is Verdict.FAIL:
            worst = Verdict.FAIL
    raise typer.Exit(code=1 if worst is Verdict.FAIL else 0)


def _findings(settings: Settings) -> Iterator[Finding]:
    yield Finding(Verdict.OK, "python", f"{platform.python_version()} on {platform.system()}.")
    yield check_folder(settings.data_dir)
    yield from _look_at_database(settings)
    for name, host, port in (
        ("api_port", settings.api_host, settings.api_port),
        ("simulator_smsc_port", settings.simulator_host, settings.simulator_smsc_port),
        ("simulator_whatsapp_port", settings.simulator_host, settings.simulator_whatsapp_port),
        ("simulator_handset_port", settings.simulator_host, settings.simulator_handset_port),
    ):
        yield check_port(name, host, port)


def check_folder(folder: Path) -> Finding:
    """Whether files can be made in `folder`, or it can be made where it is to be."""
    existing = next(each for each in [folder, *folder.parents] if each.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            return Finding(Verdict.OK, "data_dir", f"{folder} can be written.")
    except OSError as error:
        return Finding(
            Verdict.FAIL,
            "data_dir",
            f"{folder} can't be written ({error.strerror}); set VIESTI_DATA_DIR to a folder that can.",
        )


def check_port(name: str, host: str, port: int) -> Finding:
    """Whether `port` is free to listen on."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with closing(socket.socket(family, kind, protocol)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        setting = f"VIESTI_{name.upper()}"
        return Finding(
            Verdict.WARN,
            "ports",
            f"{host}:{port} is not free ({os.strerror(error.errno or 0)}); "
            f"that is well if Viesti runs there, else set {setting}.",
        )
    return Finding(Verdict.OK, "ports", f"{host}:{port} is free ({name}).")


def _look_at_database(settings: Settings) -> Iterator[Finding]:
    from viesti.cli.doctor_links import judge_links
    from viesti.cli.doctor_queues import judge_callbacks, judge_webhooks
    from viesti.storage.database import StoreUnavailable
    from viesti.storage.embedded import PostgresError
    from viesti.storage.examination import examine
    from viesti.storage.migrate import pending

    async def look(address: str) -> tuple[Examination, datetime, datetime, list[str], str | None]:
        before = wiring.utc_now()
        examination = await examine(address)
        after, missing = wiring.utc_now(), await pending(address)
        return examination, before, after, missing, None if missing else await _sealed_key(address)

    try:
        with wiring.database(settings) as address:
            examination, before, after, missing, sealed = asyncio.run(look(address))
    except (PostgresError, StoreUnavailable) as error:
        yield Finding(Verdict.FAIL, "database", str(error))
        return
    yield judge_version(examination.version, embedded=not settings.database_url)
    yield judge_migrations(missing)
    if sealed:
        yield judge_key(sealed, wiring.secret_keys(settings))
    yield judge_clock(before, examination.clock, after)
    yield from judge_channels(examination.sessions)
    yield from judge_webhooks(examination.webhooks, examination.clock)
    yield from judge_callbacks(examination.callbacks, examination.clock)
    yield from judge_links(examination.links, settings.retention_days, settings.base_url)


def judge_version(version: int, *, embedded: bool) -> Finding:
    """What to say of PostgreSQL `version`, such as 180004."""
    major, minor = divmod(version, 10_000)
    where = "embedded" if embedded else "configured"
    if major < OLDEST_POSTGRES:
        return Finding(
            Verdict.FAIL,
            "database",
            f"The {where} PostgreSQL is {major}.{minor}; Viesti needs {OLDEST_POSTGRES} or later.",
        )
    return Finding(Verdict.OK, "database", f"The {where} PostgreSQL {major}.{minor} answers.")


def judge_migrations(missing: Sequence[str]) -> Finding:
    """What to say of migrations that are not applied."""
    if not missing:
        return Finding(Verdict.OK, "migrations", "All are applied.")
    return Finding(
        Verdict.WARN, "migrations", f"Not applied yet: {', '.join(missing)}; run `viesti migrate`."
    )


async def _sealed_key(address: str) -> str | None:
    """The installation's key, as it is sealed."""
    from viesti.services.guids import NAME
    from viesti.storage.store import Store

    store = await Store.open(address, size=1, monotonic=wiring.monotonic, application="viesti doctor")
    try:
        async with store.statements() as tx:
            return await tx.platform.key(NAME)
    finally:
        await store.close()


def judge_key(sealed: str, keys: str) -> Finding:
    """What to say of `keys`, the value of secret_key, when something was sealed before."""
    from viesti.storage.seal import Seal, SealError

    try:
        Seal(keys).open(sealed)
    except SealError:
        return Finding(
            Verdict.FAIL,
            "secret_key",
            "It is not the one that this database was set up with; set that one, or put it behind the "
            "new one.",
        )
    return Finding(Verdict.OK, "secret_key", "It opens what this database has sealed.")


def judge_clock(before: datetime, theirs: datetime, after: datetime) -> Finding:
    """What to say of the database's clock, read between `before` and `after` of ours."""
    skew = max((before - theirs).total_seconds(), (theirs - after).total_seconds(), 0.0)
    if skew <= SKEW_SHOWN:
        return Finding(Verdict.OK, "clock", "This machine and the database agree.")
    verdict = Verdict.FAIL if skew > SKEW_HARMFUL else Verdict.WARN
    return Finding(
        verdict, "clock", f"This machine and the database differ by {skew:.0f} s; keep both by NTP."
    )


def judge_channels(sessions: Sequence[SessionOfChannel]) -> Iterator[Finding]:
    """A line for each session of each enabled channel."""
    if not sessions:
        yield Finding(Verdict.OK, "channels", "None is set up yet; `viesti apply` makes them.")
    for session in sessions:
        name = f"{session.channel} ({session.kind})"
        if session.state is None:
            yield Finding(
                Verdict.WARN, "channels", f"{name} has not been started; is `viesti serve` running?"
            )
            continue
        verdict, advice = _SESSIONS[session.state]
        detail = f" ({session.detail})" if session.detail else ""
        since = f" since {session.since:%Y-%m-%d %H:%M:%S} UTC" if session.since else ""
        yield Finding(
            verdict,
            "channels",
            f"{name} session {session.session} is {session.state}{since}{detail}{advice}.",
        )
