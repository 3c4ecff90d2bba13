"""The webhook of WhatsApp's Cloud API: its verification, and the bodies it posts.

Rule: a body is kept only under a good signature over its octets, and 200 is said after it is kept. What is
refused leaves nothing behind but a line in the log, which has nothing of the body.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from urllib.parse import parse_qs

import structlog
from starlette.routing import Route
from starlette.types import Receive, Scope

from viesti.api.answer import Answer, Endpoint, Refusal
from viesti.api.body import BodyLimits, read_body
from viesti.protocols.whatsapp import signature
from viesti.services.provider.channels import ProviderChannel, ProviderChannels
from viesti.services.provider.take import TakeBodies

PATH = "/provider/whatsapp"
_PLAIN = b"text/plain; charset=utf-8"
_SIGNATURE = signature.HEADER.encode("ascii")
_NO_CHANNEL = Refusal(404, "There is no WhatsApp channel of this name.")
_NOT_PROVED = Refusal(401, "The signature is missing, or is not of this body.")
_NOT_VERIFIED = Refusal(403, "The verify token is not this channel's.")
_TAKEN = Answer(200, b"", content_type=_PLAIN)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ProviderServices:
    """What the webhook calls."""

    channels: ProviderChannels
    take: TakeBodies


def routes(services: ProviderServices, limits: BodyLimits) -> list[Route]:
    """The paths of webhooks."""
    webhook = _Webhook(services, limits)
    path = PATH + "/{channel}"
    return [
        Route(path, Endpoint(webhook.post), methods=["POST"]),
        Route(path, Endpoint(webhook.verify), methods=["GET"]),
    ]


class _Webhook:
    def __init__(self, services: ProviderServices, limits: BodyLimits) -> None:
        self._channels = services.channels
        self._take = services.take
        self._limits = limits

    async def verify(self, scope: Scope, _receive: Receive) -> Answer | Refusal:
        """Meta asks whether the URL is ours: the challenge goes back when the token is the channel's."""
        channel = self._channel(scope)
        if channel is None:
            return _NO_CHANNEL
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        mode, token, challenge = (
            query.get(f"hub.{name}", [""])[0] for name in ("mode", "verify_token", "challenge")
        )
        if mode != "subscribe" or not _same(channel.verify_token, token):
            _log.warning("webhook not verified", channel=channel.row.key)
            return _NOT_VERIFIED
        _log.info("webhook verified", channel=channel.row.key)
        safe = (b"x-content-type-options", b"nosniff")  # it is the caller's text
        return Answer(200, challenge.encode(), (safe,), _PLAIN)

    async def post(self, scope: Scope, receive: Receive) -> Answer | Refusal:
        """Keep what is posted."""
        channel = self._channel(scope)
        if channel is None:
            _log.warning("webhook refused", why="there is no such channel")
            return _NO_CHANNEL
        headers = dict(scope["headers"])
        shown = headers.get(_SIGNATURE)
        if shown is None:
            return self._not_proved(channel, 0)
        body = await read_body(receive, headers.get(b"content-length"), self._limits)
        if isinstance(body, Refusal):
            _log.warning("webhook refused", channel=channel.row.key, status=body.status)
            return body
        if not signature.matches(channel.app_secret, body, shown.decode("latin-1")):
            return self._not_proved(channel, len(body))
        await self._take(channel.row, body)
        return _TAKEN

    def _channel(self, scope: Scope) -> ProviderChannel | None:
        return self._channels.by_key(scope["path_params"]["channel"])

    @staticmethod
    def _not_proved(channel: ProviderChannel, octets: int) -> Refusal:
        why = "its signature is wrong" if channel.app_secret else "the channel has no app_secret"
        _log.warning("webhook refused", channel=channel.row.key, octets=octets, why=why)
        return _NOT_PROVED


def _same(ours: str, theirs: str) -> bool:
    """In the same time, whatever differs; never for a token that is not set."""
    return ours != "" and hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "surrogatepass"))
