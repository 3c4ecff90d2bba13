"""The documents over real HTTP: what is described is what is served, and nothing else is."""

from __future__ import annotations

import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from tests.integration.api.conftest import Api

from viesti.api.contract.face import Face
from viesti.api.faces import FACES, NATIVE, SMARTDIALOG, TXTSYNC

pytestmark = pytest.mark.integration

DOCUMENTS = {
    "/openapi.json": NATIVE,
    "/openapi/smartdialog.json": SMARTDIALOG,
    "/openapi/txtsync.json": TXTSYNC,
}
PAGES = {"/docs": NATIVE, "/docs/smartdialog": SMARTDIALOG, "/docs/txtsync": TXTSYNC}


@pytest.mark.parametrize("path", DOCUMENTS)
async def test_a_document_is_good_and_kept_by_who_has_it(shared_api: Api, path: str) -> None:
    async with shared_api.client.get(shared_api.url + path) as answer:
        made = await answer.json()
        tag = answer.headers["ETag"]
        assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert not list(OpenAPIV31SpecValidator(made).iter_errors())
    assert made["servers"] == [{"url": shared_api.url + DOCUMENTS[path].base}]
    async with shared_api.client.get(shared_api.url + path, headers={"If-None-Match": tag}) as answer:
        assert (answer.status, await answer.read(), answer.headers["ETag"]) == (304, b"", tag)
        assert "Content-Length" not in answer.headers
    async with shared_api.client.head(shared_api.url + path) as answer:
        assert (answer.status, answer.headers["ETag"]) == (200, tag)


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_for_everybody_and_loads_nothing_of_others(shared_api: Api, path: str) -> None:
    async with shared_api.client.get(shared_api.url + path) as answer:
        text = await answer.text()
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert f"<h1>The {PAGES[path].title} API</h1>" in text
    for operation in PAGES[path].operations:
        assert f'id="{operation.id}"' in text


async def test_all_that_is_served_is_described(shared_api: Api) -> None:
    described = {face.key: {face.base + one.serving_path for one in face.operations} for face in FACES}
    assert set().union(*described.values()) <= shared_api.paths
    for face in (NATIVE, SMARTDIALOG):
        routed = {path for path in shared_api.paths if path.startswith(f"{face.base}/")}
        assert routed == described[face.key]


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.key)
async def test_the_methods_of_a_path_are_those_described(shared_api: Api, face: Face) -> None:
    methods: dict[str, set[str]] = {}
    for one in face.operations:
        methods.setdefault(one.serving_path, set()).add(one.method)
    for path, described in methods.items():
        address = shared_api.url + face.base + re.sub(r"{[^}]+}", "1", path)
        async with shared_api.client.patch(address) as answer:
            assert answer.status == 405, path
            assert set(answer.headers["Allow"].split(", ")) - {"HEAD"} == described, path
