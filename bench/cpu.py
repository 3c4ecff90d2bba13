"""CPU time and memory of processes, from /proc (proc(5)).

Rule: a process's children that have ended count too (cutime), so that a backend that came and went is not
forgotten.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")

Groups = Mapping[str, Sequence[int]]


def _stat(pid: int) -> list[str]:
    """The fields from `state` on; [] when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def parents() -> dict[int, int]:
    """The parent of every process."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            found[int(entry.name)] = int(fields[1])
    return found


def children(parent: int) -> list[int]:
    """The processes started by this one that live."""
    return [pid for pid, above in parents().items() if above == parent]


def command(pid: int) -> list[str]:
    """Its command line; [] when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []


def seconds(pid: int) -> float:
    """CPU seconds it and its children that have ended have used."""
    fields = _stat(pid)
    return sum(map(int, fields[11:15])) / TICKS if fields else 0.0


def used(groups: Groups) -> dict[str, float]:
    """CPU seconds of each group so far. A group `postgres` is its first process and all its children."""
    return {
        name: sum(map(seconds, [*pids, *(children(pids[0]) if name == "postgres" else ())]))
        for name, pids in groups.items()
    }


def resident(pids: Sequence[int]) -> int:
    """Octets of memory they hold now."""
    return sum(int(fields[21]) for pid in pids if (fields := _stat(pid))) * PAGE


def proportional(pids: Sequence[int]) -> int:
    """Octets of memory they hold now, with what they share with others divided among those (PSS)."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def peak(pid: int) -> int:
    """The most octets of memory it has held since `forget_peak`."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def forget_peak(pid: int) -> None:
    """Begin anew what `peak` tells (proc_pid_clear_refs(5))."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def machine_busy() -> float:
    """CPU seconds used by everything on this machine since it started."""
    fields = Path("/proc/stat").read_text().partition("\n")[0].split()[1:]
    user, nice, system, _idle, _iowait, irq, softirq = map(int, fields[:7])
    return (user + nice + system + irq + softirq) / TICKS
