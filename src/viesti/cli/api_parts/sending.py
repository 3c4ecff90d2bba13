"""The services behind `api/smartdialog/sending`."""

from __future__ import annotations

from viesti.api.smartdialog.sending.handlers import SendingServices
from viesti.api.smartdialog.sending.translate import DIALECT
from viesti.cli.api_parts.parts import Parts
from viesti.services.reply import Reply
from viesti.services.reply_to_thread import ReplyToThread


def make(parts: Parts) -> SendingServices:
    """Make them."""
    return SendingServices(
        submit=parts.submit,
        reply=Reply(parts.store, parts.submit),
        discuss=ReplyToThread(parts.store, parts.submit, DIALECT),
        allowed_networks=parts.limits.allowed_networks,
    )
