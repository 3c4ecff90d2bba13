"""What a person sees whose short link leads nowhere, in his browser's language.

Rule: each page is there as a whole and says the same in every language; nothing of a request is put into it.
"""

from __future__ import annotations

from functools import cache

_WORDS: dict[str, dict[int, tuple[str, str]]] = {
    "en": {
        404: ("No such link", "Please check that the whole address from the message was opened."),
        410: ("This link has ended", "Please ask the sender of the message for a new one."),
    },
    "fi": {
        404: ("Linkkiä ei löydy", "Tarkista, että viestissä ollut osoite avattiin kokonaan."),
        410: ("Linkki ei ole enää voimassa", "Pyydä viestin lähettäjältä uusi linkki."),
    },
    "sv": {
        404: ("Länken finns inte", "Kontrollera att hela adressen i meddelandet öppnades."),
        410: ("Länken gäller inte längre", "Be den som skickade meddelandet om en ny länk."),
    },
}
_PAGE = """<!doctype html> <html lang="{language}"><head><meta charset="utf-8"><meta name="viewport"
        content="width=device-width"> <meta name="robots" content="noindex"><title>{title}</title>
        <style>body{{font:1.1rem/1.5 system-ui,sans-serif;margin:20vh auto 0;max-width:30rem;padding:0
        1.5rem;color:#222}}
        @media(prefers-color-scheme:dark){{body{{background:#161616;color:#eee}}}}</style></head>
        <body><h1>{title}</h1><p>{sentence}</p></body></html> """


def page(status: int, accept_language: str) -> bytes:
    """The page of a status, in the first language of the header that we have, or else in English."""
    for wanted in accept_language[:200].split(","):
        language = wanted.strip()[:2].lower()
        if language in _WORDS:
            return _page(status, language)
    return _page(status, "en")


@cache
def _page(status: int, language: str) -> bytes:
    title, sentence = _WORDS[language][status]
    return _PAGE.format(language=language, title=title, sentence=sentence).encode()
