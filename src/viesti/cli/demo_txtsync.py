"""The TxtSync API as its users work with it: contacts with a tag, one text to all of them with a link, and
what came of it.

Rule: contacts stay from run to run, and some were made by what they wrote: who is there already is changed.
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote, urlsplit

from viesti.cli.api_client import ApiClient
from viesti.cli.wiring import Problem

TAG = "Evening guests"
MENU = "https://harbour.example/menu?season=autumn"
INVITATION = f"Good evening $(FirstName)! Tonight's menu: {MENU}"
# What a browser on a phone says of itself.
BROWSER = (
    "User-Agent: Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/131.0 Mobile Safari/537.36\r\nAccept: text/html,application/xhtml+xml\r\nConnection: close\r\n"
)


async def keep_contact(api: ApiClient, phone: str, name: str) -> int:
    """A contact with this number, name and the tag; gives its id."""
    body = {"FirstName": name, "MobileNumber": phone, "TagNames": TAG}
    known = await api.call("GET", f"/contacts?searchNumber={quote(phone)}")
    if known:
        contact: dict[str, Any] = await api.call("PUT", f"/contacts/{known[0]['ContactID']}", body)
    else:
        contact = await api.call("POST", "/contacts", body)
    return int(contact["ContactID"])


async def invite(api: ApiClient, sender: str) -> dict[str, Any]:
    """SendBulkSMS to everybody with the tag."""
    body = {"From": sender, "ToTagName": [TAG], "Message": INVITATION, "TrackLinks": True}
    made: dict[str, Any] = await api.call("POST", "/sms/send/bulk", body)
    return made


async def report(api: ApiClient, campaign: int) -> dict[str, Any]:
    """What came of it so far."""
    found: dict[str, Any] = await api.call("GET", f"/campaigns/{campaign}/report")
    return found


async def follow(link: str) -> str:
    """Open a short link as the browser on a phone does; gives where it leads. Raises Problem."""
    place = urlsplit(link)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        writer.write(f"GET {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\n{BROWSER}\r\n".encode("ascii"))
        head = (await reader.read()).decode("latin-1").partition("\r\n\r\n")[0]
    finally:
        writer.close()
    first, *lines = head.split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    if " 302 " not in first:
        raise Problem(f"The short link {link} was answered with {first!r}.")
    return headers.get("location", "")
