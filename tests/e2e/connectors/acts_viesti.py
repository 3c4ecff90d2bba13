"""What is done with each operation of the Viesti connector."""

from __future__ import annotations

from tests.e2e.connectors import acts_viesti_account, acts_viesti_messages, acts_viesti_triggers

ACTS = {**acts_viesti_account.ACTS, **acts_viesti_messages.ACTS, **acts_viesti_triggers.ACTS}
