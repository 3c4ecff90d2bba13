"""Breaches to plant in exported packages: the rule, what is done, where, to what, and how.

Rule: a row fits every connector that has such a thing; nothing in it knows one by its name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from tests.contract.connectors.found import Found
from tests.contract.connectors.planted import any_of, has, hidden_delete, of_type, set_to, without
from tests.unit.connector.check.good import DEFINITION, PROPERTIES, Draft, png

TEXT = {"type": "string"}
LOOKUPS = ("x-ms-dynamic-values", "x-ms-dynamic-list")
_NAMES = {"value-title": "itemTitlePath"}

Plant: TypeAlias = Callable[[Found], object]


def action(fact: Any) -> bool:
    """An operation that a person chooses, with a body in its answer."""
    return "trigger" not in fact and fact.get("visibility") != "internal" and bool(fact["answers"].get("200"))


def sending(fact: Any) -> bool:
    """An action that no other operation and no test of a connection calls."""
    return action(fact) and fact["method"] == "POST"


def trigger(fact: Any) -> bool:
    return "trigger" in fact


def shown(fact: Any) -> bool:
    return fact.get("visibility") != "internal"


def plain_text(fact: Any) -> bool:
    return set(fact) <= {"type", "required", "max_length"} and fact["type"] == "string"


def in_responses(change: Callable[[dict[str, Any]], object]) -> Plant:
    return lambda it: change(it.node["responses"])


def leave(*begins: str) -> Callable[[dict[str, Any]], None]:
    """Only the answers that begin so."""

    def change(answers: dict[str, Any]) -> None:
        for status in [each for each in answers if not each.startswith(begins)]:
            del answers[status]

    return change


def both_lookups(change: Callable[[dict[str, Any], bool], object]) -> Plant:
    """Changes what both designers look up, alike."""

    def plant(it: Found) -> None:
        for name in LOOKUPS:
            change(it.node[name], name == LOOKUPS[1])

    return plant


def demanded(it: Found) -> None:
    body = next(p for p in it.operation["parameters"] if p["in"] == "body")
    body["schema"].setdefault("required", []).append("Nobody")


def as_another(it: Found) -> None:
    ids = [
        o["operationId"]
        for item in it.document["paths"].values()
        for o in item.values()
        if "operationId" in o
    ]
    it.node["operationId"] = next(each for each in ids if each != it.node["operationId"])


def more_parameters(**parameter: Any) -> Plant:
    made = {
        "name": "More",
        "type": "string",
        "x-ms-summary": "More",
        "description": "More of it.",
    } | parameter
    return lambda it: it.node["parameters"].append(made)


def at_longer_path(it: Found) -> None:
    it.document["paths"][f"{it.path}/{{More}}"] = {it.key: it.holder.pop(it.key)}


# Where a part of the definition is meant: the rule, what, where, to which fact, how.
PARTS: tuple[tuple[str, str, str, Callable[[Any], bool], Plant], ...] = (
    (
        "definition-schema",
        "an answer without a description",
        "operation",
        any_of,
        in_responses(lambda a: a["400"].pop("description")),
    ),
    ("definition-schema", "a member that nobody knows", "operation", any_of, set_to(callbacks={})),
    ("definition-schema", "an unknown visibility", "parameter", shown, set_to(x_ms_visibility="hidden")),
    ("host-missing", "no host", "operation", any_of, lambda it: it.document.pop("host")),
    ("scheme-not-https", "http", "operation", any_of, lambda it: it.document.update(schemes=["http"])),
    ("operation-id-missing", "no id", "operation", sending, without("operationId")),
    ("operation-id-form", "an id with a line", "operation", sending, set_to(operationId="Do_it")),
    ("operation-id-twice", "another's id", "operation", sending, as_another),
    ("summary-missing", "no summary", "operation", any_of, without("summary")),
    ("summary-length", "a long summary", "operation", any_of, set_to(summary="Send a Message" * 9)),
    ("summary-full-stop", "a summary that is a sentence", "operation", any_of, set_to(summary="Do This.")),
    ("operation-description-missing", "no description", "operation", any_of, without("description")),
    ("operation-description-full-stop", "no full stop", "operation", any_of, set_to(description="Does it")),
    (
        "operation-description-same",
        "a summary again",
        "operation",
        any_of,
        lambda it: it.node.update(description=it.node["summary"] + "."),
    ),
    ("success-missing", "no answer on success", "operation", action, in_responses(leave("4"))),
    ("refusals-missing", "no refusal", "operation", any_of, in_responses(leave("2", "5"))),
    (
        "answer-undescribed",
        "an answer that is a number",
        "operation",
        action,
        in_responses(lambda a: a["200"].update(description="200")),
    ),
    (
        "answer-untyped",
        "an answer without a type",
        "operation",
        action,
        in_responses(lambda a: a["200"].pop("schema")),
    ),
    (
        "reference-nowhere",
        "an answer that is nowhere",
        "operation",
        action,
        in_responses(lambda a: a["200"].update(schema={"$ref": "#/definitions/Nobody"})),
    ),
    ("placeholder-undeclared", "a placeholder that is no parameter", "operation", action, at_longer_path),
    (
        "placeholder-missing",
        "a parameter without a placeholder",
        "operation",
        any_of,
        more_parameters(required=True, **{"in": "path"}),
    ),
    (
        "hidden-without-default",
        "nothing to send silently",
        "operation",
        any_of,
        more_parameters(required=True, **{"in": "header", "x-ms-visibility": "internal"}),
    ),
    (
        "default-type",
        "a number for a text",
        "operation",
        any_of,
        more_parameters(default=7, **{"in": "query"}),
    ),
    (
        "default-choice",
        "a default that is no choice",
        "operation",
        any_of,
        more_parameters(default="c", enum=["a", "b"], **{"in": "query"}),
    ),
    ("label-missing", "a parameter without a label", "parameter", shown, without("x-ms-summary")),
    ("label-missing", "a member without a label", "asked", shown, without("x-ms-summary")),
    ("label-missing", "a member of an answer without a label", "answer", shown, without("x-ms-summary")),
    ("label-missing", "a member of what is sent without a label", "sent", shown, without("x-ms-summary")),
    ("description-missing", "a parameter without a description", "parameter", shown, without("description")),
    (
        "description-missing",
        "a member of an answer without a description",
        "answer",
        shown,
        without("description"),
    ),
    (
        "description-full-stop",
        "a description without a full stop",
        "parameter",
        shown,
        set_to(description="It"),
    ),
    ("type-missing", "a member without a type", "asked", plain_text, without("type")),
    ("items-missing", "a list of nothing", "asked", of_type("array"), without("items")),
    ("format-type", "int32 of a text", "asked", plain_text, set_to(format="int32")),
    ("composed-schema", "one of two", "asked", plain_text, set_to(oneOf=[TEXT])),
    ("required-unknown", "something required that is not there", "asked", any_of, demanded),
    (
        "dynamic-operation-unknown",
        "a look-up with nothing",
        "parameter",
        has("dynamic"),
        both_lookups(lambda of, new: of.update(operationId="Nobody")),
    ),
    (
        "dynamic-path-unknown",
        "a title that is not listed",
        "parameter",
        has("dynamic"),
        both_lookups(lambda of, new: of.update({"itemTitlePath" if new else "value-title": "nobody"})),
    ),
    (
        "dynamic-parameter-unknown",
        "a look-up that gives what nobody takes",
        "parameter",
        has("dynamic"),
        both_lookups(
            lambda of, new: of.setdefault("parameters", {}).update(Nobody={"value": 1} if new else 1)
        ),
    ),
    (
        "dynamic-twin-missing",
        "no look-up for the new designer",
        "parameter",
        has("dynamic"),
        without("x-ms-dynamic-list"),
    ),
    (
        "dynamic-twin-differs",
        "another title for the new designer",
        "parameter",
        has("dynamic"),
        lambda it: it.node["x-ms-dynamic-list"].pop("itemTitlePath"),
    ),
    (
        "trigger-address-hidden",
        "an address of a flow that is shown",
        "asked",
        has("notification_url"),
        set_to(x_ms_visibility="advanced", x_ms_summary="Address", description="Where."),
    ),
    (
        "trigger-content-missing",
        "nothing about what is sent",
        "operation",
        trigger,
        lambda it: it.item.pop("x-ms-notification-content"),
    ),
    (
        "trigger-not-declared",
        "no trigger",
        "operation",
        trigger,
        lambda it: [it.node.pop(n) for n in ("x-ms-trigger", "x-ms-trigger-hint")],
    ),
    ("trigger-hint-missing", "no hint", "operation", trigger, without("x-ms-trigger-hint")),
    (
        "trigger-created",
        "202 for a subscription",
        "operation",
        trigger,
        in_responses(lambda a: a.update({"202": a["201"]}) or leave("202", "4")(a)),
    ),
    (
        "trigger-removal-shown",
        "what unsubscribes is shown",
        "operation",
        hidden_delete,
        without("x-ms-visibility"),
    ),
)


def oauth(draft: Draft) -> dict[str, Any]:
    """The OAuth settings of a connection. KeyError: it has none."""
    if "connectionParameters" in draft.p:
        return draft.p["connectionParameters"]["token"]["oAuthSettings"]
    return draft.p["connectionParameterSets"]["values"][0]["parameters"]["token"]["oAuthSettings"]


def elsewhere(draft: Draft) -> None:
    oauth(draft)["customParameters"]["tokenUrl"]["value"] = "https://other.example/token"


def policy(draft: Draft) -> None:
    draft.p["policyTemplateInstances"].append(
        {
            "templateId": "setheader",
            "parameters": {
                "x-ms-apimTemplateParameter.name": "who",
                "x-ms-apimTemplateParameter.value": "me",
                "x-ms-apimTemplate-operationName": ["Nobody"],
            },
        }
    )


def raw(name: str, change: Callable[[bytes], bytes | None]) -> Callable[[Draft], None]:
    return lambda draft: draft.raw.update({name: change(draft.files[name])})


# Where a file is meant: the rule, what, and how.
FILES: tuple[tuple[str, str, Callable[[Draft], object]], ...] = (
    (
        "byte-order-mark",
        "a mark before the definition",
        raw(DEFINITION, lambda octets: b"\xef\xbb\xbf" + octets),
    ),
    (
        "not-ascii",
        "an umlaut in the definition",
        raw(
            DEFINITION,
            lambda octets: octets.replace(b'"title": "', '"title": "Ä'.encode(), 1),
        ),
    ),
    ("not-json", "properties that break off", raw(PROPERTIES, lambda octets: octets[:-9])),
    (
        "duplicate-name",
        "a host twice",
        raw(DEFINITION, lambda octets: octets.replace(b"{", b'{"host": "a.example",', 1)),
    ),
    ("properties-schema", "a property that nobody knows", lambda draft: draft.p.update(color="red")),
    ("colour-default", "white", lambda draft: draft.p.update(iconBrandColor="#FFFFFF")),
    (
        "sign-in-missing",
        "no way to sign in",
        lambda draft: [draft.p.pop(n, None) for n in ("connectionParameters", "connectionParameterSets")],
    ),
    ("secret-in-file", "a secret", lambda draft: oauth(draft).update(clientSecret="hush")),
    ("oauth-differs", "another authorization server", elsewhere),
    (
        "oauth-incomplete",
        "no refresh address",
        lambda draft: oauth(draft)["customParameters"].pop("refreshUrl"),
    ),
    (
        "redirect-url",
        "another consent service",
        lambda draft: oauth(draft).update(redirectUrl="https://a.example"),
    ),
    ("policy-operation-unknown", "a policy for nothing", policy),
    (
        "script-operation-unknown",
        "a script for nothing",
        lambda draft: draft.p["scriptOperations"].append("Nobody"),
    ),
    ("stack-owner", "an owner, for paconn", lambda draft: draft.p.update(stackOwner="Viesti")),
    ("owner-missing", "no publisher, for certification", lambda draft: draft.certified.pop("publisher")),
    ("icon-broken", "half an icon", raw("icon.png", lambda octets: octets[: len(octets) // 2])),
    ("icon-background", "a transparent icon", raw("icon.png", lambda octets: png(opacity=0))),
    (
        "script-class",
        "a script of another name",
        raw("script.csx", lambda octets: octets.replace(b"ScriptBase", b"Base")),
    ),
    ("settings-file", "an icon of another name", lambda draft: draft.settings.update(icon="logo.png")),
    ("section-missing", "a text without sections", raw("intro.md", lambda octets: octets.replace(b"#", b""))),
)
