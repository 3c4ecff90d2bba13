"""Opt-outs: whatever comes after, one is never weakened but by the person's own word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from viesti.storage.store import Store

pytestmark = pytest.mark.integration

AT = datetime(2030, 1, 1, tzinfo=UTC)
ACME, BUCKET, PERSON = 1, 5, "358401234567"


async def forbidden(store: Store) -> tuple[str, datetime] | None:
    async with store.transaction() as tx:
        found = await tx.consents.standing(ACME, PERSON)
    return (found.scope, found.since) if found else None


@pytest.mark.parametrize(
    ("first", "second", "scope", "days"),
    [
        ("all", "marketing", "all", 0),
        ("marketing", "all", "all", 1),
        ("all", "all", "all", 0),
        ("marketing", "marketing", "marketing", 0),
    ],
)
async def test_an_opt_out_after_another(store: Store, first: str, second: str, scope: str, days: int) -> None:
    for day, word in enumerate((first, second)):
        async with store.transaction() as tx:
            await tx.consents.opt_out([(ACME, BUCKET, PERSON, word, AT + timedelta(days=day))])
    assert await forbidden(store) == (scope, AT + timedelta(days=days))


@pytest.mark.parametrize(
    ("out", "back", "ended"),
    [
        ("all", "all", True),
        ("marketing", "all", True),
        ("marketing", "marketing", True),
        ("all", "marketing", False),
    ],
)
async def test_an_opt_in_after_an_opt_out(store: Store, out: str, back: str, ended: bool) -> None:
    async with store.transaction() as tx:
        await tx.consents.opt_out([(ACME, BUCKET, PERSON, out, AT)])
    async with store.transaction() as tx:
        await tx.consents.opt_in([(ACME, PERSON, back)])
    assert (await forbidden(store) is None) is ended
