"""`viesti whatsapp send`: a template, or a text to who wrote within a day, straight into the store.

Rule: it is the operator's, as sending to a group is; what it prints are ids, and never the text.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from viesti.cli import wiring

if TYPE_CHECKING:
    from viesti.cli.submitting import Submitting
    from viesti.config import Settings
    from viesti.domain.estate import Service
    from viesti.services.refusals import Missing
    from viesti.services.requests import SubmitResult, Submitted

DIALECT = "native"
_BUTTONS = ("url", "quickreply", "copycode", "call")
# What a field of a request is called here.
_OPTIONS = {
    "template": "--template",
    "language": "--language",
    "recipients": "--to",
    "body": "--value",
    "header": "--header",
    "buttons": "--button",
    "attachment": "--attachment",
    "content": "--attachment",
    "fallback": "--sms-fallback",
    "sender": "--from",
    "request_id": "--request-id",
}

app = typer.Typer(name="whatsapp", help="Send by WhatsApp.", no_args_is_help=True)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be sent. `template` '': the text, to who wrote within a day."""

    service: str  # CUSTOMER/SERVICE
    to: tuple[str, ...]
    text: str = ""
    template: str = ""
    language: str = ""
    values: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    buttons: tuple[tuple[str, str], ...] = ()
    attachment: str = ""
    sms_fallback: bool = False
    sender: str = ""
    request_id: str | None = None


@app.callback()
def _group() -> None:
    """Send by WhatsApp."""


@app.command()
def send(
    context: typer.Context,
    service: Annotated[
        str, typer.Argument(metavar="CUSTOMER/SERVICE", help="Who sends, such as acme/alerts.")
    ],
    text: Annotated[
        str, typer.Argument(help="To who wrote within a day; none with --template.", show_default=False)
    ] = "",
    to: Annotated[
        list[str] | None, typer.Option("--to", help="A recipient's number; may be given several times.")
    ] = None,
    template: Annotated[str, typer.Option(help="The approved template to send.")] = "",
    language: Annotated[str, typer.Option(help="Which of its languages, such as fi.")] = "",
    value: Annotated[
        list[str] | None, typer.Option("--value", help="For the template's text: one for each place.")
    ] = None,
    header: Annotated[list[str] | None, typer.Option("--header", help="For the template's header.")] = None,
    button: Annotated[
        list[str] | None,
        typer.Option("--button", metavar="[KIND=]DATA", help="For the template's buttons, in order."),
    ] = None,
    attachment: Annotated[str, typer.Option(help="Where a picture, video or document is.")] = "",
    sms_fallback: Annotated[
        bool, typer.Option("--sms-fallback", help="The template as SMS where WhatsApp does not deliver it.")
    ] = False,
    sender: Annotated[
        str, typer.Option("--from", help="The WhatsApp number.", show_default="that of the service")
    ] = "",
    request_id: Annotated[
        str | None, typer.Option(help="A repeat with the same id sends nothing twice.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Send a template, or a text to who wrote within a day. Exit code 1 when it is refused."""
    if not to:
        raise wiring.Problem("Nobody is named: add --to NUMBER.")
    if text and template:
        raise wiring.Problem("A template has its own text: leave the text out, and give it --value.")
    if not text and not template and not attachment:
        raise wiring.Problem("There is nothing to send: write a text, or add --template NAME.")
    wanted = Wanted(
        service=service,
        to=tuple(to),
        text=text,
        template=template,
        language=language,
        values=tuple(value or ()),
        header=tuple(header or ()),
        buttons=tuple(read_button(each) for each in button or ()),
        attachment=attachment,
        sms_fallback=sms_fallback,
        sender=sender,
        request_id=request_id,
    )
    settings = wiring.settings_of(context)
    with wiring.database(settings) as address:
        code = asyncio.run(send_whatsapp(settings, address, wanted, as_json=as_json))
    raise typer.Exit(code)


def read_button(written: str) -> tuple[str, str]:
    """KIND=DATA, or DATA alone for the button at this place."""
    kind, equals, data = written.partition("=")
    return (kind, data) if equals and kind.lower() in _BUTTONS else ("", written)


async def send_whatsapp(settings: Settings, address: str, wanted: Wanted, *, as_json: bool) -> int:
    """Send by the database at `address`; gives the exit code. Raises Problem and `StoreUnavailable`."""
    from viesti.cli.submitting import find_service, submitting
    from viesti.services.requests import Submitted

    async with submitting(settings, address) as services:
        _, service = find_service(services.estate.current, wanted.service, ("OneWay", "TwoWay"), "service")
        send = _template if wanted.template else _text
        result = await send(services, service, wanted)
    if isinstance(result, Submitted):
        _accepted(result, as_json)
        return 0
    _refused(result, as_json)
    return 1


async def _template(services: Submitting, service: Service, wanted: Wanted) -> SubmitResult | Missing:
    from viesti.services.whatsapp.send_template import SendTemplate, TemplateRequest

    send = SendTemplate(services.store, services.estate, services.submit)
    return await send(
        TemplateRequest(
            dialect=DIALECT,
            customer_id=service.customer_id,
            service_id=service.id,
            template=wanted.template,
            language=wanted.language,
            sender=wanted.sender,
            recipients=wanted.to,
            body=wanted.values,
            header=wanted.header,
            buttons=wanted.buttons,
            attachment=wanted.attachment,
            sms_fallback=wanted.sms_fallback,
            request_id=wanted.request_id,
            body_hash=_said(wanted),
        )
    )


async def _text(services: Submitting, service: Service, wanted: Wanted) -> SubmitResult | Missing:
    from viesti.domain.message import Protocol
    from viesti.domain.whatsapp_attachment import attachment
    from viesti.domain.whatsapp_content import encode
    from viesti.services.requests import RecipientRequest, SubmitRequest
    from viesti.services.whatsapp.send_in_window import SendInWindow

    send = SendInWindow(services.store, services.estate, services.submit, wiring.utc_now)
    return await send(
        SubmitRequest(
            dialect=DIALECT,
            customer_id=service.customer_id,
            application_id=None,
            service_id=service.id,
            sender=wanted.sender,
            text=wanted.text,
            recipients=tuple([RecipientRequest(each) for each in wanted.to]),
            request_id=wanted.request_id,
            body_hash=_said(wanted),
            protocol=Protocol.WHATSAPP,
            content=encode(attachment(wanted.attachment)) if wanted.attachment else None,
        )
    )


def _said(wanted: Wanted) -> bytes:
    """What a repeat must have too."""
    from hashlib import blake2b

    import msgspec

    return blake2b(msgspec.json.encode(wanted), digest_size=16).digest() if wanted.request_id else b""


def _accepted(submitted: Submitted, as_json: bool) -> None:
    if as_json:
        _print_json(
            {
                "messageId": submitted.message_id,
                "repeated": submitted.repeated,
                "recipients": [
                    {
                        "id": each.id,
                        "address": each.address,
                        "status": each.status.word,
                        "warnings": list(each.warnings),
                    }
                    for each in submitted.recipients
                ],
            }
        )
        return
    for each in submitted.recipients:
        print(f"{each.id}  {submitted.sender} -> {each.address}  {each.status.word}")
        for warning in each.warnings:
            print(f"  {warning}")


def _refused(result: Any, as_json: bool) -> None:
    sentences = [_told(problem) for problem in getattr(result, "problems", (result,))]
    if as_json:
        _print_json({"problems": sentences})
    else:
        print("\n".join(["It was not sent:", *(f"  {each}" for each in sentences)]), file=sys.stderr)


def _told(problem: Any) -> str:
    """A sentence, behind the option it is about and which of several that is."""
    option = _OPTIONS.get(problem.field, "")
    index = getattr(problem, "index", None)
    place = option if index is None else f"{option} {index + 1}"
    return f"{place}: {problem.sentence}" if option else problem.sentence


def _print_json(value: dict[str, Any]) -> None:
    import msgspec

    print(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
