"""Generated calls, good and bad, of every operation: no 5xx, and no answer that the document does not have.

Rule: the calls are made from our own document, with what we take beyond the original's contract. Half of
them carry real ids, so that they get past 404.
"""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from tests.contract.calls import BASE, SERVED, Contract
from tests.contract.generated import aside, ids, judge

from viesti.api.contract.swagger import document
from viesti.api.smartdialog.declared import OPERATIONS

pytestmark = pytest.mark.integration

EXAMPLES = 25  # of each operation, each way and with each kind of ids
SCHEMA = schemathesis.openapi.from_dict(
    document(OPERATIONS, title="SmartDialog", base_path=BASE, tolerant=True)
)
BY_ID = {operation.id: operation for operation in OPERATIONS}


# Operations in which something can be written wrongly: of the others every parameter is a text in the path.
BENDABLE = [name for name in SERVED if BY_ID[name].body]


@pytest.mark.parametrize("name", SERVED)
async def test_good_calls(contract: Contract, name: str) -> None:
    """Good by the document, with real ids; a few members as they are generated, the others really good."""
    good = await contract.made(name)
    once = {"RequestId", "phone"}  # a second use of these is a conflict
    members = sorted(good.body.keys() - once) if good.body else []

    @given(st.data(), _operation(name).as_strategy(**ids(good, "path", "header")))
    def calls(data: st.DataObject, case: Case) -> None:
        if members:
            kept = data.draw(st.sets(st.sampled_from(members), max_size=2))
            case.body |= {member: good.body[member] for member in members if member not in kept}
        if good.body and "phone" in good.body:
            case.body["phone"] = contract.phone()
        validate(contract, case)

    await aside(calls, EXAMPLES)


@pytest.mark.parametrize("name", SERVED)
async def test_good_calls_with_ids_that_are_none(contract: Contract, name: str) -> None:
    await aside(given(_operation(name).as_strategy())(lambda case: validate(contract, case)), EXAMPLES)


@pytest.mark.parametrize("name", BENDABLE)
async def test_bad_calls(contract: Contract, name: str) -> None:
    """With real ids, so that nothing but what is bad is refused; and with any."""
    real = ids(await contract.made(name), "path", "header")
    for parameters in real, {}:
        strategy = _operation(name).as_strategy(GenerationMode.NEGATIVE, **parameters)
        await aside(given(strategy)(lambda case: validate(contract, case)), EXAMPLES)


def validate(contract: Contract, case: Case) -> None:
    """Make the call and judge the answer."""
    headers = {"Authorization": f"Bearer {contract.tokens['bo']}"}
    answer = case.call(base_url=contract.api.url + BASE, headers=headers)
    judge(case, answer)


def _operation(name: str) -> schemathesis.APIOperation[Any, Any]:
    return SCHEMA[BY_ID[name].path][BY_ID[name].method]
