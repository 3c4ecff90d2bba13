"""Makes the keys of contacts that were written before there were keys, or by older rules for them.

Rule: a contact is locked while his keys are made, so that none are made of what was just changed.
"""

from __future__ import annotations

from viesti.domain.contact_search import VERSION
from viesti.storage.store import Store, Transaction

CURSOR = f"contact keys {VERSION}"
STEP = 1000  # contacts in one transaction
DONE = 1 << 62  # no id is as high


class MakeKeys:
    """The duty of one process at a time; when it is done, it is for ever."""

    def __init__(self, store: Store, step: int = STEP) -> None:
        self._store = store
        self._step = step
        self._done = False

    async def __call__(self) -> int:
        """Make some; gives of how many contacts."""
        if self._done:
            return 0
        made = 0

        async def work(tx: Transaction) -> None:
            nonlocal made
            position = await tx.messages.cursor(CURSOR)
            contacts = await tx.contacts.after(position, self._step) if position < DONE else []
            await tx.contact_keys.put(contacts)
            await tx.messages.move_cursor(CURSOR, contacts[-1].id if contacts else DONE)
            made = len(contacts)

        await self._store.run(work)
        self._done = not made
        return made
