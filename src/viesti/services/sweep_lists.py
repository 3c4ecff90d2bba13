"""Sweeps away the members of lists that were emptied, and the contacts that only they held.

Rule: a contact is locked before its memberships are looked at, and one that somebody holds is left for the
next round; so nobody who is put on another list meanwhile is lost.
"""

from __future__ import annotations

from viesti.storage.store import Store, Transaction

STEP = 5000  # members in one transaction: some 50 ms, so that others on the same rows wait no longer


class SweepLists:
    """The duty of one process; any number may sweep."""

    def __init__(self, store: Store, step: int = STEP) -> None:
        self._store = store
        self._step = step
        self._after: dict[int, int] = {}  # how far each list is swept: what is behind is read only once more

    async def __call__(self) -> int:
        """Sweep some members of the list that was emptied first; gives how many, 0 when there is nothing that
        can be swept now."""
        async with self._store.statements() as tx:
            emptied = await tx.lists.emptied(1)
        if not emptied:
            self._after.clear()
            return 0
        list_id, did = emptied[0], 0

        async def work(tx: Transaction) -> None:
            nonlocal did
            did = await self._sweep(tx, list_id)

        await self._store.run(work)
        return did

    async def _sweep(self, tx: Transaction, list_id: int) -> int:
        after = self._after.get(list_id, 0)
        contacts = await tx.lists.swept_next(list_id, after, self._step)
        if contacts:
            await tx.lists.remove(list_id, contacts)
            await tx.contacts.delete_unlisted(contacts)
            self._after[list_id] = contacts[-1]
            return len(contacts)
        self._after.pop(list_id, None)
        if after:  # the end; from the start again, for those that were passed
            return 1
        dropped = await tx.lists.drop_without_contact(list_id, self._step)
        return dropped or int(await tx.lists.drop(list_id))
