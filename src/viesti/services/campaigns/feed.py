"""Feeds a campaign: turns the next pages of its audience into messages, no further ahead of the carrier than
some seconds, so that a pause takes hold at once and a million people cost what some thousands do.

Rule: a page is a fixed piece of the audience and becomes a message with a request id of its own, while the
campaign is held; so each person is sent to once, whatever is killed in between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

import msgspec

from viesti.domain.campaign import Campaign, CampaignStatus, Person
from viesti.services.campaigns.values import values_of
from viesti.services.requests import FieldProblem, RecipientRequest, SubmitRequest, Submitted
from viesti.services.send_to_able import send_to_able
from viesti.services.submit import Submit
from viesti.storage.store import MadePage, Transaction

PAGE = 500  # people in a message: what is worked on in one go, some tens of milliseconds
PAGES = 4  # made at most while a campaign is held
LEAST_AHEAD = 1_000  # recipients that may wait for the carrier
MOST_AHEAD = 20_000
LEAD_SECONDS = 4.0  # of the carrier's work, as fast as it has been of late
LEAST_PAUSE, MOST_PAUSE = (
    0.2,
    5.0,
)  # seconds until the next look when enough waits; longer while nothing moves
UNKNOWN_WHY = "It could not be sent to."  # what was wrong is not told twice
NOBODY = "Nobody in its audience could be sent to."
# Problems that concern some of the people: their numbers, or their countries' rules for senders.
OF_PEOPLE = frozenset(("recipients", "sender"))


class _Pace(msgspec.Struct):
    """How fast the carrier takes a campaign, as this process has seen it."""

    at: datetime
    done: int
    least: int  # that may always wait
    ahead: int
    pause: float = LEAST_PAUSE

    def see(self, done: int, now: datetime) -> None:
        """So many are handed over now."""
        seconds = (now - self.at).total_seconds()
        moved = done - self.done
        self.pause = LEAST_PAUSE if moved else min(self.pause * 2, MOST_PAUSE)
        if seconds >= 1.0:
            self.ahead = min(max(round(moved / seconds * LEAD_SECONDS), self.least), MOST_AHEAD)
            self.at, self.done = now, done


class Feed:
    """The feeding of one process."""

    def __init__(self, submit: Submit, least_ahead: int = LEAST_AHEAD) -> None:
        self._submit = submit
        self._least = least_ahead
        self._paces: dict[int, _Pace] = {}
        self._next_page: dict[
            int, int
        ] = {}  # the page that this process comes to next, when it made the last

    async def __call__(self, tx: Transaction, campaign: Campaign, now: datetime) -> None:
        """Feed a running campaign, which is held; what becomes of it is in `campaign`, for the caller to
        write. Raises `StoreUnavailable`."""
        if campaign.window and (opens := campaign.window.next(now)) > now:
            campaign.tend_at = opens
            return
        waiting = await tx.campaigns.waiting(campaign.id)
        done = campaign.fed - waiting
        pace = self._paces.setdefault(campaign.id, _Pace(now, done, self._least, self._least))
        pace.see(done, now)
        campaign.tend_at = now
        for _ in range(PAGES):
            if waiting >= pace.ahead:
                campaign.tend_at = now + timedelta(seconds=pace.pause)
                return
            people = await tx.campaigns.people(campaign.id, campaign.fed_to, campaign.page_size)
            if not people:
                self._ended(campaign, waiting, pace, now)
                return
            fed = campaign.fed
            await self._page(tx, campaign, people, now)
            if campaign.status is not CampaignStatus.RUNNING:
                return
            waiting += campaign.fed - fed

    def forget(self, campaign_id: int) -> None:
        """It is not fed any more, or not by what is remembered."""
        self._paces.pop(campaign_id, None)
        self._next_page.pop(campaign_id, None)

    def _ended(self, campaign: Campaign, waiting: int, pace: _Pace, now: datetime) -> None:
        """Everybody has a message: over, once all of them are handed over."""
        if waiting:
            campaign.tend_at = now + timedelta(seconds=pace.pause)
            return
        nobody = campaign.refused and not campaign.fed
        campaign.status = CampaignStatus.FAILED if nobody else CampaignStatus.FINISHED
        campaign.why = NOBODY if nobody else ""
        campaign.finished_at = now
        campaign.tend_at = None
        self.forget(campaign.id)

    async def _page(
        self, tx: Transaction, campaign: Campaign, people: Sequence[Person], now: datetime
    ) -> None:
        request = request_of(campaign)
        made, fresh = None, False
        if self._next_page.pop(campaign.id, None) != campaign.pages:  # perhaps made already, however long ago
            made = await tx.campaigns.message_of_page(campaign.id, request.request_id or "")
        why: Mapping[str, str] = {}
        if made is None:
            recipients = [RecipientRequest(f"+{one.address}", values=values_of(one)) for one in people]
            sent = await send_to_able(self._submit, request, recipients)
            why = {one.phone: one.sentence for one in sent.refused}
            if isinstance(sent.result, Submitted):
                reached = frozenset(recipient.address for recipient in sent.result.recipients)
                made = MadePage(sent.result.message_id, sent.result.parts, reached)
                fresh = not sent.result.repeated
            elif sent.result is not None:
                sentence = _sentences(sent.result.problems)
                if sent.result.conflict or any(one.field not in OF_PEOPLE for one in sent.result.problems):
                    stop(campaign, sentence)
                    return
                why = {one.address: sentence for one in people}
        if made:
            await tx.campaigns.add_page(campaign, made, now)
            campaign.fed += len(made.addresses)
        refused = [
            (one.address, why.get(one.address, UNKNOWN_WHY))
            for one in people
            if made is None or one.address not in made.addresses
        ]
        await tx.campaigns.refuse(campaign.id, refused)
        campaign.refused += len(refused)
        campaign.fed_to = people[-1].address
        campaign.pages += 1
        if fresh:
            self._next_page[campaign.id] = campaign.pages


def request_of(campaign: Campaign) -> SubmitRequest:
    """The message of the next page of a campaign, without recipients."""
    request_id = f"campaign {campaign.id}/{campaign.pages}"
    return SubmitRequest(
        dialect=campaign.dialect,
        customer_id=campaign.customer_id,
        application_id=campaign.application_id,
        service_id=campaign.service_id,
        sender=campaign.sender,
        text=campaign.text,
        recipients=(),
        request_id=request_id,
        body_hash=blake2b(request_id.encode(), digest_size=16).digest(),
        quiet=campaign.quiet,
        extras=campaign.extras,
        user_id=campaign.user_id,
        placeholders=True,
        campaign_id=campaign.id,
        track_links=campaign.track_links,
    )


def stop(campaign: Campaign, why: str) -> None:
    """Pause a campaign that can't go on for a reason that a person may mend."""
    campaign.status = CampaignStatus.PAUSED
    campaign.why = why
    campaign.tend_at = None


def _sentences(problems: Sequence[FieldProblem]) -> str:
    return " ".join(dict.fromkeys(problem.sentence for problem in problems))
