"""The operations of the slice, declared."""

from __future__ import annotations

from viesti.api.contract.operation import USUAL, AnyOperation, Operation, Parameter, Reply
from viesti.api.contract.values import About, DynamicValues, From, Listed, Member, Text, Thing, Visibility
from viesti.api.smartdialog.choices import CUSTOMERS
from viesti.api.smartdialog.whatsapp.shapes import (
    AddressShown,
    ButtonAsked,
    CreateAsked,
    ExtensionShown,
    IdentityShown,
    Nothing,
    OfCustomer,
    TemplatesAsked,
    TemplateShown,
)
from viesti.services.principal import Scope

BUTTONS = ("Call", "QuickReply", "Url")
_TEXT = Text()
_CATEGORIES = DynamicValues(operation="GetWhatsappTemplateCategories", value="", title="")
_IDENTITIES = DynamicValues(
    operation="GetCustomerWhatsappIdentities",
    value="inputSource/address",
    title="inputSource/address",
    parameters={"Customer-Id": From("Customer-Id")},
)


def _customer(visibility: Visibility = "", dynamic: DynamicValues | None = None) -> Parameter:
    return Parameter(
        "Customer-Id",
        "path",
        "customer_id",
        _TEXT,
        True,
        About("Customer", "The customer that it is about.", visibility, dynamic),
        encoding="single",
    )


TEMPLATES = Operation(
    "GetCustomerWhatsAppTemplates",
    "GET",
    "/whatsapp/templates/{Customer-Id}",
    About("Get Customer WhatsApp Templates", "Lists the WhatsApp templates of a customer.", "internal"),
    TemplatesAsked,
    (
        Reply(
            200,
            Listed(
                Thing(
                    (
                        Member("id", "id", _TEXT, about=About("Id", "What a send calls it.", "internal")),
                        Member(
                            "displayName", "display_name", _TEXT, about=About("Name", "What people call it.")
                        ),
                        Member(
                            "extensionParameters",
                            "extension",
                            Thing(
                                (
                                    Member(
                                        "rawContent",
                                        "content",
                                        _TEXT,
                                        about=About("Content", "The text of its body.", "internal"),
                                    ),
                                    *(
                                        Member(
                                            name, name, _TEXT, about=About(title, description), extension=True
                                        )
                                        for name, title, description in (
                                            ("language", "Language", "The code of its language."),
                                            ("category", "Category", "Its category, as Meta sees it now."),
                                            (
                                                "status",
                                                "Status",
                                                "Where it stands at Meta; APPROVED is sent.",
                                            ),
                                            ("quality", "Quality", "GREEN, YELLOW, RED, or nothing yet."),
                                        )
                                    ),
                                ),
                                ExtensionShown,
                            ),
                            about=About("Details", "What else is known of it."),
                        ),
                    ),
                    TemplateShown,
                )
            ),
            "The templates, by name and language.",
        ),
    ),
    Scope.WHATSAPP,
    parameters=(
        _customer(),
        Parameter(
            "TemplateId",
            "query",
            "template",
            _TEXT,
            about=About("Template", "This template alone, by its id."),
        ),
    ),
)
CREATE = Operation(
    "CreateWhatsappTemplate",
    "POST",
    "/whatsapp/templates/{Customer-Id}/{IdentityNumber}",
    About("Create WhatsApp Template", "Makes a WhatsApp template and submits it to Meta for approval."),
    CreateAsked,
    (Reply(204, None, "It is submitted."),),
    Scope.WHATSAPP,
    parameters=(
        _customer("important", CUSTOMERS),
        Parameter(
            "IdentityNumber",
            "path",
            "number",
            _TEXT,
            True,
            About("WhatsApp Number", "The number whose account gets the template.", "important", _IDENTITIES),
            encoding="single",
        ),
    ),
    body=Thing(
        (
            Member(
                "DisplayName",
                "display_name",
                Text(max_length=100),
                True,
                About("Display Name", "What people call it; Meta's name is made of it."),
            ),
            Member(
                "RawContent",
                "content",
                _TEXT,
                True,
                About("Content", "The text, with {{1}}, {{2}} where a send puts its values."),
            ),
            Member(
                "Category",
                "category",
                _TEXT,
                True,
                About("Category", "What it is for.", "important", _CATEGORIES),
            ),
            Member(
                "Language",
                "language",
                _TEXT,
                True,
                About("Language", "The code of its language, such as fi."),
            ),
            Member(
                "Buttons",
                "buttons",
                Listed(
                    Thing(
                        (
                            Member(
                                "Type",
                                "kind",
                                Text(choices=BUTTONS, any_case=True),
                                about=About("Button Type", "What the button does."),
                            ),
                            Member(
                                "Label", "label", _TEXT, about=About("Button Label", "What stands on it.")
                            ),
                            Member(
                                "Data",
                                "data",
                                _TEXT,
                                about=About("Button Data", "The URL, the phone number, or the reply."),
                            ),
                        ),
                        ButtonAsked,
                    )
                ),
                about=About("Buttons", "The buttons, in their order."),
            ),
            Member(
                "AttachmentUrl",
                "attachment_url",
                _TEXT,
                about=About("Attachment Url", "Where an example of the file in its header can be fetched."),
            ),
            Member(
                "Examples",
                "examples",
                Listed(_TEXT),
                about=About("Examples", "A value for each place of the content, for those who review it."),
                extension=True,
            ),
        )
    ),
    errors=USUAL | {409},
)
CATEGORIES = Operation(
    "GetWhatsappTemplateCategories",
    "GET",
    "/whatsapp/templates/categories",
    About("Get WhatsApp Template Categories", "Lists the categories that templates have.", "internal"),
    Nothing,
    (Reply(200, Listed(_TEXT), "The categories."),),
    Scope.WHATSAPP,
)
IDENTITIES = Operation(
    "GetCustomerWhatsappIdentities",
    "GET",
    "/whatsapp/identities/{Customer-Id}",
    About("Get Customer WhatsApp Identities", "Lists the WhatsApp numbers of a customer.", "internal"),
    OfCustomer,
    (
        Reply(
            200,
            Listed(
                Thing(
                    (
                        Member(
                            "inputSource",
                            "source",
                            Thing(
                                (
                                    Member(
                                        "address",
                                        "address",
                                        _TEXT,
                                        about=About("Address", "The number, in international form."),
                                    ),
                                ),
                                AddressShown,
                            ),
                            about=About("Input Source", "Where it is reached."),
                        ),
                    ),
                    IdentityShown,
                )
            ),
            "The numbers.",
        ),
    ),
    Scope.WHATSAPP,
    parameters=(_customer("important", CUSTOMERS),),
)

OPERATIONS: tuple[AnyOperation, ...] = (TEMPLATES, CREATE, CATEGORIES, IDENTITIES)
