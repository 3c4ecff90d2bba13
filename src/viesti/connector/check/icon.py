"""Rules about icon.png.

Rule: what is only generally known of icons is a warning; a file that is no picture is an error.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from viesti.connector.check import png
from viesti.connector.check.node import Fault
from viesti.connector.check.package import ICON, PROPERTIES, Package
from viesti.connector.check.properties import DEFAULT_COLOURS, INDEPENDENT
from viesti.connector.check.rule import Rule

SMALLEST, LARGEST = 100, 230
HEAVIEST = 1_000_000
# How much of the side a logo may take.
LOGO = 0.7
# How far two colours may be apart, in each channel, and be one: pictures have soft edges.
_NEAR = 24


def _missing(package: Package) -> Iterator[Fault]:
    colour = package.properties["iconBrandColor"].text.lower()
    if ICON not in package.files and colour != INDEPENDENT:
        yield Fault("", "the file is not there.")


def _broken(package: Package) -> Iterator[Fault]:
    if ICON in package.files:
        try:
            png.read(package.files[ICON])
        except png.NotPngError as error:
            yield Fault("", f"it is no PNG that can be shown: {error}.")


def _oblong(package: Package) -> Iterator[Fault]:
    picture = _picture(package)
    if picture and picture.width != picture.height:
        yield Fault("", f"it is {picture.width} x {picture.height} pixels.")


def _size(package: Package) -> Iterator[Fault]:
    picture = _picture(package)
    if picture and not SMALLEST <= max(picture.width, picture.height) <= LARGEST:
        yield Fault("", f"it is {picture.width} x {picture.height} pixels.")


def _heavy(package: Package) -> Iterator[Fault]:
    octets = len(package.files.get(ICON, b""))
    if octets >= HEAVIEST:
        yield Fault("", f"it has {octets:,} octets.")


def _background(package: Package) -> Iterator[Fault]:
    colour = _corners(package)
    if colour is None:
        return
    if colour[3] < 255:
        yield Fault("", "its background is transparent.")
    elif _hex(colour) in DEFAULT_COLOURS:
        yield Fault("", f"its background is {_hex(colour)}.")


def _brand(package: Package) -> Iterator[Fault]:
    colour, brand = _corners(package), package.properties["iconBrandColor"].text.lower()
    if colour is None or colour[3] < 255 or not re.fullmatch(r"#[0-9a-f]{6}", brand):
        return
    others = {*DEFAULT_COLOURS, INDEPENDENT}  # these have rules of their own
    if _hex(colour) != brand and others.isdisjoint((brand, _hex(colour))):
        yield Fault("", f"its background is {_hex(colour)}, and iconBrandColor {brand}.")


def _logo(package: Package) -> Iterator[Fault]:
    picture, colour = _picture(package), _corners(package)
    if not picture or colour is None:
        return
    background = {
        pixel
        for pixel in set(picture.pixels)
        if all(abs(a - b) <= _NEAR for a, b in zip(pixel, colour, strict=True))
    }
    drawn = [
        (place % picture.width, place // picture.width)
        for place, pixel in enumerate(picture.pixels)
        if pixel not in background
    ]
    if not drawn:
        yield Fault("", "nothing is drawn on it.")
        return
    columns, rows = [x for x, _ in drawn], [y for _, y in drawn]
    width, height = max(columns) - min(columns) + 1, max(rows) - min(rows) + 1
    share = max(width / picture.width, height / picture.height)
    if share > LOGO:
        yield Fault("", f"what is drawn takes {share:.0%} of its side.")


def _picture(package: Package) -> png.Picture | None:
    return _read(package.files.get(ICON, b""))


@lru_cache(maxsize=4)
def _read(octets: bytes) -> png.Picture | None:
    try:
        return png.read(octets)
    except png.NotPngError:
        return None


def _corners(package: Package) -> tuple[int, int, int, int] | None:
    """The colour that most corners have."""
    picture = _picture(package)
    if not picture or not picture.pixels:
        return None
    right, below = picture.width - 1, picture.height - 1
    corners = [picture.at(x, y) for x in (0, right) for y in (0, below)]
    return Counter(corners).most_common(1)[0][0]


def _hex(colour: tuple[int, int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour[:3])


RULES = (
    Rule("icon-missing", "A package has an icon.", "Export the package again, or draw one.", _missing),
    Rule("icon-broken", "The icon is a PNG.", "Save it as one.", _broken),
    Rule("icon-oblong", "The icon is square.", "Draw it square.", _oblong, warning=True),
    Rule("icon-size", "The icon is 100 to 230 pixels wide.", "Draw it in that size.", _size, warning=True),
    Rule("icon-heavy", "The icon is smaller than 1 MB.", "Save it smaller.", _heavy, warning=True),
    Rule(
        "icon-background",
        "The background of the icon is a colour of its own.",
        "Fill it with iconBrandColor.",
        _background,
        warning=True,
    ),
    Rule(
        "icon-brand",
        "The background of the icon is iconBrandColor.",
        "Use one colour for both.",
        _brand,
        warning=True,
        needs=(PROPERTIES,),
    ),
    Rule("icon-logo", "The logo takes at most 70 % of the icon.", "Draw it smaller.", _logo, warning=True),
)
