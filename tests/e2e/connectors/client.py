"""A client that nobody wrote for us: a connector's definition, as it is on disk, read by bravado-core.

It asks as a platform's designer does: hidden members get their defaults, what is chosen from a list is looked
up with the operation that the definition names.

Rule: it knows OpenAPI 2.0 and the platform's extensions, and nothing of ours. Requests are made, and answers
checked and read, by the library.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
from bravado_core.operation import Operation
from bravado_core.param import marshal_param
from bravado_core.response import IncomingResponse, get_response_spec, unmarshal_response
from bravado_core.response import validate_response_headers as validate_headers
from bravado_core.spec import Spec
from bravado_core.unmarshal import unmarshal_schema_object
from bravado_core.validate import validate_schema_object
from multidict import CIMultiDict
from tests.e2e.connectors.fields import at, filled, hidden, references, untold
from tests.e2e.connectors.formats import FORMATS
from yarl import URL

CONFIG = {"use_models": False, "include_missing_properties": False, "formats": FORMATS}


@dataclass(frozen=True, slots=True)
class Pick:
    """What a maker picks from a list, by what it is shown as."""

    title: str


class Answer(IncomingResponse):
    """An answer of the server, in the form that the library reads."""

    def __init__(self, response: aiohttp.ClientResponse, text: str) -> None:
        self.status_code, self.reason = response.status, response.reason
        self.headers, self.text, self.raw_bytes = response.headers, text, text.encode()
        self.value: Any = None  # once it was read

    def json(self, **_: Any) -> Any:
        return json.loads(self.text)


class Client:
    """A connection: a definition and its credentials. `performed`: what it did with success."""

    def __init__(self, definition: Path, session: aiohttp.ClientSession) -> None:
        self.document: dict[str, Any] = json.loads(definition.read_text(encoding="ascii"))
        self._spec = Spec.from_dict(self.document, config=CONFIG)
        resources = self._spec.resources.values()
        self.operations: dict[str, Operation] = {
            name: made for resource in resources for name, made in resource.operations.items()
        }
        self.performed: set[str] = set()
        self.credentials: dict[str, str] = {}
        self._session = session

    def with_definition(self, definition: Path) -> Client:
        """The same connection by another definition."""
        made = Client(definition, self._session)
        made.credentials = self.credentials
        return made

    # As a maker of flows

    async def perform(
        self,
        name: str,
        chosen: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        *,
        callback: str = "",
        status: int | None = None,
    ) -> Answer:
        """Do the operation with what a maker can see of it: parameters by name, members of the body; each may
        be a `Pick`. `callback`: the URL of a trigger's flow. `status`: of the error that is expected."""
        operation, chosen = self.operations[name], dict(chosen or {})
        unseen = {each.name for each in operation.params.values() if hidden(each.param_spec)}
        assert not unseen & set(chosen), "nobody sees it"
        values: dict[str, Any] = {}
        pending = [
            each for each in operation.params.values() if each.name in chosen or each.location == "body"
        ]
        assert set(chosen) <= {each.name for each in pending}, f"{name} has no {sorted(chosen)}"
        pending.sort(key=lambda each: each.location == "body")
        while pending:  # what others are picked by comes before them
            names = {each.name for each in pending}
            parameter = next(each for each in pending if not names & set(references(each.param_spec)))
            pending.remove(parameter)
            if parameter.location == "body":
                schema = self._spec.deref(parameter.param_spec["schema"])
                value = filled(schema, body or {}, callback)
            else:
                schema, value = parameter.param_spec, chosen[parameter.name]
            values[parameter.name] = await self._picked(schema, value, values)
        return await self.call(name, values, status)

    async def choices(self, field: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
        """What a field can be picked from: values by titles. `known`: the other parameters, by name."""
        asked = field["x-ms-dynamic-values"]
        items = await self._items(asked, "parameter", known, asked.get("value-collection", ""))
        made = {
            str(at(item, asked.get("value-title", ""))): at(item, asked.get("value-path", ""))
            for item in items
        }
        if "x-ms-dynamic-list" in field:  # its twin for newer designers finds the same
            twin = field["x-ms-dynamic-list"]
            others = await self._items(twin, "parameterReference", known, twin.get("itemsPath", ""))
            title, value = twin.get("itemTitlePath", ""), twin.get("itemValuePath", "")
            assert {str(at(item, title)): at(item, value) for item in others} == made
        return made

    async def _items(
        self, asked: Mapping[str, Any], reference: str, known: Mapping[str, Any], collection: str
    ) -> Any:
        parameters = {}
        for name, given in asked.get("parameters", {}).items():
            if not isinstance(given, dict):
                parameters[name] = given
            elif "value" in given:
                parameters[name] = given["value"]
            elif (of := given[reference].rpartition("/")[2]) in known:  # else it is asked without
                parameters[name] = known[of]
        return at((await self.call(asked["operationId"], parameters)).value, collection)

    async def _picked(self, field: Mapping[str, Any], value: Any, known: Mapping[str, Any]) -> Any:
        """The value with all picks looked up."""
        field = self._spec.deref(field)
        match value:
            case Pick():
                found = await self.choices(field, known)
                assert value.title in found, f"{value.title!r} is not among {sorted(found)}"
                return found[value.title]
            case dict():
                members, picked = field.get("properties", {}), {}
                for name, each in value.items():
                    picked[name] = await self._picked(members.get(name, {}), each, {**known, **picked})
                return picked
            case list():
                return [await self._picked(field["items"], each, known) for each in value]
        return value

    # As a program

    async def call(self, name: str, values: Mapping[str, Any], status: int | None = None) -> Answer:
        """Call the operation with these parameters; hidden ones not among them get their defaults."""
        operation = self.operations[name]
        request: dict[str, Any] = {
            "method": operation.http_method,
            "url": self._spec.api_url.rstrip("/") + operation.path_name,
            "params": {},
            "headers": {},
        }
        for parameter in operation.params.values():
            spec = parameter.param_spec
            value = values.get(parameter.name)
            if value is None and parameter.required and hidden(spec):
                value = spec["default"]
            if spec.get("x-ms-url-encoding") == "double":  # the platform's own, which the library knows not
                value = quote(value, safe="")
            marshal_param(parameter, value, request)
        return await self._send(operation, request, status)

    async def _send(
        self,
        operation: Operation,
        request: Mapping[str, Any],
        status: int | None = None,
        *,
        signed: bool = True,
    ) -> Answer:
        """Send a request. The answer is a good one, or the error that is expected, and what the definition
        says of it."""
        headers = CIMultiDict(self.credentials if signed else {})
        for name, value in request["headers"].items():
            if name.endswith(":"):  # of TxtSync's bulk sending, written as the platform would
                name, value = name[:-1], f": {value}"
            headers.add(name, value)
        url = URL(request["url"], encoded=True).update_query(request.get("params", {}))
        async with self._session.request(
            request["method"], url, headers=headers, data=request.get("data"), allow_redirects=False
        ) as response:
            answer = Answer(response, await response.text())
        expected = range(200, 300) if status is None else (status,)
        assert answer.status_code in expected, (operation.operation_id, request, answer.text)
        described = get_response_spec(answer.status_code, operation)
        answer.value = unmarshal_response(answer, operation)
        validate_headers(operation, described, answer)
        if "schema" in described:
            assert answer.headers["Content-Type"].partition(";")[0] in operation.produces
            self._all_told(described["schema"], answer.json(), operation.operation_id)
        else:
            assert answer.text == ""
        if status is None:
            self.performed.add(operation.operation_id)
        return answer

    # As a platform that runs flows

    def read_call(self, trigger: str, body: bytes) -> Any:
        """What a flow was called with, checked by what the definition says of it."""
        path = self.document["paths"][self.operations[trigger].path_name]
        schema, told = path["x-ms-notification-content"]["schema"], json.loads(body)
        validate_schema_object(self._spec, schema, told)
        self._all_told(schema, told, trigger)
        return unmarshal_schema_object(self._spec, schema, told)

    async def delete(self, location: str, *, signed: bool = True) -> Answer:
        """Remove what a trigger's answer said in `Location`; the definition has an operation for it."""
        (operation,) = [each for each in self.operations.values() if self._leads(each, location)]
        request = {"method": "delete", "url": location, "headers": {}}
        return await self._send(operation, request, signed=signed)

    def _leads(self, operation: Operation, location: str) -> bool:
        path = re.sub(
            r"\\{.*?\\}", "[^/?#]+", re.escape(self._spec.api_url.rstrip("/") + operation.path_name)
        )
        return operation.http_method == "delete" and re.fullmatch(path, location) is not None

    def _all_told(self, schema: Mapping[str, Any], value: Any, where: str) -> None:
        """Nothing is there that the definition is silent about."""
        silent = sorted(set(untold(self._spec.deref, schema, value, "")))
        assert not silent, f"{where} has {silent}, of which the definition says nothing"
