"""The findings of the command itself, explained, and every code that `explain` knows."""

from __future__ import annotations

from impact.codes import CODES, CodePage, catalogue
from impact.codes_answers import ANSWER_CODES

USAGE_CODES = catalogue(
    (
        (
            "U001",
            "The command line is not understood",
            "A verb, an option or a value is not one the command knows, so nothing was started.",
            "See `cx-impact --help`, or `cx-impact VERB --help` for the options of one verb.",
        ),
        (
            "U002",
            "A new study would overwrite files",
            "`init` writes a study file, a plan workbook, tables and notes; one of them is there already.",
            "Name another folder, or move the files that are in the way.",
        ),
        (
            "U003",
            "A file or folder cannot be read or written",
            "The operating system refused: no permission, no space, or a file where a folder is needed.",
            "Give a folder that can be written with --out, or mend the permission or the space.",
        ),
        (
            "U004",
            "No such example",
            "Only the examples that come with the command can be run by name.",
            "`cx-impact demo --list` names them.",
        ),
        (
            "U005",
            "No such code",
            "Every finding and check has a stable code of one letter and three digits, such as U001.",
            "Copy the code from the start of the finding's line.",
        ),
        (
            "U006",
            "An error inside the command",
            "The command ended in a way it should not; the input may be in order. The last good output stands.",
            "Run the same again with --debug to see where it arose, and report that with the version.",
        ),
        (
            "U007",
            "Interrupted",
            "The run was stopped by hand before its end. The last good output stands as it was.",
            "Run the same again when it suits.",
        ),
        (
            "U008",
            "The output folder holds other things",
            "A delivery replaces its folder as a whole, and this one holds files that no run wrote.",
            "Name a new or empty folder with --out.",
        ),
    )
)


def all_codes() -> dict[str, CodePage]:
    """Every code the command can explain, in order."""
    return dict(sorted({**CODES, **ANSWER_CODES, **USAGE_CODES}.items()))
