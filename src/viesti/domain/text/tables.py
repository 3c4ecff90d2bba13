"""The 7-bit alphabets of 3GPP TS 23.038, as tables: default, extension, and the national ones we send.

Rule: a table here is the standard's and nothing else; what is near enough to replace a character is policy
(`substitutes`). A national locking table is written as what it changes in the default one, a single shift
table as what it adds to the ten standard extensions.
"""

from __future__ import annotations

from dataclasses import dataclass, field

ESCAPE = 0x1B
CARRIAGE_RETURN = 0x0D

# 6.2.1; 0x1B is the escape, not a character.
DEFAULT = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)

# 6.2.1.1, sent as the escape and the code.
EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}


@dataclass(frozen=True, slots=True)
class Language:
    """A national language: its identifier (6.2.1.2.4), what its tables change; an empty table means none."""

    identifier: int
    single_shift: dict[int, str] = field(default_factory=dict)
    locking_shift: dict[int, str] = field(default_factory=dict)


# A.2 (single shift) and A.3 (locking shift); Spanish has no locking table.
LANGUAGES: dict[str, Language] = {
    "tr": Language(
        1,
        single_shift={
            0x47: "Ğ",
            0x49: "İ",
            0x53: "Ş",
            0x63: "ç",
            0x67: "ğ",
            0x69: "ı",
            0x73: "ş",
        },
        locking_shift={
            0x04: "€",
            0x07: "ı",
            0x0B: "Ğ",
            0x0C: "ğ",
            0x1C: "Ş",
            0x1D: "ş",
            0x40: "İ",
            0x60: "ç",
        },
    ),
    "es": Language(
        2,
        single_shift={
            0x09: "ç",
            0x41: "Á",
            0x49: "Í",
            0x4F: "Ó",
            0x55: "Ú",
            0x61: "á",
            0x69: "í",
            0x6F: "ó",
            0x75: "ú",
        },
    ),
    "pt": Language(
        3,
        single_shift={
            0x05: "ê",
            0x09: "ç",
            0x0B: "Ô",
            0x0C: "ô",
            0x0E: "Á",
            0x0F: "á",
            0x12: "Φ",
            0x13: "Γ",
            0x15: "Ω",
            0x16: "Π",
            0x17: "Ψ",
            0x18: "Σ",
            0x19: "Θ",
            0x1F: "Ê",
            0x41: "À",
            0x49: "Í",
            0x4F: "Ó",
            0x55: "Ú",
            0x5B: "Ã",
            0x5C: "Õ",
            0x61: "Â",
            0x69: "í",
            0x6F: "ó",
            0x75: "ú",
            0x7B: "ã",
            0x7C: "õ",
            0x7F: "â",
        },
        locking_shift={
            0x04: "ê",
            0x06: "ú",
            0x07: "í",
            0x08: "ó",
            0x09: "ç",
            0x0B: "Ô",
            0x0C: "ô",
            0x0E: "Á",
            0x0F: "á",
            0x12: "ª",
            0x13: "Ç",
            0x14: "À",
            0x15: "∞",
            0x16: "^",
            0x17: "\\",
            0x18: "€",
            0x19: "Ó",
            0x1A: "|",
            0x1C: "Â",
            0x1D: "â",
            0x1E: "Ê",
            0x24: "º",
            0x40: "Í",
            0x5B: "Ã",
            0x5C: "Õ",
            0x5D: "Ú",
            0x60: "~",
            0x7B: "ã",
            0x7C: "õ",
            0x7D: "`",
        },
    ),
}

SINGLE_SHIFTS: dict[int, dict[int, str]] = {
    language.identifier: language.single_shift for language in LANGUAGES.values() if language.single_shift
}
LOCKING_SHIFTS: dict[int, dict[int, str]] = {
    language.identifier: language.locking_shift for language in LANGUAGES.values() if language.locking_shift
}
