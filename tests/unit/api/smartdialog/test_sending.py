"""What calls of SendMessage and SendWhatsappTemplateMessage become, and what counts as the same again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from viesti.api.answer import FieldError, Refusal, answer_json
from viesti.api.contract.operation import AnyOperation
from viesti.api.contract.parameters import parameters_reader
from viesti.api.contract.reading import members_reader, refused
from viesti.api.smartdialog.sending.declared import SEND
from viesti.api.smartdialog.sending.translate import sent, submit_request
from viesti.api.smartdialog.whatsapp_sending.declared import SEND_TEMPLATE
from viesti.api.smartdialog.whatsapp_sending.translate import template_request, template_sent
from viesti.domain.status import Status
from viesti.domain.whatsapp_content import Media, decode
from viesti.services.guids import GuidKind, Guids
from viesti.services.requests import RecipientRequest, SubmitRequest, Submitted, SubmittedRecipient
from viesti.services.whatsapp.send_template import TemplateRequest

GUIDS = Guids(bytes(16))
HEADERS = {b"customer-id": b"c", b"service-id": b"s"}
MESSAGE: dict[str, Any] = {
    "Sender": "Acme",
    "Content": "Hello",
    "Protocol": "SMS",
    "Recipients": [{"Address": "+358401234567"}],
}
TEMPLATE: dict[str, Any] = {"TemplateName": "order", "Recipients": [{"Address": "+358401234567"}]}
PICTURE = "https://files.example/a.png"


def read(operation: AnyOperation, members: dict[str, Any], headers: dict[bytes, bytes] | None = None) -> Any:
    """As the endpoint reads it."""
    assert operation.body is not None
    problems: list[FieldError] = []
    scope: Any = {"query_string": b"", "path_params": {}}
    fields = parameters_reader(operation.parameters)(scope, HEADERS | (headers or {}), problems)
    fields |= members_reader(operation.body)(members, "", problems)
    return refused(problems) if problems else operation.reads(**fields)


def message(members: dict[str, Any], headers: dict[bytes, bytes] | None = None) -> SubmitRequest | Refusal:
    asked = read(SEND, MESSAGE | members, headers)
    return asked if isinstance(asked, Refusal) else submit_request(asked, 8, 1, 11, ())


def template(members: dict[str, Any], headers: dict[bytes, bytes] | None = None) -> TemplateRequest | Refusal:
    asked = read(SEND_TEMPLATE, TEMPLATE | members, headers)
    return asked if isinstance(asked, Refusal) else template_request(asked, 8, 1, 11, ())


@pytest.mark.parametrize(
    ("members", "attribute", "value"),
    [
        ({}, "protocol", "sms"),
        ({}, "content", None),
        ({"Protocol": "whatsapp"}, "protocol", "whatsapp"),
        ({"Protocol": "WHATSAPP"}, "content", None),
        ({"AttachmentUri": PICTURE}, "content", None),  # an SMS carries none
        ({"AttachmentUri": PICTURE}, "extras", {"AttachmentUri": PICTURE}),
        ({"Protocol": "WhatsApp", "AttachmentUri": PICTURE}, "text", "Hello"),
        ({}, "recipients", (RecipientRequest("+358401234567"),)),
        ({}, "body_hash", b""),
    ],
)
def test_what_a_message_becomes(members: dict[str, Any], attribute: str, value: Any) -> None:
    assert getattr(message(members), attribute) == value


def test_a_file_by_whatsapp_is_content() -> None:
    request = message({"Protocol": "WhatsApp", "AttachmentUri": PICTURE})
    assert isinstance(request, SubmitRequest) and request.content
    assert decode(request.content) == Media("image", link=PICTURE)


@pytest.mark.parametrize(
    ("members", "attribute", "value"),
    [
        ({}, "template", "order"),
        ({}, "recipients", ("+358401234567",)),
        ({}, "user_id", 8),
        ({}, "sms_fallback", False),
        ({"usesmsfallback": True}, "sms_fallback", True),
        ({"UseSmsFallback": None}, "sms_fallback", False),
        ({"BodyParameters": ["Ada", "17"]}, "body", ("Ada", "17")),
        ({"HeaderParameters": ["17"]}, "header", ("17",)),
        (
            {"Buttons": [{"Type": "QUICKREPLY", "Data": "x"}, {"Data": "y"}, {"Type": "Url"}]},
            "buttons",
            (("QuickReply", "x"), ("", "y"), ("Url", "")),
        ),
        ({"Buttons": [{"Type": "copycode", "Data": "SAVE"}]}, "buttons", (("CopyCode", "SAVE"),)),
        ({"Language": "fi"}, "language", "fi"),
        ({"AttachmentUri": PICTURE}, "attachment", PICTURE),
        ({"SendDateTime": " "}, "send_at", None),
        ({"SendDateTime": "2030-01-01T10:00:00+02:00"}, "send_at", datetime(2030, 1, 1, 8, tzinfo=UTC)),
        ({"DlrUrl": ""}, "dlr_url", None),
        ({"CustomerData": "x"}, "customer_data", "x"),
        ({"RequestId": "r"}, "request_id", "r"),
        ({}, "request_id", None),
        ({}, "body_hash", b""),
    ],
)
def test_what_a_template_becomes(members: dict[str, Any], attribute: str, value: Any) -> None:
    assert getattr(template(members), attribute) == value


@pytest.mark.parametrize(
    ("members", "headers", "fields"),
    [
        ({"AttachmentUri": "ftp://files.example/a"}, {}, ["AttachmentUri"]),
        ({"RequestId": "a"}, {b"idempotency-key": b"b"}, ["RequestId"]),
        (
            {"AttachmentUri": "x", "RequestId": "a"},
            {b"idempotency-key": b"b"},
            ["AttachmentUri", "RequestId"],
        ),
        ({"Buttons": [{"Type": "Menu"}]}, {}, ["Buttons[0].Type"]),
        ({"BodyParameters": ["a", 1]}, {}, ["BodyParameters[1]"]),
        ({"SendDateTime": "soon"}, {}, ["SendDateTime"]),
    ],
)
def test_what_is_wrong_with_a_template(
    members: dict[str, Any], headers: dict[bytes, bytes], fields: list[str]
) -> None:
    refusal = template(members, headers)
    assert isinstance(refusal, Refusal) and refusal.status == 400
    assert [error.field for error in refusal.errors] == fields


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ({"RequestId": "r"}, True),
        ({"requestid": "r", "RequestId": "r"}, True),
        ({"RequestId": "r", "Language": None}, True),
        ({"RequestId": "r", "BodyParameters": []}, True),
        ({"RequestId": "r", "BodyParameters": ["x"]}, False),
        ({"RequestId": "r", "UseSmsFallback": True}, False),
        ({"RequestId": "r", "TemplateName": "other"}, False),
    ],
)
def test_what_is_the_same_again(other: dict[str, Any], same: bool) -> None:
    first, again = template({"RequestId": "r"}), template(other)
    assert isinstance(first, TemplateRequest) and isinstance(again, TemplateRequest)
    assert (first.body_hash == again.body_hash) is same
    header = template({}, {b"idempotency-key": b"r"})
    assert isinstance(header, TemplateRequest)
    assert (header.request_id, header.body_hash) == ("r", first.body_hash)


def submitted(*warnings: str) -> Submitted:
    recipient = SubmittedRecipient(129, "358401234567", Status.QUEUED, None, 1, None, None, warnings)
    return Submitted(65, "358451110001", "text", datetime(2030, 1, 1, tzinfo=UTC), None, None, (recipient,))


def test_a_template_is_answered_in_camel_case() -> None:
    message_id, recipient_id = GUIDS.of(GuidKind.MESSAGE, 65), GUIDS.of(GuidKind.RECIPIENT, 129)
    person = f'{{"address":"358401234567","id":"{recipient_id}"}}'
    plain = f'{{"messageId":"{message_id}","messagePartCount":1,"recipients":[{person}]'
    assert answer_json(template_sent(submitted(), GUIDS)).body.decode() == plain + "}"
    warned = answer_json(template_sent(submitted("One.", "Two."), GUIDS)).body.decode()
    assert warned == plain + ',"warnings":["One.","Two."]}'


@pytest.mark.parametrize(
    ("members", "warned"),
    [
        ({}, False),
        ({"AttachmentUri": PICTURE}, True),
        ({"AttachmentUri": PICTURE, "Protocol": "WhatsApp"}, False),
    ],
)
def test_only_an_sms_leaves_a_file_behind(members: dict[str, Any], warned: bool) -> None:
    answer = sent(submitted(), read(SEND, MESSAGE | members), GUIDS)
    assert bool(answer.warnings) is warned
