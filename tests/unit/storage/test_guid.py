"""Ids as GUIDs: there and back, no other kind, no other key, nothing made up."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.storage.guid import GuidCipher, GuidKind

KEY = bytes(range(16))
GUIDS = GuidCipher(KEY)
KINDS = st.sampled_from(GuidKind)
IDS = st.integers(min_value=0, max_value=2**53 - 1)


@given(KINDS, IDS)
def test_there_and_back_in_any_spelling(kind: GuidKind, identifier: int) -> None:
    text = GUIDS.of(kind, identifier)
    assert text == str(uuid.UUID(text))
    for spelling in (text, text.upper(), f"{{{text}}}", text.replace("-", ""), f" {text}\n"):
        assert GUIDS.read(kind, spelling) == identifier
    assert GUIDS.read_any((GuidKind.ACTION, kind), text) == (kind, identifier)


@given(KINDS, KINDS, IDS)
def test_a_kind_never_passes_for_another(kind: GuidKind, other: GuidKind, identifier: int) -> None:
    assert (GUIDS.read(other, GUIDS.of(kind, identifier)) == identifier) == (kind is other)


@given(IDS)
def test_another_key_knows_nothing(identifier: int) -> None:
    assert GuidCipher(bytes(16)).read(GuidKind.SERVICE, GUIDS.of(GuidKind.SERVICE, identifier)) is None


@given(st.uuids() | st.text(max_size=50))
def test_what_was_made_up_is_unknown(made_up: object) -> None:
    assert GUIDS.read_any(GuidKind, str(made_up)) is None


def test_an_id_past_the_last_is_none() -> None:
    assert GUIDS.read(GuidKind.MESSAGE, GUIDS.of(GuidKind.MESSAGE, 2**53 - 1)) == 2**53 - 1
    assert GUIDS.read(GuidKind.MESSAGE, GUIDS.of(GuidKind.MESSAGE, 2**53)) is None


@pytest.mark.parametrize(("kind", "identifier"), [(GuidKind.CUSTOMER, 0), (GuidKind.ATTACHMENT, 64)])
def test_a_guid_is_for_ever(kind: GuidKind, identifier: int) -> None:
    """What customers' flows hold: a change here breaks every flow there is."""
    assert (
        GUIDS.of(kind, identifier)
        == {
            GuidKind.CUSTOMER: "5f2c80d3-52d3-e8fc-b4ae-a438188d77c8",
            GuidKind.ATTACHMENT: "9112f38c-7366-3ac3-c372-f1026d2fe046",
        }[kind]
    )


def test_many_are_as_one_by_one() -> None:
    ids = [1, 2, 3]
    assert GUIDS.many(GuidKind.CONTACT, ids) == [GUIDS.of(GuidKind.CONTACT, each) for each in ids]
