"""Our pages: HTML from templates, with the headers that keep them ours.

Rule: no script, nothing from elsewhere, nothing kept by the browser; what people and programs wrote is
escaped.

The page of the consent has no `form-action`: Chromium applies it to the redirect that follows a form, and
would block the way back to the platform. No page forbids being opened by another site's window, as a popup
is.
"""

from __future__ import annotations

from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from viesti.api.answer import Answer, Headers

HTML = b"text/html; charset=utf-8"
_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
_KEPT_OURS: Headers = (
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
_FILES = {"style.css": b"text/css; charset=utf-8", "mark.svg": b"image/svg+xml"}


class Pages:
    """Renders templates. `root`: the path under which callers reach us, empty for the whole host."""

    def __init__(self, root: str) -> None:
        self._environment = Environment(
            loader=PackageLoader("viesti.api.oauth", "pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["root"] = root

    def __call__(
        self,
        name: str,
        status: int = 200,
        *,
        headers: Headers = (),
        leads_away: bool = False,
        **values: Any,
    ) -> Answer:
        """The page of this template. `leads_away`: its form ends at another site."""
        text = self._environment.get_template(f"{name}.html").render(values)
        policy = _POLICY if leads_away else f"{_POLICY}; form-action 'self'"
        own = ((b"content-security-policy", policy.encode()), *_KEPT_OURS)
        return Answer(status, text.encode(), (*own, *headers), HTML)


def redirect(location: str, status: int, headers: Headers = ()) -> Answer:
    """To another address; it may hold a code."""
    return Answer(
        status,
        b"",
        ((b"location", location.encode("ascii")), *_KEPT_OURS, *headers),
        b"text/plain; charset=utf-8",
    )


def own_file(name: str) -> Answer:
    """A file beside the templates."""
    content = (resources.files("viesti.api.oauth") / "pages" / name).read_bytes()
    headers: Headers = ((b"cache-control", b"public, max-age=3600"), (b"x-content-type-options", b"nosniff"))
    return Answer(200, content, headers, _FILES[name])
