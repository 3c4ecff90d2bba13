"""Where the clock, chance, secrets and the database of a process come from; nothing else makes them.

Rule: all below `cli` gets these as arguments, so that a test can say "at second 91" instead of waiting.
"""

from __future__ import annotations

import os
import random
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import typer

from viesti.config import Settings, load

monotonic = time.monotonic


class Problem(Exception):  # noqa: N818  the fact, as it is shown
    """What a person asked for can't be done; the text is one sentence that says why and what to try."""


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


def jitter() -> float:
    """A number from 0 up to 1 that spreads retries; not for secrets."""
    return random.random()  # noqa: S311  no secret depends on it


def new_token(octets: int = 32) -> str:
    """A secret that can't be guessed, in letters that need no quoting."""
    return secrets.token_urlsafe(octets)


def settings_of(context: typer.Context) -> Settings:
    """The settings for a command: its `--config` file and the environment. Raises ConfigError."""
    file: Path | None = context.obj
    return load(file, os.environ)


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The address of the database: the configured one, or the embedded one, which runs while it is used.

    Raises PostgresError.
    """
    if settings.database_url:
        yield settings.database_url
        return
    from viesti.storage.embedded import EmbeddedPostgres

    with EmbeddedPostgres(settings.data_dir) as address:
        yield address


def secret_keys(settings: Settings) -> str:
    """The keys that seal stored secrets: the configured ones, or the file `secret.key`, made on first use.

    Raises Problem.
    """
    if settings.secret_key:
        return settings.secret_key
    from viesti.storage.seal import Seal

    file = settings.data_dir / "secret.key"
    try:
        # Others may pass: an embedded PostgreSQL that is started here later does not run as root.
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o711)
        if not file.exists():
            # Written aside and linked in place: those who start at once end up with the same, whole key.
            with tempfile.NamedTemporaryFile("w", dir=settings.data_dir) as draft:
                draft.write(Seal.new_key() + "\n")
                draft.flush()
                os.fsync(draft.fileno())
                with suppress(FileExistsError):
                    os.link(draft.name, file)
        return file.read_text(encoding="ascii").strip()
    except OSError as error:
        raise Problem(
            f"The secret key {file} can't be read or made: {error.strerror}; "
            "set VIESTI_SECRET_KEY, or VIESTI_DATA_DIR to a folder that can be written."
        ) from error
