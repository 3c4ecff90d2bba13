"""Files that come with messages: fetched, tried again, given up; and those who wait for them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.services.webhooks import WHATSAPP, Provider, message, provider, said
from tests.integration.services.world import GUIDS, LINKS, START, TWO_WAY, World

from viesti.domain.media import Fetched, NotFetched
from viesti.services.guids import GuidKind
from viesti.services.provider.media import PAUSES, FetchMedia
from viesti.services.refusals import Missing
from viesti.services.show_attachment import NotYet, ShowAttachment, Shown

pytestmark = pytest.mark.integration

CONTENT = b"\xff\xd8 a picture"
HEX = hashlib.sha256(CONTENT).hexdigest()
BASE64 = base64.b64encode(hashlib.sha256(CONTENT).digest()).decode()
LATER = NotFetched("HTTP 502", again=True)
NEVER = NotFetched("it is larger than 100 octets", again=False)


class Files:
    """What the provider answers, one after the other and then always the last."""

    def __init__(self, *answers: Fetched | NotFetched | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[int, str]] = []

    async def __call__(self, channel_id: int, provider_id: str) -> Fetched | NotFetched:
        self.asked.append((channel_id, provider_id))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
async def wa(world: World) -> AsyncIterator[Provider]:
    made = await provider(world)
    yield made
    await made.take.stop()


async def picture(wa: Provider, sha256: str = "") -> int:
    """The id of a message with a picture, which the service's webhook is owed."""
    await wa.world.change("update services set webhook_url = 'https://x.example/in' where id = $1", TWO_WAY)
    image = {"id": "m7", "mime_type": "image/jpeg", "sha256": sha256, "caption": "x"}
    await wa.done(said(message(type="image", image=image)))
    return int(await wa.world.value("select id from inbound_messages"))


def duty(wa: Provider, files: Files) -> FetchMedia:
    return FetchMedia(wa.world.store, wa.world.process.waker, files, wa.world.clock)


async def row(wa: Provider) -> dict[str, Any]:
    return await wa.world.row("select * from inbound_media")


async def shown(wa: Provider, message_id: int) -> Any:
    guid = GUIDS.of(GuidKind.ATTACHMENT, message_id)
    token = LINKS.url(guid, START).partition("?token=")[2]
    return await ShowAttachment(wa.world.store, GUIDS, LINKS, wa.world.clock)(guid, token)


@pytest.mark.parametrize("sha256", ["", HEX, HEX.upper(), BASE64, "of a writing nobody knows"])
async def test_a_file_is_kept_and_who_waits_is_called(wa: Provider, sha256: str) -> None:
    identifier = await picture(wa, sha256)
    [owed] = await wa.world.callbacks()
    assert owed["due_at"] == START + timedelta(seconds=20)
    assert isinstance(await shown(wa, identifier), NotYet)
    files = Files(Fetched(CONTENT, "image/jpeg"))
    wa.world.clock.advance(seconds=1)
    assert await duty(wa, files)() == 1
    assert files.asked == [(WHATSAPP, "m7")]
    assert await shown(wa, identifier) == Shown("image.jpg", "image/jpeg", CONTENT)
    [owed] = await wa.world.callbacks()
    assert owed["due_at"] == START + timedelta(seconds=1)
    assert await duty(wa, files)() == 0
    assert await duty(wa, files).due_in() is None


async def test_a_file_is_tried_again_and_in_the_end_given_up(wa: Provider) -> None:
    identifier = await picture(wa)
    files = Files(LATER)
    fetch = duty(wa, files)
    for failures, pause in enumerate(PAUSES, 1):
        assert await fetch() == 1
        assert await fetch() == 0
        assert await fetch.due_in() == pause.total_seconds()
        assert (await row(wa))["failures"] == failures
        assert isinstance(await shown(wa, identifier), NotYet)
        wa.world.clock.advance(seconds=pause.total_seconds())
    assert await fetch() == 1
    given_up = await row(wa)
    assert (given_up["error"], given_up["bytes"], given_up["due_at"]) == ("HTTP 502", None, None)
    assert isinstance(await shown(wa, identifier), Missing)


async def test_what_will_never_come_is_given_up_at_once(wa: Provider) -> None:
    identifier = await picture(wa)
    assert await duty(wa, Files(NEVER))() == 1
    assert (await row(wa))["error"] == NEVER.reason
    assert isinstance(await shown(wa, identifier), Missing)
    [owed] = await wa.world.callbacks()
    assert owed["due_at"] == START  # nothing to wait for


@pytest.mark.parametrize("sha256", ["0" * 64, "A" * 43 + "="])
async def test_another_file_than_was_told_of_is_not_kept(wa: Provider, sha256: str) -> None:
    await picture(wa, sha256)
    assert await duty(wa, Files(Fetched(CONTENT, "")))() == 1
    assert ((await row(wa))["bytes"], (await row(wa))["failures"]) == (None, 1)


async def test_a_fault_of_ours_is_a_failure_like_another(wa: Provider) -> None:
    await picture(wa)
    fetch = duty(wa, Files(ValueError("a secret"), Fetched(CONTENT, "")))
    assert await fetch() == 1
    wa.world.clock.advance(seconds=PAUSES[0].total_seconds())
    assert await fetch() == 1
    assert (await row(wa))["bytes"] == CONTENT


async def test_what_another_process_fetches_is_left_to_it(wa: Provider) -> None:
    """Until its time is over: it may have died."""
    await picture(wa)
    async with wa.world.store.transaction() as tx:
        claimed = await tx.inbound_media.claim(START, 10, START + timedelta(minutes=5))
    assert len(claimed) == 1
    fetch = duty(wa, Files(Fetched(CONTENT, "")))
    assert await fetch() == 0
    assert await fetch.due_in() == 300.0
    wa.world.clock.advance(minutes=5)
    assert await fetch() == 1
    assert (await row(wa))["bytes"] == CONTENT


async def test_a_message_for_no_service_has_its_file_fetched_too(wa: Provider) -> None:
    await wa.world.change("delete from service_keywords")
    await wa.done(said(message(type="image", image={"id": "m7", "mime_type": "image/jpeg"})))
    assert await duty(wa, Files(Fetched(CONTENT, "")))() == 1
    assert (await row(wa))["bytes"] == CONTENT
