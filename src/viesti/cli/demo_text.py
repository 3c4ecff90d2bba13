"""What a demo tells a newcomer: where everything is, and what to try.

Rule: what is printed here works as pasted.
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import viesti
from viesti.cli.demo_home import KEY, Home, Secrets
from viesti.cli.demo_scenario import NUMBER, PHONE, SHORT_CODE
from viesti.cli.demo_screen import Screen, took


def show_places(screen: Screen, home: Home, known: Secrets, seconds: float) -> None:
    """Where everything is."""
    screen.heading(f"Ready after {took(seconds)}")
    rows = [
        ("API", home.api),
        ("  key, secret", f"{KEY}, {known.secret}"),
        ("phones", home.page),
        ("callbacks", f"{home.receiver}/"),
        ("SMPP", f"{home.smsc_host}:{home.ports.smsc}"),
        ("data, log", f"{home.folder}, {home.log.name}"),
    ]
    docs = documents()
    if docs:
        rows.append(("documents", str(docs)))
    screen.table(rows)


def invite(screen: Screen, home: Home, known: Secrets) -> None:
    """What to try first."""
    screen.heading("Now you. From another terminal:")
    screen.verbatim(curl(home, known))
    screen.text(
        f"It arrives on the phone {PHONE} at {home.page}\n"
        f"Answer it there, or write HOURS to {SHORT_CODE}; all of it is told below."
    )


def curl(home: Home, known: Secrets) -> str:
    """A command that sends a message."""
    body = {
        "From": NUMBER,
        "To": PHONE,
        "Message": "Hello from Viesti!",
        "DlrUrl": f"{home.receiver}/dlr?order=42",
    }
    words = [
        *("curl", "-u", f"{KEY}:{known.secret}"),
        *("-H", "Content-Type: application/json"),
        *("-d", json.dumps(body, ensure_ascii=False)),
    ]
    return f"{shlex.join(words)} {home.api}/sms/send"


def documents() -> Path | None:
    """The folder of documents, when there are sources around."""
    folder = Path(viesti.__file__).parents[2] / "docs"
    return folder if (folder / "estate.md").exists() else None
