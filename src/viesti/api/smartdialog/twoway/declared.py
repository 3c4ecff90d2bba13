"""The operations of the slice, declared."""

from __future__ import annotations

from viesti.api.contract.operation import AnyOperation

OPERATIONS: tuple[AnyOperation, ...] = ()
