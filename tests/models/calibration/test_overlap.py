"""Degenerate answers: a plain sentence, never a coefficient without end. Warnings are errors here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.families.links import CLogLog

from impact.cells import CustomerCells
from models.calibration.calibrate import calibrate
from models.calibration.overlap import overlapping, separating
from models.calibration.slopes import Calibration
from models.designs import held_columns
from tests.models.calibration.leaving_company import Truth, cells_of, grouped, journey_of, simulate_rows, stage_cells

# A coefficient that runs off slowly: what is left out changes the others by less than this.
RUN_OFF = 1e-4
LARGEST = 10.0
ROWS = simulate_rows(Truth(customers=3_000), seed=21)


def with_control(level: Callable[[pd.DataFrame], pd.Series], rows: pd.DataFrame = ROWS) -> CustomerCells:
    """Cells with a control `plan`."""
    held = rows.assign(tenure_band=0, overall=rows["score"], plan=level(rows))
    return cells_of(rows, controls=("plan",), certified=grouped(held, ["overall"], held=("plan",)))


def plain(found: Calibration) -> None:
    """Every slope is of a size that can be meant."""
    assert all(abs(slope.estimate) < LARGEST and 0 < slope.se < LARGEST for slope in found.slopes)
    assert all(check.text.endswith(".") for check in found.checks)


def reason(found: Calibration) -> str:
    """Why overall has no rate."""
    plain(found)
    assert found.headline("retention") is None and found.regressions == ()
    (check,) = [one for one in found.checks if one.code == "C411" and "Overall" in one.check]
    return check.text


def test_a_level_in_which_nobody_leaves_is_left_out_and_told_and_moves_the_others_nowhere() -> None:
    cells = with_control(lambda rows: pd.Series(np.where((rows.index % 7 == 0) & (rows["stays"] == 1), "gold", "tin")))
    found = calibrate(cells, journey_of())
    plain(found)
    told = next(check for check in found.checks if check.code == "C410")
    gold = int(cells.certified.loc[cells.certified["plan"] == "gold", "n"].sum())
    assert told.found == f"{gold:,} of {len(ROWS):,} customer-periods, by plan" and told.status == "review"
    headline = found.headline("retention")
    assert headline is not None and headline.n == len(ROWS) - gold
    x = held_columns(cells.certified, ("persona", "plan")).assign(overall=cells.certified["overall"])
    y = np.column_stack([cells.certified["leavers"], cells.certified["n"] - cells.certified["leavers"]])
    whole = sm.GLM(y, x, Binomial(CLogLog())).fit(maxiter=25)
    assert abs(whole.params).max() > LARGEST
    assert headline.estimate == pytest.approx(whole.params["overall"], abs=RUN_OFF)


def test_a_period_in_which_everybody_leaves_is_left_out() -> None:
    rows = ROWS.assign(stays=ROWS["stays"].where(ROWS["t"] < ROWS["t"].max(), 0))
    found = calibrate(cells_of(rows), journey_of())
    plain(found)
    assert found.headline("retention") is not None
    assert any(check.code == "C410" and check.found.endswith("by t") for check in found.checks)


def test_controls_that_only_together_part_leavers_from_stayers_are_left_out_too() -> None:
    both = (ROWS["persona"] == "p1") & (ROWS["t"] == 2) & (ROWS["score"] > 3)
    rows = ROWS[~both | (ROWS["stays"] == 1)]
    x = pd.DataFrame({"const": 1.0, "a": [0, 0, 1, 1], "b": [0, 1, 0, 1]}).to_numpy()
    assert separating(x, pd.Series([9, 9, 9, 9]), pd.Series([3, 2, 2, 0])) is None
    direction = separating(x, pd.Series([9, 9, 9, 9]), pd.Series([3, 0, 9, 3]))
    assert direction is not None and direction[1] > 0 > direction[2]
    plain(calibrate(cells_of(rows), journey_of()))


def test_a_score_that_parts_leavers_from_stayers_has_no_rate() -> None:
    rows = ROWS.assign(stays=(ROWS["score"] > 2.2).astype(int))
    rows = rows[(rows["score"] - 2.25).abs() > 0.3]
    assert "the slope has no end" in reason(calibrate(cells_of(rows), journey_of()))


def test_a_score_level_in_which_all_leave_still_has_a_rate() -> None:
    rows = ROWS.assign(stays=ROWS["stays"].where(ROWS["score"] > 1.2, 0))
    found = calibrate(cells_of(rows), journey_of())
    plain(found)
    headline = found.headline("retention")
    assert headline is not None and headline.estimate < -0.3


@pytest.mark.parametrize(("stays", "sentence"), [(1, "nobody left"), (0, "everybody left")])
def test_one_class_only_has_no_rate(stays: int, sentence: str) -> None:
    assert sentence in reason(calibrate(cells_of(ROWS.assign(stays=stays)), journey_of()))


def test_answers_all_equal_have_no_rate() -> None:
    assert reason(calibrate(cells_of(ROWS.assign(score=4.0)), journey_of())) == "Everybody gave the same score."


def test_a_score_that_copies_a_control_has_no_rate() -> None:
    cells = with_control(lambda rows: (rows["score"] > 3).map({True: "a", False: "b"}))
    copied = cells.certified.assign(overall=np.where(cells.certified["plan"] == "a", 4.0, 2.0))
    assert "cannot be told apart" in reason(calibrate(replace(cells, certified=copied), journey_of()))


def test_a_control_that_copies_another_changes_nothing() -> None:
    found = calibrate(with_control(lambda rows: rows["persona"] + "!"), journey_of())
    without = calibrate(cells_of(ROWS), journey_of())
    one, other = found.headline("retention"), without.headline("retention")
    assert one is not None and other is not None
    assert one.estimate == pytest.approx(other.estimate, abs=1e-8)
    assert "plan_p1!" not in found.regressions[0].x


def test_two_stages_that_are_one_have_the_same_rate() -> None:
    same = stage_cells(ROWS, "score")
    found = calibrate(cells_of(ROWS, certified_stages={"buy": same, "use": same}), journey_of("buy", "use"))
    plain(found)
    buy, use = found.headline("retention", "buy"), found.headline("retention", "use")
    assert buy is not None and use is not None and buy.estimate == use.estimate


def test_twelve_customers_have_no_rate() -> None:
    few = ROWS[ROWS["customer_id"].isin(ROWS["customer_id"].unique()[:12])]
    assert reason(calibrate(cells_of(few), journey_of())).endswith(".")
    none = calibrate(cells_of(ROWS.head(0), certified_change=pd.DataFrame()), journey_of())
    assert (none.slopes, none.checks) == ((), ())


def test_a_stage_that_everybody_scored_alike_is_told_beside_an_overall_that_has_a_rate() -> None:
    cells = cells_of(ROWS, certified_stages={"buy": stage_cells(ROWS.assign(buy=5.0), "buy")})
    found = calibrate(cells, journey_of("buy"))
    plain(found)
    assert found.headline("retention") is not None and found.headline("retention", "buy") is None
    assert [check.check for check in found.checks if check.code == "C411"] == ["A leaving rate of a point (Buy)"]


def test_controls_that_the_cells_had_no_room_for_are_told() -> None:
    found = calibrate(cells_of(ROWS, controls=("price",)), journey_of())
    (check,) = [one for one in found.checks if one.code == "C413"]
    assert check.found == "price"


def test_rows_of_full_overlap_are_all_kept() -> None:
    cells = cells_of(ROWS).certified
    rows = overlapping(cells, "overall", "overall", ("persona",))
    assert (rows.left_out, rows.reason, len(rows.cells)) == (0, "", len(cells))
    assert rows.x.columns[-1] == "overall"
