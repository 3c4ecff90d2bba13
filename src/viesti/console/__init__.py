"""The web console: pages for the people who work for a customer.

Rule: a page shows what a service gives for the person who is signed in, and decides nothing itself; who is
not signed in is sent to the page for that, and comes back.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.routing import Route

from viesti.console.contacts import ContactPage
from viesti.console.page import Pages, own_file
from viesti.services.contacts.profile import ShowProfile
from viesti.services.oauth.sign_in import SignIn


@dataclass(frozen=True, slots=True)
class ConsoleServices:
    """What the pages call. `base_url`: where browsers reach us."""

    sign_in: SignIn
    profile: ShowProfile
    base_url: str


def routes(services: ConsoleServices) -> list[Route]:
    """Every path of it."""
    pages = Pages(services.base_url)
    contacts = ContactPage(pages, services.sign_in, services.profile)
    return [
        Route("/console/contacts/{id}", contacts, methods=["GET"]),
        Route("/console/style.css", own_file("style.css", "text/css"), methods=["GET"]),
    ]
