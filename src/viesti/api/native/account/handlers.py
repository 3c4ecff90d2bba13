"""Serves what a connection may act for and with.

Rule: all of it is answered from the snapshot; nobody is told of a customer he does not work for.
"""

from __future__ import annotations

from viesti.api.answer import Answer, answer_json
from viesti.api.native.account.shapes import CustomerShown, CustomersShown, Nothing
from viesti.api.native.slice import Common
from viesti.api.native.who import NativeCaller


class Account:
    """The handlers."""

    def __init__(self, common: Common) -> None:
        self._estate = common.estate

    async def customers(self, caller: NativeCaller, _asked: Nothing) -> Answer:
        """ListCustomers."""
        found = caller.customers(self._estate.current)
        shown = [CustomerShown(each.id, each.key, each.name, each.currency) for each in found]
        return answer_json(CustomersShown(tuple(shown)))
