"""Hypothesis builds its table of Unicode once on a fresh machine, which takes about two seconds."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st


@pytest.fixture(scope="session", autouse=True)
def unicode_table() -> None:
    """Builds it before the first property, whose health check would count the time as its own."""
    st.characters().validate()
