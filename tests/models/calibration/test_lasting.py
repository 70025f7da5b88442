"""What lasts about customers shows in the gap between two slopes, and noise alone does not pass for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.calibration.lasting import _by_noise, leaving_gap
from models.calibration.leaving import calibrate_leaving
from models.calibration.leaving_checks import gap_checks
from tests.models.calibration.leaving_company import Truth, cells_of, journey_of, simulate_rows

# Two-variable regression on 400,000 rows: a ratio of slopes with an error of half a percent.
SAMPLED = 0.02
DRAWS = 400_000
FAR = 3.0
CLEAN = Truth(customers=20_000)
# Half of the plain slope is what lasts: the rate is off by a factor of two.
CONFOUNDED = replace(CLEAN, slope=(-0.15, -0.15), confounder=-0.3)


def test_the_gap_that_noise_makes_is_that_of_a_regression_on_noisy_scores() -> None:
    rng = np.random.default_rng(7)
    lasts, changes, noise, earlier = 0.5, 0.3, 0.4, 3
    trait = rng.normal(0, np.sqrt(lasts), DRAWS)
    true = trait + rng.normal(0, np.sqrt(changes), DRAWS)
    score = true + rng.normal(0, np.sqrt(noise), DRAWS)
    mean = trait + rng.normal(0, np.sqrt((changes + noise) / earlier), DRAWS)
    within, gap = np.linalg.lstsq(np.column_stack([score, mean]), true, rcond=None)[0]
    variance = lasts + changes + noise
    ratio = _by_noise((lasts + changes) / variance, variance, lasts, lasts + (changes + noise) / earlier)
    assert gap / within == pytest.approx(ratio, abs=SAMPLED)
    assert _by_noise(1.0, variance, lasts, lasts) == 0.0


def test_without_anything_that_lasts_change_and_level_say_the_same() -> None:
    found = leaving_gap(cells_of(simulate_rows(CLEAN, 1)))
    assert found is not None
    assert abs(found.within + 0.3) < FAR * found.within_se
    assert abs(found.gap) < FAR * found.gap_se
    assert found.telling() and not found.flagged() and not found.doubtful()
    (check,) = gap_checks(found)
    assert (check.code, check.status) == ("C412", "pass")


def test_noise_alone_is_not_taken_for_something_that_lasts() -> None:
    noisy = replace(CLEAN, noise=0.43)  # a reliability of 0.70
    found = [leaving_gap(cells_of(simulate_rows(noisy, seed))) for seed in range(3)]
    assert not any(gap.flagged() for gap in found if gap is not None)
    known = leaving_gap(cells_of(simulate_rows(noisy, 0)), (0.7, 0.7))
    assert known is not None and abs(known.bias) < FAR * known.bias_se


def test_a_rate_twice_too_large_for_what_lasts_never_passes() -> None:
    for seed in range(4):
        found = leaving_gap(cells_of(simulate_rows(CONFOUNDED, seed)))
        assert found is not None and (found.flagged() or found.doubtful())
        (check,) = gap_checks(found)
        assert check.status == "review"


def test_with_a_measured_reliability_the_part_that_lasts_is_recovered() -> None:
    rows = simulate_rows(replace(CONFOUNDED, customers=40_000), 5)
    found = leaving_gap(cells_of(rows), (1.0, 1.0))
    assert found is not None and found.flagged()
    assert abs(found.alone + 0.3) < 0.05
    assert abs(found.bias + 0.15) < FAR * found.bias_se


def test_a_measured_reliability_reaches_the_gap_and_takes_the_place_of_the_usual_ones() -> None:
    cells = cells_of(simulate_rows(replace(CONFOUNDED, noise=0.43), 1))
    unmeasured, measured = (calibrate_leaving(cells, journey_of(), reliability) for reliability in (1.0, 0.7))
    limits = [next(check.limit for check in found.checks if check.code == "C412") for found in (unmeasured, measured)]
    assert limits == [
        "a gap that answers of reliability 0.70 to 1.00 make",
        "a gap that answers of reliability measured 0.70 make",
    ]


def test_what_noise_makes_is_no_doubt_once_reliability_is_measured() -> None:
    # much that lasts and noisy answers: noise alone makes a gap that is clear, of a reliability of 0.70
    cells = cells_of(simulate_rows(replace(CLEAN, lasts=0.8, changes=0.2, noise=0.43), 0))
    usual, known = leaving_gap(cells), leaving_gap(cells, (0.7, 0.7))
    assert usual is not None and usual.doubtful()
    assert known is not None and not known.doubtful() and not known.flagged()


def test_too_few_leavers_who_answered_twice_are_told_and_hold_nothing_against_the_rate() -> None:
    found = leaving_gap(cells_of(simulate_rows(replace(CLEAN, customers=1_500), 1)))
    assert found is not None and not found.telling()
    (check,) = gap_checks(found)
    assert check.status == "pass" and "could not be asked" in check.text and check.remedy


def test_what_hides_a_slope_is_flagged_beyond_any_noise() -> None:
    found = leaving_gap(cells_of(simulate_rows(replace(CLEAN, confounder=0.45), 2)))
    assert found is not None and found.flagged() and found.excess > 0
    (check,) = gap_checks(found)
    assert check.status == "review" and "leave less" in check.text


def test_change_and_earlier_scores_stand_beside_the_headline() -> None:
    cells = cells_of(simulate_rows(Truth(), 1))
    found, gap = calibrate_leaving(cells, journey_of()), leaving_gap(cells)
    within, between = found.find("retention", "overall", "within"), found.find("retention", "overall", "between")
    assert gap is not None and within is not None and between is not None
    assert (within.estimate, between.estimate) == (gap.within, gap.between)
    assert not within.headline and within.grade == "within-unit"


def test_customers_who_answered_once_tell_no_change() -> None:
    rows = simulate_rows(Truth(), 1)
    once = rows.drop_duplicates("customer_id")
    assert leaving_gap(cells_of(once, certified_change=pd.DataFrame())) is None
    steady = rows.assign(score=rows.groupby("customer_id")["score"].transform("first"))
    assert leaving_gap(cells_of(steady)) is None
    assert gap_checks(None) == []
