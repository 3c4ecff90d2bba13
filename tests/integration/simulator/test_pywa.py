"""pywa, a client of the Cloud API that others wrote, finds in the simulator what it finds at Meta."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from pywa import errors
from pywa_async import WhatsApp as Pywa
from pywa_async import handlers, types
from pywa_async.types import templates
from tests.integration.simulator.cloud_world import NUMBER, PERSON, CloudStarter, World

pytestmark = pytest.mark.integration

PICTURE = b"\x89PNG\r\n\x1a\n--not really--\r\n"
HANDLERS = {
    "message": handlers.MessageHandler,
    "status": handlers.MessageStatusHandler,
    "button": handlers.CallbackButtonHandler,
    "row": handlers.CallbackSelectionHandler,
    "edited": handlers.EditedMessageHandler,
    "deleted": handlers.DeletedMessageHandler,
    "template": handlers.TemplateStatusUpdateHandler,
    "category": handlers.TemplateCategoryUpdateHandler,
    "quality": handlers.TemplateQualityUpdateHandler,
    "preference": handlers.UserMarketingPreferencesHandler,
    "number": handlers.PhoneNumberChangeHandler,
}


class Peer:
    """pywa with the simulator as its Graph, and what it understood of the webhooks."""

    def __init__(self, world: World, client: Pywa) -> None:
        self.world, self.client = world, client
        self.understood: list[tuple[str, Any]] = []
        self._read = 0

    async def heard(self, *kinds: str) -> list[Any]:
        """Wait for as many webhooks as kinds, read them with pywa, and give what they are."""
        hook = self.world.hook
        await hook.until(lambda: len(hook.octets) >= self._read + len(kinds))
        before = len(self.understood)
        for octets in hook.octets[self._read : self._read + len(kinds)]:
            assert await self.client.webhook_update_handler(octets) == ("ok", 200)
        self._read += len(kinds)
        got = self.understood[before:]
        assert [kind for kind, _ in got] == list(kinds)
        return [update for _, update in got]


def listener(peer: Peer, kind: str) -> Callable[[Pywa, Any], Awaitable[None]]:
    async def take(_: Pywa, update: Any) -> None:
        peer.understood.append((kind, update))

    return take


@pytest.fixture
async def peer(cloud: CloudStarter) -> AsyncIterator[Peer]:
    world = await cloud(late_refusals=False)
    async with httpx.AsyncClient() as session:
        client = Pywa(
            phone_id=NUMBER.phone_number_id, waba_id=NUMBER.waba_id, token=NUMBER.token, app_id=NUMBER.app_id,
            app_secret=NUMBER.app_secret, verify_token=NUMBER.verify_token, session=session, server=None,
        )  # fmt: skip
        session.base_url = f"{world.whatsapp.base_url}/v25.0"
        one = Peer(world, client)
        for kind, handler in HANDLERS.items():
            client.add_handlers(handler(listener(one, kind)))
        yield one


async def test_a_text_and_its_statuses(peer: Peer) -> None:
    with pytest.raises(errors.ReEngagementMessage):
        await peer.client.send_message(PERSON, "Hei")
    peer.world.whatsapp.handset(PERSON).text("Moi")
    (moi,) = await peer.heard("message")
    assert (moi.text, moi.from_user.wa_id) == ("Moi", PERSON)
    sent = await peer.client.send_message(PERSON, "Hei", tracker="17")
    statuses = await peer.heard("status", "status", "status")
    assert [str(one.status) for one in statuses] == ["sent", "delivered", "read"]
    assert {(one.id, one.tracker, one.from_user.wa_id) for one in statuses} == {(sent.id, "17", PERSON)}


async def test_buttons_and_lists(peer: Peer) -> None:
    phone = peer.world.whatsapp.handset(PERSON)
    phone.text("Moi")
    buttons = [types.Button("Joo", callback_data="yes"), types.Button("Ei", callback_data="no")]
    await peer.client.send_message(PERSON, "Tuletko?", buttons=buttons, header="Juhla", footer="RSVP")
    (message,) = peer.world.whatsapp.messages(PERSON)
    assert (message.text, message.header, message.footer) == ("Tuletko?", "Juhla", "RSVP")
    phone.press(message, 1)
    rows = types.SectionList(
        "Valitse",
        [types.Section("Ajat", [types.SectionRow("Aamu", callback_data="a"), types.SectionRow("Ilta", "b")])],
    )
    await peer.client.send_message(PERSON, "Milloin?", buttons=rows)
    phone.press(peer.world.whatsapp.messages(PERSON)[1], 1)
    await peer.world.hook.until(lambda: len(peer.world.hook.messages) == 3)
    _, pressed, chosen = peer.world.hook.messages
    assert pressed["interactive"]["button_reply"] == {"id": "no", "title": "Ei"}
    for octets in peer.world.hook.octets:
        await peer.client.webhook_update_handler(octets)
    found = dict(peer.understood)
    assert (found["button"].data, found["button"].title) == ("no", "Ei")
    assert (found["row"].data, found["row"].title) == ("b", "Ilta")
    assert chosen["context"]["id"] == peer.world.whatsapp.messages(PERSON)[1].id


async def test_templates_live(peer: Peer) -> None:
    made = await peer.client.create_template(
        templates.Template(
            name="order_ready", language=templates.TemplateLanguage.FINNISH,
            category=templates.TemplateCategory.UTILITY,
            components=[
                templates.HeaderText("Tilaus {{1}}", "17"),
                templates.BodyText("Hei {{1}}, tilaus {{2}} on valmis.", "Aino", "17"),
                templates.FooterText(text="Kiitos!"),
                templates.Buttons(buttons=[
                    templates.URLButton(text="Seuraa", url="https://example.com/{{1}}", example="https://example.com/17"),
                    templates.QuickReplyButton(text="Peru"),
                ]),
            ],
        )
    )  # fmt: skip
    (approved,) = await peer.heard("template")
    assert (approved.template_id, str(approved.new_status)) == (made.id, "APPROVED")
    (listed,) = await peer.client.get_templates()
    assert (listed.name, str(listed.status), listed.id) == ("order_ready", "APPROVED", made.id)
    await peer.client.send_template(
        PERSON, "order_ready", templates.TemplateLanguage.FINNISH,
        [
            templates.HeaderText.params("17"),
            templates.BodyText.params("Aino", "17"),
            templates.URLButton.params(url_variable="17", index=0),
            templates.QuickReplyButton.params(callback_data="cancel", index=1),
        ],
    )  # fmt: skip
    (message,) = peer.world.whatsapp.messages(PERSON)
    assert (message.header, message.text) == ("Tilaus 17", "Hei Aino, tilaus 17 on valmis.")
    assert message.buttons == (
        ("URL", "Seuraa", "https://example.com/17"),
        ("QUICK_REPLY", "Peru", "cancel"),
    )
    await peer.heard("status", "status", "status")
    peer.world.whatsapp.handset(PERSON).press(message)
    (pressed,) = await peer.heard("button")
    assert (pressed.data, pressed.title) == ("cancel", "Peru")
    with pytest.raises(errors.TemplateParamCountMismatch):
        await peer.client.send_template(PERSON, "order_ready", templates.TemplateLanguage.FINNISH, [])
    with pytest.raises(errors.TemplateNotExists):
        await peer.client.send_template(PERSON, "order_ready", templates.TemplateLanguage.ENGLISH, [])
    template = peer.world.whatsapp.cloud.templates.get(made.id)
    assert template is not None
    peer.world.whatsapp.cloud.templates.set_quality(template, "YELLOW")
    peer.world.whatsapp.cloud.templates.set_category(template, "MARKETING")
    quality, category = await peer.heard("quality", "category")
    assert (str(quality.new_quality_score), str(category.new_category)) == ("YELLOW", "MARKETING")
    await peer.client.delete_template(template_name="order_ready")
    assert list(await peer.client.get_templates()) == []


async def test_pictures_both_ways(peer: Peer) -> None:
    phone = peer.world.whatsapp.handset(PERSON)
    phone.send_file("image/png", PICTURE, "Kuva")
    (came,) = await peer.heard("message")
    assert (came.caption, came.image.mime_type) == ("Kuva", "image/png")
    link = await peer.client.get_media_url(came.image.id)
    assert await peer.client.get_media_bytes(link.url) == PICTURE
    up = await peer.client.upload_media(io.BytesIO(PICTURE), mime_type="image/png", filename="kuva.png")
    await peer.client.send_image(PERSON, up.id, caption="Takaisin")
    (message,) = peer.world.whatsapp.messages(PERSON)
    assert message.media == ("image", {"id": up.id, "caption": "Takaisin"})
    file = peer.world.whatsapp.cloud.files.get(up.id)
    assert file is not None
    assert (file.octets, file.name) == (PICTURE, "kuva.png")


async def test_what_people_do(peer: Peer) -> None:
    phone = peer.world.whatsapp.handset(PERSON)
    written = phone.text("Moi")
    phone.react(written, "👍")
    phone.location(60.17, 24.94, "Helsinki")
    phone.contact("Eino Laine", "358409876543")
    phone.order("milk", 1.2)
    phone.unsupported()
    phone.edit(written, "Moi!")
    phone.revoke(written)
    phone.stop_marketing()
    phone.resume_marketing()
    phone.change_number("358407777777")
    heard = await peer.heard(*["message"] * 6, "edited", "deleted", "preference", "preference", "number")
    text, reaction, location, contacts, order, unsupported, edited, deleted, stopped, resumed, moved = heard
    assert (text.id, reaction.reaction.emoji, reaction.reaction.message_id) == (
        written.id,
        "👍",
        written.id,
    )
    assert (location.location.latitude, contacts.contacts[0].name.formatted_name) == (60.17, "Eino Laine")
    assert order.order.products[0].sku == "milk"
    assert unsupported.error.code == 131051
    assert (edited.message.text, deleted.original_message_id) == ("Moi!", written.id)
    assert (bool(stopped), bool(resumed)) == (False, True)
    assert (moved.old_wa_id, moved.new_wa_id) == (PERSON, "358407777777")


async def test_somebody_without_a_number(peer: Peer) -> None:
    person = peer.world.whatsapp.cloud.people.by_phone(PERSON)
    person.hidden, person.username = True, "aino"
    peer.world.whatsapp.handset(PERSON).text("Moi")
    (moi,) = await peer.heard("message")
    assert (moi.from_user.wa_id, moi.from_user.bsuid, moi.from_user.username) == (
        None,
        person.user_id,
        "aino",
    )
    await peer.client.send_message(person.user_id, "Hei")
    assert peer.world.whatsapp.texts(PERSON) == ["Hei"]


async def test_refusals_are_the_errors_pywa_knows(peer: Peer) -> None:
    peer.world.whatsapp.handset(PERSON).text("Moi")
    with pytest.raises(errors.InvalidParameter):
        await peer.client.send_message(PERSON, "x" * 4097)
    for refusal, expected in (
        (131031, errors.AccountLocked), (130429, errors.RateLimitHit), (131056, errors.TooManyMessages),
    ):  # fmt: skip
        peer.world.whatsapp.behave(refuse_with=refusal)
        with pytest.raises(expected):
            await peer.client.send_message(PERSON, "Hei")
    peer.world.whatsapp.behave(refuse_with=190)
    with pytest.raises(errors.ExpiredAccessToken):
        await peer.client.send_message(PERSON, "Hei")
