"""`viesti send`: one message through the HTTP API, as a customer's program would send it; or to a group.

Rule: with --to it knows no more than a customer does; what it prints is what the API answered. --group is the
operator's, in `send_group`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from viesti.cli import wiring

if TYPE_CHECKING:
    from viesti.cli.api_client import ApiClient
    from viesti.config import Settings

LOOK_SECONDS = 0.3


def send(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="The message.")],
    to: Annotated[
        list[str] | None, typer.Option("--to", help="A recipient's number; may be given several times.")
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(
            metavar="CUSTOMER/SERVICE",
            help="Everybody in this group instead, such as acme/vip: into the database, without a key.",
        ),
    ] = None,
    key: Annotated[str, typer.Option(envvar="VIESTI_API_KEY", help="The application's key.")] = "",
    secret: Annotated[str, typer.Option(envvar="VIESTI_API_SECRET", help="The application's secret.")] = "",
    sender: Annotated[
        str, typer.Option("--from", help="The sender.", show_default="that of the service")
    ] = "",
    url: Annotated[
        str | None, typer.Option(help="Where the API is.", show_default="as in the settings")
    ] = None,
    dlr_url: Annotated[str | None, typer.Option(help="Where delivery reports go.")] = None,
    at: Annotated[str | None, typer.Option(help="When to send, such as 2026-03-01T09:30:00Z.")] = None,
    request_id: Annotated[
        str | None, typer.Option(help="A repeat with the same id sends nothing twice.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Follow the message to its end.")] = False,
    patience: Annotated[float, typer.Option(min=0.0, help="Seconds that --wait waits.")] = 60.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the API's JSON.")] = False,
) -> None:
    """Send a message through the HTTP API, or to a group. Exit code 1 when it is refused, or with --wait not
    delivered."""
    settings = wiring.settings_of(context)
    if group is not None:
        unfit = {"--to": to, "--url": url, "--dlr-url": dlr_url, "--at": at, "--wait": wait}
        if given := [name for name, value in unfit.items() if value]:
            raise wiring.Problem(f"{given[0]} does not go with --group.")
        raise typer.Exit(_to_group(settings, group, sender, text, request_id, as_json))
    if not to:
        raise wiring.Problem("Nobody is named: add --to NUMBER, or --group CUSTOMER/SERVICE.")
    if not key or not secret:
        raise wiring.Problem("An application's --key and --secret are needed to send through the API.")
    body = {
        "From": sender,
        "To": to[0] if len(to) == 1 else to,
        "Message": text,
        "DlrUrl": dlr_url,
        "ScheduledDate": at,
        "RequestId": request_id,
    }
    body = {name: value for name, value in body.items() if value}
    base = (url or settings.base_url).rstrip("/")
    code = asyncio.run(_send(base, key, secret, body, patience if wait else None, as_json))
    raise typer.Exit(code)


def _to_group(
    settings: Settings, group: str, sender: str, text: str, request_id: str | None, as_json: bool
) -> int:
    from viesti.cli.send_group import send_group

    identifier = request_id or wiring.new_token(9)
    with wiring.database(settings) as address:
        return asyncio.run(send_group(settings, address, group, sender, text, identifier, as_json=as_json))


async def _send(
    base: str, key: str, secret: str, body: dict[str, Any], patience: float | None, as_json: bool
) -> int:
    from viesti.cli.api_client import OPTIONS, ApiClient
    from viesti.net.client import OutgoingClient

    async with OutgoingClient(OPTIONS) as client:
        api = ApiClient(client, base, key, secret)
        accepted = await api.send(body)
        if not as_json:
            for sms in accepted:
                print(accepted_line(sms))
        found = accepted
        if patience is not None:
            found = [await _follow(api, sms, patience, quiet=as_json) for sms in accepted]
        if as_json:
            print(_pretty(found))
        if patience is None:
            return 0
        return 0 if all(one["recipients"][0]["status"] == "delivered" for one in found) else 1


def accepted_line(sms: dict[str, Any]) -> str:
    """What the API said of one recipient."""
    parts = f"{sms['Segments']} part{'s' if sms['Segments'] != 1 else ''}"
    refused = f", refused with error {sms['ErrorCode']}" if sms["ErrorCode"] else ""
    return (
        f"{sms['SMSID']}  {sms['FromNumber']} -> {sms['ToNumber']}  {parts}, "
        f"{sms['CostLocal']} {sms['CurrencyCode']}{refused}"
    )


async def _follow(api: ApiClient, sms: dict[str, Any], patience: float, *, quiet: bool) -> dict[str, Any]:
    """Print each step of the timeline as it comes, until the end. Raises Problem when that is not in time."""
    from viesti.cli.timeline_line import step_line

    identifier = sms["SMSID"]
    told: set[str] = set()
    if not quiet:
        print(f"{identifier} to {sms['ToNumber']}:")
    try:
        async with asyncio.timeout(patience):
            while True:
                told_so_far = await api.timeline(identifier)
                for step in told_so_far["steps"]:
                    line = step_line(step["at"], step["kind"], step["text"])
                    if line not in told and not quiet:
                        print(line, flush=True)
                    told.add(line)
                if told_so_far["finished"]:
                    return await api.message(identifier)
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise wiring.Problem(
            f"Message {identifier} has not come to its end within {patience:g} seconds."
        ) from None


def _pretty(value: Any) -> str:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
