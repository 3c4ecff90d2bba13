"""A connector's script, compiled and run by Mono beside a stand-in for the platform."""

from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from viesti.connector.base_url import BaseUrl
from viesti.connector.options import ExportOptions
from viesti.connector.products import PRODUCTS
from viesti.connector.script import script

pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(
        not shutil.which("mcs"), reason="needs Debian's mono-mcs and libmono-system-net-http4.0-cil"
    ),
]

HOST = Path(__file__).with_name("peers") / "ScriptHost.cs"
RUNTIME = "https://europe-001.azure-apim.net/apim/shared-2dviesti/0f3c5d"
SERVER = "https://sms.example.com/sub/api-integrations/v1"
CREATE = "/service/5d5b/pipelines/actions"
DELETE = "/pipelines/7%2Fe/actions/9f?since=a%2Bb"
Run = Callable[..., tuple[str, str, str]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Makes the call that it is told, and gives status, Location and what was sent on."""
    program = compiled(tmp_path_factory.mktemp("script"), "smartdialog", "/sub")

    def call(operation: str, called: str, status: int, location: str) -> tuple[str, str, str]:
        line = "\t".join((operation, RUNTIME + called, SERVER + called, str(status), location))
        return answered(program, line)

    return call


def answered(program: Path, line: str) -> tuple[str, str, str]:
    done = subprocess.run(
        ["mono", program], input=line, capture_output=True, text=True, check=True, timeout=60
    )
    first, second, third = done.stdout.rstrip("\n").split("\t")
    return first, second, third


def compiled(folder: Path, name: str, path: str) -> Path:
    options = ExportOptions(base=BaseUrl("https", "sms.example.com", path))
    source, program = folder / "Script.cs", folder / "script.exe"
    text = HOST.read_text(encoding="utf-8") + script(PRODUCTS[name], options)
    source.write_text(text, encoding="utf-8")
    subprocess.run(
        ["mcs", "-warnaserror", "-langversion:7", "-r:System.Net.Http", f"-out:{program}", source],
        check=True,
        timeout=120,
    )
    return program


@pytest.mark.parametrize("name", PRODUCTS)
def test_it_compiles(name: str, tmp_path: Path) -> None:
    assert compiled(tmp_path, name, "").exists()


def test_the_place_of_a_subscription_is_named_through_the_connector(run: Run) -> None:
    status, location, sent = run("NewMessage", CREATE, 201, SERVER + DELETE)
    assert (status, location) == ("201", RUNTIME + DELETE)
    assert sent == f"POST {SERVER}{CREATE} {{}}"


@pytest.mark.parametrize(
    ("name", "path", "operation", "create", "delete"),
    [
        (
            "txtsync",
            "",
            "InboundSMS",
            "/system/applications/webhooks/type/0",
            "/system/applications/webhooks/9",
        ),
        ("txtsync", "/a/b", "OutboundSMS", "/system/applications/webhooks/type/5", "/system/x"),
        ("viesti", "/a", "DeliveryReport", "/triggers/delivery-report", "/triggers/9f"),
    ],
)
def test_wherever_the_api_begins_on_the_server(
    name: str, path: str, operation: str, create: str, delete: str, tmp_path: Path
) -> None:
    server = f"https://sms.example.com{path}{PRODUCTS[name].base.rstrip('/')}"
    program = compiled(tmp_path, name, path)
    told = "\t".join((operation, RUNTIME + create, server + create, "201", server + delete))
    assert answered(program, told)[1] == RUNTIME + delete


@pytest.mark.parametrize("query", ["?x=1", "/"])
def test_what_stands_after_the_path_that_was_called_is_no_part_of_it(run: Run, query: str) -> None:
    assert run("NewMessage", CREATE + query, 201, SERVER + DELETE)[1] == RUNTIME + DELETE


def test_a_name_in_base64_is_known_too(run: Run) -> None:
    name = base64.b64encode(b"NewMessage").decode()
    assert run(name, CREATE, 201, SERVER + DELETE)[1] == RUNTIME + DELETE


@pytest.mark.parametrize(
    ("operation", "status", "location"),
    [
        ("SendMessage", 201, SERVER + DELETE),
        ("DeleteTrigger", 204, "-"),
        ("Not base64!", 200, SERVER + DELETE),
        ("NewMessage", 400, SERVER + DELETE),
        ("NewMessage", 201, "-"),
        ("NewMessage", 201, "/pipelines/7/actions/9"),
        ("NewMessage", 201, "https://sms.example.com/sub/api-integrations/v10/x"),
    ],
)
def test_everything_else_passes_untouched(run: Run, operation: str, status: int, location: str) -> None:
    called = f"POST {SERVER}{CREATE} {{}}"
    assert run(operation, CREATE, status, location) == (str(status), location, called)
