"""What no honest client sends: values, parts of paths and bodies, for every dialect's suite."""

from __future__ import annotations

import json

from tests.contract.bend import Call, put

# As JSON, so that it can be what no JSON library of an honest client writes.
VALUES = {
    "half of a surrogate pair": r'"\ud800"',
    "a NUL": r'"a\u0000b"',
    "a number beyond all": "1" + "0" * 400,
    "a float beyond all": "1e400",
    "no number": "NaN",
    "very deep": "[" * 20_000,
    "very deep and closed": "[" * 900 + "]" * 900,
    "an object in an object": '{"a":' * 900 + "1" + "}" * 900,
    "a long text": json.dumps("x" * 90_000),
    "controls": r'"\u0001\u001b[31m\u202e\r\n"',
    "an invalid escape": r'"\x"',
    "markup": '"<script>$(name)%{status}\'; drop table messages; --"',
}
IN_PATHS = {
    "a NUL": "%00",
    "no UTF-8": "%ff%fe",
    "a slash": "%2F..%2F..%2Fetc%2Fpasswd",
    "twice escaped": "%252B358401234567",
    "very long": "a" * 8_000,
    "half of a surrogate pair": "%ed%a0%80",
    "a line's end": "%0d%0aX-Header:%20x",
}
BODIES = {
    "no UTF-8": b'{"Content": "\xff"}',
    "UTF-16": '{"Content": "x"}'.encode("utf-16"),
    "two objects": b"{}{}",
    "a name twice": b'{"Sender": "Acme", "Sender": 7, "sender": []}',
    "very deep": b'{"a":' * 15_000,
    "a NUL after it": b"{}\0",
}
# How the octets of a good body may begin, and what is said of them.
HONEST = (
    (b"", "application/json; charset=utf-8"),
    (b"", "text/plain"),
    (b"", ""),
    (b"\xef\xbb\xbf", "application/json"),
    (b" \r\n\t", "application/json"),
)


def written(good: Call, place: str, value: str) -> bytes:
    """The call's body with this JSON at the place."""
    call = put(place, "\0here\0")(good, None)
    return json.dumps(call.body).replace(json.dumps("\0here\0"), value).encode()
