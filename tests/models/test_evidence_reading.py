"""Rows of evidence: how each is read, how much it may weigh, what is said of it, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.errors import InputError
from models.evidence import effect_rows
from models.evidence_maps import TYPICAL
from models.evidence_reading import EFFECTIVENESS_SD
from tests.models.evidence_values import FACTS, read, row

ROUNDED = 1e-9
# A tenth less of a small leaving rate read as a log intensity: log(.9) and the second order of the rate.
SECOND_ORDER = 0.05


def test_a_tenth_less_leaving_among_those_who_met_it_reads_as_its_logarithm() -> None:
    (one,) = read(row(se=0.003))
    assert one.row is not None
    assert one.row.of == "leaving" and one.row.haircut
    assert one.row.estimate / one.row.weights[0] == pytest.approx(-np.log(0.9), rel=SECOND_ORDER)
    assert one.row.se / one.row.weights[0] == pytest.approx(0.003 / 0.9, rel=SECOND_ORDER)
    assert not one.row.weights[1:].any()


def test_without_a_share_a_row_is_read_among_all_customers() -> None:
    (one,) = read(row(estimate=-0.02, se=0.005, exposed_share=None))
    assert one.row is not None
    assert one.row.weights[0] == pytest.approx(0.2, rel=0.3)
    assert one.words == (
        "Experiment: removing Came late lowers leaving by 2% of itself among all customers, of whom 20.0% meet it, "
        "give or take 0.5% of itself."
    )


def test_points_of_leaving_are_said_in_points() -> None:
    (one,) = read(row(unit="points", estimate=-0.004, se=0.001, exposed_share=0.5))
    assert one.words == (
        "Experiment: removing Came late lowers leaving by 0.4 points a period among customers of whom 50.0% met it, "
        "give or take 0.1 points a period."
    )


def test_a_stage_is_all_its_pain_points_in_proportion_to_how_often_they_occur() -> None:
    (one,) = read(row(target="use", outcome="revenue", estimate=0.01, se=0.005, exposed_share=None))
    assert one.row is not None
    assert one.row.weights == pytest.approx([0.2, 0.1, 0, 0])
    assert one.row.estimate == pytest.approx(-0.01)
    assert "removing every pain point of Use raises revenue by 1% of itself among all customers" in one.words


def test_a_share_of_a_stage_scales_all_its_pain_points() -> None:
    (one,) = read(row(target="use", outcome="revenue", estimate=0.01, se=0.005, exposed_share=1.0))
    assert one.row is not None
    met_any = 1 - 0.8 * 0.9
    assert one.row.weights == pytest.approx([0.2 / met_any, 0.1 / met_any, 0, 0])


def test_an_initiative_is_its_fixes_and_their_doubt_widens_the_row() -> None:
    vans = row(target="vans", outcome="revenue", estimate=0.01, se=0.005, exposed_share=None)
    (one,) = read(vans)
    assert one.row is not None
    assert one.row.weights == pytest.approx([0.1, 0, 0, 0])
    doubt = TYPICAL["spend"] * 0.2 * (0.7 - 0.3) / 3.29
    assert one.row.se == pytest.approx(np.hypot(0.005, doubt))


def test_a_score_is_read_in_standard_deviations_and_teaches_no_haircut() -> None:
    (one,) = read(row(outcome="score", unit="score_points", estimate=0.3, se=0.1))
    assert one.row is not None
    assert (one.row.of, one.row.haircut) == ("score", False)
    assert one.row.estimate / one.row.weights[0] == pytest.approx(-0.3 / 0.9)
    assert one.row.se / one.row.weights[0] == pytest.approx(0.1 / 0.9)


def test_money_is_read_over_what_a_customer_brings() -> None:
    for outcome, level in (("revenue", 100.0), ("margin", 40.0)):
        (one,) = read(row(outcome=outcome, unit="money_per_customer_period", estimate=2.0, se=0.5))
        assert one.row is not None
        assert one.row.estimate / one.row.weights[0] == pytest.approx(-2 / level)


def test_a_delight_is_brought_about() -> None:
    (one,) = read(row(target="smile", outcome="revenue", estimate=0.02, se=0.01))
    assert one.row is not None
    assert one.row.estimate / one.row.weights[3] == pytest.approx(0.02)
    assert "bringing about A smile raises revenue" in one.words


def test_only_what_was_measured_on_own_customers_teaches_the_haircut() -> None:
    kinds = ("experiment", "past_initiative", "benchmark", "interview", "walkthrough")
    told = read(*(row(evidence=kind, kind=kind) for kind in kinds))
    assert [one.haircut for one in effect_rows(told)] == [True, True, False, False, False]
    assert [one.capped for one in told] == [False, True, True, True, True]


def test_a_past_initiative_weighs_at_most_four_times_the_prior_and_a_benchmark_once() -> None:
    past, benchmark = read(
        row(evidence="a", kind="past_initiative", se=1e-6), row(evidence="b", kind="benchmark", se=1e-6)
    )
    for one, share in ((past, 0.5), (benchmark, 1.0)):
        assert one.row is not None
        # read in the row's own bend: within a tenth of the prior's spread of one effect
        assert one.row.se / one.row.weights[0] == pytest.approx(share * TYPICAL["leaving"], rel=0.15)


def test_many_benchmarks_of_one_target_together_weigh_no_more_than_one() -> None:
    many = read(*(row(evidence=f"b{i}", kind="benchmark", se=1e-6, source=f"s{i}") for i in range(5)))
    (alone,) = read(row(kind="benchmark", se=1e-6))
    weight = sum(one.se**-2 for one in many)
    assert weight == pytest.approx(alone.se**-2, rel=ROUNDED)


@pytest.mark.parametrize("kind", ["interview", "walkthrough"])
def test_what_is_said_counts_for_thirty_customers_to_the_power_of_three_tenths(kind: str) -> None:
    (one,) = read(row(kind=kind, unit="points", estimate=-0.004, se=1e-4, n=5_000.0))
    assert one.se == pytest.approx(np.sqrt(0.05 * 0.95 / 30 / 0.3))
    (few,) = read(row(kind=kind, unit="points", estimate=-0.004, se=1e-4, n=10.0))
    assert few.se == pytest.approx(np.sqrt(0.05 * 0.95 / 10 / 0.3))
    (spend,) = read(row(kind=kind, outcome="revenue", estimate=0.02, se=1e-4))
    assert spend.se == pytest.approx(np.sqrt(1 / 30 / 0.3))
    (score,) = read(row(kind=kind, outcome="score", unit="score_points", estimate=0.02, se=1e-4))
    assert score.se == pytest.approx(0.9 * np.sqrt(1 / 30 / 0.3))


def test_an_initiatives_own_prevalence_is_its_effectiveness() -> None:
    relative, points = read(
        row(evidence="a", target="vans", outcome="prevalence", estimate=-0.4, se=0.05),
        row(
            evidence="b",
            target="vans",
            outcome="prevalence",
            unit="points",
            estimate=-0.08,
            se=0.01,
            exposed_share=None,
        ),
    )
    assert (relative.use, points.use) == ("effectiveness", "effectiveness")
    assert (relative.estimate, relative.se) == pytest.approx((0.4, 0.05))
    assert (points.estimate, points.se) == pytest.approx((0.08 / 0.2, 0.01 / 0.2))
    assert "More vans lowers how often it happens by 8 points a period" in points.words
    (past,) = read(row(kind="past_initiative", target="vans", outcome="prevalence", estimate=-0.4, se=0.05))
    assert past.se == pytest.approx(np.hypot(0.05, EFFECTIVENESS_SD / 2))


def test_an_audit_of_a_survey_pain_point_is_read_as_the_true_share() -> None:
    (one,) = read(row(target="rude", outcome="prevalence", unit="points", estimate=0.3, se=0.02))
    assert (one.use, one.estimate, one.se) == ("naming", 0.3, 0.02)
    assert one.words == "Experiment: 30.0% of customers met Rude answer, give or take 2.0%."


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"outcome": "cost"}, "what serving a customer costs"),
        ({"target": "overall", "kind": "interview"}, "of overall, only an experiment"),
        ({"outcome": "prevalence"}, "operations count it already"),
        ({"outcome": "prevalence", "target": "use"}, "name the pain point or the initiative"),
        ({"outcome": "prevalence", "target": "rude", "kind": "interview"}, "how often something is mentioned"),
        (
            {"outcome": "prevalence", "target": "rude", "unit": "points", "estimate": 0.001, "se": 1e-4},
            "15.0% name it and 0.1% met it: naming tells nothing",
        ),
    ],
)
def test_a_row_that_is_not_used_says_why(changes: dict[str, str], why: str) -> None:
    (one,) = read(row(**changes))
    assert (one.use, one.row) == ("none", None)
    assert one.why.startswith(why)


def test_an_experiment_on_overall_stands_beside_the_rate() -> None:
    (one,) = read(row(target="overall"))
    assert (one.use, one.why, one.row) == ("rate", "", None)


def test_the_same_data_are_used_once() -> None:
    first, again, other = read(
        row(evidence="a", source="report 7", period="2026Q1"),
        row(evidence="b", source="report 7", period="2026Q1", estimate=-0.2),
        row(evidence="c", source="report 7", period="2026Q2"),
    )
    assert [one.use for one in (first, again, other)] == ["effect", "none", "effect"]
    assert again.why == "the same source, period, target and outcome as a"


def test_sites_have_no_leaving_to_read() -> None:
    (one,) = read(row(), facts=replace(FACTS, sites=True, leaving=0.0))
    assert one.why == "a study of sites has no leaving"


@pytest.mark.parametrize(
    "changes",
    [
        {"unit": "points", "estimate": -0.4},
        {"outcome": "retention", "unit": "points", "estimate": 0.4},
        {"outcome": "retention", "unit": "relative", "estimate": 0.4},
        {"outcome": "margin", "unit": "money_per_customer_period", "estimate": 41.0},
        {"outcome": "score", "unit": "score_points", "estimate": 5.0},
        {"target": "vans", "outcome": "prevalence", "unit": "points", "estimate": -0.4, "exposed_share": None},
        {"target": "rude", "outcome": "prevalence", "unit": "points", "estimate": -0.1},
    ],
)
def test_a_row_that_says_more_than_there_is_stops_the_run(changes: dict[str, object]) -> None:
    with pytest.raises(InputError) as raised:
        read(row(**changes))
    (found,) = raised.value.findings
    assert (found.code, found.place) == ("P264", "evidence pilot, estimate")
