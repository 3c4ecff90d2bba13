from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from viesti.domain.clicks import SENTENCES, Reason, Visit, judge, named

SENT = datetime(2030, 1, 1, 12, tzinfo=UTC)
HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.4 Mobile/15E148 Safari/604.1"
)
PEOPLE = (
    IPHONE,
    "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 "
    "Safari/537.36",
    "Mozilla/5.0 (Linux; Android 9; CUBOT X19 Build/PPR1) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/112.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 Instagram 328.0.0.0",
    "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)",
    "Opera/9.80 (J2ME/MIDP; Opera Mini/7.1.32052/29.3709; U; en) Presto/2.8.119 Version/11.10",
)  # fmt: skip
MACHINES = (
    ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", Reason.PREVIEW),
    ("WhatsApp/2.23.20.0 A", Reason.PREVIEW),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 "
     "Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0", Reason.PREVIEW),  # iMessage
    ("TelegramBot (like TwitterBot)", Reason.PREVIEW),
    ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", Reason.PREVIEW),
    ("Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5", Reason.PREVIEW),
    ("Mozilla/5.0 (compatible; BarracudaCentral; +http://barracudacentral.org)", Reason.SCANNER),
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", Reason.CRAWLER),
    ("Mozilla/5.0 (compatible; SomethingNew/1.0)", Reason.CRAWLER),
    ("mybot/1.0", Reason.CRAWLER),
    ("curl/8.5.0", Reason.PROGRAM),
    ("python-requests/2.31.0", Reason.PROGRAM),
    ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/124.0.0.0 "
     "Safari/537.36",
     Reason.PROGRAM),
)  # fmt: skip


def visit(agent: str = IPHONE, method: str = "GET", after: float | None = 60.0, **headers: str) -> Visit:
    given = {
        "user-agent": agent,
        "accept": HTML,
        **{name.replace("_", "-"): v for name, v in headers.items()},
    }
    at = SENT + timedelta(seconds=after or 0)
    return Visit(method, given, at, None if after is None else SENT)


@pytest.mark.parametrize("agent", PEOPLE)
def test_people(agent: str) -> None:
    assert judge(visit(agent)) is Reason.PERSON


@pytest.mark.parametrize(("agent", "reason"), MACHINES)
def test_machines_by_their_agent(agent: str, reason: Reason) -> None:
    assert judge(visit(agent)) is reason


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (visit(method="HEAD"), Reason.HEAD),
        (visit(""), Reason.NO_AGENT),
        (visit(" "), Reason.NO_AGENT),
        (visit(sec_purpose="prefetch;prerender"), Reason.PREFETCH),
        (visit(purpose="Preview"), Reason.PREFETCH),
        (visit(x_purpose="preview"), Reason.PREFETCH),
        (visit(x_moz="prefetch"), Reason.PREFETCH),
        (visit(purpose="reading"), Reason.PERSON),
        (visit(accept="*/*"), Reason.NOT_A_PAGE),
        (visit(accept=""), Reason.NOT_A_PAGE),
        (visit(sec_fetch_mode="no-cors"), Reason.NOT_A_PAGE),
        (visit(sec_fetch_mode="navigate"), Reason.PERSON),
        (visit(after=None), Reason.TOO_SOON),
        (visit(after=-5), Reason.TOO_SOON),
        (visit(after=0.999), Reason.TOO_SOON),
        (visit(after=1), Reason.PERSON),
    ],
)
def test_machines_by_what_they_do(made: Visit, reason: Reason) -> None:
    assert judge(made) is reason


def test_what_is_kept_of_an_agent() -> None:
    assert named("Mozilla/5.0 (X11) \u00e4") == "Mozilla/5.0 (X11) \u00e4"
    assert named("a" * 300) == "a" * 255
    assert named("a\x1b[2Jb\tc\0") == "a\ufffd[2Jb\ufffdc\ufffd"


def test_every_reason_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Reason)
