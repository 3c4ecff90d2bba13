"""What became of fetching a file from a provider.

Rule: whatever the provider does is one of these values; a reason quotes neither a URL nor a token.
"""

from __future__ import annotations

from typing import NamedTuple


class Fetched(NamedTuple):
    """The file. `mime_type`: as the provider told it last, '' when it did not."""

    content: bytes
    mime_type: str


class NotFetched(NamedTuple):
    """There is no file. `again`: another attempt may bring it."""

    reason: str
    again: bool
