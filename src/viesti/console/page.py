"""The console's pages: HTML from templates, with the headers that keep them ours.

Rule: no script, nothing from elsewhere, nothing kept by the browser; what people and programs wrote is
escaped. The look is that of the pages of signing in: their style sheet comes first.
"""

from __future__ import annotations

from importlib import resources
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

STYLE_SECONDS = 3600
_KEPT_OURS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none';"
        " form-action 'self'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
}


class Pages:
    """Renders templates. `base_url`: where browsers reach us."""

    def __init__(self, base_url: str) -> None:
        self._root = urlsplit(base_url).path.rstrip("/")
        self._environment = Environment(
            loader=PackageLoader("viesti.console", "pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["root"] = self._root

    def __call__(self, name: str, status: int = 200, **values: Any) -> Response:
        """The page of this template."""
        text = self._environment.get_template(f"{name}.html").render(values)
        return HTMLResponse(text, status, _KEPT_OURS)

    def sign_in(self, to: str) -> Response:
        """To the page of signing in, and back `to` this path."""
        location = f"{self._root}/oauth/sign-in?{urlencode({'to': to})}"
        return RedirectResponse(location, 302, _KEPT_OURS)


def own_file(name: str, media_type: str) -> Response:
    """A file beside the templates."""
    content = (resources.files("viesti.console") / "pages" / name).read_bytes()
    headers = {"cache-control": f"public, max-age={STYLE_SECONDS}", "x-content-type-options": "nosniff"}
    return Response(content, 200, headers, media_type)
