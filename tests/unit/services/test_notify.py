"""What flows are told, and the URLs of attachments."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.api.contract.values import Listed, Thing
from viesti.api.smartdialog.twoway.declared import NOTIFICATION
from viesti.domain.message import Inbound
from viesti.services.attachment_links import AttachmentLinks
from viesti.services.guids import GuidKind
from viesti.services.notify import Notify, Writer
from viesti.services.short_links import ShortLinks
from viesti.storage.guid import GuidCipher
from viesti.storage.store import Subscription

AT = datetime(2030, 1, 1, 12, 30, 0, 250_000, tzinfo=UTC)
WEEK = timedelta(days=7)
GUIDS = GuidCipher(bytes(16))
LINKS = AttachmentLinks(bytes(32), "https://viesti.example", WEEK)
SUBSCRIPTION = Subscription(7, 5, 1, 12, "smartdialog", "inbound", "sealed", None)


def _inbound(**fields: Any) -> Inbound:
    values: dict[str, Any] = {
        "id": 69, "bucket": 5, "customer_id": 1, "service_id": 12, "channel_id": 31, "source": "358401234567",
        "source_kind": "international", "destination": "16400",
        "text": 'VASTAA "kyllä" 🙂\n', "payload": None,
        "parts": 1, "parts_missing": 0, "keyword": "VASTAA", "consent": None, "thread_id": None,
        "received_at": AT,
    }  # fmt: skip
    return Inbound(**{**values, **fields})


def _told(**fields: Any) -> dict[str, Any]:
    callback = Notify(GUIDS, LINKS, ShortLinks(bytes(16))).subscriber(
        1, _inbound(**fields), "desk", SUBSCRIPTION, Writer()
    )
    assert (callback.url, callback.subscription_id, callback.apart) == ("sealed", 7, True)
    told: dict[str, Any] = json.loads(callback.body)
    return told


def test_a_notification_is_as_declared() -> None:
    told = _told(payload=b"\x00", thread_id=133, details={"payload": "yes-1"})
    assert list(told) == [member.name for member in NOTIFICATION.members]
    (attachments,) = (m.value for m in NOTIFICATION.members if m.name == "attachments")
    assert isinstance(attachments, Listed) and isinstance(attachments.of, Thing)
    assert list(told["attachments"][0]) == [member.name for member in attachments.of.members]


def test_a_notification() -> None:
    assert _told() == {
        "sender": "358401234567",
        "recipient": "16400",
        "content": 'VASTAA "kyllä" 🙂\n',
        "timestamp": "2030-01-01T12:30:00.250000Z",
        "protocol": "SMS",
        "attachments": [],
        "messageId": GUIDS.of(GuidKind.INBOUND, 69),
    }
    assert _told(thread_id=133)["threadId"] == GUIDS.of(GuidKind.THREAD, 133)


def _token(url: str) -> str:
    return url.partition("?token=")[2]


@pytest.mark.parametrize(
    ("age", "good"),
    [(timedelta(0), True), (WEEK - timedelta(seconds=1), True), (WEEK + timedelta(seconds=1), False)],
)
def test_a_url_is_good_for_its_time(age: timedelta, good: bool) -> None:
    guid = GUIDS.of(GuidKind.ATTACHMENT, 69)
    url = LINKS.url(guid, AT)
    assert url.startswith(f"https://viesti.example/attachments/{guid}?token=")
    assert LINKS.allows(guid, _token(url), AT + age) is good


def test_a_url_is_good_for_its_own_attachment_and_installation() -> None:
    guid, other = GUIDS.many(GuidKind.ATTACHMENT, (69, 133))
    token = _token(LINKS.url(guid, AT))
    assert not LINKS.allows(other, token, AT)
    assert not AttachmentLinks(b"x" * 32, "https://viesti.example", WEEK).allows(guid, token, AT)


@given(st.text(max_size=60) | st.from_regex(r"[\w-]{1,20}\.[\w-]{1,20}\.[\w-]{0,20}", fullmatch=True))
def test_nothing_else_is_a_token(token: str) -> None:
    assert not LINKS.allows(GUIDS.of(GuidKind.ATTACHMENT, 69), token, AT)
