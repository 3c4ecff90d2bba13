"""Finds the tags that are named, and makes those that there are not yet.

Rule: a name fits in any letter case, the exact one first, so that what people type by hand finds what is
there. A group's list is no tag: it is the group's to fill.
"""

from __future__ import annotations

from collections.abc import Sequence

from viesti.domain.estate import Customer
from viesti.services.contacts.fields import text_objection
from viesti.services.requests import FieldProblem
from viesti.storage.store import Store, Transaction

MAX_NAME = 100  # characters
MAX_TAGS = 100  # named at once


def tag_problems(names: Sequence[str]) -> list[FieldProblem]:
    """What is wrong with the names of tags, each by its place."""
    if len(names) > MAX_TAGS:
        return [FieldProblem("tags", f"There are more than {MAX_TAGS}.")]
    objections = [(at, name_objection(name)) for at, name in enumerate(names)]
    return [FieldProblem("tags", sentence, at) for at, sentence in objections if sentence]


def name_objection(name: str) -> str:
    """What keeps a tag from having this name; '' when nothing does."""
    if not name.strip():
        return "The name of a tag must not be empty."
    if "," in name:
        return "The name of a tag can't have a comma, because names are listed with commas."
    return text_objection(name, MAX_NAME)


async def held_tags(
    tx: Transaction, store: Store, customer: Customer, names: Sequence[str]
) -> list[int] | FieldProblem:
    """The tags of these names, which were checked, held until the transaction ends; made where there are
    none yet."""
    found = await lists_named(tx, customer, names)
    if missing := [name for name in names if name.lower() not in found]:
        for name in dict.fromkeys(missing):
            identifier = await store.ids.one(customer.bucket)
            await tx.lists.make(identifier, customer.bucket, customer.id, name)
        found = await lists_named(tx, customer, names)
    tags: list[int] = []
    for at, name in enumerate(names):
        list_id, is_group = found[name.lower()]
        if is_group:
            return no_tag(name, at)
        tags.append(list_id)
    return list(dict.fromkeys(tags))


def no_tag(name: str, at: int) -> FieldProblem:
    """That the name at this place is of a group's list."""
    return FieldProblem("tags", f"'{name}' is the list of a group, which is no tag.", at)


async def lists_named(
    tx: Transaction, customer: Customer, names: Sequence[str]
) -> dict[str, tuple[int, bool]]:
    """By lower case: the list, held, and whether it is a group's."""
    exact = set(names)
    found: dict[str, tuple[int, bool]] = {}
    for list_id, name, service in await tx.lists.named(customer.id, list(exact)):
        if name in exact or name.lower() not in found:
            found[name.lower()] = (list_id, service is not None)
    return found
