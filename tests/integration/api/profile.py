"""A contact to whom something of every kind happened, for the tests of the page that shows him."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import asyncpg
from tests.integration.api.conftest import ACME, ACME_NUMBER, Api

from viesti.domain.contact import ContactCount
from viesti.domain.message import Inbound
from viesti.services.contacts.add import AddContact
from viesti.services.contacts.fields import ContactFields, Property
from viesti.services.contacts.seen import ContactSeen
from viesti.services.contacts.tags import Tags
from viesti.services.record_consent import ConsentGiven, RecordConsent
from viesti.services.requests import RecipientRequest, SubmitRequest, Submitted
from viesti.services.tell.consents import How

PHONE = "358401234567"
MARKUP = "<img src=x onerror=\"document.title='taken over'\"> & <b>bold</b>"
TARGET = "https://shop.example/basket?id=17"
BROWSER = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Safari/604.1"
)
MACHINE = {"User-Agent": "WhatsApp/2.23.20.0 A", "Accept": "*/*"}
PERSON = {"User-Agent": BROWSER, "Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def now() -> datetime:
    return datetime.now(UTC)


async def make_contact(api: Api, phone: str = PHONE, customer_id: int = ACME) -> int:
    """A contact of a customer, with all its fields and two tags; gives its id."""
    customer = api.estate.current.estate.customers[customer_id]
    fields = ContactFields(
        first_name="Åsa", last_name="Ek", email="asa@home.example", company="Ek & Daughters",
        external_reference=f"crm/{customer_id}?x=ä", gender="Female", birth_year=1984,
        address_line1="Harbour Street 1", postcode="00100", city="Helsinki", country="Finland",
        properties=(Property("Custom01", "Gold"), Property("Custom02", MARKUP)),
    )  # fmt: skip
    add = AddContact(api.store, now)
    seen = await add(customer, 600, f"+{phone}", fields, ["Regulars"], allow_sms=True)
    assert isinstance(seen, ContactSeen), seen
    tags = await Tags(api.store, now).put(customer, seen.contact.id, "Newsletter", subscribed=False)
    assert isinstance(tags, list), tags
    return seen.contact.id


async def happen(api: Api) -> None:
    """Messages either way, one of them followed by a person and by a machine, one failed, one held; and a
    consent taken back. All is counted."""
    connection = await asyncpg.connect(api.store.dsn)
    try:
        for text, change in (
            (f"Your basket waits: {TARGET}", "status = 70, finished_at = now()"),
            ("Lost", "status = 60, failure = 'unreachable', finished_at = now()"),
            (MARKUP, "status = 30"),
        ):
            identifier = await _send(api, text)
            sent_at = now() - timedelta(minutes=5)
            await connection.execute(
                f"update recipients set {change}, sent_at = $2 where id = $1", identifier, sent_at
            )
            if TARGET in text:
                path = f"{api.url}/l/{api.parts.short_links.token(identifier, 0)}"
                for headers in (PERSON, PERSON, MACHINE):
                    async with api.client.get(path, headers=headers, allow_redirects=False) as answer:
                        assert answer.status == 302
    finally:
        await connection.close()
    await _receive(api, "Kiitos! " + "Long words stay whole: " + "x" * 80)
    customer = api.estate.current.estate.customers[ACME]
    for allowed, evidence in ((False, "letter of 3 May"), (True, "telephone call")):
        word = ConsentGiven(customer, PHONE, allowed, "marketing", "", "operator:ada", How.OPERATOR, evidence)
        await RecordConsent(api.store, now)([word])
    ids = await api.store.ids.take((1, 1))
    async with api.store.transaction() as tx:
        # As the carrier's refusal and the handset's message are counted.
        counts = zip(ids, ("failed", "inbound"), strict=True)
        await tx.contacts.count([ContactCount(n, 1, ACME, PHONE, kind, 1, now()) for n, kind in counts])
        await tx.contacts.fold_counts(1000)


async def opt_out(api: Api) -> None:
    """The person wants no more messages."""
    customer = api.estate.current.estate.customers[ACME]
    word = ConsentGiven(customer, PHONE, False, "all", "", "inbound", How.MESSAGE, "inbound message 1: STOP")
    await RecordConsent(api.store, now)([word])


async def _send(api: Api, text: str) -> int:
    submitted = await api.parts.submit(
        SubmitRequest(
            dialect="native", customer_id=ACME, application_id=600, service_id=200, sender="Acme", text=text,
            recipients=(RecipientRequest(f"+{PHONE}"),), track_links=True,
        )
    )  # fmt: skip
    assert isinstance(submitted, Submitted), submitted
    return submitted.recipients[0].id


async def _receive(api: Api, text: str) -> None:
    identifier = await api.store.ids.one(1)
    inbound = Inbound(
        id=identifier, bucket=1, customer_id=ACME, service_id=201, channel_id=300, source=PHONE,
        source_kind="international", destination=ACME_NUMBER, text=text, payload=None, parts=1,
        parts_missing=0, keyword="", consent=None, thread_id=None, received_at=now(),
    )  # fmt: skip
    async with api.store.transaction() as tx:
        await tx.inbound.add([inbound])
