"""Every declared operation is whole: what it reads and writes is what it declares."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
import pytest
from tests.unit.api.contract.example import REMOVE, SEND

from viesti.api.contract.operation import AnyOperation
from viesti.api.contract.swagger import document
from viesti.api.contract.values import Listed, Thing, Value
from viesti.api.native.declared import OPERATIONS as NATIVE
from viesti.api.smartdialog.declared import OPERATIONS
from viesti.api.txtsync import declared as txtsync
from viesti.api.txtsync.versions import VERSIONS

TXTSYNC = (*txtsync.OPERATIONS, *txtsync.NATIVE, *txtsync.LEFTOVERS)
ALL = (SEND, REMOVE, *OPERATIONS, *TXTSYNC, *txtsync.AS_DEFINED, *NATIVE)


def things(value: Value | None) -> Iterator[Thing]:
    match value:
        case Thing():
            yield value
            for member in value.members:
                yield from things(member.value)
        case Listed():
            yield from things(value.of)


def required(struct: type[msgspec.Struct]) -> dict[str, bool]:
    return {field.name: field.required for field in msgspec.structs.fields(struct)}


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.id)
def test_what_is_read_is_what_is_declared(operation: AnyOperation) -> None:
    declared = {p.to: p.needed for p in operation.parameters if p.to}
    members = operation.body.members if operation.body else ()
    assert not declared.keys() & {member.to for member in members}
    declared |= {member.to: member.needed for member in members}
    assert required(operation.reads) == declared
    for member in members:
        for thing in things(member.value):
            assert thing.make is not None
            assert required(thing.make) == {each.to: each.needed for each in thing.members}


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.id)
def test_names_and_places(operation: AnyOperation) -> None:
    in_path = {p.name for p in operation.parameters if p.where == "path"}
    assert set(re.findall(r"{([^}]+)}", operation.path)) == in_path
    assert "{" not in re.sub(r"{[a-z_]+(:rest}$|})", "", operation.serving_path)
    for thing in things(operation.body):
        names = [member.name.lower() for member in thing.members]
        assert len(set(names)) == len(names)  # read in any letter case
    for p in operation.parameters:
        assert p.where != "path" or p.required
    assert len(operation.replies) >= 1 and all(200 <= reply.status < 300 for reply in operation.replies)


@pytest.mark.parametrize(
    "operation", (*OPERATIONS, *TXTSYNC, *txtsync.AS_DEFINED, *NATIVE), ids=lambda operation: operation.id
)
def test_answers_write_what_is_declared(operation: AnyOperation) -> None:
    """An answer's structs write exactly the declared names, in their order."""
    for reply in operation.replies:
        for thing in things(reply.value):
            assert thing.make is not None, "an answer names the struct that is written"
            assert thing.make.__struct_encode_fields__ == tuple(each.name for each in thing.members)
            assert thing.make.__struct_fields__ == tuple(each.to for each in thing.members)


@pytest.mark.parametrize(
    "face",
    [(SEND, REMOVE), OPERATIONS, TXTSYNC, NATIVE],
    ids=("example", "smartdialog", "txtsync", "native"),
)
def test_ids_and_places_are_there_once(face: tuple[AnyOperation, ...]) -> None:
    ids = [operation.id for operation in face]
    assert len(set(ids)) == len(ids)
    served = [(operation.method, re.sub(r"{[^}]+}", "{}", operation.path)) for operation in face]
    assert len(set(served)) == len(served)


def test_another_version_is_of_what_is_served() -> None:
    """An operation that a version describes otherwise is read as the served one is."""
    served = {operation.id: operation for operation in txtsync.OPERATIONS}
    for other in txtsync.AS_DEFINED:
        one = served[other.id]
        assert (other.method, other.path, other.reads) == (one.method, one.path, one.reads)
    for version in VERSIONS:
        assert [each.id for each in txtsync.operations(version)] == list(served)


@pytest.mark.parametrize("face", [OPERATIONS, NATIVE], ids=("smartdialog", "native"))
def test_what_designers_look_up_exists(face: tuple[AnyOperation, ...]) -> None:
    known = {operation.id: operation for operation in face}
    for operation in face:
        abouts = [p.about for p in operation.parameters]
        abouts += [member.about for thing in things(operation.body) for member in thing.members]
        for about in abouts:
            if about.dynamic:
                names = {p.name for p in known[about.dynamic.operation].parameters}
                assert set(about.dynamic.parameters) <= names


def test_every_operation_is_in_the_document() -> None:
    paths = document(OPERATIONS, title="SmartDialog", base_path="/")["paths"]
    found = {
        made["operationId"] for path in paths.values() for made in path.values() if "operationId" in made
    }
    assert found == {operation.id for operation in OPERATIONS}
