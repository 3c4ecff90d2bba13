"""The two published versions of the dialect's contract, and where they differ.

Rule: what is served is one superset of both. Only where they contradict each other does it matter which one
an application was set to (`txtsync_contract` in the estate); all else that differs is how they are described.
"""

from __future__ import annotations

from dataclasses import replace

import msgspec

from viesti.api.contract.operation import AnyOperation, Parameter, Reply
from viesti.api.contract.values import Member, Thing
from viesti.services.authenticate import Caller

PUBLISHED = "1.1"  # the connector as it is published; what applications have unless they say otherwise
DEFINED = "1.2"  # the definition in the connectors' repository
VERSIONS = (PUBLISHED, DEFINED)


def speaks_defined(caller: Caller) -> bool:
    """Whether the caller is answered in the ways of version 1.2 where it contradicts 1.1."""
    return caller.application.txtsync_contract == DEFINED


def only(thing: Thing, *names: str) -> Thing:
    """The object as a version has it that knows just these members; the others are there as extensions."""
    unknown = set(names) - {member.name for member in thing.members}
    if unknown:
        raise ValueError(f"there are no members {sorted(unknown)}")
    return msgspec.structs.replace(
        thing, members=tuple([_flagged(member, member.name not in names) for member in thing.members])
    )


def described(
    operation: AnyOperation,
    *,
    body: Thing | None = None,
    replies: tuple[Reply, ...] = (),
    parameters: tuple[Parameter, ...] = (),
) -> AnyOperation:
    """The same operation as another version describes it."""
    return replace(
        operation,
        body=body or operation.body,
        replies=replies or operation.replies,
        parameters=parameters or operation.parameters,
    )


def _flagged(member: Member, extension: bool) -> Member:
    return msgspec.structs.replace(member, extension=extension)
