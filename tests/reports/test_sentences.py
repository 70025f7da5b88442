"""The sentences: the ask, the worth, what a point is worth, and what would have to be true."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from reports import point_value, sentences
from reports.edition import Edition
from reports.figures import in_unit_of, money, of_twenty, signed_percent, significant


def with_tables(edition: Edition, **tables: pd.DataFrame) -> Edition:
    return replace(edition, tables={**edition.tables, **tables})


def funding_nothing(edition: Edition) -> Edition:
    poor = edition.tables["initiatives"].assign(npv=lambda rows: rows["npv"] - 300_000, verdict="park")
    return with_tables(edition, portfolio=edition.tables["portfolio"].assign(chosen=0), initiatives=poor)


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.0, "fewer than 1 of 20"),
        (0.024, "fewer than 1 of 20"),
        (0.03, "1 of 20"),
        (0.85, "17 of 20"),
        (0.974, "19 of 20"),
        (0.976, "more than 19 of 20"),
        (1.0, "more than 19 of 20"),
        (None, "n/a"),
    ],
)
def test_a_chance_is_never_none_or_all_of_twenty(probability: float | None, words: str) -> None:
    assert of_twenty(probability) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1_240_000, "EUR 1.24m"),
        (-35_000, "EUR -35k"),
        (999_700, "EUR 1m"),
        (2.5e9, "EUR 2.5bn"),
        (0.0, "EUR 0"),
        (-0.0, "EUR 0"),
        (1.4216, "EUR 1.42"),
        (float("nan"), "n/a"),
        (None, "n/a"),
    ],
)
def test_money_has_at_most_three_significant_figures_and_a_unit(value: float | None, words: str) -> None:
    assert money(value, "EUR") == words


def test_figures_that_add_up_share_one_unit_and_one_number_of_decimals() -> None:
    figures, unit = in_unit_of([212_345.0, -1_050.0, 0.0])
    assert (figures, unit) == (["212", "-1", "0"], "k")


@pytest.mark.parametrize(("value", "words"), [(9.96, "10"), (0.0996, "0.10"), (0.00121, "0.0012"), (-12.3, "-12")])
def test_rounding_up_adds_no_figure(value: float, words: str) -> None:
    assert significant(value) == words


def test_the_headline_funds_the_chosen_set_with_cost_value_and_range(edition: Edition) -> None:
    said = sentences.headline(edition)
    first, second = (row["name"] for row in sentences.chosen(edition))
    assert said.startswith(f"Fund {first} and {second}: EUR 150k to spend, EUR ")
    assert "(range " in said
    assert said.endswith("over 12 quarters.")


def test_a_set_that_is_not_sure_is_not_called_funded(edition: Edition) -> None:
    unsure = edition.tables["initiatives"].assign(p_npv_positive=0.6, verdict="pilot")
    said = sentences.headline(with_tables(edition, initiatives=unsure))
    assert said.startswith("No initiative is sure enough to fund outright")
    assert "fewer than 16 of 20" in said


def test_funding_nothing_names_the_nearest_with_its_range_and_what_it_needs(edition: Edition) -> None:
    nothing = funding_nothing(edition)
    said = sentences.headline(nothing)
    assert said.startswith("Fund nothing now: over 12 quarters no initiative is expected to return more than it costs.")
    best = sentences.best_candidate(nothing)
    assert best is not None
    assert re.search(rf"The nearest, {best['name']}, has an expected net value of EUR -\d+k \(range ", said)
    needed = sentences.would_have_to_be_true(nothing, str(best["initiative"]))
    assert needed.startswith(f"What would have to be true of {best['name']}: ")


def test_a_run_that_is_not_fit_for_use_carries_no_recommendation(edition: Edition) -> None:
    failed = edition.tables["checks"].assign(status=["fail", "review"])
    said = sentences.headline(replace(with_tables(edition, checks=failed), fitness="not fit for use"))
    assert said == (
        "Not fit for use: this run carries no recommendation, because a check failed: Answers on the scale."
    )
    assert "EUR" not in said


def test_a_study_without_margin_claims_no_net_value_and_says_how_to_supply_it(edition: Edition) -> None:
    revenue = replace(edition, money_word="revenue", cash=None, worth=None)
    assert sentences.headline(revenue).startswith("No net value is claimed")
    assert "revenue at stake: Bill arrives late, EUR 420k (range 330k to 530k)" in sentences.headline(revenue)
    assert any("margin_rate" in sentence for sentence in sentences.missing(revenue))


def test_a_study_without_costs_says_so_and_how_to_supply_them(edition: Edition) -> None:
    bare = with_tables(edition, initiatives=edition.tables["initiatives"].assign(cost=np.nan, npv=np.nan))
    unpriced = replace(bare, cash=None, worth=None)
    assert sentences.headline(unpriced).startswith("Nothing can be chosen, because no initiative is priced.")
    assert any("Give each initiative its cost" in sentence for sentence in sentences.missing(unpriced))
    row = sentences.ranked(unpriced)[0]
    assert "it may cost at most EUR" in sentences.initiative(unpriced, row)


def test_the_worth_gives_range_and_chance_together(edition: Edition) -> None:
    assert edition.worth is not None
    said = sentences.worth(edition, edition.worth)
    assert "9 of 10 futures lie between EUR" in said
    assert "pays back in 19 of 20 futures" in said


def test_a_rate_no_better_than_its_placebo_is_said_not_to_be_evidence(edition: Edition) -> None:
    said = point_value.calibration(edition)
    assert "goes with +1.2% revenue (range +0.24% to +2.2%); grade: not told apart from placebo." in said[0]
    assert said[1].startswith("Next quarter's score, which cannot have caused it,")
    assert said[1].endswith("so the number is not evidence.")


def test_the_naive_claim_stands_beside_the_rate_as_a_multiple(edition: Edition) -> None:
    said = point_value.calibration(edition)
    assert said[2].startswith("The naive way, comparing customers with each other, would claim about 17 times as much")


def test_a_rate_that_passes_its_placebo_is_not_called_into_question(edition: Edition) -> None:
    sound = edition.tables["calibration"].assign(grade="within-unit")
    said = " ".join(point_value.calibration(with_tables(edition, calibration=sound)))
    assert "compared with itself over time" in said
    assert "not evidence" not in said


def test_a_point_of_satisfaction_moves_the_leaving_rate_in_percent(edition: Edition) -> None:
    row = (
        edition.tables["calibration"]
        .iloc[[1]]
        .assign(outcome="retention", method="hazard", estimate=-0.3, low=-0.4, high=-0.2, grade="cross-section")
    )
    said = point_value.calibration(with_tables(edition, calibration=row))
    assert f"a leaving rate changed by {signed_percent(np.expm1(-0.3))} (range -33% to -18%)" in said[0]


def test_without_a_headline_rate_the_page_says_it_could_not_be_measured(edition: Edition) -> None:
    none = edition.tables["calibration"].assign(headline=0)
    said = point_value.calibration(with_tables(edition, calibration=none))
    assert said == ("What a point is worth could not be measured: no rate carries the headline.",)


def test_break_even_out_of_reach_is_said_so() -> None:
    row = {"name": "Kiosks", "effectiveness": 1.4, "credibility": 2.0}
    assert sentences.would_pay(row) == (
        "Kiosks would not pay if it removed every occurrence, nor with no haircut: it costs too much."
    )
    assert sentences.stops_paying(row) == ""


def test_break_even_without_an_effect_is_in_leaving_rate_and_spend() -> None:
    row = {"name": "Kiosks", "retention_points": 0.004, "spend_relative": 0.02, "effectiveness": float("nan")}
    assert sentences.would_pay(row) == (
        "Kiosks would pay if the leaving rate fell by 0.40 points a period, or if customers spent 2.0% more."
    )


def test_no_sentence_gives_likelihood_in_words_alone(make_edition: Callable[..., Edition]) -> None:
    edition = make_edition()
    said = [sentences.headline(edition), sentences.portfolio(edition), *point_value.calibration(edition)]
    said += [sentences.initiative(edition, row) for row in sentences.ranked(edition)]
    assert not [sentence for sentence in said if re.search(r"\b(un)?likely\b|\bprobably\b", sentence)]
    assert all("of 20" in sentences.initiative(edition, row) for row in sentences.ranked(edition))
