from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from viesti.domain.linked_text import inspect_linked
from viesti.domain.links import find_links, replace_links
from viesti.domain.text import CharacterPolicy, ConcatMethod, choose_encoding, count_parts, inspect, split

BASE = "https://go.acme.example/l/"
TOKENS = ["AAAAAAAAAAA", "zzzzzzzzzzz", "00000000000", "aZ3bY2cX1dW"]
POLICIES = list(CharacterPolicy)
LANGUAGES = [(), ("tr",), ("pt", "es")]
METHODS = list(ConcatMethod)

WITHOUT_NUL = st.characters(exclude_characters="\0", exclude_categories=["Cs"])  # which is not accepted
PIECES = st.one_of(
    st.sampled_from(
        ["http://x.fi/a", "https://ääkkönen.fi/✓(b", "http://x.fi/?q=" + "ш" * 90, BASE + "00000000000",
         "x" * 150, "€" * 70, "ş" * 60, "ş", "[", ")", " ", "\u0301",
         "ｈｔｔｐ：／／x.fi/", "Ａ", "：", "／", "“", "ш"]
    ),
    st.text(WITHOUT_NUL, max_size=5),
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=12).map("".join)


def as_sent(stored: str, token: str) -> str:
    """What the dispatcher makes of the stored text."""
    links = find_links(stored)
    return replace_links(stored, links, [BASE + token for _ in links])


@settings(max_examples=300)
@given(
    TEXTS,
    st.sampled_from(POLICIES),
    st.sampled_from(LANGUAGES),
    st.sampled_from(METHODS),
    st.sampled_from(TOKENS),
)
@example("Ａhttp://x.fi/✓ x", CharacterPolicy.REPLACE, (), METHODS[0], TOKENS[0])
@example("ｈttp://x.fi/✓ x", CharacterPolicy.REPLACE, (), METHODS[0], TOKENS[0])
@example(f"ｈttps://{BASE[8:]}00000000000 http://x.fi/", CharacterPolicy.REPLACE, (), METHODS[0], TOKENS[0])
def test_what_is_counted_is_what_is_sent(
    text: str, policy: CharacterPolicy, languages: tuple[str, ...], method: ConcatMethod, token: str
) -> None:
    plan, links = inspect_linked(text, BASE, policy, languages, method)
    sent = as_sent(plan.text, token)
    encoding = choose_encoding(sent, languages, method)
    assert encoding == plan.encoding
    assert count_parts(sent, encoding, method) == plan.parts
    assert len(find_links(plan.text)) == links
    if plan.parts <= 255:
        assert "".join(part.text for part in split(sent, encoding, method)) == sent


@given(TEXTS)
def test_links_are_kept_as_they_are(text: str) -> None:
    for policy in POLICIES:
        plan, _ = inspect_linked(text, BASE, policy)
        if policy is CharacterPolicy.NONE:
            assert plan.text == text
        if plan.text == text:
            assert [link.url for link in find_links(plan.text)] == [link.url for link in find_links(text)]


@given(st.text(st.characters(exclude_characters=":", exclude_categories=["Cs"])))
def test_without_a_link_it_is_inspected_as_any_other(text: str) -> None:
    assert inspect_linked(text, BASE) == (inspect(text), 0)


@pytest.mark.parametrize(
    ("text", "policy", "stored", "sent", "parts"),
    [
        # A long link and costly characters in one: neither costs a part any more.
        ("Hei! https://x.fi/" + "a" * 200, CharacterPolicy.NONE, None, f"Hei! {BASE}AAAAAAAAAAA", 1),
        ("Hei! https://x.fi/ш", CharacterPolicy.NONE, None, f"Hei! {BASE}AAAAAAAAAAA", 1),
        # The policy is of what is sent; the link is not.
        ("ш https://x.fi/ш", CharacterPolicy.REPLACE, "  https://x.fi/ш", f"  {BASE}AAAAAAAAAAA", 1),
        ("Hei! https://x.fi/ш", CharacterPolicy.STRICT, None, f"Hei! {BASE}AAAAAAAAAAA", 1),
        # A short one gets longer, and that is counted.
        ("x" * 150 + " http://x.fi", CharacterPolicy.NONE, None, "x" * 150 + f" {BASE}AAAAAAAAAAA", 2),
    ],
)
def test_what_goes_out(text: str, policy: CharacterPolicy, stored: str | None, sent: str, parts: int) -> None:
    plan, links = inspect_linked(text, BASE, policy)
    assert not plan.refused
    assert plan.text == (text if stored is None else stored)
    assert as_sent(plan.text, TOKENS[0]) == sent
    assert (plan.parts, links) == (parts, 1)


def test_what_is_refused_is_outside_of_links() -> None:
    assert inspect_linked("ы https://x.fi/ш", BASE, CharacterPolicy.STRICT).plan.refused == ("ы",)
