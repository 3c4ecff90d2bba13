"""What the doctor says of short links."""

from __future__ import annotations

import pytest

from viesti.cli.doctor import Verdict
from viesti.cli.doctor_links import judge_links
from viesti.storage.examination import LinksOfCustomer

PUBLIC = "https://viesti.example"


@pytest.mark.parametrize(
    ("domain", "days", "base_url", "verdict", "said"),
    [
        ("go.acme.example", 90, "http://127.0.0.1:8080", Verdict.OK, "acme: go.acme.example, 90 days."),
        ("", 90, PUBLIC, Verdict.OK, f"acme: {PUBLIC}, 90 days."),
        ("gone.acme.example", 90, PUBLIC, Verdict.WARN, "gone.acme.example is not found"),
        ("go.acme.example", 91, PUBLIC, Verdict.WARN, "end after 90 days (retention_days), not after 91"),
        ("", 90, "http://127.0.0.1:8080", Verdict.WARN, "set VIESTI_PUBLIC_BASE_URL"),
        ("", 90, "http://0.0.0.0:8080", Verdict.WARN, "set VIESTI_PUBLIC_BASE_URL"),
        ("", 90, "http://[::1]:8080", Verdict.WARN, "set VIESTI_PUBLIC_BASE_URL"),
        ("", 90, "http://localhost", Verdict.WARN, "set VIESTI_PUBLIC_BASE_URL"),
    ],
)
def test_links(domain: str, days: int, base_url: str, verdict: Verdict, said: str) -> None:
    customer = LinksOfCustomer("acme", domain, days)
    [finding] = judge_links([customer], 90, base_url, lambda host: not host.startswith("gone"))
    assert finding.verdict is verdict
    assert said in finding.sentence
