"""The table of regions against libphonenumber's set and its own English names."""

from __future__ import annotations

import unicodedata

from phonenumbers.geodata.locale import LOCALE_DATA

from viesti.domain.numbering import REGIONS as KNOWN
from viesti.domain.regions import REGIONS

# Where the library's name is missing, old, or the same as another's.
OURS = {
    "AC", "CC", "CD", "CG", "CV", "CZ", "MF", "MK", "SX", "SZ", "TA", "TR", "VA", "XK",
}  # fmt: skip


def plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.casefold())
    return "".join(mark for mark in folded if not unicodedata.combining(mark))


def library_name(region: str) -> str:
    names: dict[str, str] = LOCALE_DATA.get(region, {})
    name = names.get("en", "")
    return names[name[1:]] if name.startswith("*") else name


def test_every_region_of_the_library_and_no_other() -> None:
    assert REGIONS.keys() == KNOWN


def test_names() -> None:
    differing = {region for region in REGIONS if plain(REGIONS[region]) != plain(library_name(region))}
    assert differing == OURS
    assert len(set(REGIONS.values())) == len(REGIONS)


def test_in_the_order_of_names() -> None:
    assert list(REGIONS.values()) == sorted(REGIONS.values(), key=plain)
