"""The coverage of the journey: what was measured of it, who answered, and which ways customers took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from impact.checks import Check
from impact.journey import OVERALL, Journey
from impact.periods import parse_period
from impact.step_downs import review

if TYPE_CHECKING:
    from impact.source import Source
    from impact.study import Study

# Beyond a quarter of a standard deviation groups are commonly held to differ.
# Source: Stuart (2010), Statistical Science 25(1).
MOST_UNLIKE = 0.25
_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class OverTime:
    """What is watched from period to period, in points and shares; blank of fewer than five persons.

    `scores`: stage (and overall), t -> responses, customers, mean, se. `pains`: pain_point, t -> customers who could
    meet it, mean (the share who did, or the mean level), se. `answered`: t -> active, answered.
    """

    scores: pd.DataFrame = field(default_factory=lambda: _empty(("stage", "t", "responses", "customers", "mean", "se")))
    pains: pd.DataFrame = field(default_factory=lambda: _empty(("pain_point", "t", "customers", "mean", "se")))
    answered: pd.DataFrame = field(default_factory=lambda: _empty(("t", "active", "answered")))


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyCoverage:
    """What the data cover of the journey; no figure stands for fewer than five persons.

    `coverage`: a row a table, stage, touchpoint, channel, persona and pain point, planned or measured.
    `response_rates`: a row a persona and period. `respondents`: a row a measure of the ledger, those who
    answer beside those who do not. `transitions`: a row a table and pair of stages taken one after the
    other. `stage_flow`: a row a table and stage: drop-off, repeats, returns, and leaving after it. `over_time` is no
    table: what is watched from period to period.
    """

    coverage: pd.DataFrame
    response_rates: pd.DataFrame
    respondents: pd.DataFrame
    transitions: pd.DataFrame
    stage_flow: pd.DataFrame
    over_time: OverTime = field(default_factory=OverTime)

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The tables by name."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "over_time"}


def measure_coverage(source: Source, journey: Journey, study: Study) -> JourneyCoverage:
    """The coverage of a journey, counted where the data live."""
    from impact.cells import response_rates as who
    from impact.cells.coverage_table import coverage_table, with_labels
    from impact.cells.over_time import pains_by_period, scores_by_period
    from impact.cells.small_groups import least_shown
    from impact.cells.transitions import FLOW, STEPS, find_ways

    least = least_shown(source, study)
    answered = who.answered_by_period(source)
    periods = who.customer_periods(source, study, answered)
    ways = find_ways(source, journey, periods, least)
    table = coverage_table(source, journey, answered, ways, least)
    silent = answered is None
    rates = _empty(who.RATES) if silent else who.response_rates(periods, journey, study, least)
    return JourneyCoverage(
        coverage=with_labels(table, study.period_kind),
        response_rates=rates,
        respondents=_empty(who.RESPONDENTS) if silent else who.respondents(periods, least),
        transitions=_joined([way.steps for way in ways], STEPS),
        stage_flow=_joined([way.flow for way in ways], FLOW),
        over_time=OverTime(
            scores=scores_by_period(source, journey, study, least),
            pains=pains_by_period(source, journey, study, least),
            answered=_all_answered(rates, study),
        ),
    )


def _all_answered(rates: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Active customers and those who answered by period, all personas together."""
    mine = rates[rates["persona"] == "total"]
    t = [parse_period(str(period), study.period_kind) for period in mine["period"]]
    return pd.DataFrame({"t": t, "active": mine["active"].to_numpy(), "answered": mine["answered"].to_numpy()})


def coverage_checks(coverage: JourneyCoverage) -> tuple[Check, ...]:
    """Reviews of what the plan names and nobody measured, of what it leaves out, and of who answers."""
    asked = (
        ("D431", _never_measured(coverage.coverage), "1 answer or incident each"),
        ("D432", _overlooked(coverage.coverage), "touchpoints of the plan"),
        ("D433", _unlike(coverage.respondents), f"a difference of {MOST_UNLIKE} standard deviations"),
    )
    return tuple(review(code, found, limit) for code, found, limit in asked if found)


def _never_measured(table: pd.DataFrame) -> str:
    planned = table[(table["in_plan"] == 1) & (table["id"] != OVERALL)]
    said = []
    for kind in ("stage", "touchpoint", "persona"):
        never = planned.loc[(planned["kind"] == kind) & (planned["measured"] == 0), "name"].tolist()
        if never:
            said.append(f"{kind}{'s' if len(never) > 1 else ''} {_listed(never)}")
    unnamed = int((planned.loc[planned["kind"] == "touchpoint", "measured"].isna()).sum())
    if unnamed:
        said.append(f"{unnamed} touchpoint{'s' if unnamed > 1 else ''}: the data name no touchpoint")
    return "; ".join(said)


def _overlooked(table: pd.DataFrame) -> str:
    rows = table[(table["kind"] == "touchpoint") & (table["in_plan"] == 0)]
    return _listed([_measured_there(row) for _, row in rows.iterrows()], "; ")


def _measured_there(row: pd.Series) -> str:
    if not row["id"]:
        return str(row["note"])
    answers, incidents, score, beside = (float(row[name]) for name in _COMPARED)
    counts = [f"{count:,.0f} {word}" for count, word in ((answers, "answers"), (incidents, "incidents")) if count]
    mean = f", mean {score:.2f} against {beside:.2f} of the stage" if np.isfinite([score, beside]).all() else ""
    return f"{row['id']} ({row['stage']}): {' and '.join(counts)}{mean}"


_COMPARED = ("answers", "incidents", "score", "stage_score")


def _unlike(respondents: pd.DataFrame) -> str:
    rows = respondents[respondents["standardised"].abs() > MOST_UNLIKE]
    said = [
        f"{str(row['measure']).replace('_', ' ')} {float(row['relative']):+.0%} "
        f"({float(row['standardised']):+.2f} standard deviations)"
        for row in rows.to_dict("records")
    ]
    return f"those who answer beside those who do not: {_listed(said)}" if said else ""


def _listed(words: Sequence[str], between: str = ", ") -> str:
    shown = between.join(words[:_SHOWN])
    return shown if len(words) <= _SHOWN else f"{shown} and {len(words) - _SHOWN} more"


def _empty(columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns))


def _joined(frames: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else _empty(columns)
