"""Every operation of the native API, declared: for documents, the connector and tests."""

from __future__ import annotations

from viesti.api.contract.operation import AnyOperation
from viesti.api.native.account import declared as account

OPERATIONS: tuple[AnyOperation, ...] = (*account.OPERATIONS,)
