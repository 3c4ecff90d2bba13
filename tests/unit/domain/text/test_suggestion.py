"""How a text could be one part."""

from __future__ import annotations

import pytest

from viesti.domain.text import Coding, Measure, Rewording, Suggestion, suggest_one_part

GSM, UCS = Coding.GSM7, Coding.UCS2


@pytest.mark.parametrize(
    ("text", "languages", "suggestion"),
    [
        ("", (), None),
        ("a" * 160, (), None),
        ("ы" * 70, (), None),
        ("ş" * 140, ("tr",), None),
        # GSM already: only shorter
        ("a" * 161, (), Suggestion(Measure(GSM, 2, 161, 1), None)),
        ("€" * 100, (), Suggestion(Measure(GSM, 2, 200, 40), None)),
        ("ş" * 160, ("tr",), Suggestion(Measure(GSM, 2, 160, 5), None)),
        # one character makes it UCS-2
        (
            "a" * 100 + "…",
            (),
            Suggestion(
                Measure(UCS, 2, 101, 31),
                Rewording("a" * 100 + "...", (("…", "..."),), Measure(GSM, 1, 103, 0)),
            ),
        ),
        # replaced it is shorter, not yet one
        (
            "a" * 165 + "ç",
            (),
            Suggestion(
                Measure(UCS, 3, 166, 96), Rewording("a" * 165 + "c", (("ç", "c"),), Measure(GSM, 2, 166, 6))
            ),
        ),
        # a picture may go
        (
            "a" * 80 + "😀",
            (),
            Suggestion(
                Measure(UCS, 2, 82, 12), Rewording("a" * 80 + " ", (("😀", " "),), Measure(GSM, 1, 81, 0))
            ),
        ),
        # within the allowed national alphabet
        (
            "ş" * 100 + "’",
            ("tr",),
            Suggestion(
                Measure(UCS, 2, 101, 31), Rewording("ş" * 100 + "'", (("’", "'"),), Measure(GSM, 1, 101, 0))
            ),
        ),
        # letters may not
        ("a" * 80 + "ы", (), Suggestion(Measure(UCS, 2, 81, 11), None)),
        # replacing that does not help is not proposed
        ("…" * 71, (), Suggestion(Measure(UCS, 2, 71, 1), None)),
    ],
)
def test_suggestion(text: str, languages: tuple[str, ...], suggestion: Suggestion | None) -> None:
    assert suggest_one_part(text, languages) == suggestion
