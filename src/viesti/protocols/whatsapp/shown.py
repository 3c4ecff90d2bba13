"""Kinds of messages that hold no text of their own, as a line that a person can read.

Rule: nothing here raises, whatever the object is; what it does not hold is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final


def location(place: Any) -> str:
    """`Name, address (latitude, longitude)`."""
    if not isinstance(place, dict):
        return ""
    where = ", ".join(_texts(place.get("name"), place.get("address")))
    at = f"{place.get('latitude')}, {place.get('longitude')}"
    return f"{where} ({at})" if where else at


def contacts(cards: Any) -> str:
    """A line for each card: the name and its numbers."""
    lines = []
    for card in _objects(cards):
        name = card.get("name")
        named = _texts(name.get("formatted_name") if isinstance(name, dict) else None)
        numbers = [text for phone in _objects(card.get("phones")) for text in _texts(phone.get("phone"))]
        lines.append(" ".join([*named, *numbers]))
    return "\n".join(filter(None, lines))


def order(cart: Any) -> str:
    """The note, and a line for each item: `2 x code`."""
    if not isinstance(cart, dict):
        return ""
    items = [
        f"{item.get('quantity')} x {item.get('product_retailer_id')}"
        for item in _objects(cart.get("product_items"))
    ]
    return "\n".join([*_texts(cart.get("text")), *items])


SHOWN: Final[dict[str, Callable[[Any], str]]] = {"location": location, "contacts": contacts, "order": order}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _texts(*values: Any) -> list[str]:
    return [value for value in values if isinstance(value, str) and value]
