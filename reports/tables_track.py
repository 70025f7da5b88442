"""The tables of `track`: every claim beside what happened, its scores, and what the misses are made of."""

from __future__ import annotations

from dataclasses import asdict, fields

import numpy as np
import pandas as pd

from impact.evidence import Evidence
from impact.groups import LEAST_GROUP
from impact.periods import parse_period, period_label
from models.scores import P05, P95
from reports.tables import checks_table
from reports.tracked import Tracked

TRACK = (
    *("claim", "kind", "metric", "initiative", "made", "period", "periods_ahead", "unit", "forecast", "p05", "p95"),
    *("actual", "actual_se", "inside", "crps", "pit"),
)
SCORES = (
    *("group", "n", "periods", "coverage", "low", "high", "bias", "bias_low", "bias_high", "crps"),
    *("width_needed", "width_low", "width_high"),
)
MISSES = ("made", "period", "part", "value", "low", "high", "forecast", "actual")
CURVE = ("nominal", "realised", "low", "high", "n", "periods")
COHORT = ("period", "customers", "returned", "left_otherwise", "revenue", "margin", "new_customers")
MEASURED = (
    *("initiative", "outcome", "of", "unit", "estimate", "se", "low", "high", "grade", "method", "units", "treated"),
    *("from", "to", "before", "after", "pretrend_p", "placebo", "learnt", "said", "data_id"),
)
ALARM = ("period", "above", "below", "limit")


def track_tables(tracked: Tracked) -> dict[str, pd.DataFrame]:
    """The tables of `track` by name."""
    return {
        "track": track_table(tracked),
        "scores": scores_table(tracked),
        "misses": misses_table(tracked),
        "calibration_curve": curve_table(tracked),
        "alarm": alarm_table(tracked),
        "cohort": cohort_table(tracked),
        "benefits": tracked.register,
        "measured": measured_table(tracked),
        "evidence": evidence_rows(tracked),
        "checks": checks_table(tracked.checks),
    }


def track_table(tracked: Tracked) -> pd.DataFrame:
    """A row a claim of which the actual figure is known; the range is as claimed.

    `inside`, `crps` and `pit` judge it by a range that allows for the sampling error `actual_se` of what was seen;
    `inside` is blank where no range was claimed.
    """
    rows = [
        {
            **{"claim": one.id, "kind": one.kind, "metric": one.metric, "initiative": one.initiative},
            **{"made": one.made, "period": one.period, "periods_ahead": one.ahead, "unit": one.unit},
            **{"forecast": one.mean, "p05": float(one.quantiles[P05]), "p95": float(one.quantiles[P95])},
            **{
                "actual": one.actual,
                "actual_se": one.actual_se,
                "inside": int(one.inside()) if one.spread > 0 else np.nan,
            },
            **{"crps": one.crps(), "pit": one.pit()},
        }
        for one in tracked.scored
    ]
    return pd.DataFrame(rows, columns=list(TRACK))


def scores_table(tracked: Tracked) -> pd.DataFrame:
    """A row a group of claims: coverage of 90% ranges, bias (actual over forecast), and the width that was needed."""
    rows = [
        {
            **{"group": one.group, "n": one.n, "periods": one.periods, "crps": one.crps},
            **{"coverage": one.coverage.value, "low": one.coverage.low, "high": one.coverage.high},
            **{"bias": one.ratio.value, "bias_low": one.ratio.low, "bias_high": one.ratio.high},
            **{"width_needed": one.width_needed.value},
            **{"width_low": one.width_needed.low, "width_high": one.width_needed.high},
        }
        for one in tracked.groups
    ]
    return pd.DataFrame(rows, columns=list(SCORES))


def misses_table(tracked: Tracked) -> pd.DataFrame:
    """A row a period and part of the miss of margin; the values of a period add up to actual less forecast."""
    kind, made = tracked.study.period_kind, tracked.latest.as_of
    start = parse_period(made, kind)
    rows = [
        (made, period_label(start + 1 + miss.place, kind), part, *figures, miss.forecast, miss.actual)
        for miss in tracked.misses
        for part, figures in miss.parts.items()
    ]
    return pd.DataFrame(rows, columns=list(MISSES))


def curve_table(tracked: Tracked) -> pd.DataFrame:
    """What ranges should hold beside what they held, over all records; the band counts periods, not claims."""
    rows = [
        (one.nominal, one.realised.value, one.realised.low, one.realised.high, one.n, one.periods)
        for one in tracked.curve
    ]
    return pd.DataFrame(rows, columns=list(CURVE))


def alarm_table(tracked: Tracked) -> pd.DataFrame:
    """The running sums of misses above and below the forecast, beside their limit."""
    alarm = tracked.alarm
    if alarm is None:
        return pd.DataFrame(columns=list(ALARM))
    columns = {"period": list(alarm.periods), "above": alarm.above, "below": alarm.below, "limit": alarm.limit}
    return pd.DataFrame(columns)


def measured_table(tracked: Tracked) -> pd.DataFrame:
    """A row an outcome of a finished initiative: its effect on those who got it, how found, and whether it teaches."""
    kind, rows = tracked.study.period_kind, []
    for one in tracked.measured:
        effect = one.effect
        rows.append(
            {
                **{"initiative": one.initiative, "outcome": one.outcome, "of": one.of, "unit": one.unit},
                **{"estimate": effect.estimate, "se": effect.se, "low": effect.low, "high": effect.high},
                **{"grade": effect.grade, "method": effect.method, "units": effect.units, "treated": effect.treated},
                **{"from": period_label(one.first, kind), "to": period_label(one.last, kind)},
                **{"before": effect.before, "after": effect.after, "pretrend_p": effect.pretrend_p},
                **{"placebo": effect.placebo, "learnt": int(one.evidence is not None)},
                **{"said": " ".join(part for part in (effect.said, one.why) if part), "data_id": one.data_id},
            }
        )
    return pd.DataFrame(rows, columns=list(MEASURED))


def evidence_rows(tracked: Tracked) -> pd.DataFrame:
    """Rows for the plan's evidence, those that teach: what `[plan].measured` reads back."""
    columns = [field.name for field in fields(Evidence)]
    rows = [asdict(one.evidence) for one in tracked.measured if one.evidence is not None]
    return pd.DataFrame(rows, columns=columns)


def cohort_table(tracked: Tracked) -> pd.DataFrame:
    """The customers of the latest record by period; counts of fewer than five persons are blank."""
    kind, cohort = tracked.study.period_kind, tracked.cohort
    names = ["customers", "returned", "left_otherwise", "revenue", "margin"]
    rows = cohort.money.groupby("t")[names].sum(min_count=1)
    rows["new_customers"] = cohort.everyone.set_index("t")["new"].reindex(rows.index)
    if not tracked.named:
        for name in ("customers", "returned", "left_otherwise", "new_customers"):
            small = rows[name].between(1, LEAST_GROUP - 1)
            rows.loc[small, [name, *(("revenue", "margin") if name == "customers" else ())]] = np.nan
    rows.insert(0, "period", [period_label(int(t), kind) for t in rows.index])
    return rows.reset_index(drop=True)[list(COHORT)]
