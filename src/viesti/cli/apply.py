"""`viesti apply`: make the estate what a file says.

Rule: it shows before it does, and does what it showed or nothing.
"""

from __future__ import annotations

import asyncio
import getpass
import sys
import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from viesti.cli import wiring

if TYPE_CHECKING:
    from viesti.services.estate_file import Applied, NotApplied, Plan, Wish
    from viesti.storage.store import Store


def apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The estate as TOML; - reads standard input.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and stop.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask before changing anything.")] = False,
    prune: Annotated[
        bool,
        typer.Option(
            "--prune",
            help="Also take away what the file does not mention: customers, users, services, applications "
            "and channels are disabled, routes, prices and senders deleted.",
        ),
    ] = False,
    rotate: Annotated[
        list[str] | None,
        typer.Option(
            "--rotate-secret",
            metavar="APP",
            help="Make a new secret for an application, such as acme/erp, and show it; the old one ends. "
            "May be given several times.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; needs --yes or --dry-run.")] = False,
) -> None:
    """Make the estate what FILE says: customers, users, services,
    applications, senders, channels, routes and prices.

    It shows what it will create and change, asks, and does it in one
    transaction. Applying the same file again changes nothing, and what FILE
    does not mention is left alone. Secrets that FILE leaves out are made up
    and shown once. Running servers follow by themselves.

    docs/estate.md explains every key; docs/estate.example.toml is a complete
    example to start from.
    """
    from viesti.cli.estate_means import channel_validators, networks, open_store, secret_resolver
    from viesti.services.estate_file import Wish

    settings = wiring.settings_of(context)
    wish = Wish(
        document=read_document(file),
        validators=channel_validators(),
        resolve_secret=secret_resolver(Path.cwd() if file == Path("-") else file.parent),
        networks=networks(settings),
        prune=prune,
        rotate=tuple(rotate or ()),
    )
    act = _Act(wish, wiring.secret_keys(settings), dry_run, _consent(yes, as_json), as_json)

    async def run(address: str) -> int:
        async with open_store(settings, address) as store:
            return await act(store)

    with wiring.database(settings) as address:
        code = asyncio.run(run(address))
    raise typer.Exit(code)


def read_document(file: Path) -> dict[str, Any]:
    """The file's content, amounts as Decimal. Raises Problem."""
    try:
        text = sys.stdin.read() if file == Path("-") else file.read_text(encoding="utf-8")
        return tomllib.loads(text, parse_float=Decimal)
    except OSError as error:
        raise wiring.Problem(f"The file {file} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise wiring.Problem(f"The file {file} is not UTF-8 text.") from error
    except tomllib.TOMLDecodeError as error:
        raise wiring.Problem(f"The file {file} is not TOML: {error}.") from error


def _consent(yes: bool, as_json: bool) -> Callable[[], bool]:
    """Asks whether to go on. Raises Problem where nobody can be asked."""

    def ask() -> bool:
        if yes:
            return True
        if as_json or not sys.stdin.isatty():
            raise wiring.Problem("Nothing is applied: there is no terminal to ask at. Add --yes to go on.")
        return typer.confirm("Apply?")

    return ask


class _Act:
    """One run of the command; gives its exit code."""

    def __init__(
        self, wish: Wish, seal_keys: str, dry_run: bool, consent: Callable[[], bool], as_json: bool
    ) -> None:
        from viesti.storage.seal import Seal

        self._wish = wish
        self._seal = Seal(seal_keys)
        self._dry_run = dry_run
        self._consent = consent
        self._as_json = as_json

    async def __call__(self, store: Store) -> int:
        from viesti.services.estate_file import Means, NotApplied, apply_wish, plan_estate

        plan = await plan_estate(store, self._wish, self._seal)
        if isinstance(plan, NotApplied):
            return self._refused(plan)
        self._show(plan)
        if self._dry_run or not plan.changes:
            self._print_json(plan, None)
            return 0
        if not self._consent():
            return 1
        means = Means(store, self._seal, wiring.new_token, wiring.utc_now(), actor())
        applied = await apply_wish(store, self._wish, means, expected=plan)
        if isinstance(applied, NotApplied):
            return self._refused(applied)
        self._done(applied)
        return 0

    def _show(self, plan: Plan) -> None:
        from rich.console import Console

        from viesti.cli.apply_view import show_plan

        if not self._as_json:
            show_plan(Console(highlight=False), plan)

    def _done(self, applied: Applied) -> None:
        from rich.console import Console

        from viesti.cli.apply_view import show_generated

        if self._as_json:
            self._print_json(applied.plan, applied)
        else:
            console = Console(highlight=False)
            console.print("Applied.")
            show_generated(console, applied.generated)

    def _refused(self, refused: NotApplied) -> int:
        from rich.console import Console

        from viesti.cli.apply_view import as_json, show_problems

        if self._as_json:
            _write_json(as_json(None, None, refused.problems))
        else:
            show_problems(Console(stderr=True, highlight=False), refused.problems)
        return 1

    def _print_json(self, plan: Plan, applied: Applied | None) -> None:
        from viesti.cli.apply_view import as_json

        if self._as_json:
            _write_json(as_json(plan, applied, ()))


def _write_json(answer: dict[str, Any]) -> None:
    import msgspec

    print(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode())


def actor() -> str:
    """Who is at the keyboard, for the audit."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a user number without a name, as in containers
        return "cli"
