"""The tables of the contract: their columns, what they leave out, and figures that hang together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from impact.checks import Check
from impact.initiative import Plan
from reports.findings import Findings
from reports.tables import LEAST_GROUP, build_tables, checks_table, journey_table
from reports.tables_choice import break_even_table
from tests.quick_study import quick_starter

# The contract, section 5; `name` and `owner` stand beside every id.
CONTRACT = {
    "journey": "stage responses customers score score_low score_high emotion benchmark pain_points value_at_stake",
    "calibration": "outcome term method estimate se low high p n headline grade",
    "certificate": "outcome term rate low high point window_from window_to grade kept blocked time_order own_history "
    "placebo_clean stable enough_data approval signed_by signed_at planning_rate planning_low planning_high "
    "money_between valid_until data_hash",
    "triangulation": "outcome term way name estimate se low high compared ratio ratio_low ratio_high apart_from note",
    "doubts": "outcome term question verdict test found limit status text",
    "point_values": "term name part step point basis per_customer_period per_customer_period_low "
    "per_customer_period_high base_horizon low high grade holds_from holds_to",
    "drivers": "outcome stage importance low high share p_first method performance place quadrant kano "
    "penalty penalty_low penalty_high reward reward_low reward_high",
    "pain_points": "pain_point stage prevalence satisfaction_effect retention_effect spend_effect value value_p05 "
    "value_p50 value_p95 p_positive grade prior_share value_marginal value_unpooled value_unpooled_se value_face "
    "value_prior_share",
    "initiatives": "initiative cost npv npv_p05 npv_p50 npv_p95 p_npv_positive roi payback_quarters rank rank_p05 "
    "rank_p95 p_top3 regret verdict evpi max_cost prior_share worst_tenth sucra tie_group p_payback npv_marginal "
    "npv_shapley npv_naive",
    "portfolio": "initiative kind chosen start reason what_would_have_to_be_true cost_down_to effect_up_to "
    "budget_up_to falls_out_above binds",
    "cashflow": "initiative period capex opex retention spend service_saving other_benefit non_cashable net cumulative "
    "discount_factor discounted",
    "ongoing": "initiative status live_now value_to_come value_to_come_p05 value_to_come_p95 cost_to_come "
    "run_cost_to_come",
    "frontier": "budget value value_p05 value_p95 initiatives",
    "scenarios": "scenario period metric value p05 p50 p95 unit",
    "scenario_differences": "scenario against period metric value p05 p50 p95 unit",
    "reconciliation": "period unit line ledger reported difference coverage",
    "outlook_gap": "period line outlook model gap",
    "benefits": "initiative owner status approved_cost actual_cost approved_benefit measured_benefit bookable "
    "budget_line",
    "break_even": "initiative retention_points spend_relative score_points effectiveness credibility",
    "checks": "code check status found limit text remedy",
    "coverage": "kind id name owner stage answers incidents customers periods first last score stage_score "
    "not_visited not_asked not_answered no_reason in_plan measured note",
    "response_rates": "persona name period active answered response_rate note",
    "respondents": "measure unit mean_answered mean_silent difference relative se standardised customers_answered "
    "customers_silent periods",
    "transitions": "source from_stage from_name to_stage to_name kind steps customers share days_p50",
    "stage_flow": "source stage name owner customers drop_off repeats returns seen_last left exit_rate exit_low "
    "exit_high base_rate",
    "walk": "initiative name step line amount running points_moved",
    "at_stake": "kind id name value value_p05 value_p95 prior_p05 prior_p95 prior_share customers_kept",
    "carried": "pain_point name kind at at_name effect low high n share value_more",
    "excellence": "stage name step kano share n leaving leaving_low leaving_high spend spend_low spend_high "
    "value_per_percent value_per_percent_p05 value_per_percent_p95",
    "prices": "constraint what_if limit used change value_gained per_unit currently_binds",
    "delay": "initiative name owner quarters_later npv_change p05 p95",
    "tornado": "driver kind low_setting high_setting npv_low npv_high width width_p05 width_p95 share evppi",
    "break_even_levers": "lever base npv_nil_at choice_changes_at searched_from searched_to note",
    "scenario_portfolios": "portfolio role scenario npv npv_p05 npv_p95 p_npv_positive regret regret_p05 regret_p95 "
    "allowed",
    "refresh": "initiative name npv_then npv_now change version evidence plan data rolled learnt rank_then rank_now "
    "verdict_then verdict_now allowed alarm why",
    "plan_changes": "table id change before after",
    "journey_over_time": "stage name period responses score low high target target_by benchmark note",
    "monitoring": "series id name then now change low high alarm",
    "by_segment": "column segment customers kind id name owner value p05 p50 p95 share",
    "concentration": "kind id name owner place customer share above_limit",
    "lifetime": "persona name model parameters n left retention_y1 retention_y2 retention_y3 retention_y4 retention_y5 "
    "customers value value_p05 value_p95 value_20q value_20q_p05 value_20q_p95 note",
    "survival": "tenure n observed shifted_beta gamma_frailty geometric",
    "revenue_kept": "period periods_later customers gross_retention net_retention new_revenue earned_revenue "
    "earned_level note",
    "predictive": "kind period group persona customers left predicted predicted_p05 predicted_p95 inside far",
    "case_against": "point initiative name found compared_with weight sentence",
    "dial": "strength bias value value_p05 value_p95 npv npv_p05 npv_p95 initiatives changed",
    "dial_marks": "what name strength",
    "dial_pain_points": "pain_point name changes_at control control_strength",
    "prior_sensitivity": "prior scale item name value moved initiatives changed",
    "told_apart": "group item name value value_p05 value_p95 correlation met_apart more_to_halve until",
    "evidence": "evidence kind target outcome unit estimate se in_words use why_not_used effect estimate_as_read "
    "se_as_read se_used weight_capped teaches_haircut before before_p05 before_p95 after after_p05 after_p95 source",
    "haircut": "grade pain_points prior kept_before kept_before_p05 kept_before_p95 kept_after kept_after_p05 "
    "kept_after_p95 rows_of_evidence",
    "face_value": "initiative name npv npv_face_value haircut_today break_even_haircut",
    "information": "item name owner kind target target_name assumed evpi evppi evsi p_in_time cost delay_cost net "
    "se_of_pilot n duration chosen verdict",
    "naive": "initiative name owner npv npv_naive chosen chosen_by_naive",
}
NAMED = {"journey", "drivers", "pain_points", "initiatives", "portfolio", "cashflow", "benefits", "break_even"} | {
    "ongoing",
}
SHARES = {
    "pain_points": ("prevalence", "p_positive", "prior_share", "value_prior_share"),
    "initiatives": ("p_npv_positive", "p_top3", "p_payback", "sucra"),
    "drivers": ("share", "p_first"),
}
GRADES = {"experimental", "within-unit", "cross-section", "expert", "survey-only", "not told apart from placebo"}
MONEY = {"npv", "npv_p05", "npv_p50", "npv_p95", "p_npv_positive", "roi", "payback_quarters", "regret", "evpi"} | {
    "worst_tenth",
    "p_payback",
    "npv_marginal",
    "npv_shapley",
    "npv_naive",
}
# A cent, in money of some thousands.
CENT = 0.01
SUMMED = 1e-9


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """What a run of the starter study found."""
    return quick_starter(tmp_path_factory).found


@pytest.fixture(scope="module")
def tables(found: Findings) -> dict[str, pd.DataFrame]:
    """Its tables."""
    return build_tables(found)


def _thin(found: Findings) -> Findings:
    nothing = {"estimates": None, "decision": None, "gates": None, "segments": None, "explained": None, "planned": None}
    return replace(found, walks=(), comparison=None, across=None, **nothing)  # type: ignore[arg-type]


def test_the_tables_are_those_of_the_contract_in_its_order(tables: dict[str, pd.DataFrame]) -> None:
    assert list(tables) == list(CONTRACT)


@pytest.mark.parametrize("name", CONTRACT)
@pytest.mark.parametrize("how", ["whole", "thin"])
def test_a_table_has_the_columns_of_the_contract_and_names_beside_ids(found: Findings, name: str, how: str) -> None:
    table = build_tables(found if how == "whole" else _thin(found))[name]
    expected = CONTRACT[name].split()
    beside = {"name", "owner"} if name in NAMED else set()
    assert [column for column in table.columns if column not in beside - set(expected)] == expected
    assert beside <= set(table.columns)


def test_every_table_has_rows_but_those_of_what_the_starter_lacks(tables: dict[str, pd.DataFrame]) -> None:
    """Books, an outlook, evidence, what cannot be told apart, initiatives that are live, and an earlier forecast."""
    lacking = {"reconciliation", "outlook_gap", "evidence", "told_apart", "ongoing", "refresh", "plan_changes"}
    assert {name for name, table in tables.items() if table.empty} == lacking


@pytest.mark.parametrize(("name", "column"), [(name, column) for name in SHARES for column in SHARES[name]])
def test_shares_lie_between_nil_and_one(tables: dict[str, pd.DataFrame], name: str, column: str) -> None:
    assert tables[name][column].between(0, 1).all()


def test_ranges_hold_their_median_and_never_turn(tables: dict[str, pd.DataFrame]) -> None:
    for name, low, middle, high in (
        ("pain_points", "value_p05", "value_p50", "value_p95"),
        ("initiatives", "npv_p05", "npv_p50", "npv_p95"),
        ("scenarios", "p05", "p50", "p95"),
        ("journey", "score_low", "score", "score_high"),
    ):
        table = tables[name]
        assert (table[low] <= table[middle]).all() and (table[middle] <= table[high]).all(), name


def test_emotion_runs_from_minus_two_to_plus_two_with_the_scale(tables: dict[str, pd.DataFrame]) -> None:
    journey = tables["journey"]
    assert journey["emotion"].tolist() == pytest.approx((journey["score"] - 3).tolist())
    assert journey["emotion"].between(-2, 2).all()


def test_values_at_stake_are_those_of_the_stages_pain_points(tables: dict[str, pd.DataFrame]) -> None:
    values = tables["pain_points"].set_index("pain_point")["value"]
    for row in tables["journey"].to_dict("records"):
        named = str(row["pain_points"]).split(";")
        if len(named) == 1:
            assert row["value_at_stake"] == pytest.approx(values[named[0]], rel=SUMMED)
    assert set(values.index) == {name for cell in tables["journey"]["pain_points"] for name in cell.split(";")}


def test_driver_shares_sum_to_one_highest_first(tables: dict[str, pd.DataFrame]) -> None:
    drivers = tables["drivers"]
    assert drivers["share"].sum() == pytest.approx(1)
    assert drivers["importance"].is_monotonic_decreasing


def test_cash_discounted_sums_to_the_npv_to_the_cent(found: Findings, tables: dict[str, pd.DataFrame]) -> None:
    rate, npv = found.study.study.discount_rate, tables["initiatives"].set_index("initiative")["npv"]
    factors = (1 + rate) ** (-(np.arange(1, found.study.horizon_periods + 1) - 0.5) / found.study.periods_a_year)
    assert found.decision is not None and found.decision.portfolio is not None
    npv.loc["portfolio"] = found.decision.portfolio.npv.mean()
    assert set(tables["cashflow"]["initiative"]) == set(npv.index)
    for name, rows in tables["cashflow"].groupby("initiative"):
        assert rows["net"].to_numpy() @ factors == pytest.approx(npv[name], abs=CENT)
        assert rows["discounted"].sum() == pytest.approx(npv[name], abs=CENT)


def test_net_cash_is_what_comes_in_less_what_goes_out_and_cumulates(tables: dict[str, pd.DataFrame]) -> None:
    cash = tables["cashflow"]
    net = cash[["retention", "spend", "service_saving", "other_benefit"]].sum(axis=1) - cash["capex"] - cash["opex"]
    assert cash["net"].to_numpy() == pytest.approx(net.to_numpy(), abs=SUMMED)
    assert cash["cumulative"].to_numpy() == pytest.approx(
        cash.groupby("initiative")["net"].cumsum().to_numpy(), rel=SUMMED, abs=1e-6
    )


def test_ranks_are_a_permutation_by_falling_npv(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["initiatives"].sort_values("rank")
    assert rows["rank"].tolist() == list(range(1, len(rows) + 1))
    assert rows["npv"].is_monotonic_decreasing


def test_the_frontier_ends_at_what_the_free_budget_buys_and_never_falls(tables: dict[str, pd.DataFrame]) -> None:
    frontier = tables["frontier"]
    assert frontier["value"].is_monotonic_increasing
    assert frontier.iloc[0][["budget", "value"]].tolist() == [0, 0]


def test_money_of_a_point_stands_beside_the_slopes(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["calibration"].set_index("outcome")
    parts = tables["point_values"].set_index(["term", "part"])["base_horizon"]
    assert parts["overall"].drop("total").sum() == pytest.approx(parts["overall", "total"], rel=SUMMED)
    assert {"retention", "log_revenue", "money_per_customer_period", "money_base_horizon"} <= set(rows.index)
    assert set(rows["grade"]) <= GRADES
    assert set(tables["pain_points"]["grade"]) <= GRADES
    assert (rows["low"] <= rows["estimate"]).all() and (rows["estimate"] <= rows["high"]).all()


def test_a_group_of_fewer_than_five_persons_is_not_shown(found: Findings) -> None:
    coverage = found.cells.coverage.copy()
    coverage.loc[coverage["stage"] == "join", "customers"] = LEAST_GROUP - 1
    coverage.loc[coverage["stage"] == "use", "customers"] = LEAST_GROUP
    journey = journey_table(replace(found, cells=replace(found.cells, coverage=coverage))).set_index("stage")
    hidden = ["responses", "customers", "score", "score_low", "score_high", "emotion"]
    assert journey.loc["join", hidden].isna().all()
    assert journey.loc["use", hidden].notna().all()
    assert LEAST_GROUP == 5


def test_of_units_a_stage_with_fewer_than_five_answers_is_not_shown(found: Findings) -> None:
    coverage = found.cells.coverage.copy()
    coverage.loc[coverage["stage"] == "join", "responses"] = LEAST_GROUP - 1
    data = found.study.data.model_copy(update={"unit": ("region",)})
    study = replace(found.study, data=data)
    few = replace(found, study=study, cells=replace(found.cells, coverage=coverage))
    assert journey_table(few).set_index("stage").loc[["join", "use"], "score"].isna().to_list() == [True, False]


def test_an_unmeasured_stage_is_blank_and_keeps_its_pain_points(found: Findings) -> None:
    coverage = found.cells.coverage.copy()
    numbers = coverage.columns.drop("stage")
    coverage.loc[coverage["stage"] == "pay", numbers] = np.nan
    row = journey_table(replace(found, cells=replace(found.cells, coverage=coverage))).set_index("stage").loc["pay"]
    assert np.isnan(row["score"]) and np.isnan(row["emotion"])
    assert row["pain_points"] == "wrong_bill"


def test_a_study_without_margin_has_no_npv_no_portfolio_and_no_margin(found: Findings) -> None:
    tables = build_tables(replace(found, has_margin=False))
    assert tables["initiatives"][sorted(MONEY)].isna().all(axis=None)
    assert tables["initiatives"]["max_cost"].isna().all()
    assert all(tables[name].empty for name in ("portfolio", "cashflow", "frontier", "break_even"))
    assert not {"margin", "cash"} & set(tables["scenarios"]["metric"])
    assert tables["pain_points"]["value"].notna().all()


def test_an_initiative_without_cost_has_the_largest_cost_in_the_place_of_npv(found: Findings) -> None:
    assert found.decision is not None
    offers = tuple(
        replace(offer, cost=None, item=replace(offer.item, cost=None)) for offer in found.decision.case.offers
    )
    decision = replace(
        found.decision, case=replace(found.decision.case, offers=offers), portfolio=None, frontier=(), quarters=()
    )
    tables = build_tables(replace(found, decision=decision))
    assert tables["initiatives"][sorted(MONEY)].isna().all(axis=None)
    assert tables["initiatives"]["cost"].isna().all()
    assert tables["initiatives"]["max_cost"].notna().all()
    assert set(tables["initiatives"]["verdict"]) == {"park"}
    assert tables["portfolio"].empty and tables["break_even"].empty and tables["frontier"].empty
    assert tables["cashflow"][["capex", "net", "cumulative", "discounted"]].isna().all(axis=None)
    assert tables["cashflow"][["opex", "retention", "spend", "other_benefit"]].notna().all(axis=None)


def test_too_thin_leaves_rows_in_journey_break_even_checks_coverage_lifetimes_and_what_is_watched_only(
    found: Findings,
) -> None:
    tables = build_tables(_thin(found))
    assert {name for name, table in tables.items() if len(table)} == {
        *("journey", "break_even", "checks", "coverage", "response_rates", "respondents", "transitions", "stage_flow"),
        *("lifetime", "survival", "revenue_kept", "journey_over_time", "monitoring"),
    }
    assert tables["journey"]["value_at_stake"].isna().all()
    assert tables["journey"]["score"].notna().all()
    shown = tables["break_even"]
    assert (shown["retention_points"] > 0).all() and (shown["spend_relative"] > 0).all()
    assert shown[["score_points", "effectiveness", "credibility"]].isna().all(axis=None)


def test_too_thin_without_margin_or_cost_promises_no_break_even(found: Findings) -> None:
    thin = _thin(found)
    assert break_even_table(replace(thin, has_margin=False)).empty
    free = tuple(replace(item, cost=None) for item in found.plan.initiatives)
    assert break_even_table(replace(thin, plan=Plan(initiatives=free, fixes=()))).empty


def test_failed_checks_come_first_then_reviews_then_passes_each_in_their_own_order() -> None:
    statuses = ("pass", "review", "fail", "review", "pass", "fail")
    checks = tuple(
        Check(code=f"C{n}", check="", status=status, found="", limit="", text="", remedy="")  # type: ignore[arg-type]
        for n, status in enumerate(statuses)
    )
    assert checks_table(checks)["code"].tolist() == ["C2", "C5", "C1", "C3", "C0", "C4"]
