"""The parts of an OpenAPI 3.1 document that all our APIs share: headers, errors, and what opens an operation.

Rule: each is a table of what the code answers; nothing here belongs to one API.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from viesti.api.answer import CODES
from viesti.api.contract.errors import SAID
from viesti.api.contract.face import Credentials, Face

_COUNT = {"type": "integer"}
HEADERS: Mapping[str, Mapping[str, Any]] = {
    "x-ratelimit-limit": {
        "description": "How many calls the budget has; not there when it has no limit.",
        "schema": _COUNT,
    },
    "x-ratelimit-remaining": {"description": "How many of them are left.", "schema": _COUNT},
    "x-ratelimit-reset": {
        "description": "In how many seconds calls counted now begin to be forgotten.",
        "schema": _COUNT,
    },
    "retry-after": {"description": "How many seconds to wait before another try.", "schema": _COUNT},
    "www-authenticate": {"description": "Which credentials are asked for.", "schema": {"type": "string"}},
    "allow": {"description": "The methods that the path takes.", "schema": {"type": "string"}},
    "location": {
        "description": "The absolute address to DELETE when no more calls are wanted.",
        "schema": {"type": "string", "format": "uri"},
    },
}
_HEADERS_OF: Mapping[int, tuple[str, ...]] = {
    401: ("www-authenticate",),
    403: ("www-authenticate",),
    405: ("allow",),
    429: ("retry-after",),
    503: ("retry-after",),
}
_NAMES: Mapping[str, str] = {"x-ms-summary": "title"}
_WITHOUT_BUDGET = frozenset((401, 405, 500, 503))  # answered to whoever calls


def error_name(status: int) -> str:
    """The name of an error among the components: its code, as one word."""
    return "".join(word.capitalize() for word in CODES[status].split("_"))


def error_reply(status: int, budget: Sequence[str]) -> dict[str, Any]:
    """An error's description; `budget`: the names of the headers that a known caller gets."""
    names = (*_HEADERS_OF.get(status, ()), *(() if status in _WITHOUT_BUDGET else budget))
    made: dict[str, Any] = {
        "description": SAID[status],
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    if names:
        made["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    return made


def error_schema(error: Any) -> Any:
    """The schema of errors, with the names that this dialect has for what is in it."""
    if not isinstance(error, Mapping):
        return error
    return {_NAMES.get(name, name): error_schema(each) for name, each in error.items()}


def security_schemes(face: Face, base_url: str) -> dict[str, Any]:
    """What may open an operation of this API."""
    return {one.value: _SCHEMES[one](face, base_url.rstrip("/")) for one in face.credentials}


def _basic(_face: Face, _base_url: str) -> dict[str, Any]:
    return {"type": "http", "scheme": "basic", "description": "The key and secret of an application."}


def _oauth2(face: Face, base_url: str) -> dict[str, Any]:
    token = f"{base_url}/oauth/token"
    flow = {
        "authorizationUrl": f"{base_url}/oauth/authorize",
        "tokenUrl": token,
        "refreshUrl": token,
        "scopes": dict(face.scopes),
    }
    about = "A connection that a person allowed: it may do what its scopes say, for that person's customers."
    return {"type": "oauth2", "description": about, "flows": {"authorizationCode": flow}}


def _personal_token(_face: Face, _base_url: str) -> dict[str, Any]:
    return {
        "type": "apiKey",
        "in": "header",
        "name": "Personal-Access-Token",
        "description": "A person's own token, for scripts; instead of Authorization, not beside it.",
    }


_SCHEMES: Mapping[Credentials, Callable[[Face, str], dict[str, Any]]] = {
    Credentials.BASIC: _basic,
    Credentials.OAUTH2: _oauth2,
    Credentials.PERSONAL_TOKEN: _personal_token,
}
