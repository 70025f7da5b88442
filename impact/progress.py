"""How far a run has come: one line a stage with its time, and a bar where a terminal watches."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import TaskID


class Progress(Protocol):
    """What a long piece of work tells of itself."""

    def stage(self, name: str) -> AbstractContextManager[None]:
        """A context in which one named stage of the work runs."""
        ...

    def advance(self, done: int, total: int) -> None:
        """Nothing; says that `done` of `total` steps of the running stage are behind it."""
        ...


class SilentProgress:
    """Progress that nobody watches: for tests and for answers read by programs."""

    def stage(self, name: str) -> AbstractContextManager[None]:
        """A context that shows nothing."""
        return nullcontext()

    def advance(self, done: int, total: int) -> None:
        """Nothing."""


class RichProgress:
    """Progress on a console: a line a finished stage; on a terminal also a bar with the time left."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """A context that ends in one line: the stage's name and its time in seconds.

        A stage that fails says so in its line, and the error goes on.
        """
        started = time.monotonic()
        ending = "stopped after "
        self._start(name)
        try:
            yield
            ending = ""
        finally:
            self._stop()
            line = f"  {name:<44} {ending}{time.monotonic() - started:.1f} s"
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def advance(self, done: int, total: int) -> None:
        """Nothing; moves the running stage's bar to `done` of `total`."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done, total=total)

    def _start(self, name: str) -> None:
        if not self._console.is_terminal or self._console.is_dumb_terminal:
            return
        from rich.markup import escape
        from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        self._bar = Bar(*columns, TextColumn("left"), console=self._console, transient=True)
        self._task = self._bar.add_task(escape(name), total=None)
        self._bar.start()

    def _stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()
        self._bar = self._task = None
