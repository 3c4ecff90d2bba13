"""How `viesti messages` prints: tables for lists, a page for one message.

Rule: what people wrote is printed as text, never as markup, and in lists shortened to a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from viesti.cli.demo_screen import shortened
from viesti.cli.timeline_line import step_line
from viesti.domain.message import HELD_SENTENCES, HeldReason, Protocol
from viesti.services.oversee import ParkedCallback, WaitingReceipt
from viesti.services.timeline_text import step_text
from viesti.services.views import MessageView, RecentInbound, RecentMessage, RecipientView

_COLOURS = {
    "delivered": "green",
    "failed": "red",
    "undelivered": "red",
    "expired": "red",
    "unknown": "yellow",
    "frozen": "yellow",
}
NARROWEST = 140  # of what is not a terminal: a program reads it, lines should not break


class MessagesView:
    """Prints on `console`."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @classmethod
    def on_terminal(cls) -> MessagesView:
        """On standard output."""
        console = Console(highlight=False)
        if not console.is_terminal:
            console = Console(highlight=False, width=NARROWEST)
        return cls(console)

    def recent(self, rows: Sequence[RecentMessage]) -> None:
        """The newest recipients."""
        self._table(
            ("id", "accepted", "by", "from", "to", "parts", "status", "why"),
            (
                (
                    *(str(r.id), when(r.created_at), r.protocol, r.sender, r.address, str(r.parts), r.status),
                    r.failure or r.frozen or "",
                )
                # Ids are given in blocks, so their order is only roughly that of time.
                for r in sorted(rows, key=lambda row: row.created_at, reverse=True)
            ),
            "No messages yet.",
        )

    def inbound(self, rows: Sequence[RecentInbound]) -> None:
        """Messages from handsets."""
        self._table(
            ("id", "received", "from", "to", "service", "keyword", "consent", "text"),
            (
                (
                    str(r.id),
                    when(r.received_at),
                    r.sender,
                    r.recipient,
                    r.service or "(none)",
                    r.keyword,
                    r.consent or "",
                    _inbound_text(r),
                )
                for r in rows
            ),
            "No messages from handsets yet.",
        )

    def waiting(self, rows: Sequence[WaitingReceipt]) -> None:
        """Receipts without a message."""
        self._table(
            ("received", "channel", "references", "state", "error", "from", "to"),
            (
                (
                    when(r.received_at),
                    r.channel,
                    ", ".join(r.references),
                    r.state,
                    r.error,
                    r.source,
                    r.destination,
                )
                for r in rows
            ),
            "Every receipt has found its message.",
        )

    def parked(self, rows: Sequence[ParkedCallback]) -> None:
        """Callbacks that were given up."""
        self._table(
            ("id", "customer", "about", "kind", "to", "tries", "parked", "why"),
            (
                (
                    str(r.id),
                    r.customer,
                    str(r.subject_id),
                    r.kind,
                    r.url,
                    str(r.attempts),
                    when(r.parked_at),
                    r.last_error,
                )
                for r in rows
            ),
            "No callback is parked.",
        )

    def replayed(self, count: int) -> None:
        """What --replay did."""
        self._line(
            "No parked callback fits."
            if not count
            else f"{count} callback{'s are' if count > 1 else ' is'} made again."
        )

    def message(self, message: MessageView) -> None:
        """One message with its recipients and history."""
        way = " by WhatsApp" if message.protocol == Protocol.WHATSAPP else ""
        self._line(f"Message {message.id} from {message.sender}{way}: {message.recipient_count} recipient(s)")
        self._line(
            f"  by {message.application or message.user or message.interface}, "
            f"service {message.service or 'none'}, {message.lane}, accepted {when(message.created_at)}, "
            f"cost {_cost(message.cost, message.currency)}"
        )
        if message.campaign_id is not None:
            self._line(f"  of campaign {message.campaign_id}")
        kind = f"{message.content['type']} " if message.content else ""
        self._line(f"  {kind}{message.text!r}")
        if message.fallback:
            self._line(f"  instead, as SMS from {message.fallback['sender']}: {message.fallback['text']!r}")
        for recipient in message.recipients:
            self._recipient(recipient, message.currency)
        self._line("Timeline")
        for step in message.timeline:
            self._line(step_line(step.at, step.kind, step_text(step.kind, step.detail)))

    def _recipient(self, r: RecipientView, currency: str | None) -> None:
        way = f"over {r.channel or 'no channel'}" + (f" by route {r.route}" if r.route else "")
        self._line(
            f"Recipient {r.id} {r.address}: {r.status}, {r.part_count} part(s) {r.coding}, {way}, "
            f"cost {_cost(r.cost, currency)}"
        )
        if r.text is not None:
            self._line(f"  {'as SMS: ' if r.fell_back else ''}{r.text!r}")
        if r.frozen:
            self._line(f"  Held back: {HELD_SENTENCES[HeldReason(r.frozen)]}")
        if r.flagged_why:
            self._line(f"  Flagged {when(r.flagged_at) if r.flagged_at else ''}: {r.flagged_why}")
        if r.failure_sentence:
            self._line(
                f"  {r.failure_sentence}" + (f" Carrier: {r.carrier_error}" if r.carrier_error else "")
            )
        if r.read_at:
            self._line(f"  Read {when(r.read_at)}.")
        if r.possible_duplicate:
            self._line("  It may have reached the handset twice.")
        for link in r.links:
            self._line(f"  link {link.url}: {link.persons} visits of people, {link.machines} of machines")
        for owed in r.callbacks:
            state = f"parked {when(owed.parked_at)}" if owed.parked_at else f"due {when(owed.due_at)}"
            self._line(
                f"  callback {owed.id} to {owed.url}: {owed.attempts} tries, {state} {owed.last_error}"
            )

    def _table(self, names: Sequence[str], rows: Iterable[Sequence[str]], nothing: str) -> None:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in names:
            table.add_column(name, overflow="fold", no_wrap=name in ("id", "accepted", "received", "parked"))
        for row in rows:
            table.add_row(*(Text(cell, style=_COLOURS.get(cell, "")) for cell in row))
        if table.row_count:
            self._console.print(table)
        else:
            self._line(nothing)

    def _line(self, text: str) -> None:
        self._console.print(Text(text), soft_wrap=True)


def when(at: datetime) -> str:
    """A moment in this machine's zone."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _cost(amount: Decimal | None, currency: str | None) -> str:
    return "unknown" if amount is None else f"{amount.normalize():f} {currency or ''}".rstrip()


def _inbound_text(row: RecentInbound) -> str:
    """The text, with what else there is to say of the message."""
    also = [row.kind] if row.kind != "text" else []
    also += [each.name for each in row.attachments]
    also += [f"{row.parts_missing} parts missing"] if row.parts_missing else []
    return " ".join(filter(None, (shortened(row.text), f"({', '.join(also)})" if also else "")))
