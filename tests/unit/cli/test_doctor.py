"""What the doctor says of what it found, as tables."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from viesti.cli.doctor import (
    Verdict,
    check_folder,
    check_port,
    judge_channels,
    judge_clock,
    judge_key,
    judge_migrations,
    judge_version,
)
from viesti.cli.doctor_queues import judge_callbacks, judge_webhooks
from viesti.storage.examination import CallbacksSeen, SessionOfChannel, WebhooksSeen
from viesti.storage.seal import Seal

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("version", "embedded", "verdict", "sentence"),
    [
        (180004, True, Verdict.OK, "The embedded PostgreSQL 18.4 answers."),
        (150000, False, Verdict.OK, "The configured PostgreSQL 15.0 answers."),
        (140011, False, Verdict.FAIL, "The configured PostgreSQL is 14.11; Viesti needs 15 or later."),
    ],
)
def test_version(version: int, embedded: bool, verdict: Verdict, sentence: str) -> None:
    finding = judge_version(version, embedded=embedded)
    assert (finding.verdict, finding.sentence) == (verdict, sentence)


@pytest.mark.parametrize(
    ("missing", "verdict", "sentence"),
    [
        ([], Verdict.OK, "All are applied."),
        (
            ["0001_a.sql", "0002_b.sql"],
            Verdict.WARN,
            "Not applied yet: 0001_a.sql, 0002_b.sql; run `viesti migrate`.",
        ),
    ],
)
def test_migrations(missing: list[str], verdict: Verdict, sentence: str) -> None:
    finding = judge_migrations(missing)
    assert (finding.verdict, finding.sentence) == (verdict, sentence)


def test_the_key_of_the_database() -> None:
    old, new = Seal.new_key(), Seal.new_key()
    sealed = Seal(old).seal(b"key")
    assert judge_key(sealed, old).verdict is Verdict.OK
    assert judge_key(sealed, f"{new},{old}").verdict is Verdict.OK
    assert judge_key(sealed, new).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("theirs", "verdict", "said"),
    [
        (0.1, Verdict.OK, "agree"),  # between our two readings
        (-0.9, Verdict.OK, "agree"),
        (1.1, Verdict.OK, "agree"),
        (5.2, Verdict.WARN, "differ by 5 s"),
        (-5, Verdict.WARN, "differ by 5 s"),
        (-3600, Verdict.FAIL, "differ by 3600 s"),
    ],
)
def test_clock(theirs: float, verdict: Verdict, said: str) -> None:
    finding = judge_clock(NOON, NOON + timedelta(seconds=theirs), NOON + timedelta(seconds=0.2))
    assert finding.verdict is verdict
    assert said in finding.sentence


@pytest.mark.parametrize(
    ("session", "state", "detail", "verdict", "sentence"),
    [
        ("1", "bound", "", Verdict.OK, "main (smpp) session 1 is bound since 2030-01-01 12:00:00 UTC."),
        (
            "1",
            "connecting",
            "",
            Verdict.WARN,
            "main (smpp) session 1 is connecting since 2030-01-01 12:00:00 UTC.",
        ),
        (
            "2",
            "down",
            "connection refused",
            Verdict.WARN,
            "main (smpp) session 2 is down since 2030-01-01 12:00:00 UTC (connection refused); "
            "it connects again by itself.",
        ),
        (
            "2",
            "stopped",
            "wrong password",
            Verdict.FAIL,
            "main (smpp) session 2 is stopped since 2030-01-01 12:00:00 UTC (wrong password); "
            "it waits for a person: put the channel right and apply it again.",
        ),
        (None, None, "", Verdict.WARN, "main (smpp) has not been started; is `viesti serve` running?"),
    ],
)
def test_channels(
    session: str | None, state: str | None, detail: str, verdict: Verdict, sentence: str
) -> None:
    since = NOON if state else None
    [finding] = judge_channels([SessionOfChannel("main", "smpp", session, state, detail, since)])
    assert (finding.verdict, finding.sentence) == (verdict, sentence)


def test_no_channels() -> None:
    assert [finding.verdict for finding in judge_channels([])] == [Verdict.OK]


NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (WebhooksSeen(), []),
        (WebhooksSeen(0, NOON - timedelta(seconds=59)), []),
        (WebhooksSeen(2, None), ["2 could not be worked on; `viesti webhooks list` says why."]),
        (
            WebhooksSeen(0, NOON - timedelta(seconds=61)),
            ["The oldest has waited since 2030-01-01 11:58:59 UTC; is an engine running?"],
        ),
    ],
)
def test_webhooks(seen: WebhooksSeen, said: list[str]) -> None:
    found = list(judge_webhooks(seen, NOON))
    assert [each.sentence for each in found] == said
    assert {each.verdict for each in found} <= {Verdict.WARN}


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (CallbacksSeen(), []),
        (CallbacksSeen(0, NOON - timedelta(seconds=59)), []),
        (CallbacksSeen(0, NOON + timedelta(hours=1)), []),  # to be tried again later
        (
            CallbacksSeen(3, None),
            ["3 given up; `viesti messages --parked-callbacks` says why, and --replay makes them again."],
        ),
        (
            CallbacksSeen(0, NOON - timedelta(seconds=61)),
            ["The oldest has been due since 2030-01-01 11:58:59 UTC; is an engine running?"],
        ),
    ],
)
def test_callbacks(seen: CallbacksSeen, said: list[str]) -> None:
    found = list(judge_callbacks(seen, NOON))
    assert [each.sentence for each in found] == said
    assert {(each.verdict, each.what) for each in found} <= {(Verdict.WARN, "callbacks")}


def test_folder(tmp_path: Path) -> None:
    assert check_folder(tmp_path / "new" / "deeper").verdict is Verdict.OK
    assert not (tmp_path / "new").exists()
    (tmp_path / "file").touch()
    finding = check_folder(tmp_path / "file" / "below")
    assert finding.verdict is Verdict.FAIL
    assert "VIESTI_DATA_DIR" in finding.sentence


def test_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        finding = check_port("api_port", "127.0.0.1", port)
        assert (finding.verdict, "VIESTI_API_PORT" in finding.sentence) == (Verdict.WARN, True)
    assert check_port("api_port", "127.0.0.1", port).verdict is Verdict.OK
