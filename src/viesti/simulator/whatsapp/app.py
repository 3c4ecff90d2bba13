"""The Cloud API over HTTP: who calls, what for, and the answer - which may be late, lost or cut on purpose.

Rule: a path is version (or none), object and edge, as Graph has them; a token opens what its account owns
and nothing else exists for it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from viesti.simulator.whatsapp import media
from viesti.simulator.whatsapp.behaviour import Course, Order
from viesti.simulator.whatsapp.cloud import Cloud, Taken
from viesti.simulator.whatsapp.graph import Call, chosen, json_of, render
from viesti.simulator.whatsapp.graph_files import FileCalls
from viesti.simulator.whatsapp.graph_templates import TemplateCalls
from viesti.simulator.whatsapp.hooks import Hooks
from viesti.simulator.whatsapp.numbers import CloudNumber
from viesti.simulator.whatsapp.problem import Problem, no_such

TRANSPORT = "viesti.transport"  # in the scope's extensions: the connection, so that it can be cut
_VERSION = re.compile(r"v\d{1,2}\.\d")
_METHODS = ["GET", "POST", "DELETE"]
_FIRST_TOLD = 2.0  # seconds that an answer waits for the status that is to come before it


class GraphApp:
    """The web application over a cloud."""

    def __init__(self, cloud: Cloud, hooks: Hooks, random: Random) -> None:
        self._cloud, self._hooks, self._random = cloud, hooks, random
        self._files, self._templates = FileCalls(cloud), TemplateCalls(cloud, random)
        self._edges: dict[tuple[str, str], Callable[[Call], Awaitable[Any]]] = {
            ("POST", "messages"): self._send,
            ("POST", "marketing_messages"): self._send,
            ("POST", "media"): self._files.upload,
            ("POST", "message_templates"): self._templates.create,
            ("GET", "message_templates"): self._templates.page,
            ("DELETE", "message_templates"): self._templates.delete,
            ("GET", "phone_numbers"): self._numbers,
            ("POST", "subscribed_apps"): self._subscribe,
            ("DELETE", "subscribed_apps"): self._unsubscribe,
            ("POST", "uploads"): self._files.session,
            ("GET", ""): self._node,
            ("POST", ""): self._change,
            ("DELETE", ""): self._files.remove,
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
        body = await json_of(call.request)
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

    async def _download(self, request: Request) -> Response:
        number = self._number(request)
        if isinstance(number, Problem):
            return self._answer(number)
        file = self._cloud.files.get(request.path_params["file"], number.waba_id)
        expires = request.query_params.get("ext", "")
        if file is None or not expires.isdecimal() or int(expires) < self._cloud.now():
            return Response(status_code=404)
        return Response(file.octets, media_type=file.mime_type)

    # ---- accounts, and what an id alone means

    async def _numbers(self, call: Call) -> Any:
        if call.object != call.number.waba_id:
            return no_such(call.method, call.object)
        its = [one.node for one in self._cloud.numbers.values() if one.waba_id == call.object]
        return {"data": [chosen(one, call.request.query_params.get("fields")) for one in its]}

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
        return await json_of(call.request)

    async def _node(self, call: Call) -> Any:
        number = self._cloud.numbers.get(call.object)
        fields = call.request.query_params.get("fields")
        if number is not None and number.token == call.number.token:
            return chosen(number.node, fields)
        template = self._templates.named(call)
        if template is not None:
            return chosen(template.node(), fields)
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
            return await self._files.upload_example(call)
        return await self._templates.edit(call)

    def _answer(self, result: Any) -> Response:
        if not isinstance(result, Problem):
            return render(result)
        trace = "A" + "".join(self._random.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh0123456789", k=22))
        response = render(result.answer(trace), result.status)
        if result.code == 190:
            response.headers["WWW-Authenticate"] = 'OAuth "Facebook Platform" "invalid_token"'
        return response
