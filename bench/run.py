"""The bench: one command that starts everything, loads it, accounts for every message and prints the figures.

    python bench/run.py                      every scenario once, 20 s each
    python bench/run.py --runs 3 --seconds 60 single callback
    python bench/run.py --smoke              all of it in small; fails when a message is lost or doubled
    python bench/run.py --profile single     where the time goes

Rule: a figure without its ledger is not shown, and a loss is an exit code.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench import profiling, report  # noqa: E402  the path comes first
from bench.burst import burst  # noqa: E402
from bench.campaigns import campaign  # noqa: E402
from bench.contacts import contacts  # noqa: E402
from bench.ending import run_to_end  # noqa: E402
from bench.history import history  # noqa: E402
from bench.lanes import lanes  # noqa: E402
from bench.links import links  # noqa: E402
from bench.measure import Amount, Outcome, Scenario  # noqa: E402
from bench.queued import queued  # noqa: E402
from bench.rates import rates  # noqa: E402
from bench.scenarios import SCENARIOS, warm_up  # noqa: E402
from bench.search import search  # noqa: E402
from bench.shop import txtsync  # noqa: E402
from bench.stand import Stand, StandOptions  # noqa: E402
from bench.webhooks import webhooks  # noqa: E402
from bench.whatsapp import whatsapp  # noqa: E402

# For minutes, so only when they are named.
LONG: dict[str, Scenario] = {
    "queued": queued,
    "history": history,
    "lanes": lanes,
    "burst": burst,
    "rates": rates,
    "contacts": contacts,
    "campaign": campaign,
    "links": links,
    "search": search,
    "whatsapp": whatsapp,
    "webhooks": webhooks,
}
USUAL: dict[str, Scenario] = {**SCENARIOS, "txtsync": txtsync}
ALL = {**USUAL, **LONG}
QUICK_IN_SMALL = ("burst", "links", "webhooks", "whatsapp")
SCENARIOS_HELP = f"Of {', '.join(USUAL)}; only when named, for they take minutes: {', '.join(LONG)}."
SMOKE = Amount(
    count=500,
    delay=0.1,
    idle_seconds=2.0,
    inbound=500,
    bulk_requests=2,
    per_request=500,
    queued=5000,
    drain_seconds=2.0,
    history=20_000,
    history_runs=1,
    carrier_rate=200.0,
    singles=10,
    single_interval=0.02,
    share_seconds=0.5,
    withheld=1000,
    rate_seconds=1.0,
    rate_cases=("200", "200 throttled"),
    contacts=20_000,
    written_to=2_000,
    links=200,
    link_rate=100.0,
    link_seconds=0.5,
    book=2_000,
    whatsapp_seconds=3.0,
    pair_messages=6,
    webhook_rate=200.0,
    webhook_seconds=1.0,
    webhooks=500,
)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench",
        description="Measures the platform on this machine.",
        epilog="bench/README.md says more.",
    )
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=SCENARIOS_HELP)
    parser.add_argument("--seconds", type=float, default=20.0, help="Of load in single and callback (20).")
    parser.add_argument("--count", type=int, help="Messages in single and callback, instead of --seconds.")
    parser.add_argument("--runs", type=int, default=1, help="Of each scenario (1).")
    parser.add_argument("--connections", type=int, default=32, help="Of the generator (32).")
    parser.add_argument("--delay", type=float, default=0.5, help="Seconds until a receipt (0.5).")
    parser.add_argument("--inbound", type=int, default=40_000, help="Messages from handsets (40000).")
    parser.add_argument("--bulk-requests", type=int, default=100, help="Requests in bulk (100).")
    parser.add_argument("--per-request", type=int, default=1000, help="Recipients of each of them (1000).")
    parser.add_argument(
        "--queued", type=int, default=1_000_000, help="Recipients in queued and lanes (1000000)."
    )
    parser.add_argument("--drain-seconds", type=float, default=30.0, help="Of draining them (30).")
    parser.add_argument("--history", type=int, default=10_000_000, help="Recipients of the past (10000000).")
    parser.add_argument("--contacts", type=int, default=1_000_000, help="In the group (1000000).")
    parser.add_argument("--written-to", type=int, default=100_000, help="Of them in contacts (100000).")
    parser.add_argument("--links", type=int, default=20_000, help="Short links (20000).")
    parser.add_argument("--link-rate", type=float, default=500.0, help="Visits a second in links (500).")
    parser.add_argument("--link-seconds", type=float, default=20.0, help="Of each way in links (20).")
    parser.add_argument("--book", type=int, default=500_000, help="Contacts in txtsync (500000).")
    parser.add_argument("--history-runs", type=int, default=3, help="Of single and bulk, each way (3).")
    parser.add_argument(
        "--carrier-rate", type=float, default=1000.0, help="Of the carrier in lanes, submits a second (1000)."
    )
    parser.add_argument(
        "--singles",
        type=int,
        default=100,
        help="Single messages in lanes (of each customer) and burst (100).",
    )
    parser.add_argument("--withheld", type=int, default=100_000, help="Receipts at once in burst (100000).")
    parser.add_argument(
        "--unanswered", type=int, default=500, help="Receipts a session has out at once in burst (500)."
    )
    parser.add_argument("--rate-seconds", type=float, default=20.0, help="Of each phase in rates (20).")
    parser.add_argument("--rate-cases", nargs="+", default=(), help="Of rates, such as '50' (all).")
    parser.add_argument(
        "--whatsapp-seconds", type=float, default=60.0, help="Of each number in whatsapp (60)."
    )
    parser.add_argument("--pair-messages", type=int, default=12, help="To one person in whatsapp (12).")
    parser.add_argument("--webhook-rate", type=float, default=1000.0, help="A second in webhooks (1000).")
    parser.add_argument("--webhook-seconds", type=float, default=20.0, help="Of that in webhooks (20).")
    parser.add_argument("--webhooks", type=int, default=40_000, help="At most speed in webhooks (40000).")
    parser.add_argument("--idle-seconds", type=float, default=20.0, help="Of idleness (20).")
    parser.add_argument("--warm-up", type=float, default=3.0, help="Seconds of load before anything (3).")
    parser.add_argument("--sessions", type=int, default=2, help="SMPP sessions (2).")
    parser.add_argument("--window", type=int, default=100, help="Window of each session (100).")
    parser.add_argument("--workers", type=int, default=1, help="API processes (1).")
    parser.add_argument("--database-url", default="", help="A PostgreSQL to use instead of the embedded one.")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="A setting of the platform, such as claim_batch=200. May be given several times.",
    )
    parser.add_argument("--profile", action="store_true", help="Show where the time goes (needs py-spy).")
    parser.add_argument("--smoke", action="store_true", help="Everything in small, for CI.")
    parser.add_argument("--keep", action="store_true", help="Keep the folder with the database and the log.")
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results", help="Where JSON goes.")
    given = parser.parse_args()
    unknown = [name for name in given.scenarios if name not in ALL]
    if unknown:
        parser.error(f"there is no scenario {unknown[0]!r}; there are {', '.join(ALL)}")
    return given


def amount_of(given: argparse.Namespace) -> Amount:
    """How much to measure."""
    if given.smoke:
        return SMOKE
    names = {field.name for field in dataclasses.fields(Amount)}
    return Amount(**{name: value for name, value in vars(given).items() if name in names})


async def bench(given: argparse.Namespace) -> int:
    amount = amount_of(given)
    names = given.scenarios or ([*USUAL, *QUICK_IN_SMALL] if given.smoke else list(USUAL))
    machine = report.machine()
    options = StandOptions(
        sessions=given.sessions,
        window=given.window,
        workers=given.workers,
        keep=given.keep,
        database_url=given.database_url,
        settings={f"VIESTI_{pair.partition('=')[0].upper()}": pair.partition("=")[2] for pair in given.set},
    )
    began = time.strftime("%Y%m%d-%H%M%S")
    outcomes: list[Outcome] = []
    async with Stand(options) as stand:
        about: dict[str, Any] = {
            "at": began,
            "machine": machine,
            "versions": await report.versions(stand),
            "channel": {"sessions": options.sessions, "window": options.window},
            "API processes": options.workers,
            "settings": given.set,
            "amount": dataclasses.asdict(amount),
        }
        for title in ("machine", "versions"):
            print(", ".join(f"{name} {value}" for name, value in about[title].items()))
        if given.warm_up and not given.smoke:
            await warm_up(stand, given.warm_up)
        for _ in range(given.runs if not given.profile else 0):
            for name in names:
                print(f"... {name}", flush=True)
                outcomes.append(await ALL[name](stand, amount))
        if given.profile:
            about["profile"] = await profile(stand, amount, names, given.results / f"profile-{began}")
        report.show(outcomes)
        for line in stand.troubles():
            print(f"the platform said: {line[:400]}")
        if given.keep:
            print(f"kept: {stand.folder}")
    path = report.save(
        given.results, f"{'smoke' if given.smoke else 'bench'}-{began}", report.as_json(outcomes, about)
    )
    print(f"\n{path}")
    wrong = [one for one in outcomes if one.lost or one.doubled]
    for one in wrong:
        print(f"WRONG: {one.scenario}: lost {one.lost}, doubled {one.doubled}: {one.ledger}")
    return 1 if wrong else 0


async def profile(stand: Stand, amount: Amount, names: list[str], folder: Path) -> dict[str, Any]:
    """One run of each scenario for samples and one for statements."""
    if profiling.sampler() is None:
        print("py-spy is not installed, so there are no samples; `pip install py-spy` brings it.")
    content: dict[str, Any] = {}
    for name in names:
        for statements in (False, True):
            seconds = min(amount.seconds or 20.0, 20.0)
            small = dataclasses.replace(amount, seconds=seconds)
            looking = profiling.Profile(stand, folder / name, seconds, statements=statements)
            async with looking:
                outcome = await ALL[name](stand, small)
            print(f"\n== profile of {name}, {'statements' if statements else 'samples'}")
            report.show([outcome])
            content[f"{name} {'statements' if statements else 'samples'}"] = profiling.show(
                looking, outcome.messages
            )
    return content


def main() -> int:
    return run_to_end(bench(arguments()))


if __name__ == "__main__":
    sys.exit(main())
