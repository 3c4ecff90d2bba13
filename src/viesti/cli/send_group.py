"""`viesti send --group`: a message to everybody in a group, through the services and straight into the store.

Rule: no dialect has this operation, so it is the operator's; what it prints of people is why they can't be
sent to, and no more of them than fit on a screen.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from viesti.config import Settings
    from viesti.domain.estate import Customer, Service
    from viesti.services.requests import NotAccepted
    from viesti.services.send_to_able import Refused
    from viesti.services.send_to_group import Progress, SendToGroup

SHOWN = 20  # of those who can't be sent to


@dataclass(slots=True)
class Sum:
    """What became of the pages so far."""

    accepted: int = 0
    opted_out: int = 0
    parts: int = 0
    messages: int = 0
    repeated: int = 0
    refused: int = 0
    shown: list[Refused] = field(default_factory=list)

    def add(self, page: Progress) -> None:
        """Count a page."""
        self.accepted += page.accepted
        self.opted_out += page.opted_out
        self.parts += page.parts
        self.messages += page.message_id is not None
        self.repeated += page.accepted if page.repeated else 0
        self.refused += len(page.refused)
        self.shown += page.refused[: SHOWN - len(self.shown)]

    def line(self) -> str:
        """For a person."""
        told = [f"{self.accepted:,} accepted ({self.parts:,} part{'s' if self.parts != 1 else ''})"]
        told += [f"{self.opted_out:,} opted out"] if self.opted_out else []
        told += [f"{self.refused:,} can't be sent to"] if self.refused else []
        told += [f"{self.repeated:,} of them by an earlier run"] if self.repeated else []
        return ", ".join(told)


async def send_group(
    settings: Settings,
    address: str,
    group: str,
    sender: str,
    text: str,
    request_id: str,
    *,
    as_json: bool,
) -> int:
    """Send by the database at `address`; gives the exit code. Raises Problem and `StoreUnavailable`."""
    from viesti.cli.submitting import find_service, submitting
    from viesti.services.send_to_group import SendToGroup

    async with submitting(settings, address) as services:
        customer, service = find_service(services.estate.current, group, ("Group",), "group")
        sending = SendToGroup(services.store, services.submit)
        return await _send(sending, customer, service, sender, text, request_id, as_json)


async def _send(
    sending: SendToGroup,
    customer: Customer,
    service: Service,
    sender: str,
    text: str,
    request_id: str,
    as_json: bool,
) -> int:
    from viesti.services.requests import NotAccepted

    total = Sum()
    live = sys.stdout.isatty() and not as_json
    if not as_json:
        print(f"If it is broken off, the same command with --request-id {request_id} goes on.", flush=True)
    async for page in sending(customer, service, sender, text, request_id):
        if isinstance(page, NotAccepted):
            _refused(page, request_id, total, as_json)
            return 1
        total.add(page)
        if live:
            print(f"\r{total.line()}", end="", flush=True)
    if as_json:
        _print_json(_summary(total, request_id))
    else:
        print(f"{chr(13) if live else ''}{total.line()}.")
        for one in total.shown:
            print(f"  +{one.phone}: {one.sentence}")
        if total.refused > len(total.shown):
            print(f"  and {total.refused - len(total.shown):,} more")
    return 0


def _refused(refused: NotAccepted, request_id: str, total: Sum, as_json: bool) -> None:
    sentences = [problem.sentence for problem in refused.problems]
    if as_json:
        _print_json(_summary(total, request_id) | {"problems": sentences})
    else:
        print("\n".join(["It was not sent:", *(f"  {sentence}" for sentence in sentences)]), file=sys.stderr)


def _summary(total: Sum, request_id: str) -> dict[str, Any]:
    return {
        "requestId": request_id,
        "accepted": total.accepted,
        "optedOut": total.opted_out,
        "parts": total.parts,
        "messages": total.messages,
        "byAnEarlierRun": total.repeated,
        "refused": total.refused,
        "refusedFirst": [{"phone": one.phone, "message": one.sentence} for one in total.shown],
    }


def _print_json(value: dict[str, Any]) -> None:
    import msgspec

    print(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
