"""The console script: runs one verb and turns whatever happens into an exit code and plain words."""

from __future__ import annotations

import errno
import logging
import sys
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path

from typer.exceptions import TyperException

from impact.command import words
from impact.command.answer import BAD_INPUT, INTERRUPTED, OUR_BUG, Answer, findings_of
from impact.command.app import app
from impact.command.terminal import Terminal, colour_wanted
from impact.errors import Finding, ImpactError
from impact.fingerprint import input_hashes

ANYWHERE = ("--debug", "--no-color")
REFUSALS = {
    errno.EACCES,
    errno.EEXIST,
    errno.EISDIR,
    errno.ENAMETOOLONG,
    errno.ENOSPC,
    errno.ENOTDIR,
    errno.EPERM,
    errno.EROFS,
}


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code of one command line: 0, 1, 2, 101 or 130."""
    given = list(sys.argv[1:] if argv is None else argv)
    typed = [word for word in given if word not in ANYWHERE]
    terminal = Terminal(colour=colour_wanted(given))
    debug = "--debug" in given
    if not debug:
        _hush()
    try:
        code = app(typed or ["--help"], prog_name="cx-impact", obj=terminal, standalone_mode=False)
        if code != INTERRUPTED:
            return int(code or 0)
        answer = Answer(code=INTERRUPTED, findings=(_interrupted(),))
    except Exception as error:
        if debug:
            traceback.print_exception(error)
        answer = _answer_to(error, typed)
    _say(answer, terminal, as_json="--json" in typed)
    return answer.code


def _hush() -> None:
    """Nothing; keeps the libraries' own warnings and log lines off the terminal."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)


def _answer_to(error: Exception, typed: Sequence[str]) -> Answer:
    if isinstance(error, ImpactError):
        study = _study_in(typed)
        inputs = input_hashes(study) if study is not None and "--json" in typed else {}
        return Answer(code=error.exit_code, findings=findings_of(error, str(study or "study")), inputs=inputs)
    if isinstance(error, TyperException):
        return Answer(code=BAD_INPUT, findings=(_misused(error, typed),))
    if isinstance(error, OSError) and error.errno in REFUSALS:
        return Answer(code=BAD_INPUT, findings=(_refused(error),))
    return Answer(code=OUR_BUG, findings=(_bug(error),))


def _say(answer: Answer, terminal: Terminal, *, as_json: bool) -> None:
    if as_json:
        terminal.say(answer.to_json())
    else:
        terminal.note("\n".join(words.finding_lines(answer.findings)))


def _study_in(typed: Sequence[str]) -> Path | None:
    paths = [Path(word) for word in typed[1:] if not word.startswith("-")]
    return next((path for path in paths if path.is_file() or (path / "study.toml").is_file()), None)


def _misused(error: TyperException, typed: Sequence[str]) -> Finding:
    verbs = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    known = typed[0] if typed and typed[0] in verbs else ""
    help_command = words.command(*filter(None, (known, "--help")))
    return Finding(
        code="U001",
        place="command line",
        found=" ".join(error.format_message().split()).rstrip("."),
        allowed=f"the options of {known}" if known else ", ".join(verbs),
        remedy=f"see {help_command}",
    )


def _refused(error: OSError) -> Finding:
    return Finding(
        code="U003",
        place=str(error.filename or "the file system"),
        found=error.strerror or type(error).__name__,
        allowed="a place that can be read and written",
        remedy="mend it, or give another folder with --out",
    )


def _bug(error: Exception) -> Finding:
    return Finding(
        code="U006",
        place="inside the command",
        found=f"{type(error).__name__}: {' '.join(str(error).split())}"[:300],
        allowed="no error of this kind",
        remedy="this is ours to mend, not yours: run the same again with --debug and report what it shows",
    )


def _interrupted() -> Finding:
    return Finding(
        code="U007",
        place="command line",
        found="interrupted",
        allowed="a run to its end",
        remedy="run the same again; the last good output stands as it was",
    )


if __name__ == "__main__":
    sys.exit(main())
