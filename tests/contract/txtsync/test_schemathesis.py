"""Generated calls, good and bad, of every operation in both versions: no 5xx, and no answer that the document
does not have.

Rule: the calls are made from our own documents, with what we take beyond the original's contract. Half of
them carry real ids, so that they get past 404.
"""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from tests.contract.generated import aside, ids, judge
from tests.contract.txtsync.calls import SERVED, VERSIONS, Contract
from tests.integration.api.conftest import basic

from viesti.api.contract.swagger import document
from viesti.api.txtsync.declared import NATIVE, operations
from viesti.api.txtsync.errors import SCHEMA as ERROR

pytestmark = pytest.mark.integration

EXAMPLES = 15  # of each operation, each way, with each kind of ids, in each version
BY_ID = {version: {each.id: each for each in (*operations(version), *NATIVE)} for version in VERSIONS}
# In answers a moment that has not come is "", which no format of OpenAPI 2 says.
MOMENT = {"type": "string", "pattern": r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z)?$"}


def described(version: str) -> dict[str, Any]:
    """Our document of this version."""
    named: dict[str, Any] = {"title": "TxtSync", "version": version, "base_path": "/"}
    made = document(BY_ID[version].values(), **named, error=ERROR, tolerant=True)
    for methods in made["paths"].values():
        for operation in methods.values():
            # One header's name ends in a colon, which only a raw socket can send (test_headers does).
            operation["parameters"] = [
                each for each in operation.get("parameters", ()) if ":" not in each["name"]
            ]
            for answer in operation.get("responses", {}).values():
                answer["schema"] = _blank_moments(answer["schema"])
    return made


def _blank_moments(value: Any) -> Any:
    if isinstance(value, list):
        return [_blank_moments(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("format") == "date-time":
        return MOMENT
    return {name: _blank_moments(each) for name, each in value.items()}


SCHEMAS = {version: schemathesis.openapi.from_dict(described(version)) for version in VERSIONS}


def table(names: list[str]) -> list[Any]:
    return [pytest.param(version, name, id=f"{name} {version}") for version in VERSIONS for name in names]


EVERY = sorted(BY_ID["1.1"])
# Operations in which something can be written wrongly.
BENDABLE = [name for name in EVERY if BY_ID["1.1"][name].body]


@pytest.mark.parametrize(("version", "name"), table(SERVED))
async def test_good_calls(contract: Contract, version: str, name: str) -> None:
    """Good by the document, with real ids; a few members as they are generated, the others really good."""
    good = await contract.made(name)
    members = sorted(good.body) if good.body else []

    @given(st.data(), _operation(version, name).as_strategy(**ids(good, "path")))
    def calls(data: st.DataObject, case: Case) -> None:
        if members:
            kept = data.draw(st.sets(st.sampled_from(members), max_size=2))
            case.body |= {member: good.body[member] for member in members if member not in kept}
        validate(contract, version, case)

    await aside(calls, EXAMPLES)


@pytest.mark.parametrize(("version", "name"), table(EVERY))
async def test_good_calls_with_ids_that_are_none(contract: Contract, version: str, name: str) -> None:
    strategy = _operation(version, name).as_strategy()
    await aside(given(strategy)(lambda case: validate(contract, version, case)), EXAMPLES)


@pytest.mark.parametrize(("version", "name"), table(BENDABLE))
async def test_bad_calls(contract: Contract, version: str, name: str) -> None:
    """With real ids, so that nothing but what is bad is refused; and with any."""
    real = ids(await contract.made(name), "path") if name in SERVED else {}
    for parameters in real, {}:
        strategy = _operation(version, name).as_strategy(GenerationMode.NEGATIVE, **parameters)
        await aside(given(strategy)(lambda case: validate(contract, version, case)), EXAMPLES)


def validate(contract: Contract, version: str, case: Case) -> None:
    """Make the call and judge the answer."""
    headers = basic(*contract.callers[f"acme {version}"])
    answer = case.call(base_url=contract.api.url, headers=headers)
    judge(case, answer)


def _operation(version: str, name: str) -> schemathesis.APIOperation[Any, Any]:
    operation = BY_ID[version][name]
    return SCHEMAS[version][operation.path][operation.method]
