"""What a point goes with in leaving: the regressions finance reruns, and truths that are recovered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.families.links import CLogLog

from impact.cells import CustomerCells
from models.calibration.hazard import cluster_groups
from models.calibration.leaving import calibrate_leaving, neutral_point
from models.calibration.slopes import Calibration, Regression
from models.designs import held_columns
from tests.models.calibration.leaving_company import Truth, cells_of, journey_of, simulate_rows, stage_cells

# The same regression written out: two ways through one linear algebra.
SAME_REGRESSION = 1e-8
# Two fits of one likelihood from other counts: each stops when its deviance moves by less than 1e-8.
SAME_MAXIMUM = 1e-6
# Cells instead of rows: statsmodels' small-sample factor counts rows, and there are fewer cells.
FEWER_ROWS = 0.03
# Bins of half a point keep a slope but for what lies within them.
BINNED = 0.01
FAR = 3.0  # standard errors that a recovered slope may lie from its truth, once in 370
# Personas far apart: what the unknown spread between them adds outweighs what they lend each other.
WIDER = 1.02
SLOPES = (-0.1, -0.3, -0.5)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    found = simulate_rows(Truth(customers=8_000, slope=SLOPES), seed=11)
    rng = np.random.default_rng(5)
    return found.assign(
        buy=np.clip(found["score"] + rng.normal(0, 0.7, len(found)), 1, 5), use=rng.integers(1, 6, len(found)) + 0.0
    )


@pytest.fixture(scope="module")
def cells(rows: pd.DataFrame) -> CustomerCells:
    return cells_of(rows, certified_stages={"buy": stage_cells(rows, "buy"), "use": stage_cells(rows, "use")})


@pytest.fixture(scope="module")
def found(cells: CustomerCells) -> Calibration:
    return calibrate_leaving(cells, journey_of("buy", "use"))


def rerun(regression: Regression) -> tuple[float, float]:
    """The estimate and standard error of the call a regression names, on its own rows."""
    names = {
        **{"GLM": sm.GLM, "Binomial": Binomial, "CLogLog": CLogLog},
        **{"y": regression.y, "x": regression.x},
    }
    keys = regression.keys
    names["groups"] = keys["group"].to_numpy() if "group" in keys else keys.filter(["who", "when"]).to_numpy()
    fit = eval(regression.call, names)
    return float(fit.params[regression.slope.term]), float(fit.bse[regression.slope.term])


def test_every_headline_is_what_its_call_gives_on_its_own_rows(found: Calibration) -> None:
    assert [r.slope.term for r in found.regressions] == ["overall", "buy", "use"]
    for regression in found.regressions:
        assert found.headline("retention", regression.slope.term) == regression.slope
        estimate, se = rerun(regression)
        assert regression.slope.estimate == pytest.approx(estimate, abs=SAME_REGRESSION)
        assert regression.slope.se == pytest.approx(se, abs=SAME_REGRESSION)


@pytest.mark.parametrize(("term", "column"), [("overall", "overall"), ("buy", "score"), ("use", "score")])
def test_a_headline_written_out_by_hand_is_the_same(
    found: Calibration, cells: CustomerCells, term: str, column: str
) -> None:
    mine = cells.certified if term == "overall" else cells.certified_stages[term]
    x = held_columns(mine, ("persona",)).assign(**{term: mine[column]})
    x = x.loc[:, x.nunique() > 1].assign(const=1.0)
    y = np.column_stack([mine["leavers"], mine["n"] - mine["leavers"]])
    plain = sm.GLM(y, x, Binomial(CLogLog())).fit()
    dispersion = max(plain.pearson_chi2 / plain.df_resid, 1.0)
    widened = sm.GLM(y, x, Binomial(CLogLog())).fit(scale=dispersion)
    groups = pd.factorize(mine["persona"] + mine["t"].astype(str))[0]
    clustered = sm.GLM(y, x, Binomial(CLogLog())).fit(cov_type="cluster", cov_kwds={"groups": groups})
    headline = found.headline("retention", term)
    assert headline is not None
    assert headline.estimate == pytest.approx(plain.params[term], abs=SAME_REGRESSION)
    assert headline.se == pytest.approx(max(widened.bse[term], clustered.bse[term]), abs=SAME_REGRESSION)
    assert headline.df == len(np.unique(groups)) - 1


def test_cells_tell_what_the_rows_of_customers_would(rows: pd.DataFrame, found: Calibration) -> None:
    x = pd.get_dummies(rows[["persona", "t"]].astype(str), drop_first=True, dtype=float)
    x = sm.add_constant(x).assign(overall=rows["score"])
    groups = pd.factorize(rows["persona"] + rows["t"].astype(str))[0]
    plain = sm.GLM(1 - rows["stays"], x, Binomial(CLogLog())).fit()
    clustered = sm.GLM(1 - rows["stays"], x, Binomial(CLogLog())).fit(cov_type="cluster", cov_kwds={"groups": groups})
    headline = found.headline("retention")
    assert headline is not None
    assert headline.estimate == pytest.approx(plain.params["overall"], abs=BINNED)
    assert headline.se == pytest.approx(max(plain.bse["overall"], clustered.bse["overall"]), rel=FEWER_ROWS)
    assert headline.n == len(rows)


def test_a_plain_slope_is_recovered_and_a_stage_that_does_nothing_has_none() -> None:
    rows = simulate_rows(Truth(customers=10_000), seed=3)
    rows = rows.assign(use=np.random.default_rng(1).integers(1, 6, len(rows)) + 0.0)
    found = calibrate_leaving(cells_of(rows, certified_stages={"use": stage_cells(rows, "use")}), journey_of("use"))
    overall, use = found.headline("retention"), found.headline("retention", "use")
    assert overall is not None and use is not None
    assert abs(overall.estimate + 0.3) < FAR * overall.se < 0.15
    assert abs(use.estimate) < FAR * use.se < 0.15
    assert (overall.grade, overall.method) == ("cross-section", "hazard")


def test_personas_are_drawn_together_and_stay_apart(found: Calibration) -> None:
    truth = dict(zip(("overall@p0", "overall@p1", "overall@p2"), SLOPES, strict=True))
    mean = found.find("retention", "overall", "pooled")
    assert mean is not None and abs(mean.estimate - np.mean(SLOPES)) < FAR * mean.se
    drawn = []
    for term, slope in truth.items():
        own, pooled = found.find("retention", term, "hazard"), found.find("retention", term, "pooled")
        assert own is not None and pooled is not None and not own.headline and not pooled.headline
        assert abs(pooled.estimate - slope) < FAR * pooled.se
        assert pooled.se < own.se * WIDER
        assert min(own.estimate, mean.estimate) <= pooled.estimate <= max(own.estimate, mean.estimate)
        drawn.append(pooled.estimate)
    assert drawn == sorted(drawn, reverse=True)


def test_a_persona_of_too_few_leavers_has_no_slope_of_its_own(rows: pd.DataFrame) -> None:
    few = rows[(rows["persona"] != "p2") | (rows.index % 40 == 0)]
    found = calibrate_leaving(cells_of(few), journey_of())
    assert found.find("retention", "overall@p0", "pooled") is not None
    assert found.find("retention", "overall@p2", "hazard") is None
    one = calibrate_leaving(cells_of(rows[rows["persona"] == "p0"]), journey_of())
    assert one.find("retention", "overall", "pooled") is None


def test_standard_errors_follow_persona_and_period_and_from_twenty_periods_who_and_when(cells: CustomerCells) -> None:
    both = cluster_groups(cells.certified)
    assert both is not None and both.shape == (len(cells.certified),) and len(np.unique(both)) == 3 * 8
    few = cells.certified[cells.certified["t"] < 3]
    assert cluster_groups(few) is None
    rng = np.random.default_rng(2)
    long = pd.DataFrame({"t": rng.integers(0, 24, 4_000), "persona": "all", "tenure_band": rng.integers(0, 12, 4_000)})
    ways = cluster_groups(long)
    assert ways is not None and [len(np.unique(way)) for way in ways.T] == [12, 24]


def test_two_ways_of_clustering_are_the_named_call_too() -> None:
    rows = simulate_rows(Truth(customers=5_000, periods=22, rate=0.03, slope=(-0.3,) * 4), seed=8)
    cells = cells_of(rows)
    banded = cells.certified.assign(tenure_band=np.arange(len(cells.certified)) % 4)
    found = calibrate_leaving(cells_of(rows, certified=banded), journey_of())
    (regression,) = found.regressions
    assert {"who", "when"} <= set(regression.keys)
    assert regression.slope.df == 15
    estimate, se = rerun(regression)
    assert regression.slope.estimate == pytest.approx(estimate, abs=SAME_REGRESSION)
    assert regression.slope.se == pytest.approx(se, abs=SAME_REGRESSION)


def test_the_order_of_cells_moves_nothing(cells: CustomerCells, found: Calibration) -> None:
    shuffled = cells.certified.sample(frac=1, random_state=4, ignore_index=True)
    again = calibrate_leaving(replace(cells, certified=shuffled), journey_of("buy", "use"))
    for one, other in zip(found.slopes, again.slopes, strict=True):
        assert (other.term, other.method) == (one.term, one.method)
        assert other.estimate == pytest.approx(one.estimate, abs=SAME_REGRESSION)
    assert [link.chosen for link in again.links] == [link.chosen for link in found.links]


def test_the_naive_slope_is_of_all_who_answered_without_controls(cells: CustomerCells, found: Calibration) -> None:
    mine = cells.certified
    y = np.column_stack([mine["leavers"], mine["n"] - mine["leavers"]])
    fit = sm.GLM(y, sm.add_constant(mine[["overall"]]), Binomial(CLogLog())).fit()
    naive = found.find("retention", "overall", "cross_section")
    assert naive is not None and not naive.headline
    assert naive.estimate == pytest.approx(fit.params["overall"], abs=SAME_REGRESSION)


def test_a_net_promoter_score_enters_as_three_levels_of_one_answer(rows: pd.DataFrame) -> None:
    nps = np.where(rows["score"] > 4, 100.0, np.where(rows["score"] < 2.5, -100.0, 0.0))
    scale = pd.DataFrame({"stage": ["overall"], "scale_min": [-100.0], "scale_max": [100.0], "sd": [60.0]})
    found = calibrate_leaving(cells_of(rows.assign(score=nps), coverage=scale), journey_of())
    (regression,) = found.regressions
    assert sorted(set(regression.x["overall"])) == [-100.0, 0.0, 100.0]
    assert regression.family == "cloglog"
    assert found.links[0].centre == 0.0 and list(found.links[0].curve) == [-100.0, 0.0, 100.0]


def test_the_neutral_point_is_the_middle_of_the_scale() -> None:
    coverage = pd.DataFrame({"stage": ["overall", "buy"], "scale_min": [0.0, np.nan], "scale_max": [10.0, np.nan]})
    assert neutral_point(coverage, "overall") == 5.0
    assert neutral_point(coverage, "buy") is None
    assert neutral_point(coverage, "use") is None


def test_twice_the_same_customers_halve_the_variance_and_keep_the_slope(cells: CustomerCells) -> None:
    few = cells.certified[cells.certified["t"] < 3].reset_index(drop=True)
    doubled = few.assign(n=few["n"] * 2, leavers=few["leavers"] * 2)
    once, twice = (
        calibrate_leaving(replace(cells, certified=mine), journey_of()).headline("retention") for mine in (few, doubled)
    )
    assert once is not None and twice is not None
    assert twice.estimate == pytest.approx(once.estimate, abs=SAME_MAXIMUM)
    # doubled counts double what looks like more than chance, so the widening can only grow
    assert once.se / np.sqrt(2) - SAME_MAXIMUM <= twice.se <= once.se + SAME_MAXIMUM
