from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.links import MAX_LINK, MAX_LINKS, all_links, as_uri, find_links, replace_links

FOUND: list[tuple[str, tuple[str, ...]]] = [
    ("", ()),
    ("Hello", ()),
    ("http://", ()),
    ("https:///path", ()),
    ("http://x.fi", ("http://x.fi",)),
    ("HTTPS://X.FI/A", ("HTTPS://X.FI/A",)),
    ("Look: https://x.fi/a?b=c&d=e#f now", ("https://x.fi/a?b=c&d=e#f",)),
    ("ftp://x.fi/a mailto:a@x.fi www.x.fi x.fi/a", ()),
    ("shttp://x.fi/a 1http://x.fi +http://x.fi -http://x.fi", ()),  # another scheme, or part of a word
    ("katso:http://x.fi/a", ("http://x.fi/a",)),
    ("看http://x.fi/a", ("http://x.fi/a",)),  # no blank is needed before it
    ("http://x.fi/a。http://x.fi/b，", ("http://x.fi/a", "http://x.fi/b")),
    # the end of a sentence
    ("Go to http://x.fi.", ("http://x.fi",)),
    ("http://x.fi/a, http://x.fi/b; http://x.fi/c!?", ("http://x.fi/a", "http://x.fi/b", "http://x.fi/c")),
    ("http://x.fi/a...", ("http://x.fi/a",)),
    ("http://x.fi/a… more", ("http://x.fi/a",)),
    ("http://x.fi/ and http://x.fi/?", ("http://x.fi/", "http://x.fi/")),
    ("http://x.fi/a_ http://x.fi/a- http://x.fi/a& http://x.fi/a~",
     ("http://x.fi/a_", "http://x.fi/a-", "http://x.fi/a&", "http://x.fi/a~")),
    # brackets and quotation marks
    ("(http://x.fi/a)", ("http://x.fi/a",)),
    ("(http://x.fi/a_(b))", ("http://x.fi/a_(b)",)),
    ("http://x.fi/a_(b)", ("http://x.fi/a_(b)",)),
    ("[http://x.fi/a]. {http://x.fi/b}", ("http://x.fi/a", "http://x.fi/b")),
    ("http://x.fi/a( b", ("http://x.fi/a",)),
    ('"http://x.fi/a" <http://x.fi/b> \'http://x.fi/c\' “http://x.fi/d” »http://x.fi/e«',
     tuple(f"http://x.fi/{letter}" for letter in "abcde")),
    ("*http://x.fi/a*", ("http://x.fi/a",)),
    # any script, and nothing that can't be seen
    ("https://fi.wikipedia.org/wiki/Äänekoski", ("https://fi.wikipedia.org/wiki/Äänekoski",)),
    ("https://ääkkönen.fi/ö", ("https://ääkkönen.fi/ö",)),
    ("https://пример.рф", ("https://пример.рф",)),
    ("http://x.fi/a\u00a0b\u200bc\u2028d", ("http://x.fi/a",)),
    ("http://x.fi/a\u202eb http://x.fi/c\ufeff", ("http://x.fi/a", "http://x.fi/c")),
    ("http://x.fi/a\r\nhttp://x.fi/b\thttp://x.fi/c", ("http://x.fi/a", "http://x.fi/b", "http://x.fi/c")),
    ("http://x.fi/e\u0301", ("http://x.fi/e\u0301",)),  # an accent of its own goes with its letter
    ("http://x.fi/🎉", ("http://x.fi/🎉",)),
    # hosts
    ("http://localhost:8080/a http://127.0.0.1 http://[::1]:80/a",
     ("http://localhost:8080/a", "http://127.0.0.1", "http://[::1]:80/a")),
    ("http://x.fi:65536/ http://x.fi:/ http://x.fi:a/", ()),
    ("http://bank.fi@evil.example/ http://a:b@x.fi/", ()),
    ("http://bank.fi\\@evil.example/", ("http://bank.fi",)),
    ("http://.x.fi/ http://-x.fi/ http://x..fi/ http://x%2e.fi/ http://x,fi/a", ()),
    ("http://" + "ä" * 70 + ".fi/", ()),  # no such label can be registered
    ("http://a.fi/?to=http://b.fi/", ("http://a.fi/?to=http://b.fi/",)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "urls"), FOUND)
def test_what_a_link_is(text: str, urls: tuple[str, ...]) -> None:
    found = find_links(text)
    assert tuple(link.url for link in found) == urls
    assert all(text[link.start : link.end] == link.url for link in found)


def test_the_ninth_link_and_one_without_end_stay() -> None:
    text = " ".join(f"http://x.fi/{n}" for n in range(MAX_LINKS + 1))
    assert [link.url for link in find_links(text)] == text.split()[:MAX_LINKS]
    assert len(all_links(text)) == MAX_LINKS + 1
    longest = "http://x.fi/".ljust(MAX_LINK, "a")
    assert [link.url for link in find_links(f"{longest} {longest}a")] == [longest]


@pytest.mark.parametrize(
    ("url", "uri"),
    [
        ("https://x.fi/a?b=c%20d&e=[f]#g", "https://x.fi/a?b=c%20d&e=[f]#g"),
        ("https://x.fi/Ä ".strip(), "https://x.fi/%C3%84"),
        ("HTTP://Ääkkönen.FI:8080/ö?ä#å", "HTTP://xn--kknen-fraa0m.FI:8080/%C3%B6?%C3%A4#%C3%A5"),
        ("https://ääkkönen.fi", "https://xn--kknen-fraa0m.fi"),
        ("https://ääkkönen.fi?a", "https://xn--kknen-fraa0m.fi?a"),
        ("https://x.fi/{a}|^", "https://x.fi/%7Ba%7D%7C%5E"),
        ("https://[::1]:80/ä", "https://[::1]:80/%C3%A4"),
    ],
)
def test_what_stands_in_a_header(url: str, uri: str) -> None:
    assert as_uri(url) == uri
    assert uri.isascii()
    assert as_uri(uri) == uri


BASE = "https://go.acme.example/l/"
PIECES = st.one_of(
    st.sampled_from(
        ["http://x.fi/a", "https://ä.fi/(b", "http://", "(", ")", "[", "]", ".", ",", "'", "*", " ", "http://x.fi@",
         "HTTP://y.fi", "//", ":", "a", "\u0301", "。", "\n"]
    ),
    st.text(max_size=5),
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=20).map("".join)


@given(TEXTS)
def test_finding_again_finds_the_replacements(text: str) -> None:
    links = find_links(text)
    urls = [f"{BASE}{number:011}" for number in range(len(links))]
    short = replace_links(text, links, urls)
    again = all_links(short)[: len(links)]
    assert [link.url for link in again] == urls
    assert replace_links(short, again, [link.url for link in links]) == text


@given(TEXTS)
def test_every_link_can_stand_in_a_header(text: str) -> None:
    for link in all_links(text):
        uri = as_uri(link.url)
        assert uri.isascii()
        assert uri.isprintable()
        assert " " not in uri
