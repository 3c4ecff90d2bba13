"""The APIs' own documents: OpenAPI for programs, a page for people.

Rule: both are made once, at start, from the faces that are handed in; no dialect is known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

from starlette.routing import Route

from viesti.api.answer import Endpoint, encode
from viesti.api.contract.face import Face
from viesti.api.contract.openapi import document
from viesti.api.documents.kept import CSS, HTML, JSON, Kept
from viesti.api.documents.page import POLICY, Pages, Place


def routes(faces: Sequence[Face], base_url: str) -> list[Route]:
    """Every path of it. The first face is our own, and is found without its name. `base_url`: where callers
    reach us."""
    places = [
        Place(face, f"/docs/{face.key}" if number else "/docs", _openapi_path(face, number))
        for number, face in enumerate(faces)
    ]
    pages = Pages(base_url, places)
    style = (resources.files("viesti.api.documents") / "pages" / "style.css").read_bytes()
    kept = {"/docs/style.css": Kept(style, CSS)}
    for place in places:
        kept[place.openapi] = Kept(encode(document(place.face, base_url)), JSON)
        kept[place.page] = Kept(pages.render(place), HTML, POLICY)
    return [Route(path, Endpoint(one), methods=["GET"]) for path, one in kept.items()]


def _openapi_path(face: Face, number: int) -> str:
    return f"/openapi/{face.key}.json" if number else "/openapi.json"
