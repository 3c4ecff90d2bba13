"""What applying an estate needs from this machine: secrets by name, the kinds of channels, networks, a store.

Rule: a secret is fetched here and passed on; it is never printed and never part of a sentence.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from viesti.channels.options import OptionError
from viesti.channels.registry import KINDS
from viesti.cli import wiring
from viesti.config import Settings
from viesti.net.addresses import Network
from viesti.net.client import ClientOptions
from viesti.services.estate_file import ChannelValidator, ResolveSecret, Unresolved
from viesti.storage.migrate import migrate, pending
from viesti.storage.store import Store

# Options that nobody may read, by the kind of channel; in the file they are under `secrets`.
_SECRETS = {
    "smpp": frozenset({"password"}),
    "whatsapp": frozenset({"token", "app_secret", "verify_token"}),
}


def channel_validators() -> dict[str, ChannelValidator]:
    """How the options of each kind of channel are checked."""
    return {kind: _checked(read, _SECRETS.get(kind, frozenset())) for kind, (_, read) in KINDS.items()}


def _checked(read: Callable[[Mapping[str, Any]], object], secret: frozenset[str]) -> ChannelValidator:
    def check(options: Mapping[str, Any], secrets: Mapping[str, str] | None) -> Sequence[tuple[str, str]]:
        if secrets is None:  # they were good when they were stored
            secrets = dict.fromkeys(secret, "stored")
        problems = [
            (f"options.{name}", f"It is a secret; put it under `secrets` as {name}.")
            for name in sorted(secret & options.keys())
        ]
        problems += [
            (f"secrets.{name}", f"It is not a secret here; there is {', '.join(sorted(secret)) or 'none'}.")
            for name in secrets
            if name not in secret
        ]
        if not problems:
            try:
                read({**options, **secrets})
            except OptionError as error:
                problems.append(_told(error, secret))
        return problems

    return check


def _told(error: OptionError, secret: frozenset[str]) -> tuple[str, str]:
    if error.field in secret:  # sentences about a text never hold its value
        return f"secrets.{error.field}", f"It {error.problem}."
    return f"options.{error.field}", f"It {error.problem}."


def secret_resolver(folder: Path, environment: Mapping[str, str] | None = None) -> ResolveSecret:
    """Fetches `env:NAME` and `file:PATH`, the path counted from `folder`; any other text is the secret."""
    variables = os.environ if environment is None else environment

    def resolve(written: str) -> str | Unresolved:
        source, colon, name = written.partition(":")
        if not colon or source not in ("env", "file"):
            return written
        if source == "env":
            return variables.get(name) or Unresolved(f"The environment variable {name} is not set, or empty.")
        try:
            text = (folder / name).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            return Unresolved(f"The file {name} can't be read: {reason}.")
        return text or Unresolved(f"The file {name} is empty.")

    return resolve


def networks(settings: Settings) -> tuple[Network, ...]:
    """The private networks that callbacks may reach."""
    subnets = tuple(ip_network(subnet) for subnet in settings.allowed_subnets)
    return ClientOptions(allow_private=settings.allow_private_urls, allowed=subnets).exempt


@asynccontextmanager
async def open_store(settings: Settings, address: str) -> AsyncIterator[Store]:
    """A store for one command. The embedded database is brought to this version's schema.

    Raises Problem when a configured one is not there yet, and `StoreUnavailable`.
    """
    store = await Store.open(address, size=2, monotonic=wiring.monotonic, application="viesti command")
    try:
        if not settings.database_url:
            await migrate(address)
        elif await pending(address):
            raise wiring.Problem("The database is not at this version's schema; run `viesti migrate` first.")
        yield store
    finally:
        await store.close()
