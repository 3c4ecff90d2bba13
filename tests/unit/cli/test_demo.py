from __future__ import annotations

import io
import json
import shlex
import socket
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from rich.console import Console

from viesti.cli.demo_estate import Secrets, estate, secrets_of
from viesti.cli.demo_home import Home, Ports, check_ports, home_of, open_home
from viesti.cli.demo_screen import Screen, shortened, took
from viesti.cli.demo_smartdialog import SmartDialog
from viesti.cli.demo_text import authorize_url, curl, exchange, flow_curl
from viesti.cli.wiring import Problem
from viesti.config import Settings, load
from viesti.net.client import OutgoingClient

PORTS = Ports(api=18080, smsc=12775, whatsapp=18092, page=18090, receiver=18091)
WHSEC = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
SECRETS = Secrets("s3cret", WHSEC, "pass", "c1ient", "t0ken", "app", "verify")


def home(folder: Path, **settings: str) -> Home:
    return home_of(Settings(data_dir=folder, **settings), None, PORTS)


def test_a_demo_never_touches_a_real_installation(tmp_path: Path) -> None:
    made = home(tmp_path, database_url="postgresql://real", public_base_url="https://real.example")
    assert made.folder == tmp_path / "demo"
    assert made.settings.database_url == ""
    assert made.settings.public_base_url == ""


def test_its_processes_get_its_settings_over_any_others(tmp_path: Path) -> None:
    made = home(tmp_path)
    children = load(None, {"VIESTI_DATA_DIR": "/real", "VIESTI_API_PORT": "1", **made.environment()})
    assert children == made.settings


@pytest.mark.parametrize(
    ("listen", "reach"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]"), ("box", "box")],
)
def test_addresses_that_work_as_printed(tmp_path: Path, listen: str, reach: str) -> None:
    made = home(tmp_path, api_host=listen, simulator_host=listen)
    assert made.api == f"http://{reach}:18080"
    assert made.page == f"http://{reach}:18090/"


def test_secrets_are_made_once_and_closed_to_others(tmp_path: Path) -> None:
    made = home(tmp_path)
    with open_home(made):
        first = secrets_of(made)
    file = made.folder / "demo.secrets.json"
    assert file.stat().st_mode & 0o077 == 0
    with open_home(made):
        assert secrets_of(made) == first
    file.write_text("{")
    with pytest.raises(Problem, match="is damaged"):
        secrets_of(made)


def test_secrets_of_an_earlier_version_are_completed(tmp_path: Path) -> None:
    made = home(tmp_path)
    made.folder.mkdir()
    file = made.folder / "demo.secrets.json"
    file.write_text(json.dumps({"secret": "s3cret", "callback_secret": SECRETS.callback_secret}))
    found = secrets_of(made)
    assert (found.secret, found.callback_secret) == ("s3cret", SECRETS.callback_secret)
    assert found.password and found.client_secret
    assert secrets_of(made) == found
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("written", ["[]", "7", '{"secret": "s", "other": "x"}', '{"secret": null}', "{"])
def test_secrets_that_are_damaged(tmp_path: Path, written: str) -> None:
    made = home(tmp_path)
    made.folder.mkdir()
    file = made.folder / "demo.secrets.json"
    file.write_text(written)
    with pytest.raises(Problem, match="is damaged"):
        secrets_of(made)
    assert file.read_text() == written


def test_one_demo_in_a_folder(tmp_path: Path) -> None:
    made = home(tmp_path)
    with open_home(made):
        made.unclean.touch()
        with pytest.raises(Problem, match="running already"), open_home(made):
            pass
        assert made.unclean.exists()  # the first one's
    assert not made.unclean.exists()


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("")
    with (
        pytest.raises(Problem, match=r"demo can't be written: File exists; choose another"),
        open_home(home(tmp_path)),
    ):
        pass


def test_the_estate_is_filled_in(tmp_path: Path) -> None:
    document = estate(home(tmp_path), SECRETS)
    centre, whatsapp = document["channels"]
    assert (centre["options"]["host"], centre["options"]["port"]) == ("127.0.0.1", 12775)
    assert whatsapp["options"]["base_url"] == "http://127.0.0.1:18092"
    assert set(whatsapp["secrets"].values()) == {"t0ken", "app", "verify"}
    [application] = document["applications"]
    assert (application["client_key"], application["secret"]) == ("demo", "s3cret")
    hooks = [service["webhook_url"] for service in document["services"] if "webhook_url" in service]
    assert hooks == ["http://127.0.0.1:18091/inbound"]
    [person] = document["users"]
    assert (person["email"], person["password"]) == ("ada@harbour.example", "pass")
    [client] = document["oauth_clients"]
    assert (client["client_id"], client["secret"]) == ("viesti-demo", "c1ient")
    assert client["redirect_uris"] == ["http://127.0.0.1:18091/signed-in"]


def test_the_curl_line_survives_a_shell(tmp_path: Path) -> None:
    words = shlex.split(curl(home(tmp_path), SECRETS))
    assert words[:3] == ["curl", "-u", "demo:s3cret"]
    assert words[-1] == "http://127.0.0.1:18080/sms/send"
    body = json.loads(words[words.index("-d") + 1])
    assert body["To"] == "+358401234567"


def test_the_curl_line_of_a_flow_survives_a_shell() -> None:
    dialog = SmartDialog(OutgoingClient(), "http://127.0.0.1:18080", "vsp_t", "c-1", "s-1")
    words = shlex.split(flow_curl(dialog))
    headers = {words[at + 1] for at, word in enumerate(words) if word == "-H"}
    assert {"Personal-Access-Token: vsp_t", "Customer-Id: c-1", "Service-Id: s-1"} < headers
    assert words[-1] == "http://127.0.0.1:18080/api-integrations/v1/messages"
    body = json.loads(words[words.index("-d") + 1])
    assert body["Content"] == "Hello $(name)!"  # which a shell would run, were it not quoted


def test_a_sign_in_leads_to_the_page_that_its_code_is_exchanged_for(tmp_path: Path) -> None:
    made = home(tmp_path)
    asked = parse_qs(urlsplit(authorize_url(made)).query)
    words = shlex.split(exchange(made, SECRETS, "c'; rm"))
    told = parse_qs(words[words.index("-d") + 1])
    assert (words[2], words[-1]) == ("viesti-demo:c1ient", "http://127.0.0.1:18080/oauth/token")
    assert told["code"] == ["c'; rm"]  # whatever came in the address is no command of its own
    assert told["redirect_uri"] == asked["redirect_uri"] == ["http://127.0.0.1:18091/signed-in"]


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_ports_of_a_killed_demo_are_waited_for_and_others_are_not(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        made = home_of(Settings(data_dir=tmp_path), None, Ports(port, 0, 0, 0, 0))
        made.folder.mkdir()
        time = Time()
        with pytest.raises(Problem, match=f"Port {port} on 127.0.0.1.*--api-port"):
            check_ports(made, time, time.sleep)
        assert time.now == 0
        made.unclean.touch()
        with pytest.raises(Problem):
            check_ports(made, time, time.sleep)
        assert time.now > 5


@pytest.mark.parametrize(
    ("ports", "sentence"),
    [
        (Ports(1024, 1024, 1025, 1026, 1027), "The message centre and the API can't both have port 1024"),
        (Ports(1024, 1025, 1024, 1026, 1027), "The Cloud API and the API can't both have port 1024"),
        (Ports(1, 2, 3, 4, 1), "The receiver of callbacks and the API can't both have port 1"),
    ],
)
def test_ports_must_differ(tmp_path: Path, ports: Ports, sentence: str) -> None:
    made = home_of(Settings(data_dir=tmp_path), None, ports)
    time = Time()
    with pytest.raises(Problem, match=sentence):
        check_ports(made, time, time.sleep)


def screen(clock: Time) -> tuple[Screen, io.StringIO]:
    written = io.StringIO()
    return Screen(Console(file=written, highlight=False, width=80), clock), written


def test_a_step_in_plain_lines() -> None:
    clock = Time()
    shown, written = screen(clock)
    with shown.step("Something") as facts:
        facts.add("[bold]as written[/bold]")
        clock.sleep(1.25)
    title, fact = written.getvalue().splitlines()
    assert title.split() == ["✓", "Something", "1.2", "s"]
    assert fact.strip() == "[bold]as written[/bold]"


def test_a_step_that_fails_is_marked_and_its_reason_goes_on() -> None:
    shown, written = screen(Time())
    with pytest.raises(Problem, match="no luck"), shown.step("Something") as facts:
        facts.add("so far")
        raise Problem("no luck")
    assert written.getvalue().split() == ["✗", "Something", "0", "ms", "so", "far"]


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.0004, "0 ms"), (0.034, "34 ms"), (0.9996, "1.0 s"), (61.04, "61.0 s")]
)
def test_took(seconds: float, said: str) -> None:
    assert took(seconds) == said


@pytest.mark.parametrize(
    ("text", "said"), [("short", "short"), ("two\n lines", "two lines"), ("x" * 11, "x" * 9 + "…")]
)
def test_shortened(text: str, said: str) -> None:
    assert shortened(text, 10) == said
