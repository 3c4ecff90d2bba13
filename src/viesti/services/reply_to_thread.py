"""Answer in a discussion: no more is said than what to say.

Rule: the discussion is the customer's own, and what it knows decides everything else: with which service, to
whom, from which address of ours, and by which protocol.
"""

from __future__ import annotations

import msgspec

from viesti.domain.address import shown
from viesti.services.guids import GuidKind
from viesti.services.refusals import Missing
from viesti.services.reply import Send
from viesti.services.requests import FieldProblem, NotAccepted, RecipientRequest, SubmitRequest, Submitted
from viesti.storage.store import Store, Thread, Transaction

NO_THREAD = Missing("thread_id", "There is no discussion of yours with this id.")
_OUTSIDE = Missing(
    "thread_id",
    "This message belongs to no discussion: a two-way service has discussions when `dialogue` is switched on,"
    " or by an action that opens one.",
)


class ThreadReply(msgspec.Struct, frozen=True):
    """What was sent, and the discussion it belongs to."""

    submitted: Submitted
    thread_id: int


class ReplyToThread:
    """The discussion service. Raises `StoreUnavailable`."""

    def __init__(self, store: Store, send: Send, dialect: str) -> None:
        self._store = store
        self._send = send
        self._dialect = dialect

    async def __call__(
        self,
        customer_id: int,
        user_id: int | None,
        ref: tuple[GuidKind, int],
        text: str,
        customer_data: str | None = None,
        request_id: str | None = None,
        digest: bytes = b"",
    ) -> ThreadReply | NotAccepted | Missing:
        """Send a text to who takes part in a discussion. `ref`: the discussion (THREAD), or a message of it
        that came in (INBOUND) or was sent (MESSAGE); `digest`: of the request, which a repeat must have
        too."""
        async with self._store.statements() as tx:
            found = await _find(tx, customer_id, ref)
        if isinstance(found, Missing):
            return found
        thread, parent_id = found
        result = await self._send(
            SubmitRequest(
                dialect=self._dialect,
                customer_id=customer_id,
                application_id=None,
                service_id=thread.service_id,
                sender=thread.destination,
                text=text,
                recipients=(RecipientRequest(shown(thread.address)),),
                customer_data=customer_data,
                request_id=request_id,
                body_hash=digest,
                parent_id=parent_id,
                user_id=user_id,
                thread_id=thread.id,
                protocol=thread.protocol,
            )
        )
        return _of_the_whole(result) if isinstance(result, NotAccepted) else ThreadReply(result, thread.id)


def _of_the_whole(no: NotAccepted) -> NotAccepted:
    """The same without places in a list of recipients that the caller did not give."""
    return NotAccepted(tuple([FieldProblem(p.field, p.sentence) for p in no.problems]), no.conflict)


async def _find(
    tx: Transaction, customer_id: int, ref: tuple[GuidKind, int]
) -> tuple[Thread, int | None] | Missing:
    """The discussion, and the inbound message it was named by."""
    kind, identifier = ref
    parent_id: int | None = None
    thread_id: int | None = identifier
    if kind is GuidKind.INBOUND:
        inbound = await tx.inbound.message(identifier, customer_id)
        if inbound is None:
            return NO_THREAD
        thread_id, parent_id = inbound.thread_id, inbound.id
    elif kind is GuidKind.MESSAGE:
        message = await tx.messages.message(identifier, customer_id)
        if message is None:
            return NO_THREAD
        thread_id = message.thread_id
    if thread_id is None:
        return _OUTSIDE
    thread = await tx.threads.one(thread_id, customer_id)
    return (thread, parent_id) if thread else NO_THREAD
