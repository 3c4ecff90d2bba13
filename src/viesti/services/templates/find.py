"""Finds the template that a send names, if it may be sent.

Rule: a template is sent in a language in which Meta has approved it, and in no other; else a sentence says
why not and what could be sent instead.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from viesti.domain.templates.rules import language_of
from viesti.domain.templates.template import Template, split_reference
from viesti.services.estate import Snapshot
from viesti.services.templates.accounts import number_of_channel
from viesti.storage.store import Transaction


class NotSendable(msgspec.Struct, frozen=True):
    """It is not there (`missing`), or can't be sent now; a sentence says why. Of what is not there at all it
    says the same whatever was asked for: another's name is no different."""

    sentence: str
    missing: bool = False


async def find_sendable(
    tx: Transaction, snapshot: Snapshot, customer_id: int, channel_id: int, named: str, language: str = ""
) -> Template | NotSendable:
    """The template `named` (`name` or `name:language`) of a customer, on the account of a channel."""
    name, its_language = split_reference(named)
    account = number_of_channel(snapshot, snapshot.estate.channels[channel_id]).account_id
    found = await tx.templates.of_customer(customer_id, name)
    customer = snapshot.estate.customers[customer_id]
    mine = [each for each in found if each.channel_id == account]
    return choose(name, language or its_language, mine, customer.languages)


def choose(
    name: str, language: str, found: Sequence[Template], languages: Sequence[str]
) -> Template | NotSendable:
    """The one of these templates of a name that is sent. Without a language: the only approved one, else by
    the customer's `languages`, else the one that was made first."""
    if not found:
        return NotSendable("There is no template of this name for the WhatsApp number.", missing=True)
    ready = [each for each in found if each.state.sendable]
    if language:
        wanted = language_of(language) or language
        meant = next((each for each in found if each.language == wanted), None)
        if meant is None:
            return NotSendable(
                f"There is no template {_quoted(name)} in {_quoted(wanted)}. {_instead(ready)}".strip(),
                missing=True,
            )
        return meant if meant in ready else _refused(meant, ready)
    if not ready:
        return _refused(_first(found, languages), ready)
    return _first(ready, languages)


def _first(found: Sequence[Template], languages: Sequence[str]) -> Template:
    for language in languages:
        for each in found:
            if each.language.partition("_")[0] == language:
                return each
    return min(found, key=lambda each: each.id)


def _refused(template: Template, ready: Sequence[Template]) -> NotSendable:
    reason = f" ({template.reason.removesuffix('.')})" if template.reason else ""
    sentence = f"The template {template.name} in {template.language} {template.state.why}{reason}."
    return NotSendable(f"{sentence} {_instead(ready)}".strip())


def _instead(ready: Sequence[Template]) -> str:
    if not ready:
        return ""
    return f"Approved are: {', '.join(sorted(each.reference for each in ready))}."


def _quoted(text: str) -> str:
    return f"'{text[:80]}'"
