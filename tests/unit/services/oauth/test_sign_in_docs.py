"""docs/sign-in.md says what the tables say."""

from __future__ import annotations

import re
from pathlib import Path

from viesti.api.oauth.token_endpoints import metadata
from viesti.services.authorise import SECONDS
from viesti.services.oauth.lifetimes import Lifetimes
from viesti.services.oauth.scopes import IN_WORDS
from viesti.services.oauth.sign_in import TRIES, TRIES_FROM, TRIES_SECONDS

TEXT = (Path(__file__).parents[4] / "docs/sign-in.md").read_text(encoding="utf-8")


def test_scopes() -> None:
    rows = re.findall(r"^\| `([\w.]+)` \| (.+) \|$", TEXT, re.MULTILINE)
    assert rows == [(scope.value, words) for scope, words in IN_WORDS.items()]


def test_numbers() -> None:
    lifetimes = Lifetimes()
    assert f"| {lifetimes.code.total_seconds():.0f} seconds, once |" in TEXT
    assert f"| {lifetimes.sign_in.total_seconds() / 3600:.0f} hours |" in TEXT
    assert (TRIES, TRIES_FROM, TRIES_SECONDS, SECONDS) == (10, 100, 600, 30.0)


def test_addresses() -> None:
    described = metadata("https://a.example/")
    for name in ("authorization_endpoint", "token_endpoint", "revocation_endpoint"):
        assert f"| `{described[name].removeprefix('https://a.example')}` |" in TEXT
