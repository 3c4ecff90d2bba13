"""What a demo tells a newcomer: where everything is, and what to try.

Rule: what is printed here works as pasted.
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from urllib.parse import urlencode

import viesti
from viesti.cli.demo_estate import CLIENT_ID, KEY, PERSON, Secrets
from viesti.cli.demo_home import Home
from viesti.cli.demo_receiver import SIGNED_IN
from viesti.cli.demo_scenario import NAME, NUMBER, PHONE, SHORT_CODE
from viesti.cli.demo_screen import Screen, took
from viesti.cli.demo_smartdialog import SmartDialog

_JSON = ("-H", "Content-Type: application/json", "-d")


def show_places(screen: Screen, home: Home, known: Secrets, seconds: float) -> None:
    """Where everything is."""
    screen.heading(f"Ready after {took(seconds)}")
    rows = [
        ("API", home.api),
        ("  key, secret", f"{KEY}, {known.secret}"),
        ("  person", f"{PERSON}, password {known.password}"),
        ("phones", home.page),
        ("callbacks", f"{home.receiver}/"),
        ("SMPP", f"{home.smsc_host}:{home.ports.smsc}"),
        ("Cloud API", home.whatsapp),
        ("data, log", f"{home.folder}, {home.log.name}"),
    ]
    docs = documents()
    if docs:
        rows.append(("documents", str(docs)))
    screen.table(rows)


def invite(screen: Screen, home: Home, known: Secrets, dialog: SmartDialog) -> None:
    """What to try first."""
    screen.heading("Now you. From another terminal:")
    screen.verbatim(curl(home, known))
    screen.text(
        f"It arrives on the phone {PHONE} at {home.page}\n"
        f"Answer it there, by SMS or WhatsApp, or write HOURS to {SHORT_CODE}; all of it is told below."
    )
    screen.heading("The same by the SmartDialog API, for each person a text of his own:")
    screen.verbatim(flow_curl(dialog))
    screen.heading("Sign in as for a connector. Open this in a browser:")
    screen.verbatim(authorize_url(home))
    screen.text(f"E-mail {PERSON}, password {known.password}")
    screen.heading("What the APIs can do, each call with an example:")
    screen.verbatim(f"{home.api}/docs")


def curl(home: Home, known: Secrets) -> str:
    """A command that sends a message."""
    body = {
        "From": NUMBER,
        "To": PHONE,
        "Message": "Hello from Viesti!",
        "DlrUrl": f"{home.receiver}/dlr?order=42",
    }
    words = ("curl", "-u", f"{KEY}:{known.secret}", *_JSON, json.dumps(body, ensure_ascii=False))
    return f"{shlex.join(words)} {home.api}/sms/send"


def flow_curl(dialog: SmartDialog) -> str:
    """A command that sends a message by the SmartDialog API."""
    body = {
        "Sender": NAME,
        "Content": "Hello $(name)!",
        "Protocol": "SMS",
        "Recipients": [{"Address": PHONE, "Personalization": {"name": "Ada"}}],
    }
    headers = {"Personal-Access-Token": dialog.token, **dialog.headers()}
    told = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    words = ("curl", *told, *_JSON, json.dumps(body, ensure_ascii=False))
    return f"{shlex.join(words)} {dialog.base}/messages"


def authorize_url(home: Home) -> str:
    """What a connector opens in a browser for its person to sign in."""
    asked = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": home.receiver + SIGNED_IN}
    return f"{home.api}/oauth/authorize?{urlencode(asked)}"


def exchange(home: Home, known: Secrets, code: str) -> str:
    """A command that changes the code that a sign-in gave for tokens, as a connector does."""
    told = {"grant_type": "authorization_code", "code": code, "redirect_uri": home.receiver + SIGNED_IN}
    words = ("curl", "-u", f"{CLIENT_ID}:{known.client_secret}", "-d", urlencode(told))
    return f"{shlex.join(words)} {home.api}/oauth/token"


def documents() -> Path | None:
    """The folder of documents, when there are sources around."""
    folder = Path(viesti.__file__).parents[2] / "docs"
    return folder if (folder / "estate.md").exists() else None
