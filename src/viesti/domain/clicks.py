"""Who followed a link: a person, or a machine, and what gave the machine away.

Rule: a machine is only called one for a stated reason, and the reason is kept with the click. What can't be
told counts as a person: a scanner that looks like a browser in everything is counted, and the documents say
so.

Sources: the agents are those that the services' own documentation names (Meta, X, Slack, Telegram, LinkedIn,
Discord, Google, Microsoft, Apple) or that the programs send by default. The headers are those of the Fetch
standard (`Sec-Purpose`, `Sec-Fetch-Mode`) and their forerunners (`Purpose`, `X-Purpose`, `X-Moz`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

TOO_SOON = timedelta(seconds=1)  # after it was sent: nobody reads and presses so fast
MAX_AGENT = 255  # characters of an agent that are kept


class Reason(StrEnum):
    """Why a click is not a person's. The words are stored."""

    PERSON = ""
    HEAD = "head"
    PREFETCH = "prefetch"
    NO_AGENT = "no_agent"
    PREVIEW = "preview"
    SCANNER = "scanner"
    CRAWLER = "crawler"
    PROGRAM = "program"
    NOT_A_PAGE = "not_a_page"
    TOO_SOON = "too_soon"


SENTENCES: Mapping[Reason, str] = {
    Reason.PERSON: "Nothing speaks against a person.",
    Reason.HEAD: "Only the headers were asked for, which no browser does when a link is pressed.",
    Reason.PREFETCH: "It says itself that it fetches ahead of a person.",
    Reason.NO_AGENT: "It does not say what it is; every browser does.",
    Reason.PREVIEW: "A chat or mail service that makes a preview of the page.",
    Reason.SCANNER: "A security product that looks whether the page is harmful.",
    Reason.CRAWLER: "A search engine or another crawler.",
    Reason.PROGRAM: "A program or a browser without a screen.",
    Reason.NOT_A_PAGE: "It did not ask for a page to be shown.",
    Reason.TOO_SOON: "It came before the message was sent, or within a second.",
}

# Words of an agent, in lower case; the first list with one of them decides.
_AGENTS: tuple[tuple[Reason, tuple[str, ...]], ...] = (
    (
        Reason.PREVIEW,
        (
            "facebookexternalhit", "facebot", "meta-external", "whatsapp", "twitterbot",
            "telegrambot", "slackbot", "slack-imgproxy", "discordbot", "linkedinbot",
            "skypeuripreview", "viber", "bingpreview", "pinterest", "google-pagerenderer",
            "googlemessages", "developers.google.com/+/web/snippet", "google web preview",
            "redditbot", "mastodon", "snapchat", "kakaotalk-scrap", "line-poker", "zoombot",
            "teamsbot", "embedly", "iframely", "preview",
        ),
    ),
    (
        Reason.SCANNER,
        (
            "barracuda", "proofpoint", "mimecast", "ms-office", "microsoft office", "safelinks",
            "virustotal", "urlscan", "phishtank", "zscaler", "symantec", "bluecoat", "trendmicro",
            "fortinet", "fortiguard", "sophos", "avast", "kaspersky", "bitdefender", "cloudflare-scan",
            "paloalto", "expanse", "censys", "netcraft", "checkpoint", "messagelabs",
            "threat", "scanner", "antivirus",
        ),
    ),
    (
        Reason.CRAWLER,
        (
            "googlebot", "google-inspectiontool", "bingbot", "applebot", "yandex", "baiduspider",
            "duckduckbot", "petalbot", "ahrefs", "semrush", "mj12", "gptbot", "claudebot", "ccbot",
            "bytespider", "archive.org", "crawl", "spider", "monitor", "uptime", "pingdom",
            "feedfetcher",
        ),
    ),
    (
        Reason.PROGRAM,
        (
            "curl/", "wget", "python", "aiohttp", "httpx", "go-http-client", "java/", "okhttp",
            "axios", "node", "undici", "libwww", "apache-httpclient", "headless", "phantomjs",
            "puppeteer", "playwright", "selenium", "postman", "insomnia", "powershell", "dart/",
            "ruby", "guzzle", "php/", "dotnet", "reqwest",
        ),
    ),
)  # fmt: skip
_BOT = re.compile(r"bot\b|\bbot|\(compatible;(?! msie)")
_PHONES_CALLED_BOT = re.compile(r"\bcubot\b")

# Headers in which a fetch ahead of a person says so, and the words it does so with.
_AHEAD: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("sec-purpose", ("prefetch", "prerender", "preview")),
    ("purpose", ("prefetch", "prerender", "preview")),
    ("x-purpose", ("prefetch", "preview")),
    ("x-moz", ("prefetch",)),
)


class Visit(NamedTuple):
    """A request for a short link. `headers`: by their names in lower case. `sent_at`: when the carrier took
    the message, None when it is not known to have taken it."""

    method: str
    headers: Mapping[str, str]
    at: datetime
    sent_at: datetime | None


def judge(visit: Visit) -> Reason:
    """Why it is not a person's; `PERSON` when nothing says so."""
    for check in _CHECKS:
        reason = check(visit)
        if reason:
            return reason
    return Reason.PERSON


def named(agent: str) -> str:
    """What is kept of a visitor's name for itself: its beginning, with nothing that acts on a screen."""
    kept = agent[:MAX_AGENT]
    return kept if kept.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in kept)


def _by_method(visit: Visit) -> Reason | None:
    return Reason.HEAD if visit.method == "HEAD" else None


def _ahead(visit: Visit) -> Reason | None:
    for name, words in _AHEAD:
        said = visit.headers.get(name, "").lower()
        if said and any(word in said for word in words):
            return Reason.PREFETCH
    return None


def _by_agent(visit: Visit) -> Reason | None:
    agent = visit.headers.get("user-agent", "").strip().lower()
    if not agent:
        return Reason.NO_AGENT
    for reason, words in _AGENTS:
        if any(word in agent for word in words):
            return reason
    return Reason.CRAWLER if _BOT.search(_PHONES_CALLED_BOT.sub("", agent)) else None


def _by_what_it_wants(visit: Visit) -> Reason | None:
    """A browser whose user presses a link wants HTML, and where it says how it fetches, it navigates."""
    wants_html = "text/html" in visit.headers.get("accept", "").lower()
    navigates = visit.headers.get("sec-fetch-mode", "navigate").lower() == "navigate"
    return None if wants_html and navigates else Reason.NOT_A_PAGE


def _by_time(visit: Visit) -> Reason | None:
    soon = visit.sent_at is None or visit.at - visit.sent_at < TOO_SOON
    return Reason.TOO_SOON if soon else None


_CHECKS: tuple[Callable[[Visit], Reason | None], ...] = (
    _by_method,
    _ahead,
    _by_agent,
    _by_what_it_wants,
    _by_time,
)
