"""Which channel a provider's webhook is for, with what proves that the provider sent it.

Rule: an event reaches a channel only under a secret of that channel: by its own URL, or by that of another
channel of the same app.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from viesti.domain.estate import ChannelRow
from viesti.services.estate import EstateCache, Snapshot

WHATSAPP = "whatsapp"  # the kind of channel


class ProviderChannel(NamedTuple):
    """A channel that a provider calls back. A secret that is not set is ''."""

    row: ChannelRow
    app_secret: str
    verify_token: str

    def option(self, name: str) -> str:
        """One of its options, as text; '' when it has none."""
        return str(self.row.options.get(name, ""))


class ProviderChannels:
    """The WhatsApp channels of the estate, enabled or not: what was sent before still has its reports.
    `unseal` opens what a channel keeps sealed, and may raise."""

    def __init__(self, estate: EstateCache, unseal: Callable[[str], bytes]) -> None:
        self._estate = estate
        self._unseal = unseal
        self._of: Snapshot | None = None  # what the tables below were made from
        self._rows: dict[str, ChannelRow] = {}
        self._by_id: dict[int, ChannelRow] = {}
        self._opened: dict[int, ProviderChannel] = {}

    def by_key(self, key: str) -> ProviderChannel | None:
        """The channel whose URL was called."""
        self._current()
        row = self._rows.get(key)
        return self._open(row) if row else None

    def by_id(self, channel_id: int) -> ProviderChannel | None:
        """The channel whose webhook was kept; None when it has been taken away meanwhile."""
        self._current()
        row = self._by_id.get(channel_id)
        return self._open(row) if row else None

    def of_number(self, posted: ProviderChannel, phone_number_id: str) -> ProviderChannel | None:
        """The channel of a number that a webhook to `posted` speaks of."""
        return next(iter(self._trusting(posted, "phone_number_id", phone_number_id)), None)

    def of_account(self, posted: ProviderChannel, waba_id: str) -> Sequence[ProviderChannel]:
        """The channels of a WhatsApp business account that a webhook to `posted` speaks of."""
        return self._trusting(posted, "waba_id", waba_id)

    def _trusting(self, posted: ProviderChannel, option: str, value: str) -> list[ProviderChannel]:
        self._current()
        own = [posted] if posted.option(option) == value else []
        others = [
            self._open(row)
            for row in self._rows.values()
            if row.id != posted.row.id and str(row.options.get(option, "")) == value
        ]
        return own + [each for each in others if each.app_secret == posted.app_secret != ""]

    def _current(self) -> None:
        snapshot = self._estate.current
        if snapshot is not self._of:
            rows = [row for row in snapshot.estate.channels.values() if row.kind == WHATSAPP]
            self._rows = {row.key: row for row in rows}
            self._by_id = {row.id: row for row in rows}
            self._of, self._opened = snapshot, {}

    def _open(self, row: ChannelRow) -> ProviderChannel:
        found = self._opened.get(row.id)
        if found is None:
            secrets = msgspec.json.decode(self._unseal(row.secrets)) if row.secrets else {}
            found = ProviderChannel(row, secrets.get("app_secret", ""), secrets.get("verify_token", ""))
            self._opened[row.id] = found
        return found
