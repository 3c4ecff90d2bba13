"""Our part counts beside those of three libraries, over 10,000 generated texts.

Rule: a difference is allowed only where its reason is known, and then it must be exactly of that kind:
Twilio's calculator keeps a grapheme cluster of several code points in one part; we, split-sms and smsutil
keep code points whole.
"""

from __future__ import annotations

import json
import random
import subprocess
from typing import Any, NamedTuple

import pytest
import smsutil
from tests.interop.peer import node

from viesti.domain.text import GSM7, UCS2, ConcatMethod, Encoding, choose_encoding, split
from viesti.domain.text.alphabet import alphabet

pytestmark = pytest.mark.interop

TEXTS = 10_000
SEED = 3
# Escape is a character of the table for smsutil and none for the others; no keyboard has it.
GSM = sorted(alphabet(0, 0).characters - {"\x1b"})
EXTENDED = list("^{}\\[~]|€\f")
ASCII = [chr(code) for code in range(0x20, 0x7F)]
ACCENTED = list("çÇáÁíÍóÓúÚâêôãõñÑäöåÄÖÅéèùìò")
CYRILLIC = list("абвгдежзийклмнопрстуфхцчшщъыьэюя ")
EMOJI = list("😀🎉🚀💡🧡🐻")
FAMILIES = ["👨‍👩‍👧‍👦", "👩🏽‍🚒", "🏳️‍🌈", "❤️‍🔥", "🧑🏿‍🤝‍🧑🏻"]
FLAGS = ["🇫🇮", "🇬🇧", "🇸🇪"]
COMBINED = ["e\u0301", "o\u0308\u0323", "\u1112\u1161\u11ab", "นี้", "क्षि", "z" + "\u0335" * 9]
BREAKS = ["\n", "\r\n"]
KINDS: list[list[str]] = [
    ASCII,
    GSM,
    ["a", *EXTENDED],
    ASCII + ACCENTED,
    CYRILLIC,
    CYRILLIC + EMOJI,
    EMOJI,
    ASCII + FAMILIES,
    FAMILIES + FLAGS,
    CYRILLIC + COMBINED,
    COMBINED,
    ASCII + EXTENDED + BREAKS,
    GSM + EMOJI + FAMILIES + FLAGS + COMBINED + CYRILLIC + BREAKS,
]
# Lengths where a part ends, in characters, and what is long.
ENDS = (66, 67, 68, 69, 70, 71, 132, 133, 134, 135, 152, 153, 154, 159, 160, 161, 305, 306, 307)


def texts() -> list[str]:
    """The same texts each time; half of them end near the end of a part."""
    chance = random.Random(SEED)
    made = []
    for number in range(TEXTS):
        letters = KINDS[number % len(KINDS)]
        length = chance.choice(ENDS) if number % 2 else int(chance.paretovariate(1.1) * 20)
        if number % 3:
            text = "".join(chance.choices(letters, k=min(length, 700)))
        else:  # one costly character among cheap ones, so that it meets the end of a part
            text = letters[0] * chance.randrange(0, 160) + chance.choice(letters) + letters[0] * length
        made.append(text[:1500])
    return made


class Divided(NamedTuple):
    """A text, how we send it, and what the npm packages say of it."""

    text: str
    encoding: Encoding
    parts: list[str]
    twilio: dict[str, Any]
    split_sms: dict[str, Any]


@pytest.fixture(scope="module")
def divided() -> list[Divided]:
    """All texts, divided once by everybody but smsutil."""
    generated = texts()
    command, environment = node("parts.js")
    done = subprocess.run(
        command, env=environment, input=json.dumps(generated).encode(), capture_output=True, check=True
    )
    found = []
    for text, said in zip(generated, json.loads(done.stdout), strict=True):
        encoding = choose_encoding(text)
        parts = [part.text for part in split(text, encoding, ConcatMethod.UDH8)]
        found.append(Divided(text, encoding, parts, said["twilio"], said["split"]))
    return found


def test_the_texts_are_what_they_should_be(divided: list[Divided]) -> None:
    assert len(divided) == TEXTS
    assert {one.encoding for one in divided} == {GSM7, UCS2}
    assert sum(len(one.parts) > 1 for one in divided) > TEXTS / 4
    assert max(len(one.parts) for one in divided) > 15


def test_smsutil_divides_alike(divided: list[Divided]) -> None:
    for one in divided:
        assert (one.encoding == GSM7) == smsutil.is_valid_gsm(one.text), repr(one.text)
        assert [part.content for part in smsutil.split(one.text).parts] == one.parts, repr(one.text)


def test_split_sms_divides_alike(divided: list[Divided]) -> None:
    for one in divided:
        assert one.split_sms["encoding"] == ("GSM" if one.encoding == GSM7 else "Unicode"), repr(one.text)
        assert one.split_sms["parts"] == one.parts, repr(one.text)


def test_twilio_counts_alike_but_for_clusters(divided: list[Divided]) -> None:
    different = 0
    for one in divided:
        assert one.twilio["encoding"] == ("GSM-7" if one.encoding == GSM7 else "UCS-2"), repr(one.text)
        if one.twilio["parts"] != len(one.parts):
            different += 1
            graphemes = one.twilio["graphemes"]
            assert any(len(grapheme) > 1 for grapheme in graphemes), repr(one.text)
            assert one.twilio["parts"] == whole_clusters(graphemes), repr(one.text)
    assert 0 < different < TEXTS / 10


def whole_clusters(graphemes: list[str]) -> int:
    """How many UCS-2 parts there are when no cluster may be divided."""
    sizes = [len(grapheme.encode("utf-16-be")) // 2 for grapheme in graphemes]
    if sum(sizes) <= 70:
        return 1
    parts, room = 0, 0
    for size in sizes:
        if size > room:
            parts, room = parts + 1, 67
        room -= size
    return parts
