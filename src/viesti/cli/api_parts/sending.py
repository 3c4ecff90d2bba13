"""The services behind `api/smartdialog/sending`."""

from __future__ import annotations

from viesti.api.smartdialog.sending.handlers import SendingServices
from viesti.api.smartdialog.sending.translate import DIALECT
from viesti.cli.api_parts.parts import Parts
from viesti.services.reply import Reply
from viesti.services.reply_to_thread import ReplyToThread
from viesti.services.whatsapp.send_in_window import SendInWindow


def make(parts: Parts) -> SendingServices:
    """Make them."""
    send = SendInWindow(parts.store, parts.estate, parts.submit, parts.now)
    return SendingServices(
        send=send,
        reply=Reply(parts.store, send),
        discuss=ReplyToThread(parts.store, send, DIALECT),
        allowed_networks=parts.limits.allowed_networks,
    )
