"""How much evidence weighs by its age, and what is known of a fix that was measured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.initiative import Fix, Removed
from impact.periods import parse_period
from models.evidence_reading import read_evidence
from models.evidence_weights import aged, share_removed, years_since
from tests.models.evidence_values import FACTS, JOURNEY, PLAN, read, row

AS_OF = parse_period("2026Q3", "quarter")


@pytest.mark.parametrize(
    ("period", "years"),
    [("2026Q3", 0.0), ("2025Q3", 1.0), ("2024Q1", 2.5), ("2025-09-30", 1.0), ("2025", 0.75), ("2027Q1", 0.0)],
)
def test_age_is_counted_in_years_to_as_of(period: str, years: float) -> None:
    assert years_since(period, AS_OF, "quarter") == years


@pytest.mark.parametrize("period", ["", "last spring", "2024 to 2025"])
def test_a_period_that_cannot_be_read_has_no_age(period: str) -> None:
    assert years_since(period, AS_OF, "quarter") == 0


def test_the_likelihood_of_a_row_counts_to_the_power_of_four_fifths_a_year() -> None:
    # a Normal to a power a is one with its variance over a
    assert aged(0.0) == 1
    assert aged(1.0) ** -2 == pytest.approx(0.8)
    assert aged(2.5) ** -2 == pytest.approx(0.8**2.5)


def test_an_older_row_has_a_larger_error_and_the_same_estimate() -> None:
    item = row(outcome="revenue", estimate=0.01, se=0.005)
    plan = replace(PLAN, evidence=(item,))
    (now,) = read(item)
    (old,) = read_evidence(plan, JOURNEY, FACTS, {item.evidence: 2.0})
    assert now.row is not None and old.row is not None
    assert old.row.estimate == pytest.approx(now.row.estimate)
    assert old.se == pytest.approx(now.se / 0.8)


def fix(*measured: Removed) -> Fix:
    return Fix(initiative="vans", pain_point="late", low=0.3, likely=0.5, high=0.7, measured=measured)


def test_a_fix_as_stated_is_its_middle_and_a_third_of_its_width() -> None:
    assert share_removed(fix()) == pytest.approx((0.5, 0.4 / 3.29))


def test_a_measured_share_is_weighed_with_the_stated_one_by_their_precisions() -> None:
    sd = 0.4 / 3.29
    share, spread = share_removed(fix(Removed(share=0.2, se=0.05, pilot=True)))
    assert share == pytest.approx((0.5 / sd**2 + 0.2 / 0.05**2) / (sd**-2 + 0.05**-2))
    assert spread == pytest.approx((sd**-2 + 0.05**-2) ** -0.5)


def test_what_an_initiative_was_seen_to_remove_is_what_its_effect_on_leaving_is_read_by() -> None:
    churn = row(evidence="churn", target="vans", estimate=-0.02, se=0.005, exposed_share=None)
    seen = row(
        evidence="seen", target="vans", outcome="prevalence", unit="points", estimate=-0.18, se=0.002, exposed_share=0.2
    )
    stated, told = read(churn), read(churn, seen)
    assert stated[0].trial is not None and told[0].trial is not None
    assert stated[0].trial.removed[0] == pytest.approx(0.5)
    assert told[0].trial.removed[0] == pytest.approx(0.9, abs=0.01)
    assert told[1].use == "effectiveness"


def test_prevalence_measured_of_one_pain_point_is_of_no_other() -> None:
    seen = row(
        evidence="seen",
        target="vans",
        outcome="prevalence",
        unit="points",
        estimate=-0.1,
        se=0.01,
        exposed_share=0.2,
        pain_point="late",
    )
    other = row(**{name: getattr(seen, name) for name in ("target", "outcome", "unit", "estimate")}, pain_point="lost")
    one, none = read(seen, other)
    assert one.use == "effectiveness"
    assert one.estimate == pytest.approx(0.5)
    assert one.se == pytest.approx(0.05), "its one pain point fell: nothing is added for not knowing which"
    assert (none.use, none.why) == ("none", "no pain point belongs to it")
    assert np.isfinite(one.se)
