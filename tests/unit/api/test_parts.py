"""The small readers of the API: credentials, bodies, ids."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.api.answer import Refusal
from viesti.api.body import BodyLimits, ClientGone, parse_object, read_body
from viesti.api.guard import read_basic
from viesti.api.paging import read_id


class Wire:
    """ASGI's `receive` over messages that are known beforehand."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self.messages = list(messages)

    async def __call__(self) -> dict[str, Any]:
        return self.messages.pop(0)


def chunk(body: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


@pytest.mark.parametrize(
    ("chunks", "declared", "expected"),
    [
        ([b""], None, b""),
        ([b"abc"], b"3", b"abc"),
        ([b"a", b"b", b"c"], None, b"abc"),
        ([b"12345", b"67890"], b"10", b"1234567890"),
        ([b"12345", b"678901"], None, 413),
        ([b"12345678901"], b"11", 413),
        ([b"x"], b"9" * 30, 413),
        ([b"x"], b"nonsense", b"x"),
    ],
)
async def test_bodies_up_to_ten_octets(
    chunks: list[bytes], declared: bytes | None, expected: bytes | int
) -> None:
    wire = Wire(*(chunk(part, more=n < len(chunks) - 1) for n, part in enumerate(chunks)))
    body = await read_body(wire, declared, BodyLimits(10, 5.0))
    assert (body.status if isinstance(body, Refusal) else body) == expected


async def test_a_caller_who_hangs_up() -> None:
    with pytest.raises(ClientGone):
        await read_body(Wire(chunk(b"a", more=True), {"type": "http.disconnect"}), None, BodyLimits())


async def test_a_body_that_never_comes() -> None:
    async def never() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    body = await read_body(never, None, BodyLimits(10, 0.0))
    assert isinstance(body, Refusal) and body.status == 408


@given(st.binary(max_size=50))
def test_any_octets_are_an_object_or_refused(data: bytes) -> None:
    value = parse_object(data)
    assert isinstance(value, dict) or value.status == 400


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"Basic " + base64.b64encode(b"key:secret"), ("key", "secret")),
        (b"basic   " + base64.b64encode(b"key:secret") + b" ", ("key", "secret")),
        (b"BASIC " + base64.b64encode("k:ä:b ".encode()), ("k", "ä:b ")),
        (b"Basic " + base64.b64encode(b":"), ("", "")),
        (b"Basic " + base64.b64encode(b"key"), 401),
        (b"Basic " + base64.b64encode(b"\xff:"), 401),
        (b"Basic \xff", 401),
        (b"Basic", 401),
        (b"Bearer x", 401),
        (b"", 401),
    ],
)
def test_basic_credentials(header: bytes, expected: tuple[str, str] | int) -> None:
    read = read_basic(header)
    assert (read.status if isinstance(read, Refusal) else read) == expected


@given(st.binary(max_size=40))
def test_any_header_is_credentials_or_refused(header: bytes) -> None:
    read = read_basic(b"Basic " + header)
    assert isinstance(read, tuple) or read.status == 401


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1", 1),
        ("9007199254740991", 2**53 - 1),
        ("9007199254740992", None),
        ("0", None),
        ("", None),
        ("٣", None),
    ],
)
def test_ids(written: str, expected: int | None) -> None:
    assert read_id(written) == expected
