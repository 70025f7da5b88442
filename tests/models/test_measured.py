"""Measured initiatives as rows of evidence: what is learnt from, in which unit, and under which data id."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from impact.cells import RolloutCells
from impact.initiative import Fix, Initiative, Plan
from impact.journey import Journey, PainPoint, Stage
from impact.rollout import NEVER
from models.measure.effect_of import measure_effect
from models.measure.panel import Z90
from models.measured import MeasuredInitiative, measure_rollouts, panel_of, stem_of, without_it
from tests.rollout_study import label

FIRST, START, PERIODS, UNITS = 8000, 8014, 20, 44
JOURNEY = Journey(
    stages=(Stage(stage="use", name="Use", order=1),),
    pain_points=(PainPoint(pain_point="slow", stage="use", name="Slow"),),
)
PLAN = Plan(
    initiatives=(Initiative(initiative="fleet", name="Vans", cost=1.0, status="live", actual_start=START),),
    fixes=(Fix(initiative="fleet", pain_point="slow", low=0.3, likely=0.5, high=0.7),),
)
# what each measure is without the initiative, and what the initiative adds
TRUTH = {
    "leaving": (0.05, -0.01),
    "margin": (40.0, 2.0),
    "score__overall": (3.8, 0.2),
    "met__slow": (0.3, -0.15),
    "met_any": (0.3, -0.15),
}
NOISE = 0.02  # of a measure's level, from unit to unit and period to period
WITHIN = 4.0  # standard errors that a single simulated estimate may lie off


def rollout(*, by: str = "region", randomised: bool = False, periods: int = PERIODS, treated: int = 22) -> RolloutCells:
    """44 groups of 200, half of them with the initiative from the fifteenth period on."""
    rng = np.random.default_rng(4)
    units = [f"g{k:02d}" for k in range(UNITS)]
    starts = [START if k < treated else NEVER for k in range(UNITS)]
    rows = []
    for unit, start in zip(units, starts, strict=True):
        own = rng.standard_normal()
        for t in range(FIRST, FIRST + periods):
            row: dict[str, object] = {"unit": unit, "t": t}
            for name, (level, effect) in TRUTH.items():
                row[name] = level * (1 + 0.05 * own + NOISE * rng.standard_normal()) + effect * (t >= start)
                row[f"n__{name}"] = 200
            rows.append(row)
    cells = pd.DataFrame(rows)
    cells.loc[cells.t == FIRST + periods - 1, ["leaving", "n__leaving"]] = [np.nan, 0]
    whole = pd.DataFrame({"unit": units, "treated_from": starts, "customers": 200, "cluster": range(UNITS)})
    return RolloutCells(
        initiative="fleet",
        by=by,
        randomised=randomised,
        first=START,
        units=whole,
        cells=cells,
        late=0,
        small=0,
        blank=0,
        ends_known=True,
    )


def measured(one: RolloutCells) -> dict[str, MeasuredInitiative]:
    return {f"{m.outcome} {m.of}".strip(): m for m in measure_rollouts((one,), PLAN, JOURNEY, "quarter")}


def test_every_outcome_is_measured_and_one_of_leaving_and_money_teaches() -> None:
    found = measured(rollout())
    assert set(found) == {"churn", "margin", "score", "prevalence slow"}
    taught = {name for name, one in found.items() if one.evidence is not None}
    assert taught == {"churn", "prevalence slow"}
    assert found["margin"].why == "leaving of the same customers teaches the haircut: shown, not learnt from"
    assert "shown, not learnt from" in found["score"].why
    for name, measure in (("churn", "leaving"), ("margin", "margin"), ("score", "score__overall")):
        effect = found[name].effect
        assert effect.estimate == pytest.approx(TRUTH[measure][1], abs=WITHIN * effect.se)


def test_leaving_is_relative_to_what_it_would_have_been_and_prevalence_in_points_of_it() -> None:
    found = measured(rollout())
    churn, slow = found["churn"], found["prevalence slow"]
    assert churn.evidence is not None and slow.evidence is not None
    assert churn.evidence.estimate == pytest.approx(churn.effect.estimate / churn.without)
    assert churn.evidence.se == pytest.approx(churn.effect.normal_se / churn.without)
    assert (churn.evidence.unit, churn.evidence.kind) == ("relative", "past_initiative")
    assert churn.evidence.exposed_share == pytest.approx(0.3, rel=0.05)
    assert slow.evidence.estimate == pytest.approx(slow.effect.estimate)
    assert (slow.evidence.unit, slow.evidence.pain_point) == ("points", "slow")
    assert slow.evidence.exposed_share == pytest.approx(0.3, rel=0.05)
    assert churn.evidence.n == 22 * 200
    assert churn.evidence.period == label(FIRST + PERIODS - 2), "the last period whose leaving is known"


def test_where_chance_decided_it_is_an_experiment() -> None:
    churn = measured(rollout(randomised=True))["churn"]
    assert churn.evidence is not None
    assert churn.evidence.kind == "experiment"


def test_measured_again_a_row_keeps_its_stem_and_not_its_id() -> None:
    before, after = (measured(rollout(periods=periods))["churn"] for periods in (18, 20))
    assert before.data_id != after.data_id
    assert stem_of(before.data_id) == stem_of(after.data_id)
    assert before.evidence is not None and after.evidence is not None
    assert before.evidence.evidence == after.evidence.evidence
    assert after.evidence.source == f"measured: {after.data_id}"
    assert len({stem_of(one.data_id) for one in measured(rollout()).values()}) == 4


def test_other_units_are_other_data() -> None:
    ids = {measured(rollout(treated=treated))["churn"].data_id for treated in (21, 22)}
    assert len(ids) == 2


def test_without_a_comparison_nothing_is_learnt() -> None:
    found = measured(rollout(treated=UNITS))
    assert found["churn"].effect.grade == "indicative"
    assert all(one.evidence is None for one in found.values())
    assert found["churn"].why == "no comparison stands behind it: shown, not learnt from"


def test_an_initiative_is_measured_once_two_periods_with_it_have_passed() -> None:
    assert set(measured(rollout(periods=16))) == {"score", "prevalence slow"}
    assert "margin" in measured(rollout(periods=17)), "money shows experience a period later"
    assert measured(rollout(periods=15)) == {}


def test_where_leaving_is_not_measured_money_teaches() -> None:
    one = rollout()
    cells = one.cells.assign(n__leaving=0)
    margin = measured(replace(one, cells=cells))["margin"]
    assert margin.evidence is not None
    assert (margin.evidence.outcome, margin.evidence.unit) == ("margin", "relative")


def test_leaving_of_those_listed_while_still_there_begins_at_the_last_period_before() -> None:
    panel = panel_of(replace(rollout(), ends_known=False), "leaving")
    assert panel is not None
    assert panel.t[0] == START - 1


def test_what_would_have_been_is_what_is_less_the_effect() -> None:
    panel = panel_of(rollout(), "margin")
    assert panel is not None
    effect = measure_effect(panel)[0]
    seen = np.nanmean(panel.outcome[:22, START - FIRST :])
    assert without_it(panel, effect) == pytest.approx(seen - effect.estimate)


def test_the_error_of_a_row_of_few_groups_is_that_of_the_range_shown() -> None:
    few = rollout()
    kept = [f"g{k:02d}" for k in (0, 1, 2, 22, 23, 24)]
    few = replace(few, units=few.units[few.units.unit.isin(kept)], cells=few.cells[few.cells.unit.isin(kept)])
    churn = measured(few)["churn"]
    assert churn.evidence is not None
    assert churn.effect.normal_se > 1.1 * churn.effect.se
    width = (churn.effect.high - churn.effect.low) / churn.without
    assert 2 * Z90 * churn.evidence.se == pytest.approx(width)


def test_money_of_the_period_of_the_start_tells_nothing_yet() -> None:
    one, starts = rollout(), {f"g{k:02d}" for k in range(22)}
    late = one.cells.unit.isin(starts) & (one.cells.t == START)
    cells = one.cells.assign(margin=one.cells.margin.where(~late, one.cells.margin - TRUTH["margin"][1]))
    margin = measured(replace(one, cells=cells))["margin"].effect
    assert margin.estimate == pytest.approx(measured(one)["margin"].effect.estimate, rel=1e-9)
    assert margin.after == PERIODS - (START - FIRST) - 1
