"""The delivery of one part of a study by itself: its tables, its page and its record, in one move."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from reports import sentences, style
from reports.appendix import GLOSSARY
from reports.deliver import SCHEMA, not_ours, put_whole
from reports.page import environment
from reports.tables_out import write_tables

if TYPE_CHECKING:
    import pandas as pd

    from reports.edition import Edition
    from reports.findings import Findings
    from reports.sections import Section

NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part: what it is called, its files, and which tables and sections of a whole run it holds.

    `not_asked` is what only a whole run says, a notice on its page.
    """

    called: str
    record: str
    page: str
    tables: tuple[str, ...]
    sections: tuple[Callable[[Edition], Section | None], ...]
    not_asked: str


def part_tables(part: Part, edition: Edition) -> dict[str, pd.DataFrame]:
    """The tables of a part by name, those that were made."""
    return {name: edition.tables[name] for name in part.tables if name in edition.tables}


def part_html(part: Part, edition: Edition, more: Mapping[str, object] = NOTHING) -> str:
    """The page of a part by its template, every text escaped; `more` is what the template asks for beside the usual."""
    sections = (make(edition) for make in part.sections)
    return (
        environment()
        .get_template(f"{part.page}.j2")
        .render(
            edition=edition,
            notices=(*edition.notices, part.not_asked),
            sections=tuple(section for section in sections if section is not None),
            checks={status: sentences.with_status(edition, status) for status in ("fail", "review", "pass")},
            glossary=GLOSSARY,
            style=style,
            horizon=sentences.horizon(edition),
            unfit=edition.fitness != "fit",
            **more,
        )
    )


def deliver_part(
    part: Part, page: str, record: Mapping[str, object], tables: Mapping[str, pd.DataFrame], out: Path
) -> tuple[Path, ...]:
    """The paths of what was written to `out` in one move: tables, the page, and the record.

    Raises:
        InputError: `out` holds something else.
    """
    refuse_other(part, out)

    def write(draft: Path) -> None:
        write_tables(tables, draft / "tables")
        (draft / part.page).write_text(page, encoding="utf-8")
        said = json.dumps(record, indent=1, allow_nan=False)
        (draft / part.record).write_text(said + "\n", encoding="utf-8")

    return put_whole(out, write)


def refuse_other(part: Part, out: Path) -> None:
    """Nothing, where `out` is free, empty, or an earlier one of the same part.

    Raises:
        InputError: it holds something else, which the delivery would replace.
    """
    if not out.exists() or (out.is_dir() and ((out / part.record).is_file() or not any(out.iterdir()))):
        return
    raise not_ours(out, part.called)


def part_record(edition: Edition, found: Findings) -> dict[str, object]:
    """What a part was: of which inputs, what is chosen, and every check."""
    return {
        "schema": SCHEMA,
        "run_id": edition.run_id,
        "study": edition.name,
        "as_of": edition.as_of,
        "fitness": edition.fitness,
        "headline": edition.sentences[0],
        "chosen": [str(row.get("initiative")) for row in sentences.chosen(edition)],
        "seed": edition.seed,
        "versions": dict(edition.versions),
        "inputs": dict(edition.inputs),
        "checks": [asdict(check) for check in found.checks],
    }
