"""A command said in this process: its exit code, what it answered, and what it told."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

from impact.__main__ import main


def say(*line: str | Path) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command line."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(word) for word in line])
    return code, out.getvalue(), err.getvalue()
