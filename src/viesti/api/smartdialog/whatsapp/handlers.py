"""Templates, their categories, and the numbers that have them.

Rule: 204 for a new template is given after Meta has taken it for review; what Meta or our own rules refuse is
told with the reason, by the member it is about.
"""

from __future__ import annotations

from collections.abc import Iterator

from viesti.api.answer import NO_CONTENT, Answer, Refusal, answer_json
from viesti.api.refusals import refusal
from viesti.api.smartdialog.slice import Common
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
from viesti.domain.templates.shape import Button, ButtonKind, Category, Shape
from viesti.domain.templates.template import Template
from viesti.domain.templates.variables import variables
from viesti.services.principal import Principal
from viesti.services.refusals import Invalid
from viesti.services.requests import FieldProblem
from viesti.services.templates.accounts import numbers_of
from viesti.services.templates.create import CreateTemplate, NewTemplate, Unavailable
from viesti.services.templates.show import Offered, ShowTemplates

# Our names, as the contract has them.
NAMES = {
    "number": "IdentityNumber",
    "name": "DisplayName",
    "category": "Category",
    "language": "Language",
    "body": "RawContent",
    "examples": "Examples",
    "header": "AttachmentUrl",
    "buttons": "Buttons{}",
    "buttons.label": "Buttons{}.Label",
    "buttons.data": "Buttons{}.Data",
    "buttons.kind": "Buttons{}.Type",
}
_KINDS = {
    "Call": ButtonKind.PHONE_NUMBER,
    "QuickReply": ButtonKind.QUICK_REPLY,
    "Url": ButtonKind.URL,
}
_REPLY_LONGEST = 20  # characters of what the contract lets a quick reply or a phone number have
_EXAMPLE = "example"
_DONE = Answer(NO_CONTENT, b"")


class WhatsappTemplates:
    """The handlers."""

    def __init__(self, create: CreateTemplate, show: ShowTemplates, common: Common) -> None:
        self._create = create
        self._show = show
        self._estate = common.estate
        self._who = common.who

    async def templates(self, caller: Principal, asked: TemplatesAsked) -> Answer | Refusal:
        """GetCustomerWhatsAppTemplates."""
        customer = self._who.customer(caller, asked.customer_id)
        if isinstance(customer, Refusal):
            return customer
        return answer_json([_shown(each) for each in await self._show(customer.id, asked.template)])

    async def create(self, caller: Principal, asked: CreateAsked) -> Answer | Refusal:
        """CreateWhatsappTemplate."""
        customer = self._who.customer(caller, asked.customer_id)
        if isinstance(customer, Refusal):
            return customer
        problems = tuple(_of_buttons(asked.buttons))
        if problems:
            return refusal(Invalid(problems), NAMES)
        made = await self._create(customer, asked.number, _new(asked))
        match made:
            case Template():
                return _DONE
            case Unavailable():
                return Refusal(503, made.sentence)
            case _:
                return refusal(made, NAMES)

    async def categories(self, _caller: Principal, _asked: Nothing) -> Answer:
        """GetWhatsappTemplateCategories."""
        return answer_json([category.value for category in Category])

    async def identities(self, caller: Principal, asked: OfCustomer) -> Answer | Refusal:
        """GetCustomerWhatsappIdentities."""
        customer = self._who.customer(caller, asked.customer_id)
        if isinstance(customer, Refusal):
            return customer
        numbers = numbers_of(self._estate.current, customer.id)
        addresses = dict.fromkeys(number.identity for number in numbers)
        return answer_json([IdentityShown(AddressShown(address)) for address in addresses])


def _shown(offered: Offered) -> TemplateShown:
    template = offered.template
    extension = ExtensionShown(
        content=template.raw_content,
        language=template.language,
        category=template.category,
        status=template.status,
        quality=template.quality,
    )
    return TemplateShown(offered.reference, template.display_name, extension)


def _new(asked: CreateAsked) -> NewTemplate:
    """The template that is asked for. Meta wants an example for each place; what is not given is made up."""
    places = variables(asked.content).names
    examples = asked.examples
    if examples is None:
        examples = tuple(f"{_EXAMPLE} {place}" for place in places)
    buttons = tuple(map(_button, asked.buttons))
    shape = Shape(asked.content, buttons=buttons, examples=examples)
    return NewTemplate(asked.display_name, asked.category, asked.language, shape, asked.attachment_url)


def _button(asked: ButtonAsked) -> Button:
    kind = _KINDS[asked.kind]
    if kind is ButtonKind.QUICK_REPLY:  # whose one text is what stands on it
        return Button(kind, asked.label or asked.data)
    return Button(kind, asked.label, asked.data, _EXAMPLE if variables(asked.data).names else "")


def _of_buttons(buttons: tuple[ButtonAsked, ...]) -> Iterator[FieldProblem]:
    for index, button in enumerate(buttons):
        if not button.kind:
            yield FieldProblem("buttons.kind", "It must be there.", index)
        elif button.kind == "QuickReply" and len(button.data) > _REPLY_LONGEST:
            yield FieldProblem("buttons.data", f"It is longer than {_REPLY_LONGEST} characters.", index)
