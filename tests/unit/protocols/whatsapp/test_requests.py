"""Calls that are no message. What sends hold is in tests/unit/channels/whatsapp/test_payload.py."""

from __future__ import annotations

from viesti.protocols.whatsapp import paths, requests


def test_mark_read() -> None:
    assert requests.mark_read("wamid.IN1") == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.IN1",
    }


def test_typing() -> None:
    assert requests.mark_read("wamid.IN1", typing=True) == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.IN1",
        "typing_indicator": {"type": "text"},
    }


def test_paths() -> None:
    assert [
        paths.messages("10"),
        paths.messages("10", "v24.0"),
        paths.media_up("10"),
        paths.media("20"),
        paths.templates("30"),
        paths.template("40"),
        paths.phone_number("10"),
        paths.upload_sessions("50"),
        paths.upload("upload:MTp=?sig=ARZ"),
    ] == [
        "/v25.0/10/messages",
        "/v24.0/10/messages",
        "/v25.0/10/media",
        "/v25.0/20",
        "/v25.0/30/message_templates",
        "/v25.0/40",
        "/v25.0/10",
        "/v25.0/50/uploads",
        "/v25.0/upload:MTp=?sig=ARZ",
    ]


def test_an_id_stays_one_segment() -> None:
    """Ids come from configuration and from Meta: neither may lead anywhere else."""
    assert paths.messages("../me?x=1/") == "/v25.0/..%2Fme%3Fx%3D1%2F/messages"
