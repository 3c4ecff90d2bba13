"""What a demo shows: steps with the time they took, where everything is, and what goes on.

Rule: on a terminal it is alive, everywhere else it is plain lines, each printed once; and nothing but this
writes to the screen.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from viesti.cli.problems import PROBLEMS
from viesti.cli.wiring import Problem

TITLE_WIDTH = 54
FILE_WIDTH = 200  # of a line where there is no terminal to break it at


@dataclass(slots=True)
class Facts:
    """What a step found out, one line each."""

    lines: list[str] = field(default_factory=list)

    def add(self, line: str) -> None:
        """One more line."""
        self.lines.append(line)


class PlainConsole(Console):
    """Writes to standard output; when nobody reads it any more, that is a Problem like others."""

    def __init__(self) -> None:
        super().__init__(highlight=False)
        if not self.is_terminal:
            self.width = FILE_WIDTH

    def on_broken_pipe(self) -> None:
        """Called by rich. What is still printed on the way out goes nowhere."""
        self.quiet = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        raise Problem("Nobody reads the demo's output any more, so it has stopped.")


class Screen:
    """Prints on `console`. `monotonic` gives seconds."""

    def __init__(self, console: Console, monotonic: Callable[[], float]) -> None:
        self._console = console
        self._monotonic = monotonic

    @contextmanager
    def step(self, title: str) -> Iterator[Facts]:
        """A step that goes on while the block runs. One that fails is marked; why is told by whoever catches
        what it raised."""
        facts = Facts()
        began = self._monotonic()
        try:
            if self._console.is_terminal:
                with self._console.status(Text(title)):
                    yield facts
            else:
                yield facts
        except PROBLEMS:
            self._step("✗", "red", title, self._monotonic() - began, facts.lines)
            raise
        self._step("✓", "green", title, self._monotonic() - began, facts.lines)

    def heading(self, text: str) -> None:
        """What the next lines are about."""
        self._console.print()
        self._console.print(Text(text, style="bold"))

    def text(self, text: str, *, style: str = "") -> None:
        """A sentence, broken at the edge of the screen."""
        self._console.print(Text(text, style=style))

    def verbatim(self, text: str) -> None:
        """Something to be copied: never broken, never coloured."""
        self._console.print(Text(text), soft_wrap=True)

    def table(self, rows: Sequence[tuple[str, str]]) -> None:
        """Names and where they are."""
        width = max(len(name) for name, _ in rows)
        for name, value in rows:
            line = Text(f"  {name:<{width}}  ").append(value, style="cyan")
            self._console.print(line, soft_wrap=True)

    def event(self, at: datetime, text: str) -> None:
        """Something that has just happened."""
        local = at.astimezone()
        self._console.print(Text(f"  {local:%H:%M:%S}  ", style="dim").append(text, style="default"))

    def _step(self, mark: str, colour: str, title: str, seconds: float, lines: Sequence[str]) -> None:
        line = Text("  ").append(mark, style=colour).append(f" {title:<{TITLE_WIDTH}}")
        self._console.print(line.append(f"{took(seconds):>8}", style="dim"))
        for each in lines:
            self._console.print(Padding(Text(each, style="dim"), (0, 0, 0, 6), expand=False))


def took(seconds: float) -> str:
    """A duration for people: '34 ms', '1.2 s'."""
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{seconds:.1f} s"


def shortened(text: str, longest: int = 60) -> str:
    """The text in one line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
