"""Templates through the API: made at a Cloud API, listed, followed through its list and its webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.fakes.endpoint import Endpoint, Received, answer
from tests.integration.api.cloud import ACME_NUMBER, TOKEN, Cloud, cloud_of, point
from tests.integration.api.conftest import ACME, ADA_TOKEN, BETA, BO_TOKEN, Api, make_estate, running
from tests.integration.api.whatsapp import ACME_CHANNEL, ACME_WHATSAPP, BETA_CHANNEL, BETA_WHATSAPP, ESTATE

from viesti.domain.templates.template import Template
from viesti.protocols.whatsapp.event_types import TemplateCategory, TemplateQuality, TemplateStatus
from viesti.services.guids import GuidKind
from viesti.services.provider.channels import ProviderChannels
from viesti.services.provider.process import ProcessBodies
from viesti.services.publish import Publish
from viesti.services.receipts import TakeReceipts
from viesti.services.templates.find import NotSendable, find_sendable
from viesti.services.templates.from_provider import TemplateEvent, TemplateEvents
from viesti.services.templates.meta import Meta
from viesti.services.templates.sync import EVERY, GRACE, SyncTemplates
from viesti.storage.store import Store

pytestmark = pytest.mark.integration

BASE = "/api-integrations/v1"
ORDER = {
    "DisplayName": "Order update",
    "RawContent": "Hello {{1}}, your order {{2}} is on its way.",
    "Category": "UTILITY",
    "Language": "fi",
}


class Stage:
    """Acme's people at the API, with a Cloud API behind it."""

    def __init__(self, api: Api, cloud: Cloud) -> None:
        self.api, self.cloud = api, cloud
        self.now = datetime.now(UTC)
        meta = Meta(api.parts.operators, api.parts.others, api.parts.seal)
        self.sync = SyncTemplates(api.store, api.estate, meta, lambda: self.now)
        self.events = TemplateEvents(api.estate)

    async def create(
        self, number: str = ACME_WHATSAPP, token: str = BO_TOKEN, customer: int = ACME, **members: Any
    ) -> tuple[int, Any]:
        """Status and body of CreateWhatsappTemplate; None leaves a member out."""
        body = {name: value for name, value in (ORDER | members).items() if value is not None}
        path = f"{BASE}/whatsapp/templates/{self.guid(customer)}/{number}"
        status, said, _ = await self.api.speak("POST", path, token=token, json=body)
        return status, said

    async def list(self, named: str = "", customer: int = ACME, token: str = BO_TOKEN) -> list[Any]:
        """What GetCustomerWhatsAppTemplates shows."""
        query = f"?TemplateId={named}" if named else ""
        path = f"{BASE}/whatsapp/templates/{self.guid(customer)}{query}"
        status, said, _ = await self.api.speak("GET", path, token=token)
        assert status == 200, said
        shown: list[Any] = said
        return shown

    async def states(self) -> dict[str, str]:
        """The state of each template that is shown, by id."""
        return {each["id"]: each["extensionParameters"]["status"] for each in await self.list()}

    async def stored(self, customer: int = ACME) -> list[Template]:
        async with self.api.store.statements() as tx:
            return await tx.templates.of_customer(customer)

    async def tell(self, event: TemplateEvent, at: datetime) -> None:
        """What a webhook says."""
        channel = self.api.estate.current.estate.channels[ACME_CHANNEL]
        async with self.api.store.transaction() as tx:
            await self.events(tx, channel, event, at)

    async def find(self, named: str, language: str = "") -> Template | NotSendable:
        async with self.api.store.transaction() as tx:
            return await find_sendable(tx, self.api.estate.current, ACME, ACME_CHANNEL, named, language)

    async def renamed(self, base_url: str) -> None:
        """Let Acme's number be at another address from now on."""
        async with self.api.store._pool.acquire() as connection:
            await point(connection, ACME_CHANNEL, base_url, ACME_NUMBER)
        await self.api.estate.load()

    def guid(self, customer: int) -> str:
        return self.api.guids.of(GuidKind.CUSTOMER, customer)


@pytest.fixture
async def stage(database_url: str, store: Store) -> AsyncIterator[Stage]:
    await make_estate(database_url)
    async with store._pool.acquire() as connection:
        await connection.execute(ESTATE)
        await connection.execute("delete from leases")  # whose turn it was in the test before
    async with cloud_of(database_url) as cloud, running(store, allowed_subnets=("127.0.0.1/32",)) as api:
        yield Stage(api, cloud)


async def test_what_meta_gets(stage: Stage) -> None:
    buttons = [
        {"Type": "QuickReply", "Label": "Thanks", "Data": "Thanks"},
        {"Type": "QuickReply", "Data": "Where is it?"},
        {"Type": "Url", "Label": "Follow", "Data": "https://acme.example/o/{{1}}"},
        {"Type": "Call", "Label": "Call us", "Data": "+358401234567"},
    ]
    status, said = await stage.create(Buttons=buttons, AttachmentUrl=stage.cloud.picture, Language="EN-us")
    assert (status, said) == (204, None)
    made = stage.cloud.templates()["order_update", "en_US"]
    assert (made.category, made.status, made.parameter_format) == ("UTILITY", "PENDING", "POSITIONAL")
    header, body, row = made.components
    assert header["format"] == "IMAGE"
    assert header["example"]["header_handle"][0]
    assert body["example"] == {"body_text": [["example 1", "example 2"]]}
    assert row["buttons"] == [
        {"type": "QUICK_REPLY", "text": "Thanks"},
        {"type": "QUICK_REPLY", "text": "Where is it?"},
        {
            "type": "URL",
            "text": "Follow",
            "url": "https://acme.example/o/{{1}}",
            "example": ["https://acme.example/o/example"],
        },
        {"type": "PHONE_NUMBER", "text": "Call us", "phone_number": "+358401234567"},
    ]
    (stored,) = await stage.stored()
    assert (stored.provider_id, stored.status, stored.display_name) == (made.id, "PENDING", "Order update")
    assert stored.raw_content == ORDER["RawContent"]


async def test_examples_that_were_given(stage: Stage) -> None:
    assert (await stage.create(Examples=["Ada", "A-17"]))[0] == 204
    (body,) = stage.cloud.templates()["order_update", "fi"].components
    assert body["example"] == {"body_text": [["Ada", "A-17"]]}
    status, said = await stage.create(DisplayName="Another", Examples=["Ada"])
    assert (status, said["errors"][0]["field"]) == (400, "Examples")


async def test_a_template_with_names(stage: Stage) -> None:
    assert (await stage.create(RawContent="Hello {{first_name}}!"))[0] == 204
    made = stage.cloud.templates()["order_update", "fi"]
    assert made.parameter_format == "NAMED"
    named = [{"param_name": "first_name", "example": "example first_name"}]
    assert made.components[0]["example"] == {"body_text_named_params": named}


async def test_a_template_for_codes(stage: Stage) -> None:
    assert (await stage.create(Category="Authentication", RawContent="Your code is {{1}}."))[0] == 204
    made = stage.cloud.templates()["order_update", "fi"]
    assert made.category == "AUTHENTICATION"
    assert [each["type"] for each in made.components] == ["BODY", "BUTTONS"]
    assert (await stage.create(Category="Authentication", RawContent="Your code is {{1}}."))[0] == 204


# members -> the fields that are named
REFUSED: list[tuple[dict[str, Any], list[str]]] = [
    ({"DisplayName": "???"}, ["DisplayName"]),
    ({"Category": "Spam"}, ["Category"]),
    ({"Language": "finnish"}, ["Language"]),
    ({"RawContent": "{{1}} is here."}, ["RawContent"]),
    ({"RawContent": "Hello {{1}}{{2}}!"}, ["RawContent"]),
    ({"RawContent": "x" * 1025}, ["RawContent"]),
    ({"RawContent": "Hi", "Buttons": [{"Label": "x"}]}, ["Buttons[0].Type"]),
    ({"Buttons": [{"Type": "QuickReply", "Data": "x" * 21}]}, ["Buttons[0].Data"]),
    ({"Buttons": [{"Type": "Url", "Label": "x", "Data": "acme"}]}, ["Buttons[0].Data"]),
    ({"Buttons": [{"Type": "Url", "Label": "x" * 26, "Data": "https://acme.example"}]}, ["Buttons[0].Label"]),
    ({"Buttons": [{"Type": "Call", "Label": "x", "Data": "1"}] * 2}, ["Buttons"]),
    ({"Category": "AUTHENTICATION"}, ["RawContent"]),
    ({"AttachmentUrl": "http://10.1.2.3/a.png"}, ["AttachmentUrl"]),
    ({"AttachmentUrl": "ftp://acme.example/a.png"}, ["AttachmentUrl"]),
    ({"Category": "x", "Language": "y", "RawContent": "{{1}}"}, ["Category", "Language", "RawContent"]),
]  # fmt: skip


@pytest.mark.parametrize(("members", "fields"), REFUSED, ids=[str(row[0])[:60] for row in REFUSED])
async def test_what_is_refused_here_never_gets_to_meta(
    stage: Stage, members: dict[str, Any], fields: list[str]
) -> None:
    status, said = await stage.create(**members)
    assert (status, [each["field"] for each in said["errors"]]) == (400, fields), said
    assert stage.cloud.templates() == {}
    assert await stage.stored() == []


async def test_a_number_of_nobody_and_of_another(stage: Stage) -> None:
    for number in ("358400000000", "Acme", "x" * 100, BETA_WHATSAPP):
        status, said = await stage.create(number=number)
        assert (status, said["errors"][0]["field"]) == (404, "IdentityNumber")
    status, _ = await stage.create(customer=BETA)
    assert status == 404
    assert stage.cloud.templates() == {}


@pytest.mark.parametrize("written", ["+358 45 111 0001", "0451110001", ACME_WHATSAPP])
async def test_ways_to_write_a_number(stage: Stage, written: str) -> None:
    assert (await stage.create(number=written.replace("+", "%2B").replace(" ", "%20")))[0] == 204


async def test_the_same_again_is_taken_once(stage: Stage) -> None:
    for _ in range(2):
        assert (await stage.create(AttachmentUrl=stage.cloud.picture))[0] == 204
    assert len(stage.cloud.templates()) == 1
    assert len(stage.cloud.files.received) == 1
    status, said = await stage.create(RawContent="Something else.")
    assert (status, said["errors"][0]["field"]) == (409, "DisplayName")
    assert (await stage.create(Language="en"))[0] == 204


async def test_one_of_many_at_once_is_submitted(stage: Stage) -> None:
    said = await asyncio.gather(*(stage.create() for _ in range(5)))
    statuses = sorted(status for status, _ in said)
    assert statuses[0] == 204
    assert set(statuses) <= {204, 503}
    assert len(await stage.stored()) == len(stage.cloud.templates()) == 1
    assert (await stage.create())[0] == 204


async def test_one_that_died_while_it_was_submitted(stage: Stage) -> None:
    """A row without an answer is somebody's for a minute, and then anybody's."""
    real = stage.cloud.whatsapp.base_url
    async with Endpoint(lost) as deaf:
        await stage.renamed(deaf.url)
        assert (await stage.create())[0] == 503
    await stage.renamed(real)
    update = "update templates set reason = '', created_at = now() - $1::interval"
    async with stage.api.store._pool.acquire() as connection:
        await connection.execute(update, timedelta(seconds=50))
        assert (await stage.create())[0] == 503
        assert stage.cloud.templates() == {}
        await connection.execute(update, timedelta(seconds=70))
    assert (await stage.create(RawContent="Another text."))[0] == 204
    assert [each.raw_content for each in await stage.stored()] == ["Another text."]


async def test_what_meta_refuses_is_told_and_leaves_nothing(stage: Stage) -> None:
    stage.cloud.whatsapp.add_template("order_update", "Something that was there.")
    status, said = await stage.create()
    assert status == 400
    assert said["message"].startswith("Meta refused it: ")
    assert await stage.stored() == []


async def test_a_dead_token_is_no_fault_of_the_caller(stage: Stage) -> None:
    stage.cloud.whatsapp.behave(refuse_with=190)
    status, said = await stage.create()
    assert (status, said["code"]) == (503, "unavailable")
    assert TOKEN not in str(said)
    assert await stage.stored() == []


def lost(_: Received) -> bytes | None:
    return b""


@pytest.mark.parametrize(
    "reply", [lost, lambda _: answer("200 OK", b"what?"), lambda _: answer("200 OK", b"{}")],
    ids=["closed", "no JSON", "no id"],
)  # fmt: skip
async def test_an_answer_that_was_lost(stage: Stage, reply: Callable[[Received], bytes | None]) -> None:
    """Meta may have it: the row stays, and the same again finds out."""
    real = stage.cloud.whatsapp.base_url
    async with Endpoint(reply) as deaf:
        await stage.renamed(deaf.url)
        assert (await stage.create())[0] == 503
        (stored,) = await stage.stored()
        assert (stored.provider_id, stored.status) == ("", "PENDING")
    await stage.renamed(real)
    assert isinstance(await stage.find("order_update"), NotSendable)
    assert (await stage.create())[0] == 204  # it never got there
    assert list(stage.cloud.templates()) == [("order_update", "fi")]
    assert [each.provider_id for each in await stage.stored()] == [
        stage.cloud.templates()["order_update", "fi"].id
    ]


async def test_an_answer_that_was_lost_of_what_meta_has(stage: Stage) -> None:
    real = stage.cloud.whatsapp.base_url
    async with Endpoint(lost) as deaf:
        await stage.renamed(deaf.url)
        assert (await stage.create())[0] == 503
    await stage.renamed(real)
    there = stage.cloud.whatsapp.add_template("order_update", str(ORDER["RawContent"]))
    assert (await stage.create())[0] == 204
    (stored,) = await stage.stored()
    assert (stored.provider_id, stored.status, stored.display_name) == (there.id, "APPROVED", "Order update")
    assert stored.reason == ""


async def test_an_answer_that_was_lost_and_another_content(stage: Stage) -> None:
    real = stage.cloud.whatsapp.base_url
    async with Endpoint(lost) as deaf:
        await stage.renamed(deaf.url)
        assert (await stage.create())[0] == 503
    await stage.renamed(real)
    stage.cloud.whatsapp.add_template("order_update", str(ORDER["RawContent"]))
    assert (await stage.create(RawContent="Another text."))[0] == 409
    assert [each.raw_content for each in await stage.stored()] == [ORDER["RawContent"]]


async def test_nobody_is_there(stage: Stage) -> None:
    async with Endpoint() as gone:
        url = gone.url
    await stage.renamed(url)
    assert (await stage.create())[0] == 503
    assert await stage.stored() == []


async def test_a_list_shows_what_may_be_chosen(stage: Stage) -> None:
    assert await stage.list() == []
    for name, language in (("Order update", "fi"), ("Order update", "en"), ("Welcome", "fi")):
        assert (await stage.create(DisplayName=name, Language=language))[0] == 204
    stage.cloud.judge("welcome", "REJECTED", "PROMOTIONAL")
    await stage.sync()
    shown = await stage.list()
    assert [each["id"] for each in shown] == ["order_update:en", "order_update:fi"]
    assert shown[0] == {
        "id": "order_update:en",
        "displayName": "Order update",
        "extensionParameters": {
            "rawContent": ORDER["RawContent"],
            "language": "en",
            "category": "UTILITY",
            "status": "PENDING",
            "quality": "UNKNOWN",
        },
    }
    assert [each["id"] for each in await stage.list("order_update")] == ["order_update:en", "order_update:fi"]
    assert [each["id"] for each in await stage.list("order_update:fi")] == ["order_update:fi"]
    assert [each["extensionParameters"]["status"] for each in await stage.list("welcome")] == ["REJECTED"]
    assert await stage.list("nothing") == []
    assert await stage.list(customer=BETA, token=ADA_TOKEN) == []
    assert await stage.list("order_update", customer=BETA, token=ADA_TOKEN) == []


async def test_identities_and_categories(stage: Stage) -> None:
    path = f"{BASE}/whatsapp/identities/{stage.guid(ACME)}"
    status, said, _ = await stage.api.speak("GET", path, token=BO_TOKEN)
    assert (status, said) == (200, [{"inputSource": {"address": ACME_WHATSAPP}}])
    status, said, _ = await stage.api.speak("GET", f"{BASE}/whatsapp/templates/categories", token=BO_TOKEN)
    assert (status, said) == (200, ["MARKETING", "UTILITY", "AUTHENTICATION"])


async def test_the_sync_brings_what_was_made_elsewhere(stage: Stage) -> None:
    stage.cloud.whatsapp.add_template("from_meta", "Hello {{1}}!", "en", "MARKETING")
    assert await stage.sync() == 1
    (stored,) = await stage.stored()
    assert (stored.name, stored.language, stored.category, stored.status, stored.raw_content) == (
        "from_meta", "en", "MARKETING", "APPROVED", "Hello {{1}}!",
    )  # fmt: skip
    assert await stage.stored(BETA) == []
    assert isinstance(await stage.find("from_meta"), Template)


async def test_two_customers_on_one_account(stage: Stage) -> None:
    """What one made is his alone; what was made at Meta is everybody's who has a number there."""
    async with stage.api.store._pool.acquire() as connection:
        await connection.execute(
            'update channels set options = options || \'{"waba_id": "2001"}\' where id = $1', BETA_CHANNEL
        )
    await stage.api.estate.load()
    assert (await stage.create())[0] == 204
    stage.cloud.whatsapp.add_template("from_meta", "Hello.")
    await stage.sync.everything()
    for customer, names in ((ACME, ["from_meta", "order_update"]), (BETA, ["from_meta"])):
        assert [each.name for each in await stage.stored(customer)] == names
    assert (await stage.sync.everything())[1:3] == (0, 0)


async def test_the_sync_follows_and_is_done_once_in_a_while(stage: Stage) -> None:
    assert (await stage.create())[0] == 204
    stage.cloud.judge("order_update", "APPROVED")
    assert await stage.sync() == 1
    assert await stage.states() == {"order_update": "APPROVED"}
    stage.cloud.judge("order_update", "PAUSED")
    stage.now += EVERY - timedelta(seconds=1)
    assert await stage.sync() == 0  # it is not its turn yet
    stage.now += timedelta(seconds=2)
    assert await stage.sync() == 1
    assert await stage.states() == {"order_update": "PAUSED"}
    assert (await stage.sync.everything()).changed == 0


async def test_what_is_deleted_at_meta_is_not_sent(stage: Stage) -> None:
    stage.cloud.whatsapp.add_template("order_update", "Hello.")
    await stage.sync()
    stage.cloud.whatsapp.cloud.templates.delete("2001", "order_update")
    stage.now += EVERY * 2
    await stage.sync()
    assert await stage.states() == {}
    found = await stage.find("order_update")
    assert found == NotSendable("The template order_update in fi was deleted.")


async def test_what_meta_never_got_is_forgotten_after_a_while(stage: Stage) -> None:
    real = stage.cloud.whatsapp.base_url
    async with Endpoint(lost) as deaf:
        await stage.renamed(deaf.url)
        assert (await stage.create())[0] == 503
    await stage.renamed(real)
    await stage.sync()
    assert len(await stage.stored()) == 1  # it may come to the list yet
    stage.now += GRACE + EVERY
    await stage.sync()
    assert await stage.stored() == []


async def test_an_account_that_can_not_be_listed_changes_nothing(stage: Stage) -> None:
    assert (await stage.create())[0] == 204
    stage.cloud.whatsapp.behave(refuse_with=190)
    stage.now += EVERY * 3
    done = await stage.sync.everything()
    assert (done.accounts, len(done.failed)) == (0, 2)
    assert await stage.states() == {"order_update": "PENDING"}


async def test_approved_by_webhook(stage: Stage) -> None:
    """From the request to what the provider posts, over real sockets: nothing is asked for."""
    parts, whatsapp = stage.api.parts, stage.cloud.whatsapp
    receipts = TakeReceipts(
        parts.store,
        parts.estate,
        Publish(parts.store, parts.guids, parts.short_links),
        parts.waker,
        parts.now,
    )
    channels = ProviderChannels(parts.estate, parts.seal.open)
    process = ProcessBodies(
        parts.store, parts.estate, channels, receipts, stage.events, parts.waker, parts.now
    )

    async def told() -> tuple[str, str, str]:
        await whatsapp.told()
        while await process():
            pass
        (stored,) = await stage.stored()
        return stored.status, stored.category, stored.quality

    assert await whatsapp.subscribe(f"{stage.api.url}/provider/whatsapp/acme-wa")
    assert (await stage.create())[0] == 204
    made = stage.cloud.judge("order_update", "APPROVED")
    assert await told() == ("APPROVED", "UTILITY", "")
    found = await stage.find("order_update")
    assert isinstance(found, Template)
    whatsapp.cloud.templates.set_category(made, "MARKETING")
    whatsapp.cloud.templates.set_quality(made, "YELLOW")
    assert await told() == ("APPROVED", "MARKETING", "YELLOW")
    stage.cloud.judge("order_update", "PAUSED")
    assert (await told())[0] == "PAUSED"
    found = await stage.find("order_update")
    assert isinstance(found, NotSendable)
    assert "is paused by Meta because of its quality" in found.sentence


def at(seconds: int) -> datetime:
    return datetime(2026, 11, 25, 12, 0, seconds, tzinfo=UTC)


def status(word: str, seconds: int, template_id: str, **members: str) -> TemplateStatus:
    return TemplateStatus(
        template_id=template_id, name="order_update", language="fi", status=word, at=at(seconds), **members
    )


async def test_events_in_any_order_and_twice_come_to_the_same(stage: Stage) -> None:
    assert (await stage.create())[0] == 204
    made = stage.cloud.templates()["order_update", "fi"].id
    approved, paused = status("APPROVED", 10, made), status("PAUSED", 20, made, reason="low quality")
    quality = TemplateQuality(template_id=made, name="order_update", language="fi", quality="RED", at=at(15))
    category = TemplateCategory(
        template_id=made, name="order_update", language="fi", category="MARKETING", at=at(16)
    )
    for order in ([approved, paused, quality, category], [category, paused, approved, approved, quality]):
        for event in order:
            await stage.tell(event, at(30))
        (stored,) = await stage.stored()
        assert (stored.status, stored.reason, stored.quality, stored.category) == (
            "PAUSED", "low quality", "RED", "MARKETING",
        )  # fmt: skip


async def test_an_event_before_the_answer_is_not_undone_by_it(stage: Stage) -> None:
    """The row is there before Meta is asked, so that an event has something to tell of."""
    assert (await stage.create())[0] == 204
    (stored,) = await stage.stored()
    async with stage.api.store.transaction() as tx:
        await tx.templates.told(ACME_CHANNEL, _told(stored.provider_id), at(1))
        await tx.templates.submitted(stored.id, stored.provider_id, "UTILITY", "PENDING", at(2))
    assert await stage.states() == {"order_update": "APPROVED"}


def _told(provider_id: str) -> Any:
    from viesti.services.templates.from_provider import told

    return told(status("APPROVED", 1, provider_id), at(1))


async def test_an_event_of_nobodys_template_does_nothing(stage: Stage) -> None:
    await stage.tell(status("APPROVED", 1, "77"), at(2))
    assert await stage.stored() == []


async def test_an_event_without_an_id_is_of_the_template_that_it_names(stage: Stage) -> None:
    """Not of those whose id is still to come; and it takes no id away."""
    for name in ("Order update", "Other one"):
        assert (await stage.create(DisplayName=name))[0] == 204
    async with stage.api.store._pool.acquire() as connection:
        await connection.execute("update templates set provider_id = '' where name = 'other_one'")
    await stage.tell(status("REJECTED", 5, ""), at(6))
    stored = {each.name: (each.status, bool(each.provider_id)) for each in await stage.stored()}
    assert stored == {"order_update": ("REJECTED", True), "other_one": ("PENDING", False)}


async def test_an_event_with_a_word_of_tomorrow(stage: Stage) -> None:
    assert (await stage.create())[0] == 204
    made = stage.cloud.templates()["order_update", "fi"].id
    await stage.tell(status("Some thing/new", 5, made), at(6))
    assert await stage.states() == {"order_update": "SOME_THING_NEW"}
    assert isinstance(await stage.find("order_update"), NotSendable)
