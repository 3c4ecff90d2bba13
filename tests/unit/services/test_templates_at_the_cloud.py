"""Our rules beside the simulator's, which were written apart from them: what passes here passes there."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from viesti.channels.whatsapp.payload import send_body
from viesti.domain import whatsapp_content as content
from viesti.domain.templates.components import read
from viesti.domain.templates.fill import Filled, Values, fill
from viesti.domain.templates.rules import check
from viesti.domain.templates.shape import Button, ButtonKind, Header, HeaderKind, Shape
from viesti.domain.templates.variables import variables
from viesti.protocols.whatsapp.templates import create_body
from viesti.services.templates.written import components_for_codes, components_of, named
from viesti.simulator.whatsapp.fit import Filled as Read
from viesti.simulator.whatsapp.fit import fill as read_by_a_person
from viesti.simulator.whatsapp.template_rules import problem_of
from viesti.simulator.whatsapp.templates import Template

WORD = st.text(st.characters(categories=["Lu", "Ll", "Nd"]), min_size=1, max_size=9)
PIECES = st.lists(
    st.sampled_from(["{{1}}", "{{2}}", "{{day}}", "{{", "a", "*b*", " and "]) | WORD, max_size=9
)
TEXT = PIECES.map(lambda pieces: " ".join(pieces))
HEADERS = st.none() | st.builds(
    Header, st.sampled_from([HeaderKind.TEXT, HeaderKind.IMAGE, HeaderKind.DOCUMENT, HeaderKind.LOCATION]),
    TEXT, WORD,
)  # fmt: skip
URLS = st.sampled_from(
    ["https://a.example", "https://a.example/{{1}}", "a.example", "https://a.example/{{1}}/x"]
)
BUTTON = (
    st.builds(Button, st.just(ButtonKind.QUICK_REPLY), WORD)
    | st.builds(Button, st.just(ButtonKind.URL), WORD, URLS, WORD)
    | st.builds(Button, st.just(ButtonKind.PHONE_NUMBER), WORD, st.just("+358401234567"))
    | st.builds(Button, st.just(ButtonKind.COPY_CODE), st.just("Copy"), st.just(""), WORD)
)
MESSY = st.builds(
    Shape,
    TEXT,
    HEADERS,
    st.just("") | TEXT,
    st.lists(BUTTON, max_size=5).map(tuple),
    st.lists(WORD, max_size=3).map(tuple),
)


@st.composite
def mostly_good(draw: st.DrawFn) -> Shape:
    """One whose body keeps the rules."""
    names = draw(st.sampled_from([(), ("1",), ("1", "2"), ("1", "2", "3"), ("day",), ("day", "place")]))
    words = draw(st.lists(WORD | st.sampled_from(["*b*", "\n", "_"]), min_size=len(names), max_size=5))
    places = [f"{word} {{{{{name}}}}}" for word, name in zip(words, names, strict=False)]
    body = " ".join(["Hi", *places, *words[len(names) :], "."])
    header = draw(
        st.none()
        | st.builds(Header, st.sampled_from([HeaderKind.IMAGE, HeaderKind.VIDEO]), st.just(""), WORD)
        | st.builds(Header, st.just(HeaderKind.TEXT), WORD | st.just("Order {{1}}"), WORD)
    )
    buttons = sorted(draw(st.lists(BUTTON, max_size=4)), key=lambda each: each.kind)
    examples = tuple(draw(WORD) for _ in names)
    return Shape(body, header, draw(st.just("") | WORD), tuple(buttons), examples)


def in_order(text: str) -> bool:
    """Numbers come as 1, 2, 3; Meta has the last word on others."""
    places = [text.find(f"{{{{{name}}}}}") for name in variables(text).names]
    return places == sorted(places)


def submitted(shape: Shape) -> dict[str, Any]:
    return create_body("name", "fi", "UTILITY", components_of(shape), named=named(shape))


@given(mostly_good() | MESSY)
def test_what_passes_our_rules_passes_the_simulators(shape: Shape) -> None:
    header = shape.header.text if shape.header else ""
    assume(not check("name", shape))
    assume(in_order(shape.body) and variables(header).named in (variables(shape.body).named, False))
    problem = problem_of(submitted(shape))
    assert problem is None or variables(header).names, problem  # one of a header is another count


def test_one_for_codes_passes_too() -> None:
    assert problem_of(create_body("name", "fi", "AUTHENTICATION", components_for_codes())) is None


VALUE = WORD


@given(mostly_good(), st.data())
def test_what_we_fill_fits_there(shape: Shape, data: st.DataObject) -> None:
    """The person reads the values where we put them in the text for an SMS."""
    assume(not check("name", shape))
    body = data.draw(st.lists(VALUE, min_size=(n := len(variables(shape.body).names)), max_size=n))
    header = shape.header.text if shape.header and shape.header.kind is HeaderKind.TEXT else ""
    above = data.draw(st.lists(VALUE, min_size=(n := len(variables(header).names)), max_size=n))
    words = {ButtonKind.URL: "Url", ButtonKind.COPY_CODE: "CopyCode", ButtonKind.QUICK_REPLY: "QuickReply"}
    taking = [each for each in shape.buttons if each.kind in words]
    buttons = tuple((words[each.kind], data.draw(VALUE) if _takes(each) else "") for each in taking)
    attachment = "https://a.example/a.png" if shape.header and shape.header.kind.media else ""
    stored = components_of(shape)
    filled = fill(read(stored), "UTILITY", Values(body, above, buttons, attachment))
    assert isinstance(filled, Filled), filled
    sent = send_body(content.Template("name", "fi", filled.components), to="358401234567")["template"]
    there = Template("1", "2", "name", "fi", "UTILITY", stored, "NAMED" if named(shape) else "POSITIONAL")
    seen = read_by_a_person(there, sent.get("components", ()))
    assert isinstance(seen, Read), seen
    assert seen.body.replace("*b*", "b") in filled.text
    assert seen.footer in filled.text


def _takes(button: Button) -> bool:
    return button.kind is not ButtonKind.URL or bool(variables(button.data).names)
