"""What has moved: scores, answers, pain points and the rate of a point, now beside then, limits for all at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import t as student

from impact.cells import Cells, CustomerCells, SitePanel
from impact.checks import Check, make_check
from impact.coverage import OverTime
from impact.journey import OVERALL, Journey
from models.planning import RatePlan

Kind = Literal["satisfaction", "response rate", "pain point", "calibration"]
FALSE_ALARM = 0.05  # of a run in which nothing has changed, over all its series
WORKING = 0.5  # correlation of what scatters in neighbouring periods, as in `models/measure/clustered.py`
LEAST_BEFORE = 2  # periods, so that their scatter can be seen
LEAST_SLOPE = 30  # units behind a period's slope
_NOT_HELD = ("n", "leavers", "tenure", "overall", "overall_bin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One thing watched: `value` and its standard error by period `t`, all `(period,)`, in its own unit.

    Points of satisfaction; shares of answering and of meeting a pain point (or its level); of calibration the change
    of leaving (of log revenue, where nobody can leave) that a point goes with, as a share.
    """

    series: Kind
    id: str
    name: str
    t: np.ndarray
    value: np.ndarray
    se: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One series now beside then: means, their change, and the `low` and `high` limits of a change by chance."""

    series: Kind
    id: str
    name: str
    then: float
    now: float
    low: float
    high: float

    @property
    def change(self) -> float:
        """Now less then, in the unit of the series."""
        return self.now - self.then

    @property
    def alarm(self) -> bool:
        """Whether the change lies beyond its limits."""
        return not self.low <= self.change <= self.high


def watch(series: Sequence[Series], as_of: int, periods_a_year: int) -> tuple[Watched, ...]:
    """Every series with enough behind it: the last year's periods beside the whole years before them.

    Where there is no whole year before, all earlier periods stand, two at least. Means weigh periods by what is known
    of them; where periods scatter beyond that, the error grows by as much (chi2 / df, never below 1), and what lies
    beyond is taken to go on from period to period by a half. The limits are Student's with df = periods - 2 at 5% over
    the number of series, so that one run in twenty at most raises any alarm when nothing changes, however the series
    hang together.

    Source: Bonferroni's inequality; Birge (1932), Physical Review 40, for the scatter.
    """
    split = [(one, _windows(one, as_of, periods_a_year)) for one in series]
    able = [(one, *windows) for one, windows in split if windows is not None]
    return tuple(_watched(one, before, after, FALSE_ALARM / len(able)) for one, before, after in able)


def _windows(one: Series, as_of: int, periods_a_year: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Places of the periods before, and of the last year; None where one of both is too short, or long past."""
    known = np.isfinite(one.value) & (one.se > 0)
    last = int(one.t[known].max()) if known.any() else 0
    if last < as_of - 1:
        return None
    after = known & (one.t > last - periods_a_year)
    first = int(one.t[known].min())
    years = (last - periods_a_year - first + 1) // periods_a_year
    start = last - periods_a_year * (1 + years) if years else first - 1
    before = known & (one.t > start) & ~after
    return (before, after) if before.sum() >= LEAST_BEFORE and after.sum() >= 1 else None


def _watched(one: Series, before: np.ndarray, after: np.ndarray, level: float) -> Watched:
    means, errors, scatter = [], [], 0.0
    goes_on = _going_on(one.t[before], one.t[after])
    for part in (before, after):
        weight = one.se[part] ** -2
        mean = float(weight @ one.value[part] / weight.sum())
        means.append(mean)
        errors.append(1 / float(weight.sum()))
        scatter += float(weight @ (one.value[part] - mean) ** 2)
    df = int(before.sum() + after.sum()) - 2
    se = np.sqrt(sum(errors) * (1 + max(scatter / df - 1, 0.0) * goes_on))
    limit = float(student.ppf(1 - level / 2, df) * se)
    return Watched(series=one.series, id=one.id, name=one.name, then=means[0], now=means[1], low=-limit, high=limit)


def _going_on(before: np.ndarray, after: np.ndarray) -> float:
    """By how much the variance of a change of means is larger than scatter tells, when what scatters goes on.

    Periods `(period,)` each, their errors correlated by `WORKING` to the power of their distance: the variance of the
    difference over that of independent errors, and the same of the scatter about both means, which is smaller.
    """
    t = np.concatenate([before, after])
    side = np.repeat([0, 1], [len(before), len(after)])
    size = np.bincount(side)[side]
    together = WORKING ** np.abs(np.subtract.outer(t, t)).astype(float)
    contrast = np.where(side == 1, 1.0, -1.0) / size
    left = np.eye(len(t)) - np.equal.outer(side, side) / size
    moved = float(contrast @ together @ contrast / (contrast @ contrast))
    return moved / (float((left * together).sum()) / (len(t) - 2))


def series_of(over_time: OverTime, cells: Cells, journey: Journey) -> tuple[Series, ...]:
    """Everything that is watched of a study, stages and pain points in its order."""
    names = {stage.stage: stage.name for stage in journey.stages} | {OVERALL: "Overall"}
    pains = {pain.pain_point: pain for pain in journey.pain_points}
    found = [
        _series("satisfaction", str(stage), names[str(stage)], rows)
        for stage, rows in over_time.scores.groupby("stage", sort=False)
        if str(stage) in names
    ]
    if len(over_time.answered):
        found.append(_response_rate(over_time.answered))
    for pain, rows in over_time.pains.groupby("pain_point", sort=False):
        one = pains[str(pain)]
        shares = rows if one.measure == "level" else _of_no_change(rows)
        found.append(_series("pain point", one.pain_point, one.name, shares))
    return (*found, *_calibration(cells))


def _series(kind: Kind, name: str, shown: str, rows: pd.DataFrame) -> Series:
    t, value, se = (rows[column].to_numpy(float) for column in ("t", "mean", "se"))
    return Series(series=kind, id=name, name=shown, t=t, value=value, se=se)


def _of_no_change(rows: pd.DataFrame) -> pd.DataFrame:
    """Shares with the standard error each would have if all periods had one: a period of nought has one too."""
    customers = rows["customers"]
    whole = float((rows["mean"] * customers).sum() / max(customers.sum(), 1))
    return rows.assign(se=np.sqrt(whole * (1 - whole) / customers))


def _response_rate(answered: pd.DataFrame) -> Series:
    rows = answered.assign(customers=answered["active"], mean=answered["answered"] / answered["active"])
    return _series("response rate", "all", "All customers", _of_no_change(rows.astype(float)))


def _calibration(cells: Cells) -> Iterable[Series]:
    rows = _leaving_slopes(cells.certified) if isinstance(cells, CustomerCells) else _money_slopes(cells)
    if len(rows):
        yield _series("calibration", OVERALL, "Overall", rows)


def _leaving_slopes(cells: pd.DataFrame) -> pd.DataFrame:
    """By period the change of leaving a point goes with over the rate of all, within strata; and its error.

    b_t = sum n (x - x_s)(y - y_s) / sum n (x - x_s)^2 of cells in strata s of the period, as a share of mean leaving.
    Source: weighted least squares with fixed effects of strata; binomial variance.
    """
    if cells.empty or "overall" not in cells.columns:
        return pd.DataFrame()
    held = [name for name in cells.columns if name not in _NOT_HELD]
    n, left, score = (cells[name].astype(float) for name in ("n", "leavers", "overall"))
    rate = left.sum() / n.sum()
    if not 0 < rate < 1:
        return pd.DataFrame()
    groups = [cells[name] for name in held]
    whole = n.groupby(groups, dropna=False).transform("sum")
    centre = (n * score).groupby(groups, dropna=False).transform("sum") / whole
    mean = left.groupby(groups, dropna=False).transform("sum") / whole
    apart = score - centre
    sums = pd.DataFrame(
        {
            "t": cells["t"],
            "units": n,
            "xx": n * apart**2,
            "xy": apart * (left - n * mean),
            "meat": n * apart**2 * rate * (1 - rate),
        }
    )
    return _slopes(sums.groupby("t", as_index=False).sum(), rate)


def _money_slopes(cells: SitePanel) -> pd.DataFrame:
    """By period the change of log revenue a point goes with, units and periods each at their own mean; and its error.

    Source: White (1980), Econometrica 48(4), for the error.
    """
    panel = cells.panel
    if OVERALL not in panel.columns or not cells.repeated:
        return pd.DataFrame()
    earlier = panel[["unit", "t", OVERALL]].assign(t=panel["t"] + 1)
    rows = panel[["unit", "t", "revenue"]].merge(earlier, on=["unit", "t"]).dropna()
    rows = rows[rows["revenue"] > 0]
    if rows.empty:
        return pd.DataFrame()
    x, y = _centred(rows, rows[OVERALL].astype(float)), _centred(rows, rows["revenue"].astype(float).map(np.log))
    sums = pd.DataFrame({"t": rows["t"], "units": 1.0, "xx": x * x, "xy": x * y, "x": x, "y": y})
    by_t = sums.groupby("t", as_index=False)[["units", "xx", "xy"]].sum()
    slope = sums["t"].map(by_t.set_index("t")["xy"] / by_t.set_index("t")["xx"].where(lambda one: one > 0))
    meat = (x * (y - slope * x)) ** 2
    return _slopes(by_t.assign(meat=meat.groupby(sums["t"]).sum().to_numpy()), 1.0)


def _centred(rows: pd.DataFrame, values: pd.Series) -> pd.Series:
    """Values less the means of their unit and of their period, in turn until both are nought but for a little."""
    for _ in range(20):
        values = values - values.groupby(rows["unit"]).transform("mean")
        values = values - values.groupby(rows["t"]).transform("mean")
    return values


def _slopes(sums: pd.DataFrame, over: float) -> pd.DataFrame:
    able = sums[(sums["units"] >= LEAST_SLOPE) & (sums["xx"] > 0)]
    return pd.DataFrame(
        {
            "t": able["t"],
            "mean": able["xy"] / able["xx"] / over,
            "se": np.sqrt(able["meat"]) / able["xx"] / over,
        }
    )


def monitoring_checks(watched: Sequence[Watched], plans: Sequence[RatePlan]) -> tuple[Check, ...]:
    """Whether anything moved beyond its limits, the rate of a point among them, and whether a signed rate still stands.

    Nothing where nothing could be compared.
    """
    seen = [one for one in watched if one.series != "calibration"]
    rate = [one for one in watched if one.series == "calibration"]
    out = [_moved(seen)] if seen else []
    out += [_rate_moved(one) for one in rate]
    signed = [plan for plan in plans if plan.standing.signed is not None]
    return (*out, *([_stale(signed, [one for one in rate if one.alarm])] if signed else ()))


def _moved(seen: Sequence[Watched]) -> Check:
    loud = [f"{one.series} {one.name} {one.then:.3g} to {one.now:.3g}" for one in seen if one.alarm]
    return make_check(
        "C706",
        "Scores, answers and pain points are as they were",
        "review" if loud else "pass",
        found="; ".join(loud) or f"{len(seen)} series within their limits",
        limit="the change of one year to the years before that chance allows, at 5% over all series",
        text="Something moved beyond chance: the survey, who answers, or what customers meet."
        if loud
        else "None of what is watched moved beyond chance.",
        remedy="Find out what changed; name a change of the survey in the plan table events." if loud else "",
    )


def _rate_moved(one: Watched) -> Check:
    return make_check(
        "C707",
        "The rate of a point is as it was",
        "review" if one.alarm else "pass",
        found=f"{one.then:+.3g} then, {one.now:+.3g} in the last four quarters (a point, as a share)",
        limit=f"a change of {one.low:+.3g} to {one.high:+.3g}",
        text="A point goes with another change than before: today's rate is a mean of two."
        if one.alarm
        else "A point goes with the same change as before.",
        remedy="Calibrate on the later periods, and sign anew." if one.alarm else "",
    )


def _stale(signed: Sequence[RatePlan], moved: Sequence[Watched]) -> Check:
    expired = [plan.certificate.outcome for plan in signed if plan.standing.state == "expired"]
    why = [f"{outcome} expired" for outcome in expired] + (["the rate of a point moved"] if moved else [])
    return make_check(
        "C708",
        "The signed rate still stands",
        "review" if why else "pass",
        found="; ".join(why) or f"{len(signed)} signed, none expired",
        limit="valid at as_of, and the rate of a point as it was",
        text="What was signed is stale." if why else "What was signed still stands.",
        remedy="Read the current certificate and sign it anew." if why else "",
    )
