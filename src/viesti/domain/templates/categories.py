"""What callers call a template's category.

Rule: Meta has three; the names of what it had before 2023 were all for what a customer waits for, and are
taken as that.
"""

from __future__ import annotations

from viesti.domain.templates.shape import Category

_RETIRED = (
    "Account Update",
    "Alert Update",
    "Appointment Update",
    "Issue Resolution",
    "Payment Update",
    "Personal Finance Update",
    "Reservation Update",
    "Shipping Update",
    "Ticket Update",
    "Transportation Update",
)
_KNOWN = {category.value: category for category in Category} | {
    name.upper().replace(" ", "_"): Category.UTILITY for name in _RETIRED
}


def category_of(written: str) -> Category | None:
    """The category, in whatever letter case it is written; None for none."""
    return _KNOWN.get(written.strip().upper().replace(" ", "_"))
