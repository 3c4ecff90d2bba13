"""What `viesti doctor` says of work that stands still: webhooks of providers, and callbacks to customers.

Rule: a queue that moves is not spoken of.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from viesti.cli.doctor import Finding, Verdict
from viesti.storage.examination import CallbacksSeen, WebhooksSeen

LONGEST_WAIT = 60.0  # seconds that a provider's webhook may wait to be worked on, or a callback to be made


def judge_webhooks(seen: WebhooksSeen, now: datetime) -> Iterator[Finding]:
    """What to say of what providers posted, when there is anything."""
    if seen.failed:
        sentence = f"{seen.failed} could not be worked on; `viesti webhooks list` says why."
        yield Finding(Verdict.WARN, "webhooks", sentence)
    if _stands(seen.waiting_since, now):
        sentence = f"The oldest has waited since {_moment(seen.waiting_since)}; is an engine running?"
        yield Finding(Verdict.WARN, "webhooks", sentence)


def judge_callbacks(seen: CallbacksSeen, now: datetime) -> Iterator[Finding]:
    """What to say of calls to customers' URLs and flows, when there is anything."""
    if seen.parked:
        sentence = (
            f"{seen.parked} given up; `viesti messages --parked-callbacks` says why, and --replay "
            "makes them again."
        )
        yield Finding(Verdict.WARN, "callbacks", sentence)
    if _stands(seen.due_since, now):
        sentence = f"The oldest has been due since {_moment(seen.due_since)}; is an engine running?"
        yield Finding(Verdict.WARN, "callbacks", sentence)


def _stands(since: datetime | None, now: datetime) -> bool:
    return since is not None and (now - since).total_seconds() > LONGEST_WAIT


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
