"""Where each call of Graph API goes, below the base URL.

Rule: every path carries the API's version, so that an estate says which one it was tested with. Ids are
quoted; what Meta gave as a path segment with a query (an upload session) is not.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

BASE_URL: Final = "https://graph.facebook.com"
VERSION: Final = "v25.0"


def _path(version: str, *segments: str) -> str:
    return "/" + "/".join(quote(segment, safe=".") for segment in (version, *segments))


def messages(phone_number_id: str, version: str = VERSION) -> str:
    """POST: send, mark as read, show typing."""
    return _path(version, phone_number_id, "messages")


def media_up(phone_number_id: str, version: str = VERSION) -> str:
    """POST multipart: a file to be sent by its id."""
    return _path(version, phone_number_id, "media")


def media(media_id: str, version: str = VERSION) -> str:
    """GET where a file is; DELETE it."""
    return _path(version, media_id)


def templates(waba_id: str, version: str = VERSION) -> str:
    """POST a new template; GET a page of them; DELETE by query."""
    return _path(version, waba_id, "message_templates")


def template(template_id: str, version: str = VERSION) -> str:
    """GET one template; POST what is changed in it."""
    return _path(version, template_id)


def phone_number(phone_number_id: str, version: str = VERSION) -> str:
    """GET the number, its name, quality and throughput."""
    return _path(version, phone_number_id)


def upload_sessions(app_id: str, version: str = VERSION) -> str:
    """POST: begin to upload a template's example file."""
    return _path(version, app_id, "uploads")


def upload(session: str, version: str = VERSION) -> str:
    """POST the octets of a session, GET how many it has; `session` as Meta gave it (`upload:...`)."""
    return f"/{version}/{session}"
