"""The two streams of the command: results on stdout, all else on stderr, colour only where it is wanted."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from impact.progress import Progress, RichProgress, SilentProgress

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table ready to be shown: texts, row by row. `numbers` names the columns set to the right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """Where the command speaks. `colour` false means no escape code at all, on a terminal too."""

    colour: bool

    @property
    def watched(self) -> bool:
        """Whether a person reads stdout, rather than a program or a file."""
        return sys.stdout.isatty()

    def say(self, text: str) -> None:
        """Nothing; puts a result on stdout."""
        _write(sys.stdout, printable(text))

    def note(self, text: str) -> None:
        """Nothing; puts anything that is no result on stderr, after the results said so far."""
        _flush(sys.stdout)
        _write(sys.stderr, printable(text))

    def show(self, grid: Grid) -> None:
        """Nothing; puts a table on stdout: ruled for a person, tab-separated for a program."""
        if self.watched:
            self._rule(grid)
        else:
            self.say("\n".join("\t".join(map(_cell, row)) for row in (grid.columns, *grid.rows)))

    def progress(self, *, silent: bool) -> Progress:
        """The progress of a run on stderr, or one that shows nothing."""
        return SilentProgress() if silent else RichProgress(self._console(sys.stderr))

    def _rule(self, grid: Grid) -> None:
        from rich import box
        from rich.table import Table

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
        for column in grid.columns:
            if column in grid.numbers:
                table.add_column(_plain(column), justify="right", no_wrap=True)
            else:
                table.add_column(_plain(column), overflow="fold", min_width=len(column))
        for row in grid.rows:
            table.add_row(*(_plain(cell) for cell in row))
        self._console(sys.stdout).print(table)

    def _console(self, stream: TextIO) -> Console:
        from rich.console import Console

        system = "auto" if self.colour and stream.isatty() else None
        return Console(
            file=stream,
            color_system=system,  # type: ignore[arg-type]
            force_terminal=system is not None,
            markup=False,
            highlight=False,
            emoji=False,
        )


def colour_wanted(words: Sequence[str]) -> bool:
    """Whether colour may be used: not with `--no-color`, `NO_COLOR` or a dumb terminal."""
    return "--no-color" not in words and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def printable(text: str) -> str:
    """The text without characters that steer a terminal; line ends stay."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else UNPRINTABLE for letter in text)


def _cell(text: str) -> str:
    return printable(" ".join(text.split()))


def _plain(text: str) -> Text:
    from rich.text import Text

    return Text(_cell(text))


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text + "\n")
        stream.flush()
    except BrokenPipeError:
        _abandon(stream)


def _flush(stream: TextIO) -> None:
    try:
        stream.flush()
    except BrokenPipeError:
        _abandon(stream)


def _abandon(stream: TextIO) -> None:
    """Nothing; sends what is left to nowhere, so that a reader that went away ends nothing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
