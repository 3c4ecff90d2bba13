from __future__ import annotations

import pytest

from viesti.net.request import common_head, render

COMMON = common_head("h.example", "Viesti")
HEAD = b" HTTP/1.1\r\nHost: h.example\r\nUser-Agent: Viesti\r\nAccept: */*\r\n"


@pytest.mark.parametrize(
    ("method", "headers", "body", "octets"),
    [
        ("GET", None, b"", b"GET /p?x" + HEAD + b"\r\n"),
        ("GET", {"A": "b", "c-D": ""}, b"", b"GET /p?x" + HEAD + b"A: b\r\nc-D: \r\n\r\n"),
        ("POST", {}, b"", b"POST /p?x" + HEAD + b"Content-Length: 0\r\n\r\n"),
        ("POST", {}, b"\xff\r\n", b"POST /p?x" + HEAD + b"Content-Length: 3\r\n\r\n\xff\r\n"),
        ("DELETE", {"A": "\xe4"}, b"", b"DELETE /p?x" + HEAD + b"A: \xe4\r\n\r\n"),
    ],
)
def test_what_goes_out(method: str, headers: dict[str, str] | None, body: bytes, octets: bytes) -> None:
    assert render(method, "/p?x", COMMON, headers, body) == octets


@pytest.mark.parametrize("method", ["HEAD", "CONNECT", "get", "", "GET /", "GET\r\nX:"])
def test_methods_that_are_not_made(method: str) -> None:
    with pytest.raises(ValueError, match="invalid method"):
        render(method, "/", COMMON, None, b"")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("", "x"),
        ("A b", "x"),
        ("A:", "x"),
        ("Ä", "x"),
        ("A\n", "x"),
        ("A", "x\r\nB: y"),
        ("A", "x\n"),
        ("A", "x\0"),
        ("A", "€"),
        ("Host", "x"),
        ("content-length", "1"),
        ("Transfer-Encoding", "chunked"),
        ("CONNECTION", "close"),
    ],
)
def test_headers_that_are_not_sent(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"invalid|reserved"):
        render("GET", "/", COMMON, {name: value}, b"")
