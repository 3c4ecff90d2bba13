"""Generated calls, good and bad, of every operation by `/openapi.json`: no 5xx, and no answer that it does
not have.

Rule: the calls are made from the document that is served. Half of them carry real ids, so that they get past
404; each operation is answered well at least once to an application and to a person.
"""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis import Case, GenerationMode
from tests.contract.generated import aside, ids, judge
from tests.contract.native.calls import CALLERS, GOOD, OPERATIONS, Native

from viesti.api.contract.face import Credentials
from viesti.api.contract.openapi import document
from viesti.api.contract.values import Text
from viesti.api.faces import NATIVE

pytestmark = pytest.mark.integration

EXAMPLES = 15  # of each operation, each way, with each kind of ids
DOCUMENT = document(NATIVE, "http://127.0.0.1:8080")
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
SERVED = sorted(OPERATIONS)
# Operations in which something can be written wrongly: of the others every value is a text.
BENDABLE = [
    name
    for name in SERVED
    if OPERATIONS[name].body
    or any(p.where == "query" and p.value != Text() for p in OPERATIONS[name].parameters)
]
ONCE = {"requestId"}  # a second use of these with something else is a conflict


async def test_the_document_is_the_one_that_is_served(native: Native) -> None:
    async with native.api.client.get(native.api.url + "/openapi.json") as answer:
        served = await answer.json()
    assert served.pop("servers") == [{"url": native.url}]
    schemes = served["components"].pop("securitySchemes")
    assert schemes.keys() == DOCUMENT["components"]["securitySchemes"].keys()
    assert served["paths"] == DOCUMENT["paths"]


def test_every_operation_has_a_good_call() -> None:
    assert set(GOOD) == set(OPERATIONS)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("name", SERVED)
async def test_a_good_call_is_answered_well(native: Native, name: str, caller: Credentials) -> None:
    call = await native.made(name)
    said = await native.ask(call, caller)
    operation = OPERATIONS[name]
    reply = DOCUMENT["paths"][operation.path][operation.method.lower()]["responses"].get(str(said.status))
    assert 200 <= said.status < 300 and reply, said.text
    content = reply.get("content")
    if content is None:
        assert said.text == ""
        return
    checker = Draft202012Validator.FORMAT_CHECKER
    schema = content["application/json"]["schema"]
    Draft202012Validator(schema, format_checker=checker).validate(said.body)


@pytest.mark.parametrize("name", SERVED)
async def test_good_calls(native: Native, name: str) -> None:
    """Good by the document, with real ids; a few members as they are generated, the others really good."""
    good = await native.made(name)
    members = sorted(good.body.keys() - ONCE) if good.body else []

    @given(st.data(), _operation(name).as_strategy(**ids(good, "path", "header")))
    def calls(data: st.DataObject, case: Case) -> None:
        if members:
            kept = data.draw(st.sets(st.sampled_from(members), max_size=2))
            case.body |= {member: good.body[member] for member in members if member not in kept}
        validate(native, case, data.draw(st.sampled_from(tuple(CALLERS))))

    await aside(calls, EXAMPLES)


@pytest.mark.parametrize("name", SERVED)
async def test_good_calls_with_ids_that_are_none(native: Native, name: str) -> None:
    strategy = _operation(name).as_strategy()
    await aside(given(strategy)(lambda case: validate(native, case, Credentials.BASIC)), EXAMPLES)


@pytest.mark.parametrize("name", BENDABLE)
async def test_bad_calls(native: Native, name: str) -> None:
    """With real ids, so that nothing but what is bad is refused; and with any."""
    for parameters in ids(await native.made(name), "path", "header"), {}:
        strategy = _operation(name).as_strategy(GenerationMode.NEGATIVE, **parameters)
        await aside(
            given(strategy)(lambda case: validate(native, case, Credentials.PERSONAL_TOKEN)), EXAMPLES
        )


def validate(native: Native, case: Case, caller: Credentials) -> None:
    """Make the call and judge the answer."""
    answer = case.call(base_url=native.url, headers=CALLERS[caller])
    assume("" not in (case.query or {}).values())  # a blank one is as if left out, which no schema says
    judge(case, answer)


def _operation(name: str) -> schemathesis.APIOperation[Any, Any]:
    return SCHEMA[OPERATIONS[name].path][OPERATIONS[name].method]
