from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.protocols.whatsapp.callback_data import Ours, read, write


def test_form() -> None:
    assert write(4096, 2) == "v1:4096:2"


@given(st.integers(1, 2**53 - 1), st.integers(0, 9999))
def test_what_is_written_is_read(recipient: int, attempt: int) -> None:
    assert read(write(recipient, attempt)) == Ours(recipient, attempt)


@pytest.mark.parametrize(
    "text",
    ["", "v1:", "v1:1", "v1:1:", "v1::1", "v2:1:1", "v1:0:1", "v1:01:1", "v1:-1:1", "v1:1:1 ", "v1:1:1\n",
     "v1:1:1:1", "v1:٣:1", "v1:99999999999999999:1", "v1:1:12345", "another's"],
)  # fmt: skip
def test_what_is_not_ours(text: str) -> None:
    assert read(text) is None
