"""What the kinds of simulated companies have that others have not, and their truth with it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from test_simulate import EXACT, enumerate_margin, shares, worst_pain

from impact.journey import OVERALL
from impact.rng import stream
from models.simulate import Company, CompanySpec, best_portfolio, simulate_company, true_npv, true_value
from models.simulate_answers import FALSE_NAMING, SENSITIVITY
from models.simulate_truth import as_stated, mean_share
from models.simulated_company import CauseSpec, SurveySpec
from models.simulated_kinds import BAD_MOOD, FEW, HIDDEN_TRAIT, KINDS, companies_of_kinds, vary

SMALL = CompanySpec(seed=21, customers=6_000, periods=6, stages=4, personas=2, pain_points=5, initiatives=4)
# A ratio of two counts of some thousands, and of rates that the leavers' absence bends.
RATIO_OFF = 0.08
# The bend of the value over the stated range of a fix's effectiveness, and the error of 400 draws of it.
BEND = 0.02


def with_causes(**causes: float) -> Company:
    return simulate_company(replace(SMALL, causes=CauseSpec(**causes)))


@pytest.fixture(scope="module")
def confounded() -> Company:
    return with_causes(tariff_exposure=1.6, tariff_leaving=1.6, trait_exposure=2.0, trait_leaving=2.0)


def test_the_truth_counts_every_cause_of_pain_and_of_leaving(confounded: Company) -> None:
    fixed = shares(confounded, worst_pain(confounded), 0.7)
    by_patterns = enumerate_margin(confounded.hidden, fixed) - enumerate_margin(confounded.hidden, 0 * fixed)
    assert len(confounded.hidden.levels) == 12
    assert true_value(confounded, fixed) == pytest.approx(by_patterns, rel=EXACT)


def test_the_tariff_raises_pain_and_leaving_and_stands_in_the_ledger() -> None:
    company = simulate_company(replace(KINDS["observed confounding"], seed=4, customers=8_000, frailty=0.05))
    ledger = company.ledger
    tariff = ledger.drop_duplicates("customer_id").set_index("customer_id")["tariff"]
    per_quarter = company.incidents["customer_id"].map(tariff).value_counts() / ledger["tariff"].value_counts()
    left = 1 - ledger.dropna(subset=["retained"]).groupby("tariff")["retained"].mean().astype(float)
    assert company.spec.controls == ("tenure", "tariff")
    assert per_quarter["flexible"] / per_quarter["fixed"] == pytest.approx(1.6, rel=RATIO_OFF)
    # the flexible tariff's customers meet more pain points besides, which raises their leaving further
    assert 1.5 < left["flexible"] / left["fixed"] < 2.1


def test_no_table_tells_of_the_hidden_trait() -> None:
    hidden = simulate_company(replace(SMALL, causes=HIDDEN_TRAIT.causes))
    plain = simulate_company(SMALL)
    for table in ("responses", "customers", "ledger", "incidents"):
        assert list(getattr(hidden, table)) == list(getattr(plain, table))
    assert hidden.spec.controls == ("tenure",)
    has = hidden.hidden.proneness >= 3
    assert hidden.hidden.frailty[has].mean() > 1.5 * hidden.hidden.frailty[~has].mean()


def test_a_mood_leaves_the_occurrence_of_pain_points_alone() -> None:
    moody, plain = simulate_company(replace(SMALL, causes=BAD_MOOD.causes)), simulate_company(SMALL)
    assert len(moody.hidden.levels) == len(plain.hidden.levels)
    often = [len(one.incidents) / len(one.ledger) for one in (moody, plain)]
    assert often[0] == pytest.approx(often[1], rel=RATIO_OFF)
    spread = [one.responses.loc[one.responses["stage"] == OVERALL, "score"].std() for one in (moody, plain)]
    assert spread[0] > spread[1] + 0.05


def test_a_pain_point_of_surveys_is_named_in_answers_and_seen_in_no_incident() -> None:
    company = simulate_company(replace(SMALL, survey=SurveySpec(told_only=0.4, silence=0.0, response_rate=0.5)))
    told = [pain.pain_point for pain in company.journey.pain_points if pain.source == "survey"]
    assert told == list(company.journey.pain_ids()[-2:])
    assert not company.incidents["pain_point"].isin(told).any()
    answers = company.responses[company.responses["stage"] == OVERALL]
    for place, pain in enumerate(company.journey.pain_ids()):
        named = answers["pain_points"].str.split(";").map(lambda ids, pain=pain: pain in ids).mean()
        met = company.hidden.effects.shares @ company.hidden.effects.prevalence[:, place]
        expected = met * SENSITIVITY + (1 - met) * FALSE_NAMING
        assert named == pytest.approx(expected, abs=0.02) if pain in told else named == 0


def test_those_disposed_to_leave_answer_less() -> None:
    rates = []
    for aloof in (0.0, 0.6):
        company = simulate_company(replace(SMALL, survey=SurveySpec(silence=0.0, aloof=aloof)))
        keys = company.responses["customer_id"].unique()
        ledger = company.ledger.dropna(subset=["retained"])
        left = 1 - ledger["retained"].astype(float)
        answered = ledger["customer_id"].isin(keys)
        rates.append(left[answered].mean() / left[~answered].mean())
    assert rates[1] < rates[0]


def test_a_mood_of_the_day_moves_every_score_of_an_answer_and_no_other_answer() -> None:
    correlations = []
    for mood in (0.0, 0.8):
        company = simulate_company(replace(SMALL, survey=SurveySpec(halo=0.0, mood=mood)))
        wide = company.responses.pivot_table(index=["customer_id", "responded_at"], columns="stage", values="score")
        correlations.append(wide[["buy", "use"]].corr().iloc[0, 1])
    assert correlations[1] > correlations[0] + 0.2


def test_what_is_carried_over_lowers_the_next_stages_score() -> None:
    spec = replace(SMALL, null_share=0.0)
    drops = []
    for carried in (0.0, 0.6):
        company = simulate_company(replace(spec, carried=carried))
        first = company.journey.pain_points[0]
        later = company.journey.stage_ids()[company.journey.stage_ids().index(first.stage) + 1]
        scores = company.responses[company.responses["stage"] == later]
        met = company.incidents[company.incidents["pain_point"] == first.pain_point]
        hit = _keys(scores, "responded_at").isin(_keys(met, "occurred_at"))
        drops.append(scores.loc[~hit, "score"].mean() - scores.loc[hit, "score"].mean())
    assert drops[1] > drops[0] + 0.1
    assert (simulate_company(replace(spec, carried=0.6)).truth["delta"].abs().sum()) > (
        simulate_company(spec).truth["delta"].abs().sum()
    )


def _keys(rows: pd.DataFrame, column: str) -> pd.Series:
    return rows["customer_id"] + pd.PeriodIndex(rows[column], freq="Q").astype(str)


def test_expected_by_the_stated_ranges_is_the_mean_over_draws_of_effectiveness(small_company: Company) -> None:
    rng, ids, pains = stream(1, "draws"), small_company.plan.ids(), small_company.journey.pain_ids()
    drawn = []
    for _ in range(400):
        effectiveness = np.zeros_like(small_company.effectiveness)
        for fix in small_company.plan.fixes:
            low, likely, high = (np.log(share / (1 - share)) for share in (fix.low, fix.likely, fix.high))
            logit = likely + (high - low) / 3.29 * rng.standard_normal()
            effectiveness[ids.index(fix.initiative), pains.index(fix.pain_point)] = 1 / (1 + np.exp(-logit))
        drawn.append(true_npv(replace(small_company, effectiveness=effectiveness), ids))
    stated = true_npv(as_stated(small_company), ids)
    gross = stated + sum(item.cost or 0.0 for item in small_company.plan.initiatives)
    assert abs(np.mean(drawn) - stated) < BEND * gross


def test_the_mean_share_lies_between_low_and_high_and_leans_to_the_middle(small_company: Company) -> None:
    for fix in small_company.plan.fixes:
        assert fix.low < mean_share(fix) < fix.high
        assert mean_share(fix) == pytest.approx(fix.likely, abs=0.02)


def test_companies_of_kinds_are_all_of_them_in_turn_with_different_seeds() -> None:
    found = companies_of_kinds(60, 100)
    assert [kind for kind, _ in found[:7]] == list(KINDS)
    assert len({spec.seed for _, spec in found}) == 60
    assert {spec.customers for kind, spec in found if kind == FEW} == {2_500}
    assert {spec.customers for kind, spec in found if kind != FEW} == {20_000}


def test_a_company_of_few_data_has_something_worth_doing() -> None:
    company = simulate_company(vary(KINDS[FEW], 3, 0))
    assert best_portfolio(as_stated(company), company.budget).npv > 0
