"""The engine's tests live in the same world as those of the services."""

from __future__ import annotations

from tests.integration.services.conftest import clock, world

__all__ = ["clock", "world"]
