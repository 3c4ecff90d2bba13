"""The Cloud API over HTTP: who calls, what for, and the answer - which may be late, lost or cut on purpose.

Rule: a path is version (or none), object and edge, as Graph has them; a token opens what its account owns
and nothing else exists for it.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from viesti.simulator.whatsapp import media
from viesti.simulator.whatsapp.behaviour import Course, Order
from viesti.simulator.whatsapp.cloud import Cloud, Taken
from viesti.simulator.whatsapp.hooks import Hooks
from viesti.simulator.whatsapp.numbers import CloudNumber
from viesti.simulator.whatsapp.problem import Problem, missing, no_such
from viesti.simulator.whatsapp.shapes import without_nulls
from viesti.simulator.whatsapp.templates import Template

TRANSPORT = "viesti.transport"  # in the scope's extensions: the connection, so that it can be cut
MAX_JSON = 1024 * 1024
MOST_TEMPLATES = 6000  # of an account
_VERSION = re.compile(r"v\d{1,2}\.\d")
_METHODS = ["GET", "POST", "DELETE"]
_FIRST_TOLD = 2.0  # seconds that an answer waits for the status that is to come before it


@dataclass(frozen=True, slots=True)
class Call:
    """One call, told apart: the object, the edge after it, and the number its token is of."""

    request: Request
    method: str
    object: str
    edge: str
    number: CloudNumber


class GraphApp:
    """The web application over a cloud."""

    def __init__(self, cloud: Cloud, hooks: Hooks, random: Random) -> None:
        self._cloud, self._hooks, self._random = cloud, hooks, random
        self._sessions: dict[str, tuple[str, str, int]] = {}  # upload session: account, type, length
        self._edges: dict[tuple[str, str], Callable[[Call], Awaitable[Any]]] = {
            ("POST", "messages"): self._send,
            ("POST", "marketing_messages"): self._send,
            ("POST", "media"): self._upload,
            ("POST", "message_templates"): self._create,
            ("GET", "message_templates"): self._list,
            ("DELETE", "message_templates"): self._delete,
            ("GET", "phone_numbers"): self._numbers,
            ("POST", "subscribed_apps"): self._subscribe,
            ("DELETE", "subscribed_apps"): self._unsubscribe,
            ("POST", "uploads"): self._session,
            ("GET", ""): self._node,
            ("POST", ""): self._change,
            ("DELETE", ""): self._remove,
        }
        self.asgi = Starlette(
            routes=[
                Route("/-/media/{file}", self._download, name="download"),
                Route("/{path:path}", self._call, methods=_METHODS),
            ]
        )

    async def _call(self, request: Request) -> Response:
        parts = [part for part in request.path_params["path"].split("/") if part]
        if parts and _VERSION.fullmatch(parts[0]):
            parts = parts[1:]
        if not 1 <= len(parts) <= 2:
            return self._answer(Problem(100, "Unknown path components."))
        number = self._number(request)
        if isinstance(number, Problem):
            return self._answer(number)
        edge = parts[1] if len(parts) == 2 else ""
        do = self._edges.get((request.method, edge))
        if do is None:
            return self._answer(Problem(100, f"Unknown path components: /{edge}"))
        try:
            result = await do(Call(request, request.method, parts[0], edge, number))
        except ClientDisconnect:
            return Response(status_code=499)
        return result if isinstance(result, Response) else self._answer(result)

    def _number(self, request: Request) -> CloudNumber | Problem:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        token = token if kind.lower() in ("bearer", "oauth") else request.query_params.get("access_token", "")
        for number in self._cloud.numbers.values():
            if token == number.token and self._cloud.behaviour.refuse_with != 190:
                return number
        return Problem(190)

    # ---- messages

    async def _send(self, call: Call) -> Any:
        number = self._cloud.numbers.get(call.object)
        if number is None or number.token != call.number.token:
            return no_such(call.method, call.object)
        body = await _json(call.request)
        result = body if isinstance(body, Problem) else self._cloud.send(number, body)
        if isinstance(result, Problem):
            delay = self._cloud.behaviour.answer_delay.draw(self._random)
            if delay:
                await asyncio.sleep(delay)
            return result
        await self._as_it_goes(call.request, result)
        return result.answer

    async def _as_it_goes(self, request: Request, taken: Taken) -> None:
        course: Course = taken.course
        if course.order is Order.BEFORE_ANSWER:
            await self._hooks.until_told(_FIRST_TOLD)
        if course.answer_delay:
            await asyncio.sleep(course.answer_delay)
        if course.cut:
            request.scope["extensions"][TRANSPORT]["transport"].abort()
        if course.cut or not course.answered:
            while (await request.receive())["type"] != "http.disconnect":
                pass
            raise ClientDisconnect

    # ---- media

    async def _upload(self, call: Call) -> Any:
        number = self._cloud.numbers.get(call.object)
        if number is None or number.token != call.number.token:
            return no_such(call.method, call.object)
        body = await _octets(call.request, media.LARGEST + MAX_JSON)
        if isinstance(body, Problem):
            return body
        read = media.read_upload(call.request.headers.get("content-type", ""), body)
        if isinstance(read, Problem):
            return read
        mime_type, name, octets = read
        return {"id": self._cloud.add_file(number, mime_type, octets, name).id}

    async def _download(self, request: Request) -> Response:
        number = self._number(request)
        if isinstance(number, Problem):
            return self._answer(number)
        file = self._cloud.files.get(request.path_params["file"], number.waba_id)
        expires = request.query_params.get("ext", "")
        if file is None or not expires.isdecimal() or int(expires) < self._cloud.now():
            return Response(status_code=404)
        return Response(file.octets, media_type=file.mime_type)

    async def _session(self, call: Call) -> Any:
        query = call.request.query_params
        if call.object != call.number.app_id:
            return no_such(call.method, call.object)
        mime_type, length = query.get("file_type", ""), query.get("file_length", "")
        if not length.isdecimal():
            return missing("file_length")
        if mime_type not in ("application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4"):
            return Problem(100, "Param file_type must be one of pdf, jpeg, jpg, png and mp4.")
        session = f"upload:{self._cloud.next_id()}"
        self._sessions[session] = (call.number.waba_id, mime_type, int(length))
        return {"id": session}

    async def _upload_example(self, call: Call) -> Any:
        session = self._sessions.get(call.object)
        if session is None or session[0] != call.number.waba_id:
            return no_such(call.method, call.object)
        body = await _octets(call.request, media.LARGEST)
        if isinstance(body, Problem):
            return body
        if call.request.headers.get("file_offset") != "0" or len(body) != session[2]:
            return Problem(
                100, f"The file has {len(body)} octets from file_offset 0; {session[2]} were announced."
            )
        del self._sessions[call.object]
        return {"h": f"4::{self._cloud.next_id()}"}

    # ---- templates

    async def _create(self, call: Call) -> Any:
        body = await self._account_body(call)
        if isinstance(body, Problem):
            return body
        behaviour = self._cloud.behaviour
        delay = behaviour.approval_delay.draw(self._random)
        made = self._cloud.templates.create(call.object, without_nulls(body), behaviour, delay)
        if isinstance(made, Problem):
            return made
        return {"id": made.id, "status": made.status, "category": made.category}

    async def _list(self, call: Call) -> Any:
        if call.object != call.number.waba_id:
            return no_such(call.method, call.object)
        query = call.request.query_params
        found = [
            one for one in self._cloud.templates.of(call.object)
            if all(query.get(name) in (None, str(getattr(one, name)))
                   for name in ("name", "status", "language", "category"))
        ]  # fmt: skip
        limit, after = query.get("limit", "25"), query.get("after", "0")
        if not limit.isdecimal() or not after.isdecimal():
            return Problem(100, "Param limit and after must be as they were given.")
        start, size = int(after), min(max(int(limit), 1), 500)
        page = found[start : start + size]
        answer: dict[str, Any] = {"data": [_chosen(one.node(), query.get("fields")) for one in page]}
        if query.get("summary"):
            whole = {
                "total_count": len(found),
                "message_template_count": len(self._cloud.templates.of(call.object)),
                "message_template_limit": MOST_TEMPLATES,
                "are_translations_complete": True,
            }
            answer["summary"] = {name: whole[name] for name in query["summary"].split(",") if name in whole}
        if page:
            answer["paging"] = {"cursors": {"before": str(start), "after": str(start + len(page))}}
            if start + size < len(found):
                answer["paging"]["next"] = str(call.request.url.include_query_params(after=start + len(page)))
        return answer

    async def _delete(self, call: Call) -> Any:
        if call.object != call.number.waba_id:
            return no_such(call.method, call.object)
        name = call.request.query_params.get("name")
        if not name:
            return missing("name")
        identifier = call.request.query_params.get("hsm_id", "")
        return self._cloud.templates.delete(call.object, name, identifier) or {"success": True}

    def _template(self, call: Call) -> Template | None:
        found = self._cloud.templates.get(call.object)
        return found if found is not None and found.waba_id == call.number.waba_id else None

    # ---- accounts, and what an id alone means

    async def _numbers(self, call: Call) -> Any:
        if call.object != call.number.waba_id:
            return no_such(call.method, call.object)
        its = [one.node for one in self._cloud.numbers.values() if one.waba_id == call.object]
        return {"data": [_chosen(one, call.request.query_params.get("fields")) for one in its]}

    async def _subscribe(self, call: Call) -> Any:
        body = await self._account_body(call)
        if isinstance(body, Problem):
            return body
        url = body.get("override_callback_uri")
        if url and not await self._hooks.subscribe(call.object, url, str(body.get("verify_token", ""))):
            return Problem(100, "Callback verification failed: the URL did not answer with the challenge.")
        return {"success": True}

    async def _unsubscribe(self, call: Call) -> Any:
        if call.object != call.number.waba_id:
            return no_such(call.method, call.object)
        self._hooks.unsubscribe(call.object)
        return {"success": True}

    async def _account_body(self, call: Call) -> Any:
        if call.object != call.number.waba_id:
            return no_such(call.method, call.object)
        return await _json(call.request)

    async def _node(self, call: Call) -> Any:
        number = self._cloud.numbers.get(call.object)
        fields = call.request.query_params.get("fields")
        if number is not None and number.token == call.number.token:
            return _chosen(number.node, fields)
        template = self._template(call)
        if template is not None:
            return _chosen(template.node(), fields)
        file = self._cloud.files.get(call.object, call.number.waba_id)
        if file is not None:
            link = call.request.url_for("download", file=file.id)
            expires = int(self._cloud.now()) + media.LINK_SECONDS
            return media.node(file, str(link.include_query_params(ext=expires)))
        if call.object == call.number.waba_id:
            return {"id": call.object, "name": call.number.verified_name}
        return no_such(call.method, call.object)

    async def _change(self, call: Call) -> Any:
        if call.object.startswith("upload:"):
            return await self._upload_example(call)
        template = self._template(call)
        if template is None:
            return no_such(call.method, call.object)
        body = await _json(call.request)
        if isinstance(body, Problem):
            return body
        behaviour = self._cloud.behaviour
        delay = behaviour.approval_delay.draw(self._random)
        return self._cloud.templates.edit(template, without_nulls(body), behaviour, delay) or {
            "success": True
        }

    async def _remove(self, call: Call) -> Any:
        if self._cloud.files.get(call.object, call.number.waba_id) is None:
            return no_such(call.method, call.object)
        self._cloud.files.remove(call.object)
        return {"success": True}

    def _answer(self, result: Any) -> Response:
        if not isinstance(result, Problem):
            return _render(result)
        trace = "A" + "".join(self._random.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh0123456789", k=22))
        response = _render(result.answer(trace), result.status)
        if result.code == 190:
            response.headers["WWW-Authenticate"] = 'OAuth "Facebook Platform" "invalid_token"'
        return response


def _render(value: Any, status: int = 200) -> Response:
    octets = json.dumps(value, separators=(",", ":")).encode("ascii")
    return Response(octets, status, media_type="application/json")


def _chosen(node: dict[str, Any], fields: str | None) -> dict[str, Any]:
    """The members that were asked for; the id always."""
    if not fields:
        return node
    wanted = {field.strip() for field in fields.split(",")} | {"id"}
    return {name: value for name, value in node.items() if name in wanted}


async def _octets(request: Request, most: int) -> bytes | Problem:
    octets = bytearray()
    async for chunk in request.stream():
        octets += chunk
        if len(octets) > most:
            return Problem(100, f"The body is longer than {most} octets.")
    return bytes(octets)


async def _json(request: Request) -> Any:
    """The members of a body; a Problem when it is no JSON object."""
    octets = await _octets(request, MAX_JSON)
    if isinstance(octets, Problem):
        return octets
    try:
        body = json.loads(octets or b"{}")
    except ValueError:
        return Problem(100, "The body is no JSON.")
    return body if isinstance(body, dict) else Problem(100, "The body must be a JSON object.")
