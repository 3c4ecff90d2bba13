"""The pages about our APIs: HTML from templates, with the headers that keep them ours.

Rule: no script, nothing from elsewhere; the look is that of the pages of signing in, whose style sheet comes
first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from viesti.api.answer import CODES, Headers
from viesti.api.contract.errors import SAID
from viesti.api.contract.face import Credentials, Face
from viesti.api.contract.openapi import SIGNED
from viesti.api.documents.view import sections

POLICY: Headers = (
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none';"
        b" form-action 'none'",
    ),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """An API, the path of its page and that of its OpenAPI document."""

    face: Face
    page: str
    openapi: str


class Pages:
    """Renders the pages. `base_url`: where browsers reach us."""

    def __init__(self, base_url: str, places: Sequence[Place]) -> None:
        self._base_url = base_url.rstrip("/")
        self._environment = Environment(
            loader=PackageLoader("viesti.api.documents", "pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {
            "root": urlsplit(base_url).path.rstrip("/"),
            "base_url": self._base_url,
            "places": places,
            "errors": [(status, CODES[status], meaning) for status, meaning in SAID.items()],
            "signed": SIGNED,
            "Credentials": Credentials,
        }

    def render(self, place: Place) -> bytes:
        """The page of an API."""
        face = place.face
        return (
            self._environment.get_template("face.html")
            .render(
                place=place,
                face=face,
                api=self._base_url + face.base,
                sections=sections(face),
                triggers=any(operation.trigger for operation in face.operations),
            )
            .encode()
        )
