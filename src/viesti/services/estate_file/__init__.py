"""The estate as data: a document that says who sends and over what, compared with the store and applied."""

from viesti.services.estate_file.apply import (
    Applied,
    NotApplied,
    Wish,
    apply_estate,
    apply_wish,
    plan_estate,
)
from viesti.services.estate_file.difference import Action, Change, FieldChange, Plan, difference
from viesti.services.estate_file.rules import ChannelValidator, ResolveSecret, Unresolved, read_estate
from viesti.services.estate_file.shape import Problem
from viesti.services.estate_file.write import Generated, Means

__all__ = [
    "Action",
    "Applied",
    "Change",
    "ChannelValidator",
    "FieldChange",
    "Generated",
    "Means",
    "NotApplied",
    "Plan",
    "Problem",
    "ResolveSecret",
    "Unresolved",
    "Wish",
    "apply_estate",
    "apply_wish",
    "difference",
    "plan_estate",
    "read_estate",
]
