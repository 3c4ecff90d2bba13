"""TS 23.038: the default alphabet (6.2.1), its extension, and annex A for Turkish, Spanish, Portuguese."""

from __future__ import annotations

import pytest
import smsutil.codecs

from viesti.domain.text.alphabet import alphabet
from viesti.domain.text.tables import LANGUAGES

# One row per high digit, one column per low digit.
DEFAULT_GRID = """
@ £ $ ¥ è é ù ì ò Ç LF Ø ø CR Å å
Δ _ Φ Γ Λ Ω Π Ψ Σ Θ Ξ ESC Æ æ ß É
SP ! " # ¤ % & ' ( ) * + , - . /
0 1 2 3 4 5 6 7 8 9 : ; < = > ?
¡ A B C D E F G H I J K L M N O
P Q R S T U V W X Y Z Ä Ö Ñ Ü §
¿ a b c d e f g h i j k l m n o
p q r s t u v w x y z ä ö ñ ü à
"""
TURKISH_GRID = """
@ £ $ ¥ € é ù ı ò Ç LF Ğ ğ CR Å å
Δ _ Φ Γ Λ Ω Π Ψ Σ Θ Ξ ESC Ş ş ß É
SP ! " # ¤ % & ' ( ) * + , - . /
0 1 2 3 4 5 6 7 8 9 : ; < = > ?
İ A B C D E F G H I J K L M N O
P Q R S T U V W X Y Z Ä Ö Ñ Ü §
ç a b c d e f g h i j k l m n o
p q r s t u v w x y z ä ö ñ ü à
"""
PORTUGUESE_GRID = """
@ £ $ ¥ ê é ú í ó ç LF Ô ô CR Á á
Δ _ ª Ç À ∞ ^ \\ € Ó | ESC Â â Ê É
SP ! " # º % & ' ( ) * + , - . /
0 1 2 3 4 5 6 7 8 9 : ; < = > ?
Í A B C D E F G H I J K L M N O
P Q R S T U V W X Y Z Ã Õ Ú Ü §
~ a b c d e f g h i j k l m n o
p q r s t u v w x y z ã õ ` ü à
"""
NAMED = {"SP": " ", "LF": "\n", "CR": "\r", "ESC": "\x1b"}

STANDARD_EXTENSION = "0A=FF 14=^ 28={ 29=} 2F=\\ 3C=[ 3D=~ 3E=] 40=| 65=€"
EXTENSIONS = {
    0: "",
    1: "47=Ğ 49=İ 53=Ş 63=ç 67=ğ 69=ı 73=ş",
    2: "09=ç 41=Á 49=Í 4F=Ó 55=Ú 61=á 69=í 6F=ó 75=ú",
    3: "05=ê 09=ç 0B=Ô 0C=ô 0E=Á 0F=á 12=Φ 13=Γ 15=Ω 16=Π 17=Ψ 18=Σ 19=Θ 1F=Ê 41=À 49=Í 4F=Ó 55=Ú "
    "5B=Ã 5C=Õ 61=Â 69=í 6F=ó 75=ú 7B=ã 7C=õ 7F=â",
}


@pytest.mark.parametrize(
    ("locking_shift", "grid"), [(0, DEFAULT_GRID), (1, TURKISH_GRID), (2, DEFAULT_GRID), (3, PORTUGUESE_GRID)]
)
def test_main_table(locking_shift: int, grid: str) -> None:
    characters = [NAMED.get(cell, cell) for cell in grid.split()]
    assert list(alphabet(0, locking_shift).table) == characters


@pytest.mark.parametrize("single_shift", [0, 1, 2, 3])
def test_what_follows_an_escape(single_shift: int) -> None:
    rows = f"{STANDARD_EXTENSION} {EXTENSIONS[single_shift]}".split()
    expected = {
        int(code, 16): character.replace("FF", "\f")
        for code, character in (row.split("=", 1) for row in rows)
    }
    table = alphabet().table
    shown = {code: alphabet(single_shift).decode(bytes((0x1B, code))) for code in range(128) if code != 0x1B}
    assert shown == {code: expected.get(code, table[code]) for code in shown}


def test_default_repertoire_is_that_of_an_independent_library() -> None:
    ours = alphabet()
    everything = map(chr, (*range(0xD800), *range(0xE000, 0x10000)))
    repertoire = {character for character in everything if ours.fits(character)}
    assert repertoire == set(smsutil.codecs.GSM_CHARSET) - {"\x1b"}
    assert len(repertoire) == 127 + 10


@pytest.mark.parametrize(("language", "identifier"), [("tr", 1), ("es", 2), ("pt", 3)])
def test_language_identifiers(language: str, identifier: int) -> None:
    assert LANGUAGES[language].identifier == identifier


@pytest.mark.parametrize("character", ["ç", "`", "\t", "\x1b", "\0", "Ω\u0301"])
def test_not_in_the_default_alphabet(character: str) -> None:
    assert not alphabet().fits(character)
