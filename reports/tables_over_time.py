"""The journey over time: every stage's score by period, beside what it should be and what competitors have."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from impact.earlier_ids import split, stages_were
from impact.journey import OVERALL, Journey, Objective
from impact.periods import PeriodKind, parse_period, period_label
from models.calibration.slopes import Z90
from reports.findings import Findings

COLUMNS = (
    *("stage", "name", "period", "responses", "score", "low", "high", "target", "target_by", "benchmark", "note"),
)
PREFIX = ("csat:", "score:", "nps:", "ces:")


def journey_over_time_table(found: Findings) -> pd.DataFrame:
    """A row a stage (and overall) and period between the first and the last with answers; blank where it has none.

    Scores with their 90% ranges, none smoothed. `target` is the objective whose metric names the stage, `benchmark`
    the mean of competitors' scores of that very period; one without a period stands at as_of. A stage that was split
    stands as it was.
    """
    scores, kind, journey = found.coverage.over_time.scores, found.study.period_kind, found.journey
    names = {stage.stage: stage.name for stage in journey.stages} | {OVERALL: "Overall"}
    parts = split(stages_were(journey))
    marks = _benchmarks(journey, kind, found.study.as_of)
    rows = []
    for stage, mine in scores.groupby("stage", sort=False):
        name = str(stage)
        target = target_of(journey, name)
        figures = mine[["responses", "mean", "se"]].to_numpy(float)
        seen = dict(zip(mine["t"].astype(int), figures, strict=True))
        for t in range(min(seen), max(seen) + 1):
            rows.append(
                {
                    **{"stage": name, "name": names.get(name, name), "period": period_label(t, kind)},
                    **_score(seen, t),
                    "target": np.nan if target is None or target.target is None else target.target,
                    "target_by": "" if target is None else target.by,
                    "benchmark": marks.get((name, t), np.nan),
                    "note": f"since split into {', '.join(parts[name])}" if name in parts else "",
                }
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _score(seen: Mapping[int, np.ndarray], t: int) -> dict[str, float]:
    """Responses, mean and range of a period; blank where it has none, or too few to be shown."""
    responses, mean, se = (float(one) for one in seen.get(t, np.full(3, np.nan)))
    return {"responses": responses, "score": mean, "low": mean - Z90 * se, "high": mean + Z90 * se}


def target_of(journey: Journey, stage: str) -> Objective | None:
    """The objective whose metric names a stage: `csat:STAGE`, or the stage; `csat`, `nps` and `ces` name overall."""
    for one in journey.objectives:
        metric = one.metric.strip()
        for prefix in PREFIX:
            metric = metric.removeprefix(prefix)
        metric = OVERALL if metric.casefold() in ("csat", "nps", "ces", "score") else metric
        if metric == stage and one.target is not None:
            return one
    return None


def _benchmarks(journey: Journey, kind: PeriodKind, as_of: int) -> Mapping[tuple[str, int], float]:
    """The mean of competitors' scores by stage and the period they are of."""
    found: dict[tuple[str, int], list[float]] = {}
    for one in journey.benchmarks:
        t = _period(one.period, kind) if one.period else as_of
        if t is not None:
            found.setdefault((one.stage, t), []).append(one.score)
    return {key: float(np.mean(scores)) for key, scores in found.items()}


def _period(text: str, kind: PeriodKind) -> int | None:
    """The period a benchmark is of; None where the text says none of this ledger's."""
    try:
        return parse_period(text, kind)
    except ValueError:
        return None
