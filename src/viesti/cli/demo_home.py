"""Where a demo lives: its folder and its ports.

Rule: everything of a demo is in its own folder, so that no real installation is ever touched.
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

from viesti.cli.demo_receiver import HOST as RECEIVER_HOST
from viesti.cli.wiring import Problem
from viesti.config import Settings

LEAVING_SECONDS = 8.0  # in which the processes of a killed demo are gone
# A demo is looked at, not loaded; and it must let go quickly.
FIXED = {
    "api_workers": 1,
    "drain_seconds": 3.0,
    "lease_seconds": 3.0,
    "allow_private_urls": True,  # its receiver is on this machine
    "log_format": "console",
    "public_base_url": "",
    "database_url": "",  # always its own
}


@dataclass(frozen=True, slots=True)
class Ports:
    """Where a demo listens."""

    api: int
    smsc: int
    whatsapp: int
    page: int
    receiver: int


@dataclass(frozen=True, slots=True)
class Home:
    """A demo's folder and ports."""

    settings: Settings  # with the demo's folder as `data_dir`
    ports: Ports

    @property
    def folder(self) -> Path:
        """Where everything of it is kept."""
        return self.settings.data_dir

    @property
    def log(self) -> Path:
        """What all its processes write."""
        return self.folder / "demo.log"

    @property
    def unclean(self) -> Path:
        """A file that is there until a demo ends by itself."""
        return self.folder / "demo.running"

    @property
    def api(self) -> str:
        """The API's address."""
        return f"http://{_reachable(self.settings.api_host)}:{self.ports.api}"

    @property
    def receiver(self) -> str:
        """The receiver's address."""
        return f"http://{RECEIVER_HOST}:{self.ports.receiver}"

    @property
    def page(self) -> str:
        """The address of the phones' page."""
        return f"http://{_reachable(self.settings.simulator_host)}:{self.ports.page}/"

    @property
    def smsc_host(self) -> str:
        """Where the engine finds the message centre."""
        return _reachable(self.settings.simulator_host)

    @property
    def whatsapp(self) -> str:
        """The simulated Cloud API's address."""
        return f"http://{_reachable(self.settings.simulator_host)}:{self.ports.whatsapp}"

    @property
    def webhook(self) -> str:
        """Where the Cloud API tells what happens."""
        return f"{self.api}/provider/whatsapp/whatsapp"

    def environment(self) -> dict[str, str]:
        """The settings of its child processes, as they override file and environment."""
        values = {**FIXED, "data_dir": self.folder, "api_port": self.ports.api}
        del values["database_url"]  # the platform tells it
        return {
            f"VIESTI_{name.upper()}": str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in values.items()
        }


def home_of(settings: Settings, folder: Path | None, ports: Ports) -> Home:
    """The home that `settings` and the options of the command make."""
    own: dict[str, Any] = dict(FIXED)
    own["data_dir"] = folder.absolute() if folder else settings.data_dir / "demo"
    own["api_port"] = ports.api
    return Home(replace(settings, **own), ports)


@contextmanager
def open_home(home: Home) -> Iterator[TextIO]:
    """Take the folder for this process and begin its log, which is given. Raises Problem when the folder
    can't be used, or another demo runs in it."""
    try:
        home.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(home.folder / "demo.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise unusable(home, error) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem(
                f"A demo is running already in {home.folder}; stop it first, or choose another folder "
                "and other ports (see `viesti demo --help`)."
            ) from None
        try:
            log = home.log.open("w", encoding="utf-8", buffering=1)
        except OSError as error:
            raise unusable(home, error) from error
        with log:
            try:
                yield log
            finally:
                home.unclean.unlink(missing_ok=True)
    finally:
        os.close(lock)


def unusable(home: Home, error: OSError) -> Problem:
    """What to say of a folder that can't be used."""
    return Problem(
        f"The demo's folder {home.folder} can't be written: {os.strerror(error.errno or 0)}; "
        "choose another by --data-dir."
    )


def check_ports(home: Home, monotonic: Callable[[], float], sleep: Callable[[float], None]) -> None:
    """See that every port is free before anything starts; those of a demo that was killed become free in a
    moment. Raises Problem."""
    deadline = monotonic() + (LEAVING_SECONDS if home.unclean.exists() else 0)
    while True:
        try:
            _check_ports(home)
            home.unclean.touch()
            return
        except Problem:
            if monotonic() >= deadline:
                raise
        sleep(0.1)


def _check_ports(home: Home) -> None:
    hosts = (home.settings.api_host, home.settings.simulator_host)
    wanted = (
        ("API", hosts[0], home.ports.api, "--api-port"),
        ("message centre", hosts[1], home.ports.smsc, "--smsc-port"),
        ("Cloud API", hosts[1], home.ports.whatsapp, "--whatsapp-port"),
        ("handset page", hosts[1], home.ports.page, "--page-port"),
        ("receiver of callbacks", RECEIVER_HOST, home.ports.receiver, "--receiver-port"),
    )
    taken: dict[int, str] = {}
    for what, host, port, option in wanted:
        if port in taken:
            raise Problem(f"The {what} and the {taken[port]} can't both have port {port}; change {option}.")
        taken[port] = what
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            with closing(socket.socket(family, kind, protocol)) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
        except OSError as error:
            raise Problem(_not_free(what, host, port, option, error)) from error


def _not_free(what: str, host: str, port: int, option: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host}, which the demo wants for its {what}, is in use by another program; "
            f"stop that, or choose another port by {option}."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} for the {what} is reserved for the system; choose one above 1023 by {option}."
    return f"The {what} can't listen on {host} port {port}: {error.strerror}; choose another by {option}."


def _reachable(host: str) -> str:
    """How this machine reaches what listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104  read, not bound
