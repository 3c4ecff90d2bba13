"""`viesti contacts`: a customer's contact book, filled from a file and searched.

Rule: straight in the database, so it runs where the settings are; a line that can't be taken is named.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from viesti.cli import wiring

if TYPE_CHECKING:
    from viesti.services.contacts.import_contacts import BadLine
    from viesti.services.contacts.seen import ContactSeen
    from viesti.services.estate import EstateCache
    from viesti.storage.store import Store

app = typer.Typer(
    name="contacts",
    help="A customer's contact book: filled from a file, searched.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
BATCH = 5000  # lines in hand at once
SHOWN = 50  # lines that could not be taken
Owner = Annotated[str, typer.Option(metavar="CUSTOMER", help="The customer's key.")]


@app.command(name="import")
def take_in(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="CSV; the first line names the columns.")],
    customer: Owner,
    tag: Annotated[list[str] | None, typer.Option(help="A tag that everybody gets. May be repeated.")] = None,
    properties: Annotated[
        bool, typer.Option("--properties", help="Keep columns of other names as properties.")
    ] = False,
) -> None:
    """Take contacts from a file: new ones are made, known ones are given what is newly said."""
    from viesti.cli import contact_file
    from viesti.cli.access_means import with_estate
    from viesti.cli.apply import actor
    from viesti.cli.balance import customer_of
    from viesti.services.contacts.import_contacts import BadLine, ImportContacts

    async def work(store: Store, estate: EstateCache) -> tuple[int, int, list[BadLine]]:
        owner = customer_of(estate, customer)
        take = ImportContacts(store, wiring.utc_now, actor())
        made = changed = 0
        bad: list[BadLine] = []
        lines = contact_file.lines(file, tuple(tag or ()), properties=properties)
        while batch := list(islice(lines, BATCH)):
            bad += [each for each in batch if isinstance(each, BadLine)]
            done = await take(owner, [each for each in batch if not isinstance(each, BadLine)])
            made, changed = made + done.made, changed + done.changed
            bad += done.bad
        return made, changed, bad

    made, changed, bad = with_estate(context, work)
    print(f"{made:,} made, {changed:,} known and given what is new.")
    if bad:
        _show_bad(sorted(bad, key=lambda each: each.number))
        raise typer.Exit(1)


@app.command()
def search(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="A name, number, reference or e-mail, or its beginning.")],
    customer: Owner,
    numbers: Annotated[bool, typer.Option("--numbers", help="Look at numbers only.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to show.")] = 30,
) -> None:
    """Find contacts by name, number in any writing, reference or e-mail address."""
    from viesti.cli.access_means import show_table, with_estate
    from viesti.cli.balance import customer_of
    from viesti.domain.contact import full_name
    from viesti.services.contacts.search import SearchContacts

    async def work(store: Store, estate: EstateCache) -> list[ContactSeen]:
        find = SearchContacts(store)
        return await find(customer_of(estate, customer), text, numbers_only=numbers, limit=limit, offset=0)

    show_table(
        ("id", "number", "name", "reference", "e-mail", "rating", "may be written to"),
        (
            (
                str(seen.contact.id),
                f"+{seen.contact.phone}" if seen.contact.phone else "",
                full_name(seen.contact.first_name, seen.contact.last_name, seen.contact.name),
                seen.contact.external_reference or "",
                seen.contact.email,
                str(seen.rating),
                "yes" if seen.allow_sms else "no",
            )
            for seen in with_estate(context, work)
        ),
        "Nobody is found.",
    )


def _show_bad(bad: list[BadLine]) -> None:
    from viesti.cli.contact_file import column

    print(f"{len(bad):,} {'lines' if len(bad) > 1 else 'line'} could not be taken:")
    for each in bad[:SHOWN]:
        print(f"  line {each.number}, {column(each.problem)}: {each.problem.sentence}")
    if len(bad) > SHOWN:
        print(f"  and {len(bad) - SHOWN:,} more")
