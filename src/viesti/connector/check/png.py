"""Reads a PNG file: its size and its pixels.

Rule: 8 bits a channel, without interlacing, is all that is read; that is what icons are. Anything else that
is a PNG has a size and no pixels.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Pixels of a bigger picture are not looked at.
WIDEST = 1024
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


class NotPngError(ValueError):
    """The octets are no PNG, or a broken one."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The size, and each pixel as (red, green, blue, opacity), row by row; none if they can't be read."""

    width: int
    height: int
    pixels: tuple[tuple[int, int, int, int], ...]

    def at(self, column: int, row: int) -> tuple[int, int, int, int]:
        return self.pixels[row * self.width + column]


def read(octets: bytes) -> Picture:
    """The picture. NotPngError if it is none."""
    chunks = _chunks(octets)
    header = chunks.get(b"IHDR", b"")
    if len(header) != 13:
        raise NotPngError("there is no header")
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    if not width or not height:
        raise NotPngError("it has no pixels")
    if b"IDAT" not in chunks:
        raise NotPngError("it has no picture")
    if depth != 8 or interlaced or colour not in _CHANNELS or max(width, height) > WIDEST:
        return Picture(width, height, ())
    channels = _CHANNELS[colour]
    expected = (width * channels + 1) * height
    try:
        raw = zlib.decompressobj().decompress(chunks[b"IDAT"], expected)
    except zlib.error as error:
        raise NotPngError("its picture is broken") from error
    if len(raw) < expected:
        raise NotPngError("its picture is cut off")
    samples = _unfiltered(raw, width * channels, height, channels)
    groups = [samples[start : start + channels] for start in range(0, len(samples), channels)]
    palette, opacities = chunks.get(b"PLTE", b""), chunks.get(b"tRNS", b"")
    return Picture(width, height, tuple(_pixel(group, colour, palette, opacities) for group in groups))


def _chunks(octets: bytes) -> dict[bytes, bytes]:
    """The chunks by their names; those of one name together."""
    if not octets.startswith(SIGNATURE):
        raise NotPngError("it does not begin as a PNG does")
    made: dict[bytes, bytes] = {}
    place = len(SIGNATURE)
    while place + 12 <= len(octets):
        (length,) = struct.unpack_from(">I", octets, place)
        name, end = octets[place + 4 : place + 8], place + 8 + length
        if end + 4 > len(octets):
            raise NotPngError("it is cut off")
        if struct.unpack_from(">I", octets, end)[0] != zlib.crc32(octets[place + 4 : end]):
            raise NotPngError("a checksum is wrong")
        made[name] = made.get(name, b"") + octets[place + 8 : end]
        if name == b"IEND":
            return made
        place = end + 4
    raise NotPngError("it has no end")


def _pixel(group: bytes, colour: int, palette: bytes, opacities: bytes) -> tuple[int, int, int, int]:
    match colour:
        case 0:
            return group[0], group[0], group[0], 255
        case 2:
            return group[0], group[1], group[2], 255
        case 3:
            start = group[0] * 3
            if start + 3 > len(palette):
                raise NotPngError("a colour is not in its palette")
            opacity = opacities[group[0]] if group[0] < len(opacities) else 255
            return palette[start], palette[start + 1], palette[start + 2], opacity
        case 4:
            return group[0], group[0], group[0], group[1]
        case _:
            return group[0], group[1], group[2], group[3]


def _unfiltered(raw: bytes, stride: int, height: int, channels: int) -> bytes:
    """The samples, from what each row says about its neighbours."""
    above = bytearray(stride)
    made = bytearray()
    for row in range(height):
        start = row * (stride + 1)
        kind, line = raw[start], bytearray(raw[start + 1 : start + 1 + stride])
        if kind > 4:
            raise NotPngError("a row has an unknown filter")
        if kind:
            _undo(kind, line, above, channels)
        made += line
        above = line
    return bytes(made)


def _undo(kind: int, line: bytearray, above: bytearray, channels: int) -> None:
    for place in range(len(line)):
        left = line[place - channels] if place >= channels else 0
        up = above[place]
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        else:
            guess = _nearest(left, up, above[place - channels] if place >= channels else 0)
        line[place] = (line[place] + guess) & 255


def _nearest(left: int, up: int, corner: int) -> int:
    estimate = left + up - corner
    return min((left, up, corner), key=lambda each: abs(estimate - each))
