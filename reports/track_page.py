"""The delivery of `track`: tables, and the page that keeps score of our own forecasts."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from impact.fingerprint import input_hashes
from reports import style
from reports.deliver import SCHEMA, not_ours, put_whole
from reports.figures import percent, significant
from reports.page import environment
from reports.tables_out import write_tables
from reports.tables_track import track_tables
from reports.track_sections import SECTIONS

if TYPE_CHECKING:
    import pandas as pd

    from reports.tracked import Tracked

RECORD, PAGE = "track.json", "track.html"


def deliver_track(tracked: Tracked, out: Path) -> tuple[dict[str, pd.DataFrame], tuple[Path, ...]]:
    """The tables, and the paths of what was written to `out` in one move: tables, the page, and the record.

    Raises:
        InputError: `out` holds things that no `track` wrote.
    """
    refuse_not_track(out)
    tables = track_tables(tracked)

    def write(draft: Path) -> None:
        write_tables(tables, draft)
        (draft / PAGE).write_text(track_html(tracked), encoding="utf-8")
        record = json.dumps(_record(tracked), indent=1, allow_nan=False)
        (draft / RECORD).write_text(record + "\n", encoding="utf-8")

    return tables, put_whole(out, write)


def refuse_not_track(out: Path) -> None:
    """Nothing, where `out` is free, empty, or an earlier `track`'s.

    Raises:
        InputError: it holds something else, which the delivery would replace.
    """
    if not out.exists() or (out.is_dir() and ((out / RECORD).is_file() or not any(out.iterdir()))):
        return
    raise not_ours(out, "track")


def headline(tracked: Tracked) -> str:
    """What became of the forecasts, in one sentence."""
    told = tracked.whole
    if not tracked.scored:
        return f"Nothing of the forecast of {tracked.latest.as_of} can be scored: no figure of it is known yet."
    inside = round(told.coverage.value * told.n) if told.n else 0
    ranges = f"{inside} of {told.n} figures came within their 90% range" if told.n else "No figure had a range"
    periods = "one period" if told.periods == 1 else f"{told.periods} periods"
    return f"{ranges}, in {periods}; {_margin_said(tracked)}."


def _margin_said(tracked: Tracked) -> str:
    groups = {one.group: one for one in tracked.groups}
    group = groups.get("margin", groups.get("revenue"))
    if group is None or not math.isfinite(group.ratio.value):
        return "money cannot be told"
    gap = group.ratio.value - 1
    side = "above" if gap > 0 else "below"
    return f"{group.group} came {percent(abs(gap))} {side} forecast" if percent(abs(gap)) != "0%" else "as forecast"


def width_said(tracked: Tracked) -> str:
    """The factor by which our ranges should have been wider, as every page says it."""
    width = tracked.whole.width_needed
    told = f"{significant(width.value)} ({significant(width.low)} to {significant(width.high)})"
    advice = (
        "Read the ranges of the next forecast with it: it is not worked into them."
        if width.excludes_one
        else "Its own range holds 1: there is no sign yet that they were too narrow or too wide."
    )
    return f"Our ranges should have been {told} times as wide. {advice}"


def track_html(tracked: Tracked) -> str:
    """The page: what came of each figure, why margin came otherwise, and how good our claims were; no script."""
    return (
        environment()
        .get_template("track.html.j2")
        .render(
            study=tracked.study.study,
            record=tracked.latest,
            records=len(tracked.records),
            headline=headline(tracked),
            width=width_said(tracked),
            notices=tuple(one for one in (tracked.study.study.notice,) if one),
            sections=tuple(section for make in SECTIONS if (section := make(tracked)) is not None),
            checks={s: [asdict(one) for one in tracked.checks if one.status == s] for s in ("fail", "review", "pass")},
            style=style,
        )
    )


def _record(tracked: Tracked) -> dict[str, object]:
    study = tracked.study
    return {
        "schema": SCHEMA,
        "study": study.study.name,
        "as_of": study.study.as_of,
        "records": [{"as_of": one.as_of, "run_id": one.run_id, "file": one.path.name} for one in tracked.records],
        "headline": headline(tracked),
        "width": width_said(tracked),
        "inputs": input_hashes(study.path),
        "checks": [asdict(check) for check in tracked.checks],
    }
