"""Text as a handset gets it: alphabets, encodings, parts, headers, and the policy on costly characters.

Rule: facts are those of 3GPP TS 23.038 and TS 23.040; every function is pure and needs no other state.
"""

from __future__ import annotations

from viesti.domain.text.choice import choose_encoding
from viesti.domain.text.encoding import GSM7, UCS2, Coding, Encoding, decode, encode, units
from viesti.domain.text.header import (
    MAX_PARTS,
    ConcatElement,
    ConcatMethod,
    InformationElement,
    UserDataHeader,
    header_octets,
    information_elements,
    parse_udh,
    udh,
)
from viesti.domain.text.parts import JoinedText, TextPart, capacity, count_parts, join_parts, split
from viesti.domain.text.plan import TextPlan, inspect
from viesti.domain.text.policy import CharacterPolicy, PolicyResult, apply_policy
from viesti.domain.text.septets import pack, unpack
from viesti.domain.text.suggestion import Measure, Rewording, Suggestion, suggest_one_part
from viesti.domain.text.tables import LANGUAGES

__all__ = [
    "GSM7",
    "LANGUAGES",
    "MAX_PARTS",
    "UCS2",
    "CharacterPolicy",
    "Coding",
    "ConcatElement",
    "ConcatMethod",
    "Encoding",
    "InformationElement",
    "JoinedText",
    "Measure",
    "PolicyResult",
    "Rewording",
    "Suggestion",
    "TextPart",
    "TextPlan",
    "UserDataHeader",
    "apply_policy",
    "capacity",
    "choose_encoding",
    "count_parts",
    "decode",
    "encode",
    "header_octets",
    "information_elements",
    "inspect",
    "join_parts",
    "pack",
    "parse_udh",
    "split",
    "suggest_one_part",
    "udh",
    "units",
    "unpack",
]
