"""`viesti simulate`: carriers to try against, with phones that can be looked at and answered from.

Rule: everything it can do is an option here and a value there; this only reads the one into the other,
starts it and stops it.
"""

from __future__ import annotations

import random
import ssl
from pathlib import Path
from typing import Annotated, Any

import typer

from viesti.cli import simulate_values as values
from viesti.cli import wiring
from viesti.cli.simulate_run import run
from viesti.cli.simulate_whatsapp import whatsapp
from viesti.simulator.behaviour import Behaviour, BindRefusal
from viesti.simulator.identity import IdForm
from viesti.simulator.receipt import QUIRKS, Quirk
from viesti.simulator.treatment import MAGIC
from viesti.simulator.whatsapp import behaviour as whatsapp_magic

app = typer.Typer(
    name="simulate", help="Carriers to try against.", no_args_is_help=True, pretty_exceptions_enable=False
)
app.command()(whatsapp)
_WHERE, _BINDS, _RECEIPTS = "Where", "Who may bind", "Receipts"
_FAULTS, _SESSIONS, _TESTS = "Faults (shares are from 0 to 1)", "Sessions", "For tests"


def _share(meaning: str) -> Any:
    """An option of a fault that comes by chance."""
    return typer.Option(min=0.0, max=1.0, metavar="SHARE", help=meaning, rich_help_panel=_FAULTS)


@app.command()
def endings() -> None:
    """The endings of destination numbers, and the names of templates, that always get the same treatment."""
    print("SMS")
    for magic in MAGIC:
        print(f"...{magic.ending}  {magic.meaning}")
    print("\nWhatsApp")
    for person in whatsapp_magic.MAGIC:
        print(f"...{person.ending}  {person.meaning}")
    print("\nWhatsApp templates with this in their name")
    for template in whatsapp_magic.TEMPLATE_MAGIC:
        print(f"{template.part:<13} {template.meaning}")


@app.command()
def quirks() -> None:
    """The departures from the usual receipt that --quirk knows."""
    for quirk, meaning in QUIRKS.items():
        print(f"{quirk:<17} {meaning}")


@app.command()
def smsc(
    context: typer.Context,
    host: Annotated[
        str | None, typer.Option(help="The address to listen on.", rich_help_panel=_WHERE)
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The SMPP port.", rich_help_panel=_WHERE)
    ] = None,
    page_port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="The port of the handset page.", rich_help_panel=_WHERE),
    ] = None,
    page: Annotated[bool, typer.Option(help="Serve the handset page.", rich_help_panel=_WHERE)] = True,
    tls_certificate: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Speak TLS with it (PEM).", rich_help_panel=_WHERE)
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Its key, if apart.", rich_help_panel=_WHERE)
    ] = None,
    account: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID:PASSWORD[:ADDRESSES]",
            help="An account, and the numbers whose inbound messages it gets. Without any, anybody may bind.",
            rich_help_panel=_BINDS,
        ),
    ] = None,
    refuse_binds: Annotated[
        str | None,
        typer.Option(metavar="WHY", help=f"{', '.join(BindRefusal)}.", rich_help_panel=_BINDS),
    ] = None,
    receipts: Annotated[bool, typer.Option(help="Send receipts.", rich_help_panel=_RECEIPTS)] = True,
    receipt_delay: Annotated[
        str,
        typer.Option(metavar="SECONDS|LOW-HIGH", help="From answer to receipt.", rich_help_panel=_RECEIPTS),
    ] = "1",
    outcome: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=WEIGHT",
            help="delivered, undelivered, expired, rejected, deleted, unknown, accepted (not final) or "
            "none (no receipt); several make a mix.",
            show_default="delivered",
            rich_help_panel=_RECEIPTS,
        ),
    ] = None,
    quirk: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="A departure from the usual form; see 'quirks'.", rich_help_panel=_RECEIPTS
        ),
    ] = None,
    ids: Annotated[
        str,
        typer.Option(metavar="FORM", help=f"Message ids: {', '.join(IdForm)}.", rich_help_panel=_RECEIPTS),
    ] = IdForm.DECIMAL.value,
    id_width: Annotated[
        int, typer.Option(min=0, max=64, help="Pad ids with zeros.", rich_help_panel=_RECEIPTS)
    ] = 0,
    magic: Annotated[
        bool, typer.Option(help="Number endings with a meaning; see 'endings'.", rich_help_panel=_RECEIPTS)
    ] = True,
    throttle_above: Annotated[
        float,
        typer.Option(min=0.0, metavar="RATE", help="Messages a second and account.", rich_help_panel=_FAULTS),
    ] = 0.0,
    throttled: Annotated[float, _share("Answered ESME_RTHROTTLED.")] = 0.0,
    queue_full: Annotated[float, _share("Answered ESME_RMSGQFUL.")] = 0.0,
    system_errors: Annotated[float, _share("Answered ESME_RSYSERR.")] = 0.0,
    lost_answers: Annotated[float, _share("Taken, and never answered.")] = 0.0,
    dropped_links: Annotated[float, _share("Taken, and the link dies before the answer.")] = 0.0,
    drop_every: Annotated[
        int, typer.Option(min=0, help="The same, each so many messages.", rich_help_panel=_FAULTS)
    ] = 0,
    answer_delay: Annotated[
        str,
        typer.Option(
            metavar="SECONDS|LOW-HIGH",
            help="Before each answer; a range brings them out of order.",
            rich_help_panel=_FAULTS,
        ),
    ] = "0",
    refuse_prefix: Annotated[
        list[str] | None,
        typer.Option(metavar="DIGITS", help="Destinations that are refused.", rich_help_panel=_FAULTS),
    ] = None,
    window: Annotated[
        int, typer.Option(min=1, help="Deliveries outstanding on a session.", rich_help_panel=_SESSIONS)
    ] = 10,
    enquire_link: Annotated[
        float, typer.Option(min=0.1, help="Seconds of silence before asking.", rich_help_panel=_SESSIONS)
    ] = 30.0,
    response_timeout: Annotated[
        float, typer.Option(min=0.1, help="Seconds a delivery may go unanswered.", rich_help_panel=_SESSIONS)
    ] = 60.0,
    retry_delay: Annotated[
        float,
        typer.Option(
            min=0.0, help="Seconds before a refused delivery comes again.", rich_help_panel=_SESSIONS
        ),
    ] = 5.0,
    ledger: Annotated[
        str | None,
        typer.Option(
            metavar="REGEX",
            help="Count messages by what this finds in their text, such as '#(\\d+)'; shown at /ledger.",
            rich_help_panel=_TESTS,
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Make chance repeatable.", rich_help_panel=_TESTS)] = None,
    first_id: Annotated[
        int | None,
        typer.Option(min=0, help="The first message id.", show_default="the time", rich_help_panel=_TESTS),
    ] = None,
) -> None:
    """A message centre (SMPP 3.4) with handsets in a web page, which also takes orders to misbehave."""
    from viesti.protocols.smpp.session import SessionOptions
    from viesti.protocols.smpp.timers import TimerOptions
    from viesti.simulator.centre import CentreOptions
    from viesti.simulator.run import SimulatorOptions
    from viesti.simulator.smsc import SmscOptions

    settings = wiring.settings_of(context)
    host = host or settings.simulator_host
    behaviour = Behaviour(
        outcomes=values.outcomes("--outcome", outcome or ["delivered"]),
        receipts=receipts,
        receipt_delay=values.span("--receipt-delay", receipt_delay),
        quirks=frozenset(values.choice("--quirk", name, Quirk) for name in quirk or ()),
        magic=magic,
        throttle_above=throttle_above,
        throttled=throttled,
        queue_full=queue_full,
        system_errors=system_errors,
        lost_answers=lost_answers,
        dropped_links=dropped_links,
        drop_every=drop_every,
        answer_delay=values.span("--answer-delay", answer_delay),
        refused_prefixes=tuple(refuse_prefix or ()),
        refuse_binds=values.choice("--refuse-binds", refuse_binds, BindRefusal) if refuse_binds else None,
    )
    centre = CentreOptions(
        accounts=values.accounts("--account", account or ()),
        id_form=values.choice("--ids", ids, IdForm),
        id_width=id_width,
        # The time in microseconds: no id of an earlier run comes again, whatever was sent then.
        first_id=first_id if first_id is not None else int(wiring.utc_now().timestamp() * 1_000_000),
        retry_delay=retry_delay,
    )
    timers = TimerOptions(enquire_link=enquire_link, response=response_timeout)
    server = SmscOptions(
        host=host,
        port=settings.simulator_smsc_port if port is None else port,
        session=SessionOptions(window=window, timers=timers),
        tls=_tls(tls_certificate, tls_key) if tls_certificate else None,
    )
    chosen = settings.simulator_handset_port if page_port is None else page_port
    run(
        SimulatorOptions(
            smsc=server,
            centre=centre,
            behaviour=behaviour,
            ledger=values.pattern("--ledger", ledger),
            page_host=host,
            page_port=chosen if page else None,
        ),
        random.Random(seed),  # noqa: S311  chance of a simulation
    )


def _tls(certificate: Path, key: Path | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise wiring.Problem(f"The certificate {certificate} can't be used: {error}.") from error
    return context
