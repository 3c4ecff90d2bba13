"""What Meta would refuse is named by its member, and what it takes has no problem."""

from __future__ import annotations

import pytest

from viesti.domain.whatsapp_content import (
    Button,
    Buttons,
    Component,
    Content,
    CouponParameter,
    List,
    Media,
    MediaParameter,
    PayloadParameter,
    Reaction,
    Row,
    Section,
    Template,
    Text,
    TextParameter,
)
from viesti.domain.whatsapp_limits import LENGTHS, MOST_ROWS, problems

PICTURE = "https://example.com/a.png"
TWO = (Button("y", "Yes"), Button("n", "No"))
ROW = Row("r", "One")


def template(*components: Component) -> Template:
    return Template("order_sent", "en_US", components)


def button(parameter: object, sub_type: str = "url", index: int = 0) -> Component:
    return Component("button", (parameter,), sub_type, index)  # type: ignore[arg-type]


ALLOWED = [
    Text("x" * 4096),
    Text("hei", preview_url=True, reply_to="wamid.A"),
    Media("image", PICTURE, caption="x" * 1024),
    Media("document", media_id="1", caption="bill", filename="bill.pdf"),
    Media("audio", media_id="1"),
    Media("sticker", PICTURE),
    Buttons("Coming?", (*TWO, Button("z", "x" * 20)), header="x" * 60, footer="x" * 60),
    List("Which?", "Choose", (Section((ROW,)),)),
    List("Which?", "Choose", (Section((ROW,), "A"), Section((Row("s", "Two", "x" * 72),), "B"))),
    List("x" * 4096, "Choose", (Section(tuple(Row(str(n), "x") for n in range(MOST_ROWS))),)),
    Reaction("wamid.A", "👍🏽"),
    Reaction("wamid.A"),
    template(),
    Template("a", "fi"),
    template(
        Component("header", (MediaParameter("document", PICTURE, filename="a.pdf"),)),
        Component("body", (TextParameter("Anna"), TextParameter("x" * 1024))),
        button(TextParameter("a/b?c=1")),
        button(PayloadParameter("yes"), "quick_reply", 1),
        button(CouponParameter("SAVE25"), "copy_code", 9),
    ),
    template(Component("header", (TextParameter("x" * 60, "who"),))),
]


@pytest.mark.parametrize("content", ALLOWED, ids=repr)
def test_allowed(content: Content) -> None:
    assert problems(content) == ()


REFUSED: list[tuple[Content, str, str]] = [
    (Text(""), "body", "must not be empty"),
    (Text(" \n"), "body", "must not be empty"),
    (Text("x" * 4097), "body", "has 4097 characters, and Meta allows 4096"),
    (Text("x", reply_to="w" * 513), "reply_to", "has 513 characters, and Meta allows 512"),
    (Media("image"), "media", "needs a link or a media id, one of them"),
    (Media("image", PICTURE, "1"), "media", "needs a link or a media id, one of them"),
    (Media("image", "file:///etc/passwd"), "media.link", "must be a URL of the web"),
    (Media("image", PICTURE, caption="x" * 1025), "caption", "has 1025 characters, and Meta allows 1024"),
    (Media("audio", PICTURE, caption="x"), "caption", "is not allowed with audio"),
    (Media("sticker", PICTURE, caption="x"), "caption", "is not allowed with sticker"),
    (Media("video", PICTURE, filename="a.mp4"), "filename", "is for documents alone"),
    (Buttons("", TWO), "body", "must not be empty"),
    (Buttons("x" * 1025, TWO), "body", "has 1025 characters, and Meta allows 1024"),
    (Buttons("x", TWO, header="x" * 61), "header", "has 61 characters, and Meta allows 60"),
    (Buttons("x", TWO, footer="x" * 61), "footer", "has 61 characters, and Meta allows 60"),
    (Buttons("x", ()), "buttons", "has 0 of them, and Meta allows 1 to 3"),
    (
        Buttons("x", tuple(Button(str(n), str(n)) for n in range(4))),
        "buttons",
        "has 4 of them, and Meta allows 1 to 3",
    ),
    (Buttons("x", (Button("", "A"),)), "buttons[0].id", "must not be empty"),
    (Buttons("x", (Button("a", "x" * 21),)), "buttons[0].title", "has 21 characters, and Meta allows 20"),
    (Buttons("x", (Button("a", "A"), Button("a", "B"))), "buttons", "two have the same id"),
    (Buttons("x", (Button("a", "A"), Button("b", "A"))), "buttons", "two have the same title"),
    (List("x", "", (Section((ROW,)),)), "button", "must not be empty"),
    (List("x", "Choose", ()), "sections", "has 0 of them, and Meta allows 1 to 10"),
    (List("x", "Choose", (Section(()),)), "sections[0].rows", "must not be empty"),
    (
        List("x", "Choose", (Section((ROW,), "A"), Section((Row("s", "Two"),)))),
        "sections[1].title",
        "is needed where there is more than one section",
    ),
    (
        List("x", "Choose", (Section((ROW, Row("t", "x", "x" * 73))),)),
        "sections[0].rows[1].description",
        "has 73 characters, and Meta allows 72",
    ),
    (List("x", "Choose", (Section((ROW, ROW)),)), "sections.rows", "two have the same id"),
    (
        List("x", "Choose", (Section(tuple(Row(str(n), "x") for n in range(11))),)),
        "sections.rows",
        "has 11 of them, and Meta allows 1 to 10",
    ),
    (Reaction("", "👍"), "wamid", "must not be empty"),
    (Reaction("w", "x" * 33), "emoji", "has 33 characters, and Meta allows 32"),
    (Template("", "fi"), "name", "must not be empty"),
    (Template("Order Sent", "fi"), "name", "has other characters than a-z, 0-9 and _"),
    (Template("a", "finnish"), "language", "must be a code such as fi or en_US"),
    (Template("a", ""), "language", "must be a code such as fi or en_US"),
    (template(Component("body"), Component("body")), "components", "has more than one body"),
    (template(Component("header"), Component("header")), "components", "has more than one header"),
    (
        template(button(TextParameter("a")), button(PayloadParameter("b"), "quick_reply")),
        "components",
        "two have the same index",
    ),
    (template(button(TextParameter("a"), index=10)), "components[0].index", "must be from 0 to 9"),
    (
        template(Component("button", (TextParameter("a"),))),
        "components[0].sub_type",
        "must say what kind of button it is",
    ),
    (template(Component("body", (), "url")), "components[0].sub_type", "is for buttons alone"),
    (
        template(Component("button", (), "url")),
        "components[0].parameters",
        "has 0 of them, and Meta allows 1 to 1",
    ),
    (
        template(Component("body", (PayloadParameter("a"),))),
        "components[0].parameters[0]",
        "is of a kind that a body does not take",
    ),
    (
        template(button(TextParameter("a"), "quick_reply")),
        "components[0].parameters[0]",
        "is of a kind that a quick reply does not take",
    ),
    (
        template(Component("body", (TextParameter("two\nlines"),))),
        "components[0].parameters[0].text",
        "must not have line breaks, tabs, or more than four spaces in a row",
    ),
    (
        template(Component("header", (TextParameter("x" * 61),))),
        "components[0].parameters[0].text",
        "has 61 characters, and Meta allows 60",
    ),
    (
        template(button(CouponParameter("x" * 16), "copy_code")),
        "components[0].parameters[0].code",
        "has 16 characters, and Meta allows 15",
    ),
    (
        template(button(PayloadParameter("x" * 257), "quick_reply")),
        "components[0].parameters[0].payload",
        "has 257 characters, and Meta allows 256",
    ),
    (
        template(Component("header", (MediaParameter("image"),))),
        "components[0].parameters[0]",
        "needs a link or a media id, one of them",
    ),
    (
        template(Component("header", (MediaParameter("image", PICTURE, filename="a"),))),
        "components[0].parameters[0].filename",
        "is for documents alone",
    ),
]


@pytest.mark.parametrize(("content", "field", "reason"), REFUSED)
def test_refused(content: Content, field: str, reason: str) -> None:
    assert (field, reason) in problems(content)


def test_each_member_has_its_own_problem() -> None:
    found = problems(Buttons("", (Button("", ""),), header="x" * 61))
    assert [problem.field for problem in found] == ["body", "header", "buttons[0].id", "buttons[0].title"]


def test_lengths_make_sense() -> None:
    assert all(0 <= fewest <= 1 < most for fewest, most in LENGTHS.values())
