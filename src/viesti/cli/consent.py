"""`viesti consent`: what people allowed and forbade a customer, and how that is known.

Rule: whatever is recorded here has a line in the ledger that says who recorded it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from viesti.cli import wiring

if TYPE_CHECKING:
    from viesti.domain.estate import Customer
    from viesti.services.estate import EstateCache, Snapshot
    from viesti.services.record_consent import ConsentSeen
    from viesti.storage.store import Store

app = typer.Typer(
    name="consent",
    help="What people allowed and forbade: opt-outs, opt-ins, and their ledger.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
Who = Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's key.")]
Number = Annotated[
    str, typer.Argument(metavar="NUMBER", help="The person's phone number, or user id of WhatsApp's.")
]
Scope = Annotated[str, typer.Option(help="all messages, only marketing, or whatsapp (then add --identity).")]
Identity = Annotated[str, typer.Option(help="With --scope whatsapp: the customer's number it is about.")]
Evidence = Annotated[str, typer.Option(help="What shows it, such as 'letter of 3 May'.")]


@app.command(name="opt-out")
def opt_out(
    context: typer.Context,
    customer: Who,
    number: Number,
    scope: Scope = "all",
    identity: Identity = "",
    evidence: Evidence = "",
) -> None:
    """Record that a person wants no more messages."""
    _record(context, customer, number, scope, identity, evidence, opted_in=False)


@app.command(name="opt-in")
def opt_in(
    context: typer.Context,
    customer: Who,
    number: Number,
    scope: Scope = "all",
    identity: Identity = "",
    evidence: Evidence = "",
) -> None:
    """Record that a person allows messages; of marketing alone, it ends an opt-out from marketing alone."""
    _record(context, customer, number, scope, identity, evidence, opted_in=True)


@app.command()
def show(
    context: typer.Context,
    customer: Who,
    number: Number,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many lines of the ledger.")] = 30,
) -> None:
    """Show what stands for a person, and how it came to be."""
    from viesti.cli.access_means import show_table, with_estate
    from viesti.cli.messages_view import when
    from viesti.services.record_consent import see_consent

    async def look(store: Store, estate: EstateCache) -> ConsentSeen:
        owner = _customer(estate.current, customer)
        return await see_consent(store, owner, _person(owner, number), limit)

    seen = with_estate(context, look)
    if seen.forbidden:
        what = "all messages" if seen.forbidden.scope == "all" else "marketing"
        print(f"Opted out of {what} since {when(seen.forbidden.since)}.")
    else:
        print("Not opted out.")
    for one in seen.channels:
        word = "allowed" if one.opted_in else "forbidden"
        print(f"{one.channel} from +{one.identity}: {word} since {when(one.since)}.")
    show_table(
        ("at", "action", "scope", "source", "evidence"),
        ((when(line.at), line.action, line.scope, line.source, line.evidence) for line in seen.ledger),
        "The ledger has no line of this person.",
    )


def _record(
    context: typer.Context,
    customer: str,
    number: str,
    scope: str,
    identity: str,
    evidence: str,
    *,
    opted_in: bool,
) -> None:
    from viesti.cli.access_means import with_estate
    from viesti.cli.apply import actor
    from viesti.services.record_consent import SCOPES, WHATSAPP, ConsentGiven, RecordConsent
    from viesti.services.tell.consents import How

    if scope not in SCOPES:
        raise wiring.Problem(f"--scope is one of {', '.join(SCOPES)}.")
    if (scope == WHATSAPP) != bool(identity):
        raise wiring.Problem("--identity goes with --scope whatsapp, and is needed there.")

    async def record(store: Store, estate: EstateCache) -> str:
        owner = _customer(estate.current, customer)
        person = _person(owner, number)
        ours = _identity(estate.current, owner, identity) if identity else ""
        given = ConsentGiven(owner, person, opted_in, scope, ours, actor(), How.OPERATOR, evidence)
        await RecordConsent(store, wiring.utc_now)([given])
        return person

    from viesti.domain.address import shown

    print(f"Recorded for {shown(with_estate(context, record))}.")


def _customer(snapshot: Snapshot, key: str) -> Customer:
    for customer in snapshot.estate.customers.values():
        if customer.key == key:
            return customer
    raise wiring.Problem(f"There is no customer {key}.")


def _person(customer: Customer, number: str) -> str:
    from viesti.domain.address import AddressProblem, Normaliser, whatsapp_address

    address = whatsapp_address(number, Normaliser((customer.default_region,)))
    if isinstance(address, AddressProblem):
        raise wiring.Problem(address.sentence)
    return address.digits


def _identity(snapshot: Snapshot, customer: Customer, written: str) -> str:
    from viesti.domain.sender import Sender, parse_sender

    sender = parse_sender(written, (customer.default_region,))
    if not isinstance(sender, Sender) or (customer.id, sender.text) not in snapshot.senders:
        raise wiring.Problem(f"{customer.key} has no sender {written!r}.")
    return sender.text
