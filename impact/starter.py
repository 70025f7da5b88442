"""A new study that runs as it is: its settings, a plan to fill in, and small synthetic tables."""

from __future__ import annotations

import shutil
import tempfile
from importlib.resources import files
from pathlib import Path

from impact.errors import Finding, InputError
from impact.formats.plan_template import write_plan_template
from impact.starter_data import write_tables
from impact.starter_plan import PLAN

TEMPLATES = {"study.toml": "study.toml", "README.md": "README.md", "gitignore": ".gitignore"}
PLAN_FILE = "plan.xlsx"
DATA_FOLDER = "data"


def write_starter(folder: Path) -> tuple[Path, ...]:
    """The files of a new study in `folder`, which is made where it is missing. All of them or none.

    Raises:
        InputError: a file that would be written is there already, or `folder` is a file.
    """
    _refuse_to_overwrite(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as draft_folder:
        draft = Path(draft_folder)
        for packaged, name in TEMPLATES.items():
            text = files("impact").joinpath("template", packaged).read_text(encoding="utf-8")
            (draft / name).write_text(text, encoding="utf-8")
        write_plan_template(draft / PLAN_FILE, PLAN)
        (draft / DATA_FOLDER).mkdir()
        write_tables(draft / DATA_FOLDER)
        for made in sorted(draft.iterdir()):
            shutil.move(made, folder / made.name)
    return tuple(sorted(path for name in _names() for path in _files_of(folder / name)))


def _names() -> tuple[str, ...]:
    return (*TEMPLATES.values(), PLAN_FILE, DATA_FOLDER)


def _files_of(path: Path) -> list[Path]:
    return sorted(path.iterdir()) if path.is_dir() else [path]


def _refuse_to_overwrite(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        in_the_way = [str(folder)]
    else:
        in_the_way = [str(folder / name) for name in _names() if (folder / name).exists()]
    if in_the_way:
        raise InputError(
            [
                Finding(
                    code="U002",
                    place=str(folder),
                    found=f"{', '.join(in_the_way)} already there",
                    allowed="a new or empty folder",
                    remedy="name another folder, or move what is there",
                )
            ]
        )
