"""The pages and documents that are served: whole, cacheable, and made from the declarations."""

from __future__ import annotations

import json
import re
import shlex
from html.parser import HTMLParser
from typing import Any

import pytest
from starlette.routing import Route
from tests.unit.api.contract.example import REMOVE, SEND
from tests.unit.api.contract.test_openapi import BASE_URL, EXAMPLE, OPERATIONS

from viesti.api.answer import Answer, Endpoint
from viesti.api.contract.examples import GUID
from viesti.api.contract.face import Face
from viesti.api.contract.operation import AnyOperation
from viesti.api.contract.values import (
    Listed,
    Moment,
    Number,
    OneOrMore,
    Scalars,
    Text,
    Thing,
    Truth,
    Value,
    Whole,
)
from viesti.api.documents import routes
from viesti.api.documents.curl import call
from viesti.api.documents.kept import JSON, Kept
from viesti.api.documents.view import sections
from viesti.api.documents.words import kind
from viesti.api.faces import FACES

WORDS: list[tuple[Value, str]] = [
    (Text(), "text"),
    (Text(max_length=1000), "text, up to 1,000 characters"),
    (Text(format="uuid"), "GUID"),
    (Text(choices=("a", "b")), "one of these"),
    (Whole(), "whole number"),
    (Whole(least=1), "whole number, from 1"),
    (Whole(most=9), "whole number, up to 9"),
    (Whole(least=1, most=200), "whole number, 1 to 200"),
    (Whole(format="int64", least=1, most=(1 << 53) - 1), "whole number, from 1"),
    (Number(), "number"),
    (Truth(), "true or false"),
    (Moment(), "date and time"),
    (Scalars(), "object of your own"),
    (Thing(()), "object"),
    (OneOrMore(Text()), "text, or a list of such"),
    (Listed(Text()), "list of texts"),
    (Listed(Thing(())), "list of objects"),
    (Listed(Text(choices=("a",))), "list of these"),
    (Listed(Whole()), "list of whole number"),
]


@pytest.mark.parametrize(("value", "words"), WORDS)
def test_what_a_value_is(value: Value, words: str) -> None:
    assert kind(value) == words


def words_of(command: str) -> list[str]:
    """As a shell reads them."""
    return shlex.split(command.replace("\\\n", ""))


def test_the_shortest_good_call() -> None:
    words = words_of(call(EXAMPLE, SEND))
    assert words[:-1] == ["curl", "-u", "$KEY", f"$API/things/acme/{GUID}", "-d"]
    assert json.loads(words[-1]) == {"Content": "Your table", "Recipients": [{"Address": "+358401234567"}]}
    assert call(EXAMPLE, REMOVE) == 'curl -X DELETE "$API/things/acme/fixed"'  # open without credentials


def test_rows_have_the_place_of_members() -> None:
    (section,) = sections(EXAMPLE)
    send, remove = section.operations
    assert [row.name for row in send.body][:4] == [
        "Content", "Recipients", "Recipients[].Address", "Recipients[].Personalization",
    ]  # fmt: skip
    assert [row.must for row in send.body][:4] == [True, True, True, False]
    assert [(where, row.name, row.ours) for where, row in send.parameters][-1] == ("query", "Limit", True)
    assert (remove.open, remove.deprecated, remove.replies[0].kind) == (True, True, "")
    assert remove.trigger
    assert [row.name for row in remove.trigger.rows] == ["Address", "Personalization"]


async def test_who_has_it_already_is_told_so() -> None:
    kept = Kept(b"{}", JSON)
    answer = await kept({"headers": []}, receive)
    tag = dict(answer.headers)[b"etag"]
    assert (answer.status, answer.body) == (200, b"{}")
    for known in (tag, b"W/" + tag, b'"other", ' + tag, b"*"):
        same = await kept({"headers": [(b"if-none-match", known)]}, receive)
        assert (same.status, same.body, dict(same.headers)[b"etag"]) == (304, b"", tag)
    assert (await kept({"headers": [(b"if-none-match", b'"other"')]}, receive)).status == 200
    assert dict((await Kept(b"{ }", JSON)({"headers": []}, receive)).headers)[b"etag"] != tag


async def test_every_face_has_its_paths() -> None:
    assert [route.path for route in routes(FACES, BASE_URL)] == [
        "/docs/style.css", "/openapi.json", "/docs",
        "/openapi/smartdialog.json", "/docs/smartdialog", "/openapi/txtsync.json", "/docs/txtsync",
    ]  # fmt: skip


async def receive() -> Any:
    raise AssertionError("no body is read")


class Read(HTMLParser):
    """The ids, links and addresses of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.fetched: set[str] = set()
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = {name: value or "" for name, value in attrs}
        assert not any(name.startswith("on") or name == "style" for name in given)
        self.ids += [given["id"]] if "id" in given else []
        if tag == "a":
            self.links.add(given["href"])
        self.fetched |= {given[name] for name in ("src", "href") if name in given and tag != "a"}


async def page(face: Face) -> str:
    route: Route = {each.path: each for each in routes(FACES, BASE_URL + "/here")}[
        "/docs" if face is FACES[0] else f"/docs/{face.key}"
    ]
    assert isinstance(route.endpoint, Endpoint)
    answer = await route.endpoint._handler({"headers": []}, receive)
    assert isinstance(answer, Answer)
    return answer.body.decode()


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.key)
async def test_links_lead_somewhere_and_nothing_is_from_elsewhere(face: Face) -> None:
    text = await page(face)
    read = Read(text)
    assert len(read.ids) == len(set(read.ids))
    assert {link[1:] for link in read.links if link.startswith("#")} <= set(read.ids)
    assert all(link.startswith(("#", "/here/")) for link in read.links)
    assert all(address.startswith("/here/") for address in read.fetched)
    assert not {"script", "iframe", "form", "style"} & read.tags
    assert {operation.id for operation in face.operations} <= set(read.ids)
    assert not re.search(r"{%|&amp;(?:lt|amp);", text)


@pytest.mark.parametrize(("face", "one"), OPERATIONS)
def test_examples_can_be_read_by_a_shell(face: Face, one: AnyOperation) -> None:
    words = words_of(call(face, one))
    assert words[0] == "curl"
    assert "{" not in next(word for word in words if word.startswith("$API"))
