"""Examples of values, for documents: what a caller would send, and what he is answered.

Rule: an example is one that the declaration allows. The declaration's own (`About`) comes first, then what
values of that name look like, then the kind of value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from viesti.api.contract.operation import Parameter
from viesti.api.contract.schema import always_written
from viesti.api.contract.values import (
    PLAIN,
    About,
    Listed,
    Member,
    Moment,
    Number,
    OneOrMore,
    Scalars,
    Text,
    Thing,
    Truth,
    Value,
    Whole,
)

MOMENT = "2027-03-01T09:30:00Z"
GUID = "0f5c6c1e-8a51-4f5e-9d0f-2b7f6a1c9e42"
CALLBACK = "https://flows.example.com:443/hook/1?sig=a%2Fb"
_PERSON, _SHOWN = "+358401234567", "358401234567"  # as it is asked, and as it is answered
# What a text of this name looks like, in lower case and without what stands between its words.
TEXTS: Mapping[str, str] = {
    **dict.fromkeys(("to", "address", "phone", "number", "recipient", "tonumber", "mobilenumber"), _PERSON),
    **dict.fromkeys(("from", "sender", "fromnumber"), "Acme"),
    **dict.fromkeys(("customer", "key"), "acme"),
    **dict.fromkeys(("service", "servicename"), "alerts"),
    **dict.fromkeys(("text", "message", "content", "textmessage", "rawcontent"), "Your table is ready."),
    **dict.fromkeys(("url", "endpointurl", "callbackurl", "dlrurl"), CALLBACK),
    **dict.fromkeys(("currency", "currencycode"), "EUR"),
    **dict.fromkeys(("customerid", "serviceid", "groupservice", "threadid", "parentmessageid"), GUID),
    **dict.fromkeys(("pipelineid", "actionid", "hookid", "triggerid", "messageid", "eventid", "id"), GUID),
    **dict.fromkeys(("tag", "tagname", "group", "keyword"), "guests"),
    **dict.fromkeys(("region", "country", "countrycode"), "FI"),
    **dict.fromkeys(("name", "customername", "companyname", "displayname", "applicationname"), "Acme"),
    **dict.fromkeys(("contactname", "fullname", "username"), "Ada Lovelace"),
    **dict.fromkeys(("customerdata", "custom01"), "order-42"),
    **dict.fromkeys(("shorturl", "resourcelocation", "profileurl"), "https://sms.example.com/l/Zk3vQ0dPx1A"),
    **dict.fromkeys(("statustext", "statusdescription"), "It was delivered."),
    **dict.fromkeys(("templatename", "templateid"), "order_on_its_way"),
    "firstname": "Ada",
    "lastname": "Lovelace",
    "email": "ada@example.com",
    "language": "fi",
    "identitynumber": "+358451110000",
    "shortcode": "16400",
    "reference": "order-42",
    "externalreference": "crm-42",
    "requestid": "order-42",
    "idempotencykey": "order-42",
    "status": "delivered",
    "statusname": "Delivered",
    "summary": "1 delivered.",
    "coding": "gsm7",
    "lane": "transactional",
    "interface": "viesti",
    "channel": "carrier",
    "protocol": "SMS",
    "mimetype": "image/jpeg",
    "category": "UTILITY",
    "city": "Helsinki",
    "warning": "It is longer than one part.",
}


def of_parameter(parameter: Parameter) -> Any:
    """An example of what stands in its place."""
    return example(parameter.value, parameter.about, parameter.name)


def body(thing: Thing) -> dict[str, Any]:
    """A request that has what it must have, and what it is described as having."""
    return {m.name: example(m.value, m.about, m.name) for m in thing.members if m.needed or m.required}


def answer(value: Value) -> Any:
    """An answer with all that is always there, and what is ours only where it always is."""
    return _answer(value, PLAIN, "")


def example(value: Value, about: About = PLAIN, name: str = "") -> Any:
    """An example of one value."""
    if about.example is not None:
        return about.example
    match value:
        case Listed():
            return [example(value.of, value.each, name.removesuffix("s"))]
        case OneOrMore():
            return example(value.of, about, name)
        case Thing():
            return body(value)
        case _:
            return _simple(value, name)


def _answer(value: Value, about: About, name: str) -> Any:
    if about.example is not None:
        return about.example
    match value:
        case Listed():
            return [_answer(value.of, value.each, name.removesuffix("s"))]
        case Thing():
            shown = [m for m in value.members if _shown(value, m)]
            return {m.name: _answer(m.value, m.about, m.name) for m in shown}
        case _:
            made = example(value, about, name)
            return _SHOWN if made == _PERSON else made


def _shown(thing: Thing, member: Member) -> bool:
    return thing.make is None or member.required or always_written(thing, member)


def _simple(value: Text | Whole | Number | Truth | Moment | Scalars, name: str) -> Any:
    match value:
        case Text():
            return _text(value, name)
        case Whole():
            return max(1, value.least or 1)
        case Number():
            return 0.05
        case Truth():
            return True if value.default is None else value.default
        case Moment():
            return MOMENT
        case Scalars():
            return {"FirstName": "Ada"}


def _text(value: Text, name: str) -> str:
    if value.default is not None or value.choices:
        return value.default or value.choices[0]
    if value.format == "uuid":
        return GUID
    found = TEXTS.get("".join(letter for letter in name.lower() if letter.isalnum()), "text")
    return found if value.max_length is None else found[: value.max_length]
