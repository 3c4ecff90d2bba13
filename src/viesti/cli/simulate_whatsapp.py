"""`viesti simulate whatsapp`: a Cloud API to try against, with phones to look at and answer from.

Rule: as with the message centre, everything it can do is an option here and a value there.
"""

from __future__ import annotations

import random
from typing import Annotated, Any

import typer

from viesti.cli import simulate_values as values
from viesti.cli import wiring
from viesti.cli.simulate_run import run

_WHERE, _NUMBER, _PEOPLE = "Where", "The number", "People"
_LIMITS, _FAULTS, _WEBHOOKS, _TESTS = "Limits", "Faults (shares are from 0 to 1)", "Webhooks", "For tests"
_SECONDS = "SECONDS|LOW-HIGH"


def _share(meaning: str, panel: str = _FAULTS) -> Any:
    return typer.Option(min=0.0, max=1.0, metavar="SHARE", help=meaning, rich_help_panel=panel)


def _option(meaning: str, panel: str, metavar: str | None = None, **more: Any) -> Any:
    return typer.Option(help=meaning, rich_help_panel=panel, metavar=metavar, **more)


def whatsapp(
    context: typer.Context,
    host: Annotated[str | None, _option("The address to listen on.", _WHERE)] = None,
    port: Annotated[int | None, _option("The port of the API.", _WHERE, min=0, max=65535)] = None,
    page_port: Annotated[
        int | None, _option("The port of the handset page.", _WHERE, min=0, max=65535)
    ] = None,
    page: Annotated[bool, _option("Serve the handset page.", _WHERE)] = True,
    number: Annotated[str, _option("The business's phone number.", _NUMBER, "DIGITS")] = "358942415999",
    name: Annotated[str, _option("Its verified name.", _NUMBER)] = "Viesti Demo",
    phone_number_id: Annotated[str, _option("Its id.", _NUMBER)] = "100000000000001",
    waba_id: Annotated[str, _option("The account's id.", _NUMBER)] = "200000000000001",
    app_id: Annotated[str, _option("The app's id.", _NUMBER)] = "300000000000001",
    token: Annotated[str, _option("What calls must bear.", _NUMBER)] = "simulated-token",  # noqa: S107  of a simulation
    app_secret: Annotated[str, _option("What webhooks are signed with.", _NUMBER)] = "simulated-app-secret",  # noqa: S107
    verify_token: Annotated[str, _option("What the verification names.", _NUMBER)] = "simulated-verify-token",  # noqa: S107
    template: Annotated[
        list[str] | None,
        _option("An approved template; its body may hold {{1}}.", _NUMBER, "NAME:LANGUAGE:CATEGORY:BODY"),
    ] = None,
    approval_delay: Annotated[str, _option("Until a new template is judged.", _NUMBER, _SECONDS)] = "2",
    approve: Annotated[bool, _option("Judge new templates at all.", _NUMBER)] = True,
    webhook: Annotated[str, _option("Where webhooks go; asked until it verifies.", _WEBHOOKS, "URL")] = "",
    webhook_duplicates: Annotated[float, _share("Told twice.", _WEBHOOKS)] = 0.0,
    webhook_disorder: Annotated[float, _share("Held back while others pass.", _WEBHOOKS)] = 0.0,
    webhook_hold: Annotated[str, _option("How long.", _WEBHOOKS, _SECONDS)] = "0.2-1",
    webhook_batch: Annotated[int, _option("Changes in one webhook at most.", _WEBHOOKS, min=1)] = 1,
    delivery_delay: Annotated[str, _option("From sent to delivered.", _PEOPLE, _SECONDS)] = "1",
    read_delay: Annotated[str, _option("From delivered to read.", _PEOPLE, _SECONDS)] = "2",
    reads: Annotated[float, _share("Of what is delivered, read.", _PEOPLE)] = 1.0,
    absent: Annotated[float, _share("Of numbers, not on WhatsApp.", _PEOPLE)] = 0.0,
    magic: Annotated[bool, _option("Number endings with a meaning; see 'endings'.", _PEOPLE)] = True,
    late_refusals: Annotated[
        bool, _option("What hangs on the person is told by webhook, not in the answer.", _PEOPLE)
    ] = True,
    window_hours: Annotated[float, _option("The customer-service window.", _LIMITS, min=0.0)] = 24.0,
    messages_per_second: Annotated[float, _option("Of the number; 0: no limit.", _LIMITS, min=0.0)] = 80.0,
    pair_seconds: Annotated[
        float, _option("Between messages to one person; 0: no limit.", _LIMITS, min=0.0)
    ] = 6.0,
    pair_burst: Annotated[int, _option("So many at once before that counts.", _LIMITS, min=1)] = 45,
    server_errors: Annotated[float, _share("Answered 500, nothing taken.")] = 0.0,
    lost_answers: Annotated[float, _share("Taken, and never answered.")] = 0.0,
    cut_connections: Annotated[float, _share("Taken, and the connection dies.")] = 0.0,
    failures: Annotated[float, _share("Taken, then failed (131000).")] = 0.0,
    refuse_with: Annotated[int, _option("Every send is refused with it; 190: token.", _FAULTS, "CODE")] = 0,
    answer_delay: Annotated[str, _option("Before each answer.", _FAULTS, _SECONDS)] = "0",
    seed: Annotated[int | None, _option("Make chance repeatable.", _TESTS)] = None,
) -> None:
    """WhatsApp's Cloud API: sends, templates, media and signed webhooks, with handsets in a web page."""
    from viesti.simulator.run import Simulator, SimulatorOptions
    from viesti.simulator.whatsapp.problem import KINDS
    from viesti.simulator.whatsapp.run import CloudBehaviour, CloudNumber, WhatsAppOptions

    settings = wiring.settings_of(context)
    host = host or settings.simulator_host
    templates = [values.template("--template", one) for one in template or ()]
    behaviour = CloudBehaviour(
        magic=magic,
        delivery_delay=values.span("--delivery-delay", delivery_delay),
        read_delay=values.span("--read-delay", read_delay),
        reads=reads,
        absent=absent,
        failures=failures,
        late_refusals=late_refusals,
        window=window_hours * 3600.0,
        messages_per_second=messages_per_second,
        pair_seconds=pair_seconds,
        pair_burst=pair_burst,
        answer_delay=values.span("--answer-delay", answer_delay),
        server_errors=server_errors,
        lost_answers=lost_answers,
        cut_connections=cut_connections,
        refuse_with=values.known("--refuse-with", refuse_with, (0, *KINDS)),
        approval_delay=values.span("--approval-delay", approval_delay),
        approve=approve,
        webhook_duplicates=webhook_duplicates,
        webhook_disorder=webhook_disorder,
        webhook_hold=values.span("--webhook-hold", webhook_hold),
        webhook_batch=webhook_batch,
    )
    one = CloudNumber(
        phone_number_id, waba_id, values.digits("--number", number), name, app_id, token, app_secret,
        verify_token, webhook,
    )  # fmt: skip
    chosen = settings.simulator_handset_port if page_port is None else page_port

    def prepare(simulator: Simulator) -> None:
        for each in templates:
            simulator.whatsapp.add_template(each.name, each.body, each.language, each.category)

    run(
        SimulatorOptions(
            smsc=None,
            whatsapp=WhatsAppOptions(
                numbers=(one,),
                behaviour=behaviour,
                host=host,
                port=settings.simulator_whatsapp_port if port is None else port,
            ),
            page_host=host,
            page_port=chosen if page else None,
        ),
        random.Random(seed),  # noqa: S311  chance of a simulation
        prepare,
    )
