"""Every kind of channel, one line each.

Rule: a channel is registered here by hand and nowhere else; adding one is a folder and a line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Protocol

from viesti.channels.loopback import channel as loopback
from viesti.channels.options import OptionError
from viesti.channels.smpp import channel as smpp
from viesti.channels.smpp.options import SmppOptions
from viesti.channels.whatsapp import channel as whatsapp
from viesti.channels.whatsapp.options import WhatsappOptions
from viesti.domain.channel import Channel, ChannelSink
from viesti.net.client import OutgoingClient


class Factory(Protocol):
    """Makes a channel of one kind from its plain options; raises `OptionError`."""

    def __call__(
        self,
        channel_id: int,
        options: Mapping[str, Any],
        sink: ChannelSink,
        *,
        client: OutgoingClient,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        jitter: Callable[[], float],
    ) -> Channel: ...


# kind: (factory, what checks its options without connecting)
KINDS: Final[dict[str, tuple[Factory, Callable[[Mapping[str, Any]], object]]]] = {
    "smpp": (smpp.create, SmppOptions.read),
    "loopback": (loopback.create, loopback.LoopbackOptions.read),
    "whatsapp": (whatsapp.create, WhatsappOptions.read),
}


def check(kind: str, options: Mapping[str, Any]) -> None:
    """Raises `OptionError` when a channel of this kind could not be made from these options."""
    _kind(kind)[1](options)


def create(
    kind: str,
    channel_id: int,
    options: Mapping[str, Any],
    sink: ChannelSink,
    *,
    client: OutgoingClient,
    clock: Callable[[], datetime],
    monotonic: Callable[[], float],
    jitter: Callable[[], float],
) -> Channel:
    """A channel of this kind, not yet started. `client` calls where users point; `clock` gives UTC,
    `monotonic` seconds, `jitter` 0 to 1."""
    factory = _kind(kind)[0]
    return factory(channel_id, options, sink, client=client, clock=clock, monotonic=monotonic, jitter=jitter)


def _kind(kind: str) -> tuple[Factory, Callable[[Mapping[str, Any]], object]]:
    try:
        return KINDS[kind]
    except KeyError:
        listed = ", ".join(f"'{one}'" for one in KINDS)
        raise OptionError("kind", f"must be one of {listed}, not {kind!r}") from None
