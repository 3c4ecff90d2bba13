"""Calls about files: those to be sent, and examples for templates.

Rule: what is kept is checked when it comes; an example is taken once, of the length that was announced.
"""

from __future__ import annotations

from typing import Any

from viesti.simulator.whatsapp import media
from viesti.simulator.whatsapp.cloud import Cloud
from viesti.simulator.whatsapp.graph import MAX_JSON, Call, octets_of
from viesti.simulator.whatsapp.problem import Problem, missing, no_such

EXAMPLES = ("application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4")


class FileCalls:
    """They, over a cloud."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._sessions: dict[str, tuple[str, str, int]] = {}  # account, type, length

    async def upload(self, call: Call) -> Any:
        """A file to be sent; gives its id."""
        number = self._cloud.numbers.get(call.object)
        if number is None or number.token != call.number.token:
            return no_such(call.method, call.object)
        body = await octets_of(call.request, media.LARGEST + MAX_JSON)
        if isinstance(body, Problem):
            return body
        read = media.read_upload(call.request.headers.get("content-type", ""), body)
        if isinstance(read, Problem):
            return read
        mime_type, name, octets = read
        return {"id": self._cloud.add_file(number, mime_type, octets, name).id}

    async def session(self, call: Call) -> Any:
        """Announce an example of a template; gives where to send it."""
        query = call.request.query_params
        if call.object != call.number.app_id:
            return no_such(call.method, call.object)
        mime_type, length = query.get("file_type", ""), query.get("file_length", "")
        if not length.isdecimal():
            return missing("file_length")
        if mime_type not in EXAMPLES:
            return Problem(100, "Param file_type must be one of pdf, jpeg, jpg, png and mp4.")
        session = f"upload:{self._cloud.next_id()}"
        self._sessions[session] = (call.number.waba_id, mime_type, int(length))
        return {"id": session}

    async def upload_example(self, call: Call) -> Any:
        """The octets of an example; gives the handle that a template names."""
        session = self._sessions.get(call.object)
        if session is None or session[0] != call.number.waba_id:
            return no_such(call.method, call.object)
        body = await octets_of(call.request, media.LARGEST)
        if isinstance(body, Problem):
            return body
        if call.request.headers.get("file_offset") != "0" or len(body) != session[2]:
            return Problem(
                100, f"The file has {len(body)} octets from file_offset 0; {session[2]} were announced."
            )
        del self._sessions[call.object]
        return {"h": f"4::{self._cloud.next_id()}"}

    async def remove(self, call: Call) -> Any:
        """Forget a file."""
        if self._cloud.files.get(call.object, call.number.waba_id) is None:
            return no_such(call.method, call.object)
        self._cloud.files.remove(call.object)
        return {"success": True}
