"""Progress: one line a stage, a bar only where a terminal watches."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from impact.progress import RichProgress, SilentProgress


def watched_by(*, terminal: bool) -> tuple[RichProgress, io.StringIO]:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=terminal, color_system="standard" if terminal else None, width=100)
    return RichProgress(console), stream


def test_a_stage_ends_in_one_line_with_its_time_on_a_pipe() -> None:
    progress, stream = watched_by(terminal=False)
    with progress.stage("reading the tables"):
        progress.advance(1, 2)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1
    assert lines[0].split() == ["reading", "the", "tables", "0.0", "s"]


def test_no_escape_code_is_written_to_a_pipe() -> None:
    progress, stream = watched_by(terminal=False)
    with progress.stage("sampling"):
        for done in range(5):
            progress.advance(done, 5)
    assert "\x1b" not in stream.getvalue()


def test_a_terminal_sees_a_bar_and_then_the_line() -> None:
    progress, stream = watched_by(terminal=True)
    with progress.stage("sampling"):
        progress.advance(3, 4)
    assert "\x1b" in stream.getvalue()
    assert stream.getvalue().splitlines()[-1].split()[-1] == "s"


def test_a_failing_stage_says_that_it_stopped_and_lets_the_error_go_on() -> None:
    progress, stream = watched_by(terminal=False)
    with pytest.raises(ValueError, match="no"), progress.stage("sampling"):
        raise ValueError("no")
    assert "stopped after" in stream.getvalue()


def test_a_stage_name_is_printed_as_it_is_written() -> None:
    progress, stream = watched_by(terminal=False)
    with progress.stage("[red]stage[/red]"):
        pass
    assert "[red]stage[/red]" in stream.getvalue()


def test_silent_progress_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    progress = SilentProgress()
    with progress.stage("reading"):
        progress.advance(1, 1)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""
