"""Draws the icon of a connector: a white speech bubble on its colour, and in it a glyph of that colour.

Rule: edges are smoothed by their distance alone, so that the same icon is drawn everywhere, and nothing
random or of the machine is in it. Lengths are parts of the icon's side.
"""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache

SIDE = 230  # pixels
# The bubble fills less than 70 % of the side.
_LEFT, _TOP, _RIGHT, _BOTTOM = 0.18, 0.22, 0.82, 0.66
_ROUND = 0.1
_TAIL = ((0.30, 0.60), (0.30, 0.81), (0.52, 0.60))
_THICK, _DOT = 0.032, 0.052  # half of a stroke's width, and of a dot's
_WHITE = 255
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line with round ends; `half`: half of its width."""

    x1: float
    y1: float
    x2: float
    y2: float
    half: float


def line(x1: float, y1: float, x2: float, y2: float) -> Stroke:
    """A line of the usual width."""
    return Stroke(x1, y1, x2, y2, _THICK)


def dot(x: float, y: float) -> Stroke:
    """A dot."""
    return Stroke(x, y, x, y, _DOT)


@lru_cache  # it takes a fifth of a second
def icon(colour: str, glyph: tuple[Stroke, ...]) -> bytes:
    """The icon as a PNG. `colour`: as #rrggbb."""
    brand = bytes.fromhex(colour.removeprefix("#"))
    rows = bytearray()
    for y in range(SIDE):
        rows.append(0)  # this row is stored as it is
        for x in range(SIDE):
            ink = _ink((x + 0.5) / SIDE, (y + 0.5) / SIDE, glyph)
            rows += bytes([round(under + (_WHITE - under) * ink) for under in brand]) if ink else brand
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)  # 8 bits of red, green and blue
    return (
        _SIGNATURE
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(bytes(rows), 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _inside(distance: float) -> float:
    """How much of a pixel is inside an edge at this distance."""
    return min(1.0, max(0.0, 0.5 - distance * SIDE))


def _ink(x: float, y: float, glyph: tuple[Stroke, ...]) -> float:
    """How white it is there."""
    bubble = max(_inside(_off_box(x, y)), _inside(_off_tail(x, y)))
    return min(bubble, 1 - max(_inside(_off(stroke, x, y)) for stroke in glyph)) if bubble else 0.0


def _off_box(x: float, y: float) -> float:
    over_x = abs(x - (_LEFT + _RIGHT) / 2) - (_RIGHT - _LEFT) / 2 + _ROUND
    over_y = abs(y - (_TOP + _BOTTOM) / 2) - (_BOTTOM - _TOP) / 2 + _ROUND
    return math.hypot(max(over_x, 0.0), max(over_y, 0.0)) + min(max(over_x, over_y), 0.0) - _ROUND


def _off_tail(x: float, y: float) -> float:
    """The distance from a triangle whose corners go against the clock."""
    edges = zip(_TAIL, (*_TAIL[1:], _TAIL[0]), strict=True)
    return max(
        ((y - y1) * (x2 - x1) - (x - x1) * (y2 - y1)) / math.hypot(x2 - x1, y2 - y1)
        for (x1, y1), (x2, y2) in edges
    )


def _off(stroke: Stroke, x: float, y: float) -> float:
    along_x, along_y = stroke.x2 - stroke.x1, stroke.y2 - stroke.y1
    length = along_x * along_x + along_y * along_y
    along = ((x - stroke.x1) * along_x + (y - stroke.y1) * along_y) / length if length else 0.0
    along = min(1.0, max(0.0, along))
    return math.hypot(x - stroke.x1 - along * along_x, y - stroke.y1 - along * along_y) - stroke.half
