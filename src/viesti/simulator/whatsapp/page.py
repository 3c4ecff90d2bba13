"""The part of the handset page that is WhatsApp: write, press, react, send a picture, stop marketing.

Rule: each call is one gesture of one handset; what came of it is read again from the conversation.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from viesti.simulator.web_json import answer, body_of, handset_number, octets_of
from viesti.simulator.whatsapp import media
from viesti.simulator.whatsapp.behaviour import MAGIC
from viesti.simulator.whatsapp.handset import Handset
from viesti.simulator.whatsapp.numbers import CloudNumber
from viesti.simulator.whatsapp.record import Message
from viesti.simulator.whatsapp.run import WhatsApp

MAX_FILE = 5 * media.MIB
MAX_TEXT = 4096
_SHARES = ("lost_answers", "server_errors", "webhook_duplicates", "webhook_disorder")


class TextBody(msgspec.Struct, forbid_unknown_fields=True):
    """Words to a business number, perhaps in answer to a message."""

    to: str
    text: str
    reply_to: str = ""


class PressBody(msgspec.Struct, forbid_unknown_fields=True):
    """A button of a message, counted from 0 among those that can be pressed."""

    message: str
    place: int = 0


class ReactBody(msgspec.Struct, forbid_unknown_fields=True):
    """An emoji for a message; '' takes it away."""

    message: str
    emoji: str


class MarketingBody(msgspec.Struct, forbid_unknown_fields=True):
    """Whether a business's marketing is stopped."""

    to: str
    stopped: bool


class CloudFaults(msgspec.Struct, forbid_unknown_fields=True):
    """Faults to change; one left out stays. Shares are 0 to 1."""

    lost_answers: float | None = None
    server_errors: float | None = None
    webhook_duplicates: float | None = None
    webhook_disorder: float | None = None
    refuse_with: int | None = None  # a code, 0 refuses nothing
    approve: bool | None = None


class WhatsAppPage:
    """The routes over a running Cloud API."""

    def __init__(self, whatsapp: WhatsApp) -> None:
        self._whatsapp = whatsapp
        at = "/api/whatsapp"
        self.routes = [
            Route(f"{at}/media/{{file}}", self._media),
            Route(f"{at}/magic", self._magic),
            Route(f"{at}/faults", self._faults, methods=["POST"]),
            Route(f"{at}/{{number}}/text", self._text, methods=["POST"]),
            Route(f"{at}/{{number}}/press", self._press, methods=["POST"]),
            Route(f"{at}/{{number}}/react", self._react, methods=["POST"]),
            Route(f"{at}/{{number}}/file", self._file, methods=["POST"]),
            Route(f"{at}/{{number}}/marketing", self._marketing, methods=["POST"]),
        ]

    def faults(self) -> dict[str, Any]:
        """The faults in force, by the names `CloudFaults` has."""
        behaviour = self._whatsapp.cloud.behaviour
        return {name: getattr(behaviour, name) for name in (*_SHARES, "refuse_with", "approve")}

    async def _text(self, request: Request) -> Response:
        body = await body_of(request, TextBody)
        if not 1 <= len(body.text) <= MAX_TEXT:
            raise HTTPException(400, f"'text' must have 1 to {MAX_TEXT} characters.")
        return self._told(self._handset(request, body.to).text(body.text, body.reply_to))

    async def _press(self, request: Request) -> Response:
        body = await body_of(request, PressBody)
        message = self._message(request, body.message)
        try:
            return self._told(
                self._handset(request, message.number.display_number).press(message, body.place)
            )
        except IndexError:
            raise HTTPException(404, "The message has no such button to press.") from None

    async def _react(self, request: Request) -> Response:
        body = await body_of(request, ReactBody)
        message = self._message(request, body.message)
        return self._told(self._handset(request, message.number.display_number).react(message, body.emoji))

    async def _file(self, request: Request) -> Response:
        query = request.query_params
        handset = self._handset(request, query.get("to", ""))
        mime_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not mime_type.startswith("image/"):  # which a form on a stranger's page can't send
            raise HTTPException(415, "Send a picture, with its own Content-Type.")
        octets = await octets_of(request, MAX_FILE)
        problem = media.check(mime_type, len(octets))
        if problem is not None:
            raise HTTPException(415, problem.details)
        caption, name = query.get("caption", ""), query.get("name", "")
        return self._told(handset.send_file(mime_type, octets, caption, name))

    async def _marketing(self, request: Request) -> Response:
        body = await body_of(request, MarketingBody)
        handset = self._handset(request, body.to)
        if body.stopped:
            handset.stop_marketing()
        else:
            handset.resume_marketing()
        return answer({"stopped": body.stopped})

    async def _media(self, request: Request) -> Response:
        file = self._whatsapp.cloud.files.get(request.path_params["file"])
        if file is None:
            raise HTTPException(404, "The file is not kept any more.")
        headers = {"Content-Disposition": "inline" if file.mime_type.startswith("image/") else "attachment"}
        return Response(file.octets, media_type=file.mime_type, headers=headers)

    async def _magic(self, _: Request) -> Response:
        endings = [{"ending": magic.ending, "meaning": magic.meaning} for magic in MAGIC]
        return answer({"on": self._whatsapp.cloud.behaviour.magic, "endings": endings})

    async def _faults(self, request: Request) -> Response:
        body = await body_of(request, CloudFaults)
        changes = {name: getattr(body, name) for name in self.faults() if getattr(body, name) is not None}
        wrong = next((name for name in _SHARES if not 0 <= changes.get(name, 0) <= 1), "")
        if wrong:
            raise HTTPException(400, f"'{wrong}' must be from 0 to 1.")
        cloud = self._whatsapp.cloud
        cloud.behaviour = replace(cloud.behaviour, **changes)
        return answer(self.faults())

    def _handset(self, request: Request, to: str) -> Handset:
        return self._whatsapp.handset(handset_number(request), self._number(to))

    def _number(self, to: str) -> CloudNumber:
        digits = to.strip().removeprefix("+")
        for number in self._whatsapp.cloud.numbers.values():
            if number.display_number == digits:
                return number
        known = ", ".join(number.display_number for number in self._whatsapp.cloud.numbers.values())
        raise HTTPException(400, f"'to' must be a WhatsApp number of the business: {known}.")

    def _message(self, request: Request, identifier: str) -> Message:
        message = self._whatsapp.cloud.record.get(identifier)
        if message is None or message.person.phone != handset_number(request):
            raise HTTPException(404, "The handset has no such message.")
        return message

    @staticmethod
    def _told(message: Message) -> Response:
        return answer({"id": message.id}, 202)
