"""Every option of a WhatsApp channel, its default and its meaning. A channel is one phone number.

Rule: an option is described here once. `WhatsappOptions.read` takes what `estate.toml` says and names the
field it can't use; nothing else in the channel checks options again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from viesti.channels.options import OptionReader
from viesti.domain.estate import identity_digits
from viesti.net.addresses import EVERYWHERE, PRIVATE_NETWORKS
from viesti.net.url import BadUrl, Target, parse_url
from viesti.protocols.whatsapp.paths import BASE_URL, VERSION

MOST_PER_SECOND: Final = 1_000  # of one number, after Meta's automatic upgrade
LONGEST_SECRET: Final = 1_024

_ID = re.compile(r"[0-9]{1,40}", re.ASCII)
_VERSION = re.compile(r"v[1-9][0-9]{0,2}\.[0-9]", re.ASCII)
_IDENTITY = re.compile(r"[1-9][0-9]{6,14}", re.ASCII)


@dataclass(frozen=True, slots=True)
class WhatsappOptions:
    """A WhatsApp channel as configured. Times in seconds."""

    # Which number, by whose leave
    phone_number_id: str
    waba_id: str
    identity: str  # the number's digits: the sender of what goes out, and where people write to
    app_id: str  # needed for the example files of templates alone
    token: str = field(repr=False)
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    # Where
    base_url: str  # without a slash at its end
    api_version: str
    # How fast
    messages_per_second: int
    pair_seconds: float  # between two messages to one person, over time
    pair_burst: int  # messages to one person that may go at once
    connections: int  # messages on their way at once
    answer_timeout: float
    throttle_pause: float  # how long the number is silent after "too fast", when Meta says no time
    reconnect_first: float
    reconnect_longest: float
    look_seconds: float  # between two looks at the number

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> WhatsappOptions:
        """Options from a plain mapping. Raises `OptionError` naming the field."""
        take = OptionReader(values)
        options = cls(
            phone_number_id=_matching(take, "phone_number_id", _ID, "must be digits"),
            waba_id=_matching(take, "waba_id", _ID, "must be digits"),
            identity=_identity(take),
            app_id=_matching(take, "app_id", _ID, "must be digits", ""),
            token=_secret(take, "token"),
            app_secret=_secret(take, "app_secret"),
            verify_token=_secret(take, "verify_token"),
            base_url=_base_url(take),
            api_version=_matching(take, "api_version", _VERSION, "must be like 'v25.0'", VERSION),
            messages_per_second=take.number("messages_per_second", 80, 1, MOST_PER_SECOND),
            pair_seconds=take.required_seconds("pair_seconds", 6.0),
            pair_burst=take.number("pair_burst", 5, 1, 45),
            connections=take.number("connections", 64, 1, 1_000),
            answer_timeout=take.required_seconds("answer_timeout", 30.0),
            throttle_pause=take.required_seconds("throttle_pause", 5.0),
            reconnect_first=take.required_seconds("reconnect_first", 1.0),
            reconnect_longest=take.required_seconds("reconnect_longest", 60.0),
            look_seconds=take.required_seconds("look_seconds", 300.0),
        )
        take.finish()
        return options


def _matching(
    take: OptionReader, name: str, pattern: re.Pattern[str], problem: str, default: str | None = None
) -> str:
    value = take.text(name, default)
    if value != default and not pattern.fullmatch(value):
        raise take.error(name, problem)
    return value


def _identity(take: OptionReader) -> str:
    written = take.text("identity")
    digits = identity_digits(written)
    if not _IDENTITY.fullmatch(digits) or re.search(r"[^0-9+ ().-]", written):
        raise take.error("identity", "must be a phone number with its country code, such as 358401234567")
    return digits


def _secret(take: OptionReader, name: str) -> str:
    """A secret that goes into a header or a digest; its value is in no sentence."""
    value = take.text(name, longest=LONGEST_SECRET)
    if not value or not value.isascii() or not value.isprintable() or " " in value:
        raise take.error(name, "must be printable ASCII without spaces, and not empty")
    return value


def _base_url(take: OptionReader) -> str:
    """Where the API is: the operator's word, so it may be in a private network, as an SMPP host may be. But
    the token goes along with every call, so it leaves one's own networks only encrypted."""
    value = take.text("base_url", BASE_URL).rstrip("/")
    target = parse_url(value, EVERYWHERE)
    if isinstance(target, BadUrl):
        raise take.error("base_url", f"can't be used: {target.reason}")
    if "?" in value or "#" in value:
        raise take.error("base_url", "must not have a query or a fragment")
    if target.scheme == "http" and not _inside(target):
        raise take.error(
            "base_url",
            "must begin with https://; http:// is for private addresses, localhost and names without a dot",
        )
    return value


def _inside(target: Target) -> bool:
    if target.address is None:
        return "." not in target.host or target.host.endswith(".localhost")
    return any(
        target.address in network for network in PRIVATE_NETWORKS if network.version == target.address.version
    )
