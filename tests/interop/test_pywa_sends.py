"""pywa beside our tables: what it sends for the same message, and for the same template.

Rule: where it differs, the difference is written here, with who is right and why.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from pywa import WhatsApp, errors, types
from pywa.types import templates as t

from viesti.protocols.whatsapp import media, requests, templates
from viesti.protocols.whatsapp.errors import ERRORS
from viesti.protocols.whatsapp.paths import BASE_URL

pytestmark = pytest.mark.interop

SENDS = json.loads((Path(__file__).parents[1] / "wire" / "whatsapp_sends.json").read_text())
VERSION = "25.0"
ANSWER = {
    "contacts": [{"input": "358401234567", "wa_id": "358401234567"}],
    "messages": [{"id": "wamid.A"}],
    "id": "7",
    "status": "PENDING",
    "category": "UTILITY",
    "success": True,
    "url": "https://example.com/file",
    "mime_type": "image/png",
    "sha256": "a",
    "file_size": 3,
    "h": "4:a",
    "data": [],
    "summary": {"total_count": 0, "message_template_count": 0, "message_template_limit": 6000,
                "are_translations_complete": True},
}  # fmt: skip

# The values of a template's places in pywa's words, by the name of the row.
PLACES: dict[str, list[Any]] = {
    "template with a body": [t.BodyText.params("Anna", "7 €")],
    "template to a business-scoped id": [t.BodyText.params("Anna", "7 €")],
    "template with names": [t.BodyText.params(customer_name="Anna")],
    "template with a header of text": [t.HeaderText.params("May")],
    "template with a picture by link": [t.HeaderImage.params(image="https://example.com/a")],
    "template with a video by id": [t.HeaderVideo.params(video="77")],
    "template with a document": [
        t.HeaderDocument.params(document="https://example.com/a", filename="bill.pdf")
    ],
    "template with buttons": [
        t.BodyText.params("Anna", "7 €"),
        t.URLButton.params(url_variable="o/77", index=0),
        t.QuickReplyButton.params(callback_data="later", index=1),
        t.CopyCodeButton.params(coupon_code="SAVE25", index=2),
    ],
    "template with a one-time password": [
        t.AuthenticationBody.params(otp="123456"),
        t.CopyCodeOTPButton.params(otp="123456"),
    ],
}


class Peer:
    """A pywa client, and the requests that left it."""

    def __init__(self) -> None:
        self.sent: list[httpx.Request] = []
        session = httpx.Client(transport=httpx.MockTransport(self._answer))
        self.client = WhatsApp(
            phone_id="10", token="EAAx", waba_id="30", app_id="50", session=session, api_version=VERSION
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        return httpx.Response(200, json=ANSWER)

    @property
    def body(self) -> Any:
        return json.loads(self.sent[-1].content)


@pytest.fixture
def peer() -> Peer:
    return Peer()


def send(client: WhatsApp, row: dict[str, Any]) -> None:
    """The row's message, in pywa's words."""
    said, to = row["content"], row["addressed"]
    address = to.get("to") or to["user_id"]
    more = {"tracker": to["callback_data"]} if "callback_data" in to else {}
    if "reply_to" in said:
        more["reply_to_message_id"] = said["reply_to"]
    around = {name: said[name] for name in ("header", "footer", "caption", "filename") if name in said}
    match said["type"]:
        case "text":
            client.send_message(address, said["body"], preview_url=said.get("preview_url", False), **more)
        case "template":
            language = t.TemplateLanguage(said["language"])
            client.send_template(address, said["name"], language, PLACES.get(row["name"]), **more)
        case "media":
            sends = getattr(client, f"send_{said['kind']}")
            sends(address, said.get("link") or said["media_id"], **around)
        case "buttons":
            buttons = [types.Button(one["title"], one["id"]) for one in said["buttons"]]
            client.send_message(address, said["body"], buttons=buttons, **around)
        case "list":
            sections = [
                types.Section(
                    one.get("title", ""),
                    [
                        types.SectionRow(row["title"], row["id"], row.get("description"))
                        for row in one["rows"]
                    ],
                )
                for one in said["sections"]
            ]
            choice = types.SectionList(said["button"], sections)
            client.send_message(address, said["body"], buttons=choice, **around)
        case "reaction" if "emoji" in said:
            client.send_reaction(address, said["emoji"], said["wamid"])
        case "reaction":
            client.remove_reaction(address, said["wamid"])


def alike(body: dict[str, Any]) -> dict[str, Any]:
    """What Meta takes in two ways, in one: pywa writes BODY and 0 where Meta's pages have body and "0", and
    the title of an only section as ''."""
    for one in body.get("template", {}).get("components", []):
        one["type"] = one["type"].lower()
        if one["type"] == "button":
            one |= {"sub_type": one["sub_type"].lower(), "index": str(one["index"])}
    for section in body.get("interactive", {}).get("action", {}).get("sections", []):
        if not section.get("title"):
            section.pop("title", None)
    return body


@pytest.mark.parametrize("row", SENDS, ids=lambda row: row["name"])
def test_sends(peer: Peer, row: dict[str, Any]) -> None:
    send(peer.client, row)
    assert alike(peer.body) == row["body"]
    assert [str(one.url) for one in peer.sent] == [f"{BASE_URL}/v{VERSION}/10/messages"]


def test_read_and_typing(peer: Peer) -> None:
    peer.client.mark_message_as_read("wamid.IN1")
    assert peer.body == requests.mark_read("wamid.IN1")
    peer.client.indicate_typing("wamid.IN1")
    assert peer.body == requests.mark_read("wamid.IN1", typing=True)


def template(name: str, components: list[Any], **more: Any) -> t.Template:
    about = {"language": t.TemplateLanguage.FINNISH, "category": t.TemplateCategory.UTILITY, **more}
    return t.Template(name=name, components=components, **about)


def test_creating_templates(peer: Peer) -> None:
    components = [
        t.HeaderText("Our {{1}}", "sale"),
        t.BodyText("Hi {{1}}, order {{2}}.", "Anna", "77"),
        t.FooterText(text="Bye"),
        t.Buttons(
            buttons=[
                t.QuickReplyButton(text="Stop"),
                t.URLButton(text="Order", url="https://e.com/{{1}}", example="https://e.com/77"),
                t.PhoneNumberButton(text="Call", phone_number="+358401234567"),
                t.CopyCodeButton(example="SAVE25"),
            ]
        ),
    ]
    peer.client.create_template(template("order", components, language=t.TemplateLanguage.ENGLISH_US))
    assert peer.body == templates.create_body(
        "order",
        "en_US",
        "UTILITY",
        [
            templates.header_text("Our {{1}}", ["sale"]),
            templates.body_text("Hi {{1}}, order {{2}}.", ["Anna", "77"]),
            templates.footer("Bye"),
            templates.button_row(
                [
                    templates.quick_reply("Stop"),
                    templates.url_button("Order", "https://e.com/{{1}}", "https://e.com/77"),
                    templates.phone_button("Call", "+358401234567"),
                    templates.copy_button("SAVE25"),
                ]
            ),
        ],
    )


def test_creating_a_template_with_names(peer: Peer) -> None:
    body = t.BodyText("Hi {{name}}.", name="Anna")
    peer.client.create_template(template("hi", [body], parameter_format=t.ParamFormat.NAMED))
    ours = [templates.body_named("Hi {{name}}.", [("name", "Anna")])]
    assert peer.body == templates.create_body("hi", "fi", "UTILITY", ours, named=True)


def test_example_media(peer: Peer) -> None:
    """pywa uploads the example with the Bearer token where Meta's page has OAuth; ours is Meta's."""
    peer.client.create_template(template("hi", [t.HeaderImage(b"abc"), t.BodyText("Hi.")]))
    begun, uploaded, created = peer.sent
    assert (begun.method, begun.url.path) == ("POST", f"/v{VERSION}/50/uploads")
    assert dict(begun.url.params) == media.session_query("image.jpg", 3, "image/jpeg")
    assert (uploaded.content, uploaded.headers["file_offset"]) == (
        b"abc",
        media.upload_headers("EAAx")["file_offset"],
    )
    assert json.loads(created.content)["components"][0] == templates.header_media("image", "4:a")


def test_files(peer: Peer) -> None:
    peer.client.upload_media(b"abc", "image/png", "a.png")
    form = peer.sent[-1].content.decode()
    for name, value in media.upload_fields("image/png").items():
        assert f'name="{name}"\r\n\r\n{value}\r\n' in form
    peer.client.get_media_url("20")
    assert (peer.sent[-1].method, peer.sent[-1].url.path) == ("GET", f"/v{VERSION}/20")


def test_listing_and_deleting_templates(peer: Peer) -> None:
    peer.client.get_templates(name="thanks")
    asked = dict(peer.sent[-1].url.params)
    assert set(templates.FIELDS.split(",")) <= set(asked["fields"].split(","))
    assert asked["name"] == "thanks"
    peer.client.delete_template("thanks", template_id="77")
    assert (peer.sent[-1].method, dict(peer.sent[-1].url.params)) == (
        "DELETE",
        templates.delete_query("thanks", "77"),
    )


OF_GROUPS = {131020, 131041, 131059, *range(131200, 131300)}


def test_error_codes() -> None:
    """Every code of pywa's that an answer to a send can have is in our table."""
    classes = [one for family in errors.WhatsAppError.__subclasses__() for one in family.__subclasses__()]
    codes = {code for one in classes for code in one.__error_codes__ or ()}
    of_sends = {code for code in codes if code < 1000 or 80000 <= code < 137000} - OF_GROUPS
    assert len(of_sends) > 100
    assert of_sends <= set(ERRORS)
