"""From findings to an edition: live cash that gives the tables' figures, worth, notices and identity."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from impact.checks import Check
from impact.fingerprint import run_id
from impact.point import point_in_words
from reports.edition import Edition
from reports.findings import Findings
from reports.make_edition import cash_model, make_edition, truth_table, versions, worth
from scenarios.decide import decide
from scenarios.limits import Limits
from tests.quick_study import quick_starter

# A cent, in money of some thousands.
CENT = 0.01
SUMMED = 1e-9
FAILED = Check(
    code="C401", check="It holds", status="fail", found="no", limit="yes", text="It does not.", remedy="Mend it."
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """What a run of the starter study found."""
    return quick_starter(tmp_path_factory).found


@pytest.fixture(scope="module")
def edition(found: Findings) -> Edition:
    """Its edition."""
    return make_edition(found)


def test_a_sound_run_is_fit_and_its_headline_is_its_first_sentence(edition: Edition) -> None:
    assert edition.fitness == "fit"
    assert edition.sentences[0].endswith(".")
    assert (edition.currency, edition.as_of, edition.point) == ("EUR", "2026Q3", "1 point on 1-5")
    assert (edition.shape, edition.relationship, edition.money_word) == ("customers", "contract", "margin")
    assert edition.horizon[0] == "2026Q4" and len(edition.horizon) == 12


def test_the_live_cash_gives_the_npv_of_every_initiative(edition: Edition) -> None:
    cash = edition.cash
    assert cash is not None
    steps = np.arange(1, len(cash.periods) + 1)
    factors = (1 + cash.discount_rate) ** (-(steps - 0.5) / cash.periods_a_year)
    benefit = cash.retention + cash.spend + cash.service_saving + cash.other_benefit
    cost = cash.overrun[:, None] * (cash.cost[:, None] * cash.cost_share + cash.capex_extra) + cash.opex
    npv = edition.tables["initiatives"].set_index("initiative").loc[list(cash.initiatives), "npv"]
    assert (benefit - cost) @ factors == pytest.approx(npv.to_numpy(), abs=CENT)


def test_the_live_cash_of_the_chosen_set_is_its_joint_worth(edition: Edition) -> None:
    cash = edition.cash
    assert cash is not None and cash.sets is not None and cash.set_benefit is not None and edition.worth is not None
    steps = np.arange(1, len(cash.periods) + 1)
    factors = (1 + cash.discount_rate) ** (-(steps - 0.5) / cash.periods_a_year)
    cost = cash.overrun[:, None] * (cash.cost[:, None] * cash.cost_share + cash.capex_extra) + cash.opex
    (place,) = np.flatnonzero((cash.sets == cash.chosen).all(axis=1))
    assert cash.set_benefit[place] @ factors - cash.chosen @ cost @ factors == pytest.approx(
        edition.worth.mean, abs=CENT
    )
    assert edition.worth.cost == pytest.approx(float(cash.chosen @ cash.cost), rel=SUMMED)


def test_every_set_is_there_once_the_empty_one_first(edition: Edition) -> None:
    assert edition.cash is not None and edition.cash.sets is not None
    assert not edition.cash.sets[0].any()
    assert len(np.unique(edition.cash.sets, axis=0)) == len(edition.cash.sets) == 2 ** len(edition.cash.initiatives)


def test_sets_the_plan_excludes_are_not_allowed_whatever_the_budget(found: Findings) -> None:
    assert found.decision is not None
    offers = list(found.decision.case.offers)
    other = offers[1].item.initiative
    offers[0] = replace(offers[0], item=replace(offers[0].item, excludes=(other,)))
    decision = decide(
        replace(found.decision.case, offers=tuple(offers)),
        limits=Limits(budget=0.0),
        periods_a_year=4,
        value_of_a_point=1.0,
        revenue_per_margin=2.0,
        score_now=4.0,
    )
    cash = cash_model(replace(found, decision=decision))
    assert cash is not None and cash.sets is not None and cash.set_allowed is not None
    together = (cash.sets[:, 0] == 1) & (cash.sets[:, 1] == 1)
    assert np.array_equal(cash.set_allowed == 0, together)


def test_worth_has_twenty_rising_dots_within_its_draws(found: Findings, edition: Edition) -> None:
    assert found.decision is not None and found.decision.portfolio is not None and edition.worth is not None
    npv = found.decision.portfolio.npv
    assert len(edition.worth.dots) == 20
    assert list(edition.worth.dots) == sorted(edition.worth.dots)
    assert npv.min() <= edition.worth.dots[0] and edition.worth.dots[-1] <= npv.max()
    assert edition.worth.p05 <= edition.worth.mean <= edition.worth.p95


def test_a_failed_check_makes_the_run_unfit_and_stands_first_in_the_notices(found: Findings) -> None:
    unfit = make_edition(replace(found, checks=(*found.checks, FAILED)))
    assert unfit.fitness == "not fit for use"
    assert unfit.notices[0] == "Not fit for use. It does not. Mend it."
    assert unfit.notices[1:] == make_edition(found).notices
    assert "Not fit for use" in unfit.sentences[0]
    assert "EUR" not in unfit.sentences[0]


def test_what_the_study_says_of_its_data_is_a_notice(found: Findings, edition: Edition) -> None:
    assert edition.notices == (found.study.study.notice,)


@pytest.mark.parametrize(
    ("express", "low", "high", "said"),
    [
        ("mean", 1, 5, "1 point on 1-5"),
        ("mean", -100, 100, "1 NPS point"),
        ("nps", -100, 100, "1 NPS point"),
        ("top2box", 0, 100, "1 point of top-2-box share"),
    ],
)
def test_the_point_is_named_as_the_study_expresses_it(
    found: Findings, express: str, low: float, high: float, said: str
) -> None:
    survey = found.study.survey.model_copy(update={"express": express})
    coverage = found.cells.coverage.assign(scale_min=low, scale_max=high)
    assert point_in_words(coverage, replace(found.study, survey=survey)) == said


def test_without_margin_money_is_revenue_and_nothing_has_worth(found: Findings) -> None:
    bare = make_edition(replace(found, has_margin=False))
    assert (bare.money_word, bare.cash, bare.worth) == ("revenue", None, None)
    assert bare.sentences[0].startswith("No net value is claimed")


def test_too_thin_is_an_edition_without_worth_or_live_cash(found: Findings) -> None:
    thin = make_edition(replace(found, estimates=None, decision=None, checks=(FAILED,)))
    assert (thin.cash, thin.worth, thin.truth) == (None, None, None)
    assert worth(replace(found, decision=None)) is None


def test_a_run_has_its_own_name_by_inputs_settings_and_seed() -> None:
    one = run_id({"a.csv": "1", "b.csv": "2"}, 7, "x")
    assert len(one) == 12
    assert one == run_id({"b.csv": "2", "a.csv": "1"}, 7, "x")
    others = {run_id({"a.csv": "1", "b.csv": "3"}, 7, "x"), run_id({"a.csv": "1", "b.csv": "2"}, 8, "x")}
    others.add(run_id({"a.csv": "1", "b.csv": "2"}, 7, "y"))
    assert len(others | {one}) == 4


def test_the_same_findings_give_the_same_edition_name(found: Findings, edition: Edition) -> None:
    assert make_edition(found).run_id == edition.run_id


def test_versions_of_what_figures_depend_on_are_known() -> None:
    found = versions()
    assert {"python", "cx-impact", "numpy", "pymc", "statsmodels", "duckdb"} <= set(found)
    assert "not installed" not in found.values()


def test_a_simulated_study_shows_its_truth_beside_the_estimates(found: Findings, tmp_path: Path) -> None:
    (tmp_path / "truth.csv").write_text("item,value\noutage,123.5\nwrong_bill,77\nunheard_of,1\n", encoding="utf-8")
    settings = found.study.study.model_copy(update={"truth": str(tmp_path / "truth.csv")})
    shown = truth_table(replace(found, study=replace(found.study, study=settings)))
    assert shown is not None
    assert dict(zip(shown["item"], shown["value_true"], strict=True)) == {"outage": 123.5, "wrong_bill": 77.0}
    assert truth_table(found) is None


def test_the_edition_says_which_pain_points_each_initiative_acts_on(found: Findings, edition: Edition) -> None:
    assert edition.fixes == found.plan.fixes
    assert edition.fixes
