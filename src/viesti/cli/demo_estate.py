"""Who there is in a demo: its secrets, the estate made of them, and the token of its person.

Rule: the secrets stay the same from run to run, so that a command that was copied once keeps working; the
token, of which only a digest is kept, is a new one at each start.
"""

from __future__ import annotations

import json
import secrets
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from string import Template
from typing import Any

import msgspec

from viesti.cli import wiring
from viesti.cli.demo_home import Home, unusable
from viesti.cli.demo_receiver import SIGNED_IN
from viesti.cli.estate_means import channel_validators, networks
from viesti.cli.wiring import Problem, new_token
from viesti.protocols.webhook.signature import secret_text
from viesti.services.estate import EstateCache
from viesti.services.estate_file import NotApplied, apply_estate
from viesti.services.personal_tokens import NotCreated, PersonalTokens
from viesti.simulator.whatsapp.numbers import CloudNumber
from viesti.storage.seal import Seal
from viesti.storage.store import Store

KEY, CLIENT_ID = "demo", "viesti-demo"
PERSON = "ada@harbour.example"
ACTOR = "cli:demo"
WHATSAPP_NUMBER = "358457390001"

_MADE: dict[str, Callable[[], str]] = {
    "secret": lambda: new_token(18),
    "callback_secret": lambda: secret_text(secrets.token_bytes(32)),
    "password": lambda: new_token(9),
    "client_secret": lambda: new_token(18),
    "whatsapp_token": lambda: new_token(18),
    "app_secret": lambda: new_token(18),
    "verify_token": lambda: new_token(18),
}


@dataclass(frozen=True, slots=True)
class Secrets:
    """What opens its doors: the application's secret, the key its callbacks are signed with, the person's
    password, the connector's secret, and those of the WhatsApp number."""

    secret: str
    callback_secret: str
    password: str
    client_secret: str
    whatsapp_token: str
    app_secret: str
    verify_token: str


def secrets_of(home: Home) -> Secrets:
    """The folder's secrets; those that are not there yet are made. Raises Problem."""
    file = home.folder / "demo.secrets.json"
    try:
        written = file.read_text(encoding="ascii") if file.exists() else "{}"
        known = msgspec.json.decode(written, type=dict[str, str])
        missing = {name: make() for name, make in _MADE.items() if name not in known}
        found = Secrets(**known, **missing)
        if missing:
            draft = file.with_suffix(".new")
            draft.touch(mode=0o600)
            draft.write_text(json.dumps({**known, **missing}) + "\n", encoding="ascii")
            draft.rename(file)
    except OSError as error:
        raise unusable(home, error) from error
    except (ValueError, TypeError) as error:
        raise Problem(f"The file {file} is damaged; delete it, and the demo makes a new one.") from error
    return found


def whatsapp_number(known: Secrets) -> CloudNumber:
    """The demo's number at the simulated Cloud API."""
    return CloudNumber(
        display_number=WHATSAPP_NUMBER,
        verified_name="Harbour Café",
        token=known.whatsapp_token,
        app_secret=known.app_secret,
        verify_token=known.verify_token,
    )


def estate(home: Home, known: Secrets) -> dict[str, Any]:
    """The demo's estate, as `apply` takes it."""
    number = whatsapp_number(known)
    text = files("viesti.cli").joinpath("data/demo.toml").read_text(encoding="utf-8")
    filled = Template(text).substitute(
        smsc_host=home.smsc_host,
        smsc_port=home.ports.smsc,
        receiver=home.receiver,
        signed_in=SIGNED_IN,
        key=KEY,
        secret=known.secret,
        callback_secret=known.callback_secret,
        person=PERSON,
        password=known.password,
        client_id=CLIENT_ID,
        client_secret=known.client_secret,
        whatsapp=home.whatsapp,
        phone_number_id=number.phone_number_id,
        waba_id=number.waba_id,
        whatsapp_number=f"+{number.display_number}",
        whatsapp_token=known.whatsapp_token,
        app_secret=known.app_secret,
        verify_token=known.verify_token,
    )
    return tomllib.loads(filled, parse_float=Decimal)


async def set_up(home: Home, known: Secrets, dsn: str) -> str:
    """Apply the estate and make the person's token, which is given. Raises Problem."""
    store = await Store.open(dsn, size=3, monotonic=wiring.monotonic, application="viesti demo")
    try:
        applied = await apply_estate(
            store,
            estate(home, known),
            seal=Seal(wiring.secret_keys(home.settings)),
            validators=channel_validators(),
            resolve_secret=lambda written: written,
            now=wiring.utc_now(),
            token=new_token,
            actor=ACTOR,
            networks=networks(home.settings),
        )
        if isinstance(applied, NotApplied):
            raise Problem(" ".join(map(str, applied.problems)))
        return await _token(store)
    finally:
        await store.close()


async def _token(store: Store) -> str:
    """A new token in the place of the one of an earlier start."""
    cache = EstateCache(store)
    await cache.load()
    tokens = PersonalTokens(store, cache, wiring.utc_now, new_token, ACTOR)
    for _, former in await tokens.all(PERSON):
        if former.name == KEY and former.ended_at is None:
            await tokens.end(former.id)
    made = await tokens.create(PERSON, KEY, None)
    if isinstance(made, NotCreated):
        raise Problem(made.sentence)
    return made.token
