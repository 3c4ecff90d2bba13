"""Our APIs, as documents tell of them.

Rule: what is served is here, whole; `app` hands these to the documents, which know no dialect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from viesti.api.contract.face import Credentials, Face, Section
from viesti.api.contract.operation import AnyOperation
from viesti.api.contract.swagger import ERROR
from viesti.api.native import declared as native
from viesti.api.native.slice import BASE as NATIVE_BASE
from viesti.api.smartdialog import declared as smartdialog
from viesti.api.smartdialog.slice import BASE as SMARTDIALOG_BASE
from viesti.api.txtsync import declared as txtsync
from viesti.api.txtsync.errors import SCHEMA as TXTSYNC_ERROR
from viesti.services.oauth.scopes import IN_WORDS
from viesti.services.principal import Scope

_BY_PERSON = (Credentials.OAUTH2, Credentials.PERSONAL_TOKEN)


def scopes_of(sections: tuple[Section, ...]) -> Mapping[str, str]:
    """The scopes that these operations ask for, in words, and the one that says for how long."""
    asked = {operation.scope for section in sections for operation in section.operations}
    return {str(scope): words for scope, words in IN_WORDS.items() if scope in {*asked, Scope.OFFLINE}}


def _either(section: Section) -> Section:
    """With what an application is answered that was set to the other version."""
    others = {operation.id: operation for operation in txtsync.AS_DEFINED}
    return replace(
        section,
        operations=tuple([_with_replies_of(each, others.get(each.id, each)) for each in section.operations]),
    )


def _with_replies_of(one: AnyOperation, other: AnyOperation) -> AnyOperation:
    kinds = {(reply.status, type(reply.value)) for reply in one.replies}
    more = [reply for reply in other.replies if (reply.status, type(reply.value)) not in kinds]
    return replace(one, replies=(*one.replies, *more))


NATIVE = Face(
    key="viesti",
    title="Viesti",
    version="1.0",
    about="Viesti's own API: send messages, follow them, and be told of what happens.",
    base=NATIVE_BASE,
    sections=native.SECTIONS,
    credentials=(Credentials.BASIC, *_BY_PERSON),
    scopes=scopes_of(native.SECTIONS),
    error=ERROR,
)
SMARTDIALOG = Face(
    key="smartdialog",
    title="SmartDialog",
    version="1.0",
    about="What flows of Power Automate and Logic Apps call through the SmartDialog connector.",
    base=SMARTDIALOG_BASE,
    sections=smartdialog.SECTIONS,
    credentials=_BY_PERSON,
    scopes=scopes_of(smartdialog.SECTIONS),
    error=ERROR,
)
TXTSYNC = Face(
    key="txtsync",
    title="TxtSync",
    version="1.2",
    about=(
        "What flows call through the TxtSync connector, and the calls beyond it that programs know. It is one"
        " superset of the versions 1.1 and 1.2; where these differ, either answer is described."
    ),
    base="",
    sections=tuple([_either(section) for section in txtsync.SECTIONS]),
    credentials=(Credentials.BASIC,),
    scopes={},
    error=TXTSYNC_ERROR,
)
FACES: tuple[Face, ...] = (NATIVE, SMARTDIALOG, TXTSYNC)
