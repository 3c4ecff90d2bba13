"""The words by which people opt out, opt in and ask for help, in eight languages, as data.

Rule: a word belongs here only if, sent alone, it can hardly mean anything else. So no 'yes' or 'no', and no
bare 'peru' in Finnish, which is how appointments are cancelled. The sender may leave accents out, not we.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One language's phrases, separated by commas."""

    stop: str
    start: str
    help: str
    polite: str  # may stand before and after
    objects: str  # what may follow a word of `stop`: 'stop sending me messages'


LANGUAGES: dict[str, Words] = {
    "en": Words(
        # US carriers: STOP, UNSUBSCRIBE, END, QUIT, CANCEL, STOPALL; the FCC since 2025: REVOKE, OPTOUT.
        stop="stop, stopall, unsubscribe, unsub, end, quit, cancel, revoke, optout, opt out, opt me out, "
        "remove me, take me off your list, no more texts, no more messages, no more sms",
        start="start, unstop, subscribe, resubscribe, optin, opt in, opt me in",
        help="help, info",
        polite="please, pls, plz, kindly, thanks, thank you, thank you very much, thank you so much, "
        "thanks a lot, many thanks, thx, tks, ty, cheers, ok, okay, hi, hello, hey, hi there, sorry, "
        "sir, madam, good morning, good day, regards, best regards, kind regards",
        objects="all, now, right now, immediately, me, to me, text, texts, texting, sms, message, messages, "
        "messaging, sending, these messages, these texts, the messages, the texts, your messages, "
        "your texts, ads, marketing, promotions, from your list",
    ),
    "fi": Words(
        stop="stop, stoppi, lopeta, lopettakaa, lopetus, peru tilaus, peruuta tilaus, perun tilauksen, "
        "poista minut, poistakaa minut, poista numeroni, poistakaa numeroni, poista listalta, "
        "ei enää viestejä, ei enää mainoksia",
        start="start, aloita, aloittakaa, liity",
        help="help, apua, apu, ohje, ohjeet, ohjeita, info",
        polite="kiitos, kiitti, kiitoksia, kiitos paljon, paljon kiitoksia, suuret kiitokset, ole hyvä, "
        "olkaa hyvä, ole hyvä ja, olkaa hyvä ja, ole kiltti ja, pliis, hei, moi, moikka, terve, päivää, "
        "huomenta, ok, okei, anteeksi, terveisin, ystävällisin terveisin, t",
        objects="nyt, heti, jo, kaikki, viestit, viestien, tekstiviestit, tekstiviestien, mainokset, "
        "mainonta, lähettäminen, lähetys, lähettely, tilaus, listalta, listaltanne, minulle, nämä viestit",
    ),
    "sv": Words(
        stop="stop, stopp, stoppa, sluta, avsluta, avbryt, avanmäl, avanmälan, avregistrera, avprenumerera, "
        "inga fler sms, inga fler meddelanden, ta bort mig",
        start="start, starta, börja, anslut",
        help="help, hjälp, info",
        polite="tack, tack så mycket, tusen tack, snälla, vänligen, var snäll och, hej, hejsan, god dag, ok, "
        "okej, förlåt, ursäkta, mvh, hälsningar, med vänlig hälsning, med vänliga hälsningar",
        objects="nu, genast, mig, till mig, alla, allt, sms, meddelanden, meddelandena, alla meddelanden, "
        "skicka, att skicka, utskick, utskicken, reklam, prenumerationen, från listan",
    ),
    "de": Words(
        stop="stop, stopp, stoppen, abmelden, abmeldung, abbestellen, austragen, kündigen, kündigung, "
        "beenden, ende, keine sms mehr, keine nachrichten mehr, keine werbung mehr, melden sie mich ab, "
        "melde mich ab",
        start="start, starten, anmelden, anmeldung",
        help="help, hilfe, info",
        polite="bitte, danke, danke schön, dankeschön, danke sehr, vielen dank, besten dank, "
        "herzlichen dank, hallo, guten tag, guten morgen, moin, ok, okay, entschuldigung, mfg, lg, gruß, "
        "viele grüße, mit freundlichen grüßen",
        objects="jetzt, sofort, mich, alle, alles, sms, nachrichten, alle nachrichten, werbung, senden, "
        "schicken, zu senden, zu schicken, newsletter",
    ),
    "it": Words(
        stop="stop, basta, ferma, fermare, fermate, cancella, cancellami, cancellatemi, disiscrivi, "
        "disiscrivimi, disiscrivetemi, disiscrizione, annulla, annullare, disattiva, disattivare, "
        "niente più messaggi",
        start="start, inizia, iniziare, avvia, attiva, attivare, iscrivi, iscrivimi",
        help="help, aiuto, info, assistenza",
        polite="grazie, grazie mille, mille grazie, molte grazie, per favore, per cortesia, per piacere, "
        "prego, ciao, salve, buongiorno, buonasera, ok, scusate, saluti, cordiali saluti, "
        "distinti saluti",
        objects="ora, adesso, subito, tutto, tutti, messaggi, i messaggi, sms, gli sms, tutti i messaggi, "
        "invio, l'invio, di inviare, di inviarmi, di scrivermi, pubblicità, iscrizione, dalla lista",
    ),
    "es": Words(
        stop="stop, alto, para, parar, pare, paren, basta, baja, darme de baja, dar de baja, darse de baja, "
        "deme de baja, dame de baja, cancelar, cancela, cancele, detener, salir, anular, "
        "no más mensajes, no más sms",
        start="start, alta, darme de alta, iniciar, inicia, inicio, empezar, comenzar, suscribir, "
        "suscribirme, activar",
        help="help, ayuda, info",
        polite="por favor, porfa, gracias, muchas gracias, mil gracias, hola, buenos días, buenas tardes, "
        "buenas, ok, vale, perdón, saludos, un saludo",
        objects="ya, ahora, todo, todos, mensajes, los mensajes, sms, los sms, sus mensajes, de enviar, "
        "de enviarme, de mandar, de mandarme, de escribirme, publicidad, suscripción, mi suscripción, "
        "de la lista",
    ),
    "fr": Words(
        stop="stop, arrêt, arrête, arrêtez, arrêter, désabonner, désabonnement, me désabonner, "
        "se désabonner, désabonnez moi, désinscrire, désinscription, me désinscrire, désinscrivez moi, "
        "résilier, résiliation, annuler, plus de sms, plus de messages, plus de pub",
        start="start, démarrer, commencer, débuter, activer, m'abonner, me réabonner",
        help="help, aide, info, infos",
        polite="merci, merci beaucoup, merci bien, merci d'avance, s'il vous plaît, s il vous plaît, "
        "s'il te plaît, s il te plaît, svp, stp, bonjour, bonsoir, salut, ok, d'accord, désolé, "
        "cordialement, bien cordialement, bonne journée, bonne soirée, madame, monsieur",
        objects="maintenant, immédiatement, tout, tous, sms, les sms, vos sms, ces sms, message, messages, "
        "les messages, vos messages, ces messages, de m'envoyer, l'envoi, envois, pub, la pub, "
        "publicité, abonnement, de la liste",
    ),
    "pt": Words(
        stop="stop, para, parar, pare, parem, basta, sair, cancelar, cancela, cancele, remover, remova, "
        "me remova, descadastrar, descadastre, me descadastre, não quero mais mensagens, "
        "chega de mensagens",
        start="start, iniciar, começar, inscrever, ativar",
        help="help, ajuda, info",
        polite="por favor, pf, se faz favor, obrigado, obrigada, muito obrigado, muito obrigada, olá, oi, "
        "bom dia, boa tarde, boa noite, ok, desculpe, cumprimentos, atenciosamente, abraço",
        objects="já, agora, tudo, todos, mensagens, as mensagens, suas mensagens, sms, os sms, envio, "
        "de enviar, de me enviar, de mandar, publicidade, inscrição, da lista",
    ),
}
