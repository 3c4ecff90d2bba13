"""What the operations of the slice read and answer."""

from __future__ import annotations

import msgspec


class TriggerOptions(msgspec.Struct, frozen=True):
    """How a flow wants to be called."""

    url: str
    verb: str


class NewMessageIn(msgspec.Struct, frozen=True, kw_only=True):
    """A flow asks to be called for each message."""

    customer_id: str
    service_id: str
    name: str
    action_type: str
    description: str
    options: TriggerOptions


class Created(msgspec.Struct, frozen=True):
    """The action that was made of it."""

    id: str


class DeleteTriggerIn(msgspec.Struct, frozen=True, kw_only=True):
    """A flow asks to be called no more."""

    pipeline_id: str
    action_id: str
