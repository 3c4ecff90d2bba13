"""The icons: real PNGs of the right size, on the colour of their connector, each with its own glyph."""

from __future__ import annotations

import struct
import zlib

import pytest

from viesti.connector.icon import SIDE, icon
from viesti.connector.products import PRODUCTS


def pixels(png: bytes) -> list[list[tuple[int, int, int]]]:
    """The rows of a PNG that has no filters; its checksums are checked on the way."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + data).to_bytes(4, "big") == png[at + 8 + length : at + 12 + length]
        chunks[kind] = data
        at += 12 + length
    width, height, *form = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (width, height, form) == (SIDE, SIDE, [8, 2, 0, 0, 0])
    raw, stride = zlib.decompress(chunks[b"IDAT"]), 1 + 3 * SIDE
    assert len(raw) == SIDE * stride
    rows = [raw[start : start + stride] for start in range(0, len(raw), stride)]
    assert {row[0] for row in rows} == {0}
    return [[(row[at], row[at + 1], row[at + 2]) for at in range(1, stride, 3)] for row in rows]


@pytest.mark.parametrize("name", PRODUCTS)
def test_it_is_a_small_picture_on_the_colour_of_its_connector(name: str) -> None:
    product = PRODUCTS[name]
    png = icon(product.colour, product.glyph)
    assert len(png) < 1 << 20
    icon.cache_clear()
    assert icon(product.colour, product.glyph) == png
    rows = pixels(png)
    brand = tuple(bytes.fromhex(product.colour[1:]))
    shown = {pixel for row in rows for pixel in row}
    edge = {rows[0][0], rows[0][-1], rows[-1][0], rows[-1][-1], rows[SIDE // 2][0], rows[0][SIDE // 2]}
    assert edge == {brand}
    assert (255, 255, 255) in shown
    drawn = [x for row in rows for x, pixel in enumerate(row) if pixel != brand]
    assert max(drawn) - min(drawn) + 1 <= 0.7 * SIDE


def test_each_has_a_glyph_of_its_own() -> None:
    drawn = {icon("#000000", product.glyph) for product in PRODUCTS.values()}
    assert len(drawn) == len(PRODUCTS)
