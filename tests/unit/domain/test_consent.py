"""Opt-outs, opt-ins and calls for help, as people write them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.consent import ALL_LANGUAGES, LONGEST, ConsentAction, consent_word
from viesti.domain.consent_words import LANGUAGES

STOP, START, HELP = ConsentAction.STOP, ConsentAction.START, ConsentAction.HELP

MEANT: dict[str, dict[ConsentAction, list[str]]] = {
    "en": {
        STOP: [
            "STOP",
            "stop",
            " stop.",
            "STOP!",
            "Stop!!!",
            '"STOP"',
            "Stop, thank you",
            "Stop. Thank you.",
            "please stop",
            "Please, stop!",
            "Hi, please stop. Thanks a lot",
            "ok stop",
            "STOP STOP STOP",
            "Stop 🙏",
            "stop\n",
            " " * 29 + "stop please",
            "!" * 40 + "stop",
            "StopAll",
            "stop all",
            "stop texting me",
            "Stop sending me messages please",
            "stop these texts now",
            "unsubscribe",
            "Unsubscribe me please",
            "UNSUB",
            "END",
            "quit",
            "Cancel.",
            "revoke",
            "opt out",
            "OPT-OUT",
            "optout",
            "opt me out please",
            "Remove me from your list",
            "no more texts",
        ],
        START: ["START", "start please", "Unstop", "subscribe", "opt in", "Opt-in!", "please start, thanks"],
        HELP: ["HELP", "help!", "Help please", "info", "INFO, thanks"],
    },
    "fi": {
        STOP: [
            "lopeta",
            "Lopeta kiitos",
            "lopeta, kiitos!",
            "Hei, lopettakaa viestien lähettäminen",
            "lopettakaa viestien lahettaminen kiitos",
            "Stop kiitos",
            "Peru tilaus",
            "poista minut listalta",
            "ole hyvä ja lopeta",
            "ole hyva ja lopeta",
            "Ei enää viestejä kiitos",
            "LOPETA NYT",
        ],
        START: ["aloita", "Aloita, kiitos", "liity"],
        HELP: ["apua", "Apua!", "ohje", "OHJEET", "info kiitos"],
    },
    "sv": {
        STOP: [
            "stopp",
            "Stopp tack",
            "sluta skicka sms",
            "AVANMÄL",
            "avanmal",
            "avanmael mig",
            "Avregistrera, tack så mycket",
        ],
        START: ["starta", "börja", "borja tack", "boerja"],
        HELP: ["hjälp", "hjalp", "HJÄLP TACK", "hjaelp"],
    },
    "de": {
        STOP: [
            "Stopp",
            "bitte stoppen",
            "Abmelden",
            "Bitte abmelden, vielen Dank",
            "kündigen",
            "kundigen",
            "kuendigen",
            "Keine SMS mehr bitte",
            "Stop. Mit freundlichen Grüßen",
            "stop mit freundlichen gruessen",
        ],
        START: ["starten", "anmelden bitte"],
        HELP: ["Hilfe", "HILFE BITTE"],
    },
    "it": {
        STOP: ["basta", "Basta, grazie", "cancellami per favore", "disiscrivimi", "stop messaggi", "ANNULLA"],
        START: ["inizia", "iscrivimi, grazie", "attiva"],
        HELP: ["aiuto", "Aiuto per favore", "assistenza"],
    },
    "es": {
        STOP: [
            "baja",
            "BAJA por favor",
            "darme de baja",
            "parar",
            "alto",
            "No más mensajes",
            "no mas mensajes gracias",
            "cancelar suscripción",
            "cancelar suscripcion",
        ],
        START: ["alta", "iniciar", "Empezar, gracias"],
        HELP: ["ayuda", "¡Ayuda!", "ayuda por favor"],
    },
    "fr": {
        STOP: [
            "arrêt",
            "arret",
            "ARRÊTEZ",
            "Arrêtez s'il vous plaît",
            "arretez sil vous plait",
            "arrêter s il vous plaît",
            "Stop SMS",
            "désabonner",
            "me desabonner merci",
            "Désabonnez-moi svp",
            "résilier",
            "plus de SMS merci",
        ],
        START: ["démarrer", "demarrer", "commencer svp", "M'abonner"],
        HELP: ["aide", "Aide s’il vous plaît", "infos"],
    },
    "pt": {
        STOP: [
            "parar",
            "Parar, obrigado",
            "sair",
            "SAIR por favor",
            "cancelar inscrição",
            "cancelar inscricao",
            "descadastrar",
            "pare de me enviar mensagens",
        ],
        START: ["começar", "comecar", "iniciar por favor"],
        HELP: ["ajuda", "Ajuda, obrigada"],
    },
}

ROWS = [
    (language, text, action)
    for language, by in MEANT.items()
    for action, texts in by.items()
    for text in texts
]


@pytest.mark.parametrize(("language", "text", "action"), ROWS)
def test_is_meant(language: str, text: str, action: ConsentAction) -> None:
    assert consent_word(text, (language,)) is action
    assert consent_word(text) is action


@pytest.mark.parametrize(
    "text",
    [
        # English
        "Can we stop by at five?",
        "don't stop",
        "Don’t stop!",
        "Do not stop",
        "please don't stop",
        "the bus stop is near",
        "Stop by at five",
        "stop at the shop please",
        "stop it",
        "nonstop",
        "stopped",
        "I can't stop thanking you",
        "cancel my appointment please",
        "The end",
        "in the end thanks",
        "start at nine",
        "start now",
        "help me",
        "thanks for your help",
        "can you help",
        "stop start",
        "start and stop",
        "please",
        "thank you",
        "ok",
        "all messages",
        "messages stop all good",
        "yes",
        "no",
        "no stop",
        # Finnish
        "älä lopeta",
        "en lopeta",
        "Lopetan työt viideltä",
        "peru",
        "Peru aika kiitos",
        "bussipysäkki",
        "ei kiitos",
        "Kiitos avusta",
        # Swedish
        "sluta inte",
        "stoppa bilen vid hörnet",
        "tack för hjälpen",
        # German
        "nicht stoppen",
        "Am Ende der Straße",
        "Danke für die Hilfe",
        # Italian
        "non basta",
        "basta così poco",
        "la fermata",
        # Spanish
        "no pare",
        "para las cinco",
        "en voz baja",
        # French
        "n'arrête pas",
        "arrêt de bus",
        "plus de nouvelles",
        # Portuguese
        "não pare",
        "para amanhã",
        "vou sair agora",
        # nothing to read
        "",
        "  ",
        "!?",
        "👍",
        "стоп",
        "stop " * 40,
    ],
)
def test_is_not_meant(text: str) -> None:
    assert consent_word(text) is None


@pytest.mark.parametrize("language", ALL_LANGUAGES)
def test_the_three_english_words_work_in_every_language(language: str) -> None:
    words = [consent_word(word, (language,)) for word in ("STOP", "START", "HELP")]
    assert words == [STOP, START, HELP]


def test_only_the_chosen_languages_are_read() -> None:
    assert consent_word("lopeta", ("en", "sv")) is None
    assert consent_word("stop kiitos", ("en",)) is None
    assert consent_word("sluta kiitos", ("fi", "sv")) is STOP
    with pytest.raises(KeyError):
        consent_word("stop", ("xx",))


def test_no_phrase_means_two_things() -> None:
    meanings: dict[str, set[str]] = {}
    for words in LANGUAGES.values():
        for role in ("stop", "start", "help", "polite", "objects"):
            for phrase in getattr(words, role).split(","):
                meanings.setdefault(phrase.strip(), set()).add(role)
    assert {phrase: roles for phrase, roles in meanings.items() if len(roles) > 1} == {}
    assert all(meanings) and "" not in meanings


@given(
    st.sampled_from(ROWS),
    st.sampled_from(["", " ", "\n", "...", " !", "🙂"]),
    st.sampled_from(["NFC", "NFD"]),
)
def test_case_coding_of_accents_and_marks_around_change_nothing(
    row: tuple[str, str, ConsentAction], mark: str, form: str
) -> None:
    _, text, action = row
    for variant in (text.upper(), text.lower(), text.title()):
        assert consent_word(mark + unicodedata.normalize(form, variant) + mark) is action  # type: ignore[arg-type]


@given(st.sampled_from(ROWS), st.sampled_from(["tomorrow", "en", "nicht", "Matti", "17"]), st.booleans())
def test_one_unknown_word_makes_it_a_message(
    row: tuple[str, str, ConsentAction], word: str, before: bool
) -> None:
    text = f"{word} {row[1]}" if before else f"{row[1]} {word}"
    assert consent_word(text) is None


@given(st.text(max_size=LONGEST + 5))
def test_any_text_has_an_answer(text: str) -> None:
    assert consent_word(text) in (None, STOP, START, HELP)
