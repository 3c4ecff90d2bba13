"""Where in a webhook something stands, and the small readings that all its kinds share.

Rule: nothing here raises for what Meta sent; what can't be told is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from msgspec import Raw

from viesti.protocols.whatsapp import wire
from viesti.protocols.whatsapp.errors import NO_CODE
from viesti.protocols.whatsapp.event_types import Event, Fault, OtherEvent

_NOBODY = wire.Contact()


@dataclass(frozen=True, slots=True)
class Place:
    """The account, the number of ours, and the time that are said for all that follows."""

    waba_id: str
    phone_number_id: str = ""
    display_number: str = ""
    at: datetime | None = None

    def of_number(self, value: wire.Messages) -> Place:
        """The same, with the number that this value is about."""
        shown = value.metadata.display_phone_number or ""
        return replace(
            self, phone_number_id=str(value.metadata.phone_number_id or ""), display_number=digits(shown)
        )

    def person(
        self, contacts: tuple[wire.Contact, ...] | None, wa_id: str | None, user_id: str | None
    ) -> wire.Contact:
        """The contact with this number or id; the only one there is when neither is known."""
        if not contacts:
            return _NOBODY
        for contact in contacts:
            if (wa_id and contact.wa_id == wa_id) or (user_id and contact.user_id == user_id):
                return contact
        # Alone, it is the person even when a number was written differently: some countries' numbers are.
        return contacts[0] if len(contacts) == 1 else _NOBODY

    def other(self, field: str, reason: str, raw: Raw) -> OtherEvent:
        """What has no reading, kept."""
        return OtherEvent(
            waba_id=self.waba_id,
            phone_number_id=self.phone_number_id,
            at=self.at,
            field=field,
            reason=reason,
            raw=bytes(raw),
        )


def each(
    here: Place, field: str, items: tuple[Raw, ...] | None, reading: Callable[[Raw], Iterable[Event]]
) -> Iterable[Event]:
    """The events of each item; one that can't be read is kept as it is."""
    for raw in items or ():
        try:
            yield from reading(raw)
        except (ValueError, RecursionError):
            yield here.other(field, "an item has another shape", raw)


def moment(seconds: wire.Word) -> datetime | None:
    """A time in Unix seconds."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None


def digits(number: str) -> str:
    """A shown number's digits."""
    return number if number.isdigit() else "".join(filter(str.isdigit, number))


def faults(errors: tuple[wire.Error, ...] | None) -> tuple[Fault, ...]:
    """Errors as Meta told them."""
    return tuple(_fault(error) for error in errors or ())


def _fault(error: wire.Error) -> Fault:
    details = error.error_data.get("details") if isinstance(error.error_data, dict) else None
    try:
        code = NO_CODE if error.code is None else int(error.code)
    except ValueError:
        code = NO_CODE
    return Fault(code, error.title or error.message or "", details if isinstance(details, str) else "")
