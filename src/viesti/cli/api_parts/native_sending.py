"""The services behind `api/native/sending`."""

from __future__ import annotations

from viesti.api.native.sending.bound import SendingServices
from viesti.cli.api_parts.parts import Parts
from viesti.services.balance.read import ReadBalance
from viesti.services.campaigns.create import CreateCampaign
from viesti.services.campaigns.preview import PreviewCampaign
from viesti.services.preview_message import PreviewMessage
from viesti.services.whatsapp.send_in_window import SendInWindow


def make(parts: Parts) -> SendingServices:
    """Make them."""
    store, estate = parts.store, parts.estate
    send = SendInWindow(store, estate, parts.submit, parts.now)
    balance = ReadBalance(store, estate)
    return SendingServices(
        send=send,
        preview=PreviewMessage(store, estate, send, balance),
        create=CreateCampaign(store, estate, parts.submit, parts.waker, parts.now),
        preview_campaign=PreviewCampaign(store, estate, parts.submit, parts.now),
    )
