"""Lists a customer's templates.

Rule: what can't be sent any more is not offered to who chooses; who names one sees it in any state.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from viesti.domain.templates.template import Template, split_reference
from viesti.storage.store import Store


class Offered(NamedTuple):
    """A template, and what a send calls it: its name, with the language where the name has several."""

    reference: str
    template: Template


class ShowTemplates:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(self, customer_id: int, named: str = "") -> list[Offered]:
        """The templates of a customer that may be chosen, by name and language; `named`: this one, in any
        state."""
        name, language = split_reference(named)
        async with self._store.statements() as tx:
            found = await tx.templates.of_customer(customer_id, name if named else None)
        if not named:
            found = [each for each in found if each.state.offered]
        unlike = {(each.name, each.language): each for each in reversed(found)}  # on two accounts it is one
        languages = Counter(name for name, _ in unlike)
        shown = [
            Offered(each.reference if languages[each.name] > 1 or language else each.name, each)
            for each in reversed(unlike.values())
        ]
        return [each for each in shown if not language or each.template.language == language]
