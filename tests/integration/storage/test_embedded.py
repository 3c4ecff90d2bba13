"""The embedded PostgreSQL: first start, restart, every way to be killed, guests, root and a normal user."""

from __future__ import annotations

import asyncio
import os
import pwd
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from viesti.storage import postgres_home
from viesti.storage.embedded import EmbeddedPostgres, PostgresError

pytestmark = pytest.mark.integration

NORMAL_USER = "viesti-test"
SOURCES = str(Path(postgres_home.__file__).parents[2])


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that root's server can reach too, which pytest's own are not; its server ends with it."""
    path = Path(tempfile.mkdtemp(prefix="viesti-"))
    yield path
    kill_everything(path)
    shutil.rmtree(path)


def on(dsn: str, work: Callable[[Any], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        connection = await asyncpg.connect(dsn)
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(run())


def query(dsn: str, sql: str) -> Any:
    return on(dsn, lambda connection: connection.fetchval(sql))


def server_processes(folder: Path) -> list[int]:
    """Every process that works in the cluster's folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "cwd").readlink() == folder / "postgres":
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def wait_for_end(pid: int) -> None:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    select.select([descriptor], [], [], 30)
    os.close(descriptor)


def kill_everything(folder: Path) -> None:
    pids = server_processes(folder)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    for pid in pids:
        wait_for_end(pid)


def postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def run_owner(folder: Path, after: str) -> subprocess.Popen[str]:
    """Another process that starts the server, prints its address, and then does `after`."""
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom viesti.storage.embedded import EmbeddedPostgres\n"
        f"server = EmbeddedPostgres(Path({str(folder)!r}))\n"
        f"print(server.start(), server.owned, flush=True)\n{after}\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": SOURCES, "PGPORT": "9", "PGDATA": "/nowhere"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_first_start_makes_a_durable_utf8_database_that_no_network_reaches(folder: Path) -> None:
    with EmbeddedPostgres(folder) as dsn:
        for name, value in {
            "server_version_num": lambda text: int(text) >= 180000,
            "server_encoding": "UTF8".__eq__,
            "data_checksums": "on".__eq__,
            "fsync": "on".__eq__,
            "synchronous_commit": "on".__eq__,
            "listen_addresses": "".__eq__,
            "TimeZone": "UTC".__eq__,
        }.items():
            assert value(query(dsn, f"show {name}")), name
        assert query(dsn, "select upper('ä' collate \"default\") = 'Ä' and 'Z' < 'a'")
        assert (folder / "postgres").stat().st_mode & 0o077 == 0
        sockets = Path(query(dsn, "show unix_socket_directories"))
        assert sockets.stat().st_mode & 0o077 == 0


def test_a_stop_is_clean_and_a_second_start_finds_the_data(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    assert not server.running()
    query(server.start(), "create table kept as select 7 as number")
    assert server.running()
    server.stop()
    assert not server.running()
    assert server_processes(folder) == []
    assert not (folder / "postgres" / "postmaster.pid").exists()
    server.stop()

    dsn = server.start()
    assert query(dsn, "select number from kept") == 7
    log = "".join(path.read_text() for path in (folder / "postgres" / "log").glob("*.log"))
    assert "not properly shut down" not in log
    server.stop()


def test_stop_cuts_off_clients_that_stay(folder: Path) -> None:
    server = EmbeddedPostgres(folder)

    async def stop_under_it(connection: Any) -> bool:
        await asyncio.to_thread(server.stop)
        return server.running()

    assert on(server.start(), stop_under_it) is False
    assert server_processes(folder) == []


def test_committed_data_is_there_after_everything_was_killed(folder: Path) -> None:
    owner = run_owner(folder, "sys.stdin.read()")
    assert owner.stdout is not None
    dsn, owned = owner.stdout.readline().split()
    assert owned == "True"
    query(dsn, "create table kept as select generate_series(1, 1000) as number")
    owner.kill()
    kill_everything(folder)
    owner.communicate()

    with EmbeddedPostgres(folder) as again:
        assert query(again, "select count(*) from kept") == 1000
        log = "".join(path.read_text() for path in (folder / "postgres" / "log").glob("*.log"))
        assert "not properly shut down" in log


def test_a_stale_process_number_that_now_belongs_to_somebody_else(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    query(server.start(), "create table kept as select 7 as number")
    text = (folder / "postgres" / "postmaster.pid").read_text()
    kill_everything(folder)
    stranger = subprocess.Popen(["sleep", "600"])
    try:
        stale = [str(stranger.pid), *text.splitlines()[1:]]
        (folder / "postgres" / "postmaster.pid").write_text("\n".join(stale) + "\n")
        (folder / "postgres.sockets" / ".s.PGSQL.5432.lock").write_text("\n".join(stale) + "\n")
        assert query(server.start(), "select number from kept") == 7
        server.stop()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_killed_postmaster_is_brought_back_by_the_next_start(folder: Path) -> None:
    with EmbeddedPostgres(folder) as dsn:
        query(dsn, "create table kept as select 7 as number")
    server = EmbeddedPostgres(folder)
    server.start()
    killed = postmaster(folder)
    os.kill(killed, signal.SIGKILL)
    wait_for_end(killed)
    assert query(server.start(), "select number from kept") == 7
    assert postmaster(folder) != killed
    server.stop()
    assert server_processes(folder) == []


def test_an_initialisation_that_was_killed_is_begun_anew(folder: Path) -> None:
    (folder / "postgres.new").mkdir(mode=0o700)
    (folder / "postgres.new" / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(folder) as dsn:
        assert query(dsn, "select 1") == 1
    assert not (folder / "postgres.new").exists()


def test_a_guest_joins_and_leaves_the_server_alone(folder: Path) -> None:
    with EmbeddedPostgres(folder) as dsn:
        guest = run_owner(folder, "server.stop()")
        assert guest.communicate()[0].split() == [dsn, "False"]
        assert query(dsn, "select 1") == 1


def test_of_many_that_start_at_once_one_owns_the_server_and_all_reach_it(folder: Path) -> None:
    processes = [run_owner(folder, "sys.stdin.read()\nserver.stop()") for _ in range(4)]
    said = [process.stdout.readline().split() for process in processes if process.stdout]
    assert len({dsn for dsn, _ in said}) == 1
    assert sorted(owned for _, owned in said) == ["False", "False", "False", "True"]
    assert query(said[0][0], "select 1") == 1
    for process in processes:
        process.communicate()
    assert [process.returncode for process in processes] == [0, 0, 0, 0]
    assert server_processes(folder) == []


def test_a_server_whose_owner_was_killed_is_taken_over_and_stopped(folder: Path) -> None:
    owner = run_owner(folder, "sys.stdin.read()")
    assert owner.stdout is not None
    owner.stdout.readline()
    before = postmaster(folder)
    owner.kill()
    owner.communicate()
    with EmbeddedPostgres(folder) as dsn:
        assert query(dsn, "select 1") == 1
        assert postmaster(folder) == before
    assert server_processes(folder) == []


def test_ctrl_c_in_the_terminal_does_not_reach_it(folder: Path) -> None:
    with EmbeddedPostgres(folder):
        assert os.getsid(postmaster(folder)) != os.getsid(0)
        assert os.getpgid(postmaster(folder)) != os.getpgid(0)


def test_a_long_path_gets_its_socket_elsewhere(folder: Path) -> None:
    deep = folder / ("d" * 120)
    folder.chmod(0o711)
    with EmbeddedPostgres(deep) as dsn:
        assert query(dsn, "select 1") == 1
        sockets = Path(query(dsn, "show unix_socket_directories"))
        assert not sockets.is_relative_to(folder)
    sockets.rmdir()


def not_a_folder(folder: Path) -> Path:
    (folder / "file").touch()
    return folder / "file"


def other_version(folder: Path) -> Path:
    (folder / "postgres").mkdir()
    (folder / "postgres" / "PG_VERSION").write_text("17\n")
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder / "postgres", nobody.pw_uid, nobody.pw_gid)
    return folder


def open_sockets(folder: Path) -> Path:
    (folder / "postgres.sockets").mkdir()
    (folder / "postgres.sockets").chmod(0o777)
    return folder


def broken_settings(folder: Path) -> Path:
    with EmbeddedPostgres(folder):
        pass
    (folder / "postgres" / "postgresql.conf").write_text("no such setting\n")
    return folder


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (not_a_folder, "can't be used: .*; set VIESTI_DATA_DIR to a folder that can be written"),
        (other_version, "made by PostgreSQL 17, and this Viesti brings 18; move it with pg_dump"),
        (open_sockets, "is not a folder that only PostgreSQL's user can enter; remove it"),
        (broken_settings, "did not start: configuration file .* contains errors"),
    ],
)
def test_what_can_not_start_says_why(folder: Path, make: Callable[[Path], Path], sentence: str) -> None:
    server = EmbeddedPostgres(make(folder))
    with pytest.raises(PostgresError, match=sentence):
        server.start()
    assert not server.owned


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="not run: switching users needs root")


@needs_root
def test_roots_server_runs_as_another_user(folder: Path) -> None:
    with EmbeddedPostgres(folder):
        assert Path(f"/proc/{postmaster(folder)}").stat().st_uid != 0


@needs_root
def test_a_folder_that_roots_server_can_not_reach_is_named(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(PostgresError, match=f"can't enter {closed} on the way to the data folder"):
        EmbeddedPostgres(closed / "data").start()
    assert closed.stat().st_mode & 0o077 == 0


@needs_root
def test_programs_that_roots_server_can_not_reach_are_copied(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = postgres_home.wheel_programs().parents[1]
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    for part in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.parent / part, closed / part)
    monkeypatch.syspath_prepend(str(closed))
    assert postgres_home.wheel_programs().is_relative_to(closed)
    with EmbeddedPostgres(folder) as dsn:
        assert query(dsn, "select 1") == 1
    assert closed.stat().st_mode & 0o077 == 0


@needs_root
def test_a_normal_user_runs_it_as_itself(folder: Path) -> None:
    try:
        user = pwd.getpwnam(NORMAL_USER)
    except KeyError:
        made = subprocess.run(
            ["/usr/sbin/useradd", "--system", NORMAL_USER], capture_output=True, check=False
        )
        if made.returncode != 0:
            pytest.skip(f"not run: no normal user could be made: {made.stderr.decode().strip()}")
        user = pwd.getpwnam(NORMAL_USER)
    os.chown(folder, user.pw_uid, user.pw_gid)
    package = postgres_home.wheel_programs().parents[1]
    programs = folder / "programs"  # the environment of the test run may be closed to that user
    for part in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.parent / part, programs / part)
    # Everything is imported before the change of user, after which the interpreter's folder may be closed.
    code = (
        "import os, pathlib, subprocess, sys\nfrom viesti.storage import postgres_home\n"
        "from viesti.storage.embedded import EmbeddedPostgres\nfrom pathlib import Path\n"
        f"postgres_home.wheel_programs()\nsys.path.insert(0, {str(programs)!r})\n"
        f"os.setgroups([]); os.setgid({user.pw_gid}); os.setuid({user.pw_uid})\n"
        f"server = EmbeddedPostgres(Path({str(folder)!r}))\nprint(server.start(), flush=True)\n"
        "sys.stdin.read()\nserver.stop()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": SOURCES},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
    )
    assert process.stdout is not None
    dsn = process.stdout.readline().strip()
    assert query(dsn, "select 1") == 1
    assert Path(f"/proc/{postmaster(folder)}").stat().st_uid == user.pw_uid
    process.communicate()
    assert process.returncode == 0
    assert server_processes(folder) == []
