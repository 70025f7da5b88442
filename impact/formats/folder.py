"""Exports that come as several text tables in one folder: chosen columns of one of them, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from impact.errors import Finding, InputError
from impact.formats.adapters import Request
from impact.formats.delimited import read_columns, read_layout
from impact.formats.items import LISTED, cut

if TYPE_CHECKING:
    import pandas as pd


EXPORT_IT = "export it too and put it into the folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One table of an export: how its file may be called, the columns it must have, and those it may."""

    name: str
    needs: tuple[str, ...]
    may_have: tuple[str, ...] = ()


def part_file(request: Request, part: Part) -> Path | None:
    """The file of a part (`invoice.csv`, `invoices.csv` or `invoice_data.csv`, in any case), None where none is."""
    names = {f"{part.name}.csv", f"{part.name}s.csv", f"{part.name}_data.csv"}
    found = sorted(path for path in request.path.iterdir() if path.name.casefold() in names and path.is_file())
    return found[0] if found else None


def read_part(request: Request, part: Part, more: Sequence[str] = ()) -> pd.DataFrame | None:
    """The chosen columns of a part as texts with `source_row`, None where its file is not there.

    A column that may be missing and is comes as blanks.

    Raises:
        InputError: the file cannot be read, or a column it needs is not there.
    """
    path = part_file(request, part)
    if path is None:
        return None
    layout = read_layout(path, f"{request.file}/{path.name}", 1)
    places = {name.casefold(): place for place, name in enumerate(layout.top[0])}
    needed = [*part.needs, *more]
    lost = [name for name in needed if name not in places]
    if lost:
        raise InputError([_no_column(layout.file, name, layout.top[0]) for name in lost])
    names = [name for name in dict.fromkeys((*needed, *part.may_have)) if name in places]
    frame: pd.DataFrame = read_columns(layout, {name: places[name] for name in names}, 1).to_pandas()
    blank = {name: None for name in part.may_have if name not in frame.columns}
    return frame.astype(object).where(frame.notna(), None).assign(**blank, source_row=range(1, len(frame) + 1))


def needed_part(request: Request, part: Part, why: str = EXPORT_IT, more: Sequence[str] = ()) -> pd.DataFrame:
    """The chosen columns of a part as `read_part` gives them.

    Raises:
        InputError: the file is not there, cannot be read, or lacks a column.
    """
    found = read_part(request, part, more)
    if found is not None:
        return found
    missing = Finding(
        code="D418",
        place=request.file,
        found=f"there is no {part.name}.csv in the folder",
        allowed=f"{part.name}.csv with {', '.join(part.needs)}",
        remedy=why,
    )
    raise InputError([missing])


def _no_column(file: str, name: str, there: Sequence[str]) -> Finding:
    return Finding(
        code="D411",
        place=file,
        found=f"the column {name} is missing",
        allowed=f"the columns of the export; the file has {', '.join(map(cut, there[:LISTED]))}",
        remedy="export it with all of its columns",
    )
