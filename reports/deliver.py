"""A delivery on disk: every page and table at once, or the last good one untouched."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from impact.approval import FILE_NAME as APPROVALS
from impact.approval import file_hashes
from impact.errors import Finding, InputError
from impact.freezing import DRAFT, forecast_text
from impact.record import FOLDER as FORECASTS
from models.haircut import prior_in_words
from reports.forecast import approval_record, forecast_record
from reports.journey_map import write_journey_map
from reports.page import write_page, write_rate_pages
from reports.tables_out import write_tables
from reports.workbook.write import write_workbook

if TYPE_CHECKING:
    from impact.intake import Intake
    from reports.edition import Edition
    from reports.findings import Findings

SCHEMA = "cx-impact/1"
RECORD = "run.json"
KEPT = {APPROVALS, FORECASTS, "calibration", "ranking", "planning", "track", "design"}
BESIDE = KEPT | {"check.json", "check.html", "rejects"}


def deliver(edition: Edition, found: Findings, intake: Intake, out: Path) -> tuple[Path, ...]:
    """The paths of what was written to `out`: pages, workbook, tables and records.

    Everything is written beside `out` first and put in its place in one move, so that a run that
    fails leaves the last good output as it was.

    Raises:
        InputError: `out` holds things that no run wrote.
    """
    refuse_foreign(out)
    return put_whole(out, lambda draft: _write(edition, found, intake, draft))


def put_whole(out: Path, write: Callable[[Path], None]) -> tuple[Path, ...]:
    """The paths of what `write` wrote to a draft, which takes the place of `out` in one move once it is whole.

    What was signed, and what other verbs of the command wrote there, is kept beside it.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        write(draft)
        names = sorted(path.relative_to(draft) for path in draft.rglob("*") if path.is_file())
        _keep_others(out, draft)
        draft.chmod(0o755)
        _put_in_place(draft, out)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return tuple(out / name for name in names)


def refuse_foreign(out: Path) -> None:
    """Nothing, where `out` is free, empty, an earlier run's, or holds nothing but what parts of one wrote.

    Raises:
        InputError: it holds something else, which a delivery would replace.
    """
    if not out.exists() or (
        out.is_dir() and ((out / RECORD).is_file() or {one.name for one in out.iterdir()} <= BESIDE)
    ):
        return
    raise not_ours(out, "run")


def not_ours(out: Path, wrote: str) -> InputError:
    """The refusal of a folder whose files no `run` (or part of one) wrote, and which a delivery would replace."""
    finding = Finding(
        code="U008",
        place=str(out),
        found=f"it holds files that no {wrote} wrote",
        allowed=f"a new or empty folder, or one of an earlier {wrote}",
        remedy="name another folder with --out",
    )
    return InputError([finding])


def _keep_others(out: Path, draft: Path) -> None:
    for name in sorted(KEPT):
        old, new = out / name, draft / name
        if new.exists():
            continue
        if old.is_dir():
            shutil.copytree(old, new)
        elif old.is_file():
            shutil.copy2(old, new)


def _put_in_place(draft: Path, out: Path) -> None:
    if not out.exists():
        draft.rename(out)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{out.name}-old-", dir=out.parent)) / "out"
    out.rename(old)
    try:
        draft.rename(out)
    except BaseException:
        old.rename(out)
        raise
    finally:
        shutil.rmtree(old.parent, ignore_errors=True)


def _write(edition: Edition, found: Findings, intake: Intake, folder: Path) -> None:
    write_tables(edition.tables, folder / "tables")
    write_workbook(edition, folder / "impact.xlsx")
    write_page(edition, folder / "report.html")
    write_rate_pages(edition.rates, folder)
    write_journey_map(edition, folder / "journey.svg")
    write_tables(intake.report.rejects, folder / "rejects")
    forecast = forecast_record(edition, found, intake.case.tables)
    (folder / DRAFT).write_text(forecast_text(forecast), encoding="utf-8")
    written = tuple(sorted(path.relative_to(folder).as_posix() for path in (folder / "tables").iterdir()))
    files = {"files": file_hashes(folder, (DRAFT, *written))}
    _dump(run_record(edition, found, intake) | files, folder / RECORD)


def _dump(record: dict[str, object], path: Path) -> None:
    path.write_text(json.dumps(record, indent=1, sort_keys=False, allow_nan=False) + "\n", encoding="utf-8")


def run_record(edition: Edition, found: Findings, intake: Intake) -> dict[str, object]:
    """What a run was: versions, seed, inputs by hash, rows used and set aside, checks, sampler."""
    fit = found.estimates.posterior.fit if found.estimates else None
    return {
        "schema": SCHEMA,
        "run_id": edition.run_id,
        "study": edition.name,
        "as_of": edition.as_of,
        "period": edition.period_kind,
        "shape": edition.shape,
        "fitness": edition.fitness,
        "headline": edition.sentences[0],
        "approval": approval_record(edition),
        "engine": None if fit is None else fit.engine,
        "source": intake.source.engine.shown,
        "seed": edition.seed,
        "haircut": prior_in_words(found.study.model.credibility),
        "versions": dict(edition.versions),
        "inputs": dict(edition.inputs),
        "sampler": None
        if fit is None
        else {
            "engine": fit.engine,
            "fell_back": fit.fell_back,
            "rhat_max": fit.rhat_max,
            "ess_min": fit.ess_min,
            "divergences": fit.divergences,
            "khat": fit.tails(),
        },
        "rows": json.loads(intake.source.rows.to_json(orient="records")),
        "checks": [asdict(check) for check in found.checks],
    }
