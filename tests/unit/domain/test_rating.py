"""The engagement rating: what the documents promise of it, for any counters."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.contact import ContactCounters
from viesti.domain.rating import rating

COUNTS = st.integers(0, 10_000)
COUNTERS = st.builds(ContactCounters, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)


PAGE = Path(__file__).parents[3] / "docs" / "contacts.md"
ROW = re.compile(r"^\| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|", re.MULTILINE)
EXAMPLES = [tuple(map(int, row)) for row in ROW.findall(PAGE.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(("sent", "failed", "links", "clicks", "inbound", "expected"), EXAMPLES)
def test_the_documents_examples(
    sent: int, failed: int, links: int, clicks: int, inbound: int, expected: int
) -> None:
    assert rating(ContactCounters(inbound, sent, failed, links, clicks)) == expected


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 9


@given(COUNTERS)
def test_it_is_from_0_to_100(counters: ContactCounters) -> None:
    assert 0 <= rating(counters) <= 100


@given(COUNTERS)
def test_an_answer_never_lowers_it(counters: ContactCounters) -> None:
    assert rating(counters._replace(inbound=counters.inbound + 1)) >= rating(counters)
    assert rating(counters._replace(distinct_clicks=counters.distinct_clicks + 1)) >= rating(counters)


@given(COUNTERS)
def test_a_failure_never_raises_it(counters: ContactCounters) -> None:
    failed = min(counters.failed, counters.outbound)
    sent = counters._replace(failed=failed)
    assert rating(sent._replace(failed=failed + 1)) <= rating(sent)
    assert rating(sent._replace(outbound=sent.outbound + 1, failed=failed + 1)) <= rating(sent)


@given(st.builds(ContactCounters, *[st.integers(-100, 100)] * 5))
def test_counts_that_can_t_be_are_read_as_some_that_can(counters: ContactCounters) -> None:
    assert 0 <= rating(counters) <= 100
