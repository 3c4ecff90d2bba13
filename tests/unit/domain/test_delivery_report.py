from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.delivery_report import (
    DEFAULT_NAMES,
    STATUS_CODES,
    DeliveryReport,
    report_url,
    unknown_placeholders,
)
from viesti.domain.failure import Failure
from viesti.domain.status import Status

AT = datetime(2026, 3, 1, 12, 30, 5, 250_999, tzinfo=timezone(timedelta(hours=2)))
REPORT = DeliveryReport(
    "10", "11", "358401234567", Status.UNDELIVERED, Failure.UNREACHABLE, AT, "order 7&8/ä"
)
OURS = (
    "messageId=10&recipientId=11&address=358401234567&status=undelivered&statusCode=4&error=unreachable"
    "&timestamp=2026-03-01T10%3A30%3A05.250Z&customerData=order%207%268%2F%C3%A4"
)


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://h.example/dlr", "https://h.example/dlr?"),
        ("https://h.example", "https://h.example?"),
        ("https://h.example/dlr?", "https://h.example/dlr?"),
        ("https://h.example/dlr?a=1", "https://h.example/dlr?a=1&"),
        ("https://h.example/dlr?a=1&", "https://h.example/dlr?a=1&"),
        ("https://h.example/dlr?a=1#top", "https://h.example/dlr?a=1&"),
        ("https://h.example/dlr#a?b", "https://h.example/dlr?"),
        ("https://h.example:443/a%2Fb%2f/../c?sp=%2Ft&sig=a+b%20c", None),
        ("https://h.example/d?b=2&a=1&b=&&=3;c=?x=/&status=mine", None),
    ],
    ids=[
        "no query",
        "no path",
        "empty query",
        "query",
        "query ending in &",
        "fragment",
        "? in the fragment",
        "escapes and port",
        "odd query",
    ],
)
def test_the_customer_s_bytes_come_first_and_ours_after(url: str, sent: str | None) -> None:
    assert report_url(url, REPORT) == (sent or url + "&") + OURS


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#{"), max_size=60))
def test_any_url_is_kept(rest: str) -> None:
    url = "https://h.example/" + rest
    assert report_url(url, REPORT).startswith(url)
    assert report_url(url, REPORT).endswith(OURS)


@given(st.builds(replace, st.just(REPORT), message_id=st.text(), address=st.text(), customer_data=st.text()))
def test_values_survive_the_query_string(report: DeliveryReport) -> None:
    query = report_url("https://h.example/", report).partition("?")[2]
    assert parse_qsl(query, keep_blank_values=True) == list(report.values().items())


@pytest.mark.parametrize("status", Status)
def test_every_status_has_word_and_code(status: Status) -> None:
    values = replace(REPORT, status=status, failure=None).values()
    assert values["status"] == status.word
    assert values["statusCode"] == str(STATUS_CODES[status])
    assert values["error"] == ""


def test_every_value_has_a_default_name() -> None:
    assert list(DEFAULT_NAMES) == list(REPORT.values())


@pytest.mark.parametrize(
    ("names", "query"),
    [
        ({"status": "tila", "messageId": "id"}, "?tila=undelivered&id=10"),
        ({"error": "what went&wrong"}, "?what%20went%26wrong=unreachable"),
        ({}, ""),
    ],
    ids=["renamed, left out, reordered", "a name is escaped", "none"],
)
def test_names_of_the_customer(names: dict[str, str], query: str) -> None:
    assert report_url("https://h.example/d", REPORT, names) == "https://h.example/d" + query


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://h.example/d?s=%{status}", "https://h.example/d?s=undelivered"),
        ("https://h.example/%{messageId}/%{status}?x=%2F", "https://h.example/10/undelivered?x=%2F"),
        ("https://h.example/d?c=%{customerData}&a=1", "https://h.example/d?c=order%207%268%2F%C3%A4&a=1"),
        ("https://h.example/d?s=%{status}%{statusCode}#x", "https://h.example/d?s=undelivered4"),
        ("https://h.example/d?s=%{nothing}&t=1", "https://h.example/d?s=&t=1"),
    ],
    ids=["query", "path", "escaped", "twice, fragment dropped", "unknown is empty"],
)
def test_placeholders_are_filled_and_nothing_is_appended(url: str, sent: str) -> None:
    assert report_url(url, REPORT) == sent


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://h.example/d", "https://h.example/d?state=NOT%20OK&id=11&x=%2F"),
        ("https://h.example/d?a=1", "https://h.example/d?a=1&state=NOT%20OK&id=11&x=%2F"),
        ("https://h.example/d?", "https://h.example/d?state=NOT%20OK&id=11&x=%2F"),
        ("https://h.example/d?s=%{status}", "https://h.example/d?s=NOT%20OK"),
    ],
)
def test_a_query_and_words_of_the_customers_own(url: str, sent: str) -> None:
    query = "state=%{status}&id=%{recipientId}&x=%2F"
    assert report_url(url, REPORT, {"status": "unused"}, query, {"undelivered": "NOT OK"}) == sent


def test_words_are_for_our_parameters_too() -> None:
    words = {"undelivered": "5", "delivered": "1"}
    assert report_url("https://h.example/", REPORT, {"status": "s"}, words=words) == "https://h.example/?s=5"
    report = replace(REPORT, status=Status.SENT)
    assert (
        report_url("https://h.example/", report, {"status": "s"}, words=words) == "https://h.example/?s=sent"
    )


def test_a_value_that_looks_like_a_placeholder_is_only_text() -> None:
    report = replace(REPORT, customer_data="%{status}")
    assert (
        report_url("https://h.example/?c=%{customerData}", report) == "https://h.example/?c=%25%7Bstatus%7D"
    )


@pytest.mark.parametrize(
    ("url", "unknown"),
    [
        ("https://h.example/d?s=%{status}&t=%{timestamp}", ()),
        ("https://h.example/d?s=%7Bstatus%7D&p=100%", ()),
        ("https://h.example/d?s=%{Status}&t=%{}", ("%{Status}", "%{}")),
    ],
)
def test_unknown_placeholders(url: str, unknown: tuple[str, ...]) -> None:
    assert unknown_placeholders(url) == unknown


def test_the_time_is_utc_with_z() -> None:
    assert (
        replace(REPORT, at=datetime(2026, 1, 1, tzinfo=UTC)).values()["timestamp"]
        == "2026-01-01T00:00:00.000Z"
    )
