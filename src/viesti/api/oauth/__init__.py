"""Sign-in for connectors: OAuth 2.0 with its pages.

Rule: it knows tokens and people, and nothing of what a dialect does with them.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.routing import Route


@dataclass(frozen=True, slots=True)
class OAuthServices:
    """What the endpoints call."""


def routes(services: OAuthServices) -> list[Route]:
    """Every path of it."""
    return []
