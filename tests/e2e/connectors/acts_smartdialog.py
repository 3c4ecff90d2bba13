"""What is done with each operation of the SmartDialog connector, and what must come of it.

Rule: an act asserts at the far end: on phones, at the carriers, at flows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from tests.e2e.connectors.client import Client, Pick
from tests.e2e.connectors.world import NUMBER, PICTURE, PICTURE_TYPE, World
from tests.e2e.whatsapp_number import NUMBER as WHATSAPP

ACME = {"Customer-Id": Pick("Acme")}
NEWS = {**ACME, "Service-Id": Pick("News")}
DESK = {"Customer": Pick("Acme"), "Service": Pick("Desk")}
VIP = {"Customer": Pick("Acme"), "Group Service": Pick("VIP")}
SENDER = "Acme"
TEMPLATE = "Hello {{1}}, order 17 is on its way."


def message(phone: str, text: str, **members: Any) -> dict[str, Any]:
    return {
        "Sender": SENDER,
        "Content": text,
        "Protocol": "SMS",
        "Recipients": [{"Address": phone}],
        **members,
    }


async def writes(world: World, client: Client, phone: str) -> Any:
    """What a flow is told when somebody writes to the desk."""

    async def happens() -> None:
        world.write(phone, "Is it open? äö€")

    return await world.started(client, "NewMessage", phone, happens, DESK)


async def get_user_customers(_: World, client: Client) -> None:
    answer = await client.perform("GetUserCustomers")
    assert [each["customerName"] for each in answer.value["customerUsers"]] == ["Acme"]


async def get_customer_services(_: World, client: Client) -> None:
    """By the lists that other operations offer: each has its own kind."""
    acme = await client.choices(_field(client, "SendMessage", "Customer-Id"), {})
    known = {"Customer-Id": acme["Acme"], "Customer": acme["Acme"]}
    for operation, parameter, names in (
        ("SendMessage", "Service-Id", {"News"}),
        ("NewMessage", "Service", {"Alerts", "Desk"}),
        ("CreateGroupContact", "Group Service", {"VIP"}),
    ):
        assert set(await client.choices(_field(client, operation, parameter), known)) == names


def _field(client: Client, operation: str, parameter: str) -> Any:
    return client.operations[operation].params[parameter].param_spec


async def send_message(world: World, client: Client) -> None:
    phone = world.phone()
    members = message(
        f"+{phone}",
        "Hello $(name), 5 € off",
        Recipients=[{"Address": f"+{phone}", "Personalization": {"name": "Ada"}}],
        SendDateTime=datetime.now(UTC),
        CustomerData="order 17",
        DlrUrl=world.report_url(phone),
        RequestId=f"request {phone}",
    )
    answer = await client.perform("SendMessage", NEWS, members)
    assert [each["Address"] for each in answer.value["Recipients"]] == [phone]
    assert answer.value["MessagePartCount"] == 1
    await world.reads(phone, "Hello Ada, 5 € off")
    await world.reported(phone, "delivered")


async def send_reply_message(world: World, client: Client) -> None:
    phone = world.phone()
    told = await writes(world, client, phone)
    members = message("", "Until six.", Sender="", Recipients=[])
    await client.perform("SendReplyMessage", {"ParentMessageId": told["messageId"], **NEWS}, members)
    await world.reads(phone, "Until six.")


async def send_discussion_reply_message(world: World, client: Client) -> None:
    phone = world.phone()
    told = await writes(world, client, phone)
    answer = await client.perform(
        "SendDiscussionReplyMessage",
        {"CustomerId": Pick("Acme")},
        {"ThreadId": told["threadId"], "Content": "We are."},
    )
    assert answer.value["ThreadId"] == told["threadId"]
    await world.reads(phone, "We are.")


async def new_message(world: World, client: Client) -> None:
    """By SMS, and by WhatsApp with a picture."""
    phone = world.phone()
    told = await writes(world, client, phone)
    assert (told["sender"], told["recipient"], told["content"]) == (phone, NUMBER, "Is it open? äö€")
    assert told["timestamp"] <= datetime.now(UTC)
    told = await world.started(client, "NewMessage", phone, world.shows(phone, "My foot"), DESK)
    assert (told["protocol"], told["content"]) == ("WhatsApp", "My foot")
    (attachment,) = told["attachments"]
    assert attachment["mimeType"] == PICTURE_TYPE
    assert await world.fetched(attachment["resourceLocation"]) == PICTURE


async def group_contact(world: World, client: Client) -> str:
    """The number of a new contact in the group."""
    phone = world.phone()
    await client.perform(
        "CreateGroupContact",
        VIP,
        {
            "phone": f"+{phone}",
            "active": True,
            "firstName": "Ada",
            "gender": "Female",
            "birthYear": 1915,
            "customContactProperties": [{"name": "size", "value": "M"}],
            "phoneNumberRegions": [Pick("Finland")],
        },
    )
    return phone


async def create_group_contact(world: World, client: Client) -> None:
    """It is there: a second one with its number is refused."""
    phone = await group_contact(world, client)
    await client.perform("CreateGroupContact", VIP, {"phone": f"+{phone}"}, status=409)


async def get_group_contact(world: World, client: Client) -> None:
    """In the national form, too, with the region that it is picked for."""
    phone = await group_contact(world, client)
    national = {"Phone": f"0{phone[3:]}", "Region": Pick("Finland")}
    for named in ({"Phone": f"+{phone}"}, national):
        answer = await client.perform("GetGroupContact", VIP | named)
        assert (answer.value["phone"], answer.value["firstName"]) == (phone, "Ada")
        assert answer.value["customContactProperties"] == [{"name": "size", "value": "M"}]


async def update_group_contact(world: World, client: Client) -> None:
    named = VIP | {"Phone": await group_contact(world, client)}
    assert (
        await client.perform("UpdateGroupContact", named, {"firstName": "Bea", "city": "Turku"})
    ).value is True
    assert (await client.perform("GetGroupContact", named)).value["city"] == "Turku"


async def delete_group_contact(world: World, client: Client) -> None:
    named = VIP | {"Phone": await group_contact(world, client)}
    assert (await client.perform("DeleteGroupContact", named)).value is True
    await client.perform("GetGroupContact", named, status=404)


async def delete_all_group_contacts(world: World, client: Client) -> None:
    named = VIP | {"Phone": await group_contact(world, client)}
    assert (await client.perform("DeleteAllGroupContacts", VIP)).value is True
    await client.perform("GetGroupContact", named, status=404)


async def get_phone_number_regions(_: World, client: Client) -> None:
    answer = await client.perform("GetPhoneNumberRegions")
    assert {"value": "FI", "name": "Finland"} in answer.value


async def whatsapp_opt_in(world: World, client: Client) -> None:
    """Who opted out is not written to; who opted in again is."""
    phone = world.phone()
    who = {"Sender": f"+{WHATSAPP.display_number}", "Recipient": f"+{phone}"}
    await client.perform("WhatsAppOptIn", who)
    await client.perform("WhatsAppOptOut", who)
    await send_template(world, client, phone)
    await client.perform("WhatsAppOptIn", who)
    await send_template(world, client, phone)
    await world.whatsapp.until(lambda: world.whatsapp.texts(phone))
    assert len(world.whatsapp.texts(phone)) == 1


async def send_template(world: World, client: Client, phone: str) -> Any:
    """The template to somebody."""
    await template(world, client)
    members = {
        "TemplateName": Pick(TEMPLATE),
        "Recipients": [{"Address": f"+{phone}"}],
        "BodyParameters": ["Ada"],
        "UseSmsFallback": False,
        "DlrUrl": world.report_url(phone),
    }
    return (await client.perform("SendWhatsappTemplateMessage", NEWS, members)).value


async def template(world: World, client: Client, name: str = "Order update", text: str = TEMPLATE) -> None:
    """The template is there and approved; it is made but once."""
    count = "select count(*) filter (where status = 'APPROVED') as approved, count(*) as made from templates"
    count += f" where display_name = '{name}'"
    ((_, made),) = await world.installation.query(count)
    if not made:
        await client.perform(
            "CreateWhatsappTemplate",
            ACME | {"IdentityNumber": Pick(WHATSAPP.display_number)},
            {
                "DisplayName": name,
                "RawContent": text,
                "Category": Pick("UTILITY"),
                "Language": "fi",
                "Buttons": [{"Type": "QuickReply", "Label": "Thanks", "Data": "Thanks"}],
            },
        )

    async def approved() -> bool:
        ((number, _),) = await world.installation.query(count)
        return bool(number)

    await world.installation.until(approved, 20, "the approval")


async def get_customer_whatsapp_templates(world: World, client: Client) -> None:
    await template(world, client)
    acme = (await client.choices(_field(client, "SendMessage", "Customer-Id"), {}))["Acme"]
    answer = await client.perform("GetCustomerWhatsAppTemplates", {"Customer-Id": acme})
    assert "Order update" in [each["displayName"] for each in answer.value]


async def create_whatsapp_template(world: World, client: Client) -> None:
    await template(world, client, "Thanks", "Thank you, {{1}}, and come again.")


async def get_whatsapp_template_categories(_: World, client: Client) -> None:
    assert "MARKETING" in (await client.perform("GetWhatsappTemplateCategories")).value


async def get_customer_whatsapp_identities(_: World, client: Client) -> None:
    answer = await client.perform("GetCustomerWhatsappIdentities", ACME)
    assert [each["inputSource"]["address"] for each in answer.value] == [WHATSAPP.display_number]


async def send_whatsapp_template_message(world: World, client: Client) -> None:
    phone = world.phone()
    answered = await send_template(world, client, phone)
    assert [each["address"] for each in answered["recipients"]] == [phone]
    await world.whatsapp.until(lambda: world.whatsapp.texts(phone))
    assert world.whatsapp.texts(phone) == ["Hello Ada, order 17 is on its way."]
    await world.reported(phone, "delivered")


ACTS: dict[str, Callable[[World, Client], Awaitable[None]]] = {
    "GetUserCustomers": get_user_customers,
    "GetCustomerServices": get_customer_services,
    "SendMessage": send_message,
    "SendReplyMessage": send_reply_message,
    "SendDiscussionReplyMessage": send_discussion_reply_message,
    "NewMessage": new_message,
    "DeleteTrigger": new_message,
    "CreateGroupContact": create_group_contact,
    "GetGroupContact": get_group_contact,
    "UpdateGroupContact": update_group_contact,
    "DeleteGroupContact": delete_group_contact,
    "DeleteAllGroupContacts": delete_all_group_contacts,
    "GetPhoneNumberRegions": get_phone_number_regions,
    "WhatsAppOptIn": whatsapp_opt_in,
    "WhatsAppOptOut": whatsapp_opt_in,
    "GetCustomerWhatsAppTemplates": get_customer_whatsapp_templates,
    "CreateWhatsappTemplate": create_whatsapp_template,
    "GetWhatsappTemplateCategories": get_whatsapp_template_categories,
    "GetCustomerWhatsappIdentities": get_customer_whatsapp_identities,
    "SendWhatsappTemplateMessage": send_whatsapp_template_message,
}
