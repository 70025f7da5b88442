"""What leaves the data engine equals what pandas makes of the same tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import ibis
import numpy as np
import pandas as pd
import pytest

from impact.cells import CustomerCells, Moments, SitePanel, score_cells, summarise
from impact.cells.bands import CONTROL_KINDS, LEVEL_BINS, OTHERS, banded_controls, binned_levels
from impact.intake import Intake, take_in
from impact.journey import PainPoint
from models.simulate import Company

HOSPITALS = Path(__file__).parents[2] / "examples" / "hospitals"
# The engine adds in another order than numpy; sums here are of some thousand terms near one.
SUM_ORDER = 1e-9
# Of the mean exposure: the tail is a third of the patterns' weight, and the sample spreads over it evenly.
SAMPLED_TAIL = 0.03
# Products of two bins' means: what varies within a bin of half a point is lost.
BINNED_PRODUCT = 1e-3
AS_OF = 2026 * 4 + 2
PERIODS = 6
STAGES = ("buy", "activate", "use", "bill")
OPERATIONS = ["unclear_offer", "late_activation", "dropped_connection", "bill_shock", "identity_retry"]
SURVEY = "rude_agent"
BAND_EDGES = (2, 4, 8, 16, 32)  # tenure of .5, 1, 2, 4 and 8 years in quarters


def widen(folder: Path) -> Path:
    """The study with a pain point named in the survey, a ledger control of few values and one of many."""
    rng = np.random.default_rng(3)
    ledger = pd.read_parquet(folder / "ledger.parquet")
    ledger["plan"] = rng.choice(["basic", "plus"], len(ledger))
    ledger["price"] = rng.integers(20, 60, len(ledger))
    ledger.to_parquet(folder / "ledger.parquet")
    responses = pd.read_parquet(folder / "responses.parquet")
    named = rng.random(len(responses)) < 0.1
    responses["pain_points"] = np.where(named, f"bill_shock; {SURVEY}", "")
    responses.loc[~named & (rng.random(len(responses)) < 0.5), "pain_points"] = None
    responses.to_parquet(folder / "responses.parquet")
    pains = pd.read_csv(folder / "pain_points.csv").assign(source="operations")
    pains.loc[len(pains)] = [SURVEY, "use", "Rude agent", "Care", "survey"]
    pains.to_csv(folder / "pain_points.csv", index=False)
    study = (folder / "study.toml").read_text("utf-8")
    text = study.replace('controls = ["tenure"]', 'controls = ["tenure", "plan", "price"]')
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def widened(company_folder: Callable[[Company], Path], small_company: Company) -> Path:
    return widen(company_folder(small_company))


@pytest.fixture(scope="module")
def intake(widened: Path) -> Intake:
    return take_in(widened)


@pytest.fixture(scope="module")
def cells(intake: Intake) -> CustomerCells:
    found = summarise(intake.source, intake.case.journey, intake.study)
    assert isinstance(found, CustomerCells)
    return found


def quarter(text: pd.Series) -> pd.Series:
    return text.str[:4].astype(int) * 4 + text.str[-1].astype(int) - 1


def quarter_of(day: pd.Series) -> pd.Series:
    day = pd.to_datetime(day)
    return day.dt.year * 4 + day.dt.quarter - 1


@pytest.fixture(scope="module")
def panel(widened: Path) -> pd.DataFrame:
    """A row a customer and active quarter, made without the engine."""
    ledger = pd.read_parquet(widened / "ledger.parquet")
    ledger["t"] = quarter(ledger["period"])
    customers = pd.read_parquet(widened / "customers.parquet")
    customers["joined_t"] = quarter_of(customers["joined_at"])
    rows = ledger.merge(customers[["customer_id", "persona", "joined_t"]], on="customer_id", validate="many_to_one")
    rows["tenure"] = rows["t"] - rows["joined_t"]
    rows["tenure_band"] = sum((rows["tenure"] >= edge).astype(int) for edge in BAND_EDGES)
    following = ledger[["customer_id", "t", "revenue"]].rename(columns={"revenue": "next_revenue"})
    rows = rows.merge(following.assign(t=following["t"] - 1), on=["customer_id", "t"], how="left")
    rows["stays"] = rows["retained"].where(rows["t"] < AS_OF).astype(float)
    incidents = pd.read_parquet(widened / "incidents.parquet")
    incidents["t"] = quarter_of(incidents["occurred_at"])
    for pain in OPERATIONS:
        met = incidents.loc[incidents["pain_point"] == pain, ["customer_id", "t"]].drop_duplicates()
        rows = rows.merge(met.assign(**{pain: 1.0}), on=["customer_id", "t"], how="left")
        rows[pain] = rows[pain].fillna(0.0)
    answers = answers_of(widened)
    scores = answers.pivot_table(index=["customer_id", "t"], columns="stage", values="score").add_prefix("score__")
    rows = rows.merge(scores.reset_index(), on=["customer_id", "t"], how="left")
    named = answers.assign(**{SURVEY: answers["pain_points"].fillna("").str.contains(SURVEY).astype(float)})
    named = named.groupby(["customer_id", "t"], as_index=False)[SURVEY].max()
    return rows.merge(named, on=["customer_id", "t"], how="left")


def answers_of(folder: Path) -> pd.DataFrame:
    answers = pd.read_parquet(folder / "responses.parquet")
    return answers.assign(t=quarter_of(answers["responded_at"]))


def assert_same_cells(found: pd.DataFrame, expected: pd.DataFrame, keys: list[str]) -> None:
    """Two tables of cells hold the same keys with the same numbers."""
    assert len(found) == len(expected)
    both = found.merge(expected, on=keys, suffixes=("", "_expected"), validate="one_to_one")
    assert len(both) == len(expected)
    for name in [name for name in expected if name not in keys]:
        np.testing.assert_allclose(both[name].astype(float), both[f"{name}_expected"].astype(float), atol=SUM_ORDER)


def fifth(values: pd.Series) -> pd.Series:
    cuts = [values.quantile(share) for share in (0.2, 0.4, 0.6, 0.8)]
    return sum((values > cut).astype(int) for cut in cuts)


def test_cells_of_leaving_hold_everybody_at_risk_and_everybody_gone(cells: CustomerCells, panel: pd.DataFrame) -> None:
    keys = ["persona", "tenure_band", "t", "plan", "price", *OPERATIONS]
    settled = panel.assign(price=fifth(panel["price"])).query("t < @AS_OF")
    expected = settled.groupby(keys, as_index=False).agg(
        n=("stays", "size"), leavers=("stays", lambda stays: (1 - stays).sum()), tenure=("tenure", "mean")
    )
    assert expected["leavers"].sum() > 100
    assert_same_cells(cells.leaving, expected, keys)


def test_a_control_of_many_values_falls_into_the_same_fifths_every_time(intake: Intake, cells: CustomerCells) -> None:
    again = summarise(intake.source, intake.case.journey, intake.study)
    assert isinstance(again, CustomerCells)
    assert sorted(cells.leaving["price"].unique()) == [0, 1, 2, 3, 4]
    pd.testing.assert_frame_equal(again.leaving, cells.leaving)


def test_cells_of_those_who_answered_keep_the_mean_of_each_bin(cells: CustomerCells, panel: pd.DataFrame) -> None:
    settled = panel.query("t < @AS_OF")
    answered = settled[settled["score__overall"].notna() | settled[SURVEY].notna()]
    assert isinstance(cells.answered, pd.DataFrame)
    assert cells.answered["n"].sum() == len(answered)
    assert cells.answered["leavers"].sum() == (1 - answered["stays"]).sum()
    scored = answered.dropna(subset=["score__overall"])
    assert cells.certified["n"].sum() == len(scored)
    assert cells.certified["leavers"].sum() == (1 - scored["stays"]).sum()
    total = (cells.certified["n"] * cells.certified["overall"]).sum()
    assert total == pytest.approx(answered["score__overall"].sum(), rel=SUM_ORDER)
    named = (cells.answered["n"] * cells.answered[SURVEY]).sum()
    assert 0 < named == answered[SURVEY].sum()


@pytest.mark.parametrize("stage", STAGES)
def test_cells_of_a_stage_hold_those_who_scored_it(cells: CustomerCells, panel: pd.DataFrame, stage: str) -> None:
    scored = panel.query("t < @AS_OF").dropna(subset=[f"score__{stage}"])
    found = cells.certified_stages[stage]
    assert found["n"].sum() == len(scored) > 100
    assert found["leavers"].sum() == (1 - scored["stays"]).sum()
    assert (found["n"] * found["score"]).sum() == pytest.approx(scored[f"score__{stage}"].sum(), rel=SUM_ORDER)
    assert (found["n"] * found["tenure"]).sum() == pytest.approx(scored["tenure"].sum(), rel=SUM_ORDER)
    assert {"plan", "price", "tenure_band"} <= set(found)
    assert found.groupby("score_bin")["score"].agg(lambda means: means.max() - means.min()).max() <= 4 / 8


def earlier_scores(panel: pd.DataFrame) -> pd.DataFrame:
    """Those who scored overall before, with the mean and number of their earlier scores."""
    scored = panel.query("t < @AS_OF").dropna(subset=["score__overall"]).sort_values(["customer_id", "t"])
    own = scored.groupby("customer_id")["score__overall"]
    given = own.cumcount()
    return scored.assign(answers=given, earlier=(own.cumsum() - scored["score__overall"]) / given)[given > 0]


def test_cells_of_change_hold_a_customers_own_earlier_mean(cells: CustomerCells, panel: pd.DataFrame) -> None:
    again = earlier_scores(panel)
    found = cells.certified_change
    assert found["n"].sum() == len(again) > 100
    assert found["leavers"].sum() == (1 - again["stays"]).sum()
    for name, score in (("overall", "score__overall"), ("earlier", "earlier"), ("answers", "answers")):
        assert (found["n"] * found[name]).sum() == pytest.approx(again[score].sum(), rel=SUM_ORDER)
    assert (found["n"] * found["overall"] * found["earlier"]).sum() == pytest.approx(
        (again["score__overall"] * again["earlier"]).sum(), rel=BINNED_PRODUCT
    )


@pytest.mark.verify
def test_score_cells_beyond_the_limit_drop_controls_of_most_values_first_and_tenure_last(
    intake: Intake, cells: CustomerCells, monkeypatch: pytest.MonkeyPatch
) -> None:
    for most, dropped in ((len(cells.certified) - 1, {"price"}), (1, {"price", "plan", "tenure_band", "tenure"})):
        monkeypatch.setattr(score_cells, "MOST_SCORE_CELLS", most)
        found = summarise(intake.source, intake.case.journey, intake.study)
        assert isinstance(found, CustomerCells)
        assert set(cells.certified) - set(found.certified) == dropped
        for name in ("n", "leavers"):
            assert found.certified[name].sum() == cells.certified[name].sum()
        total = (found.certified["n"] * found.certified["overall"]).sum()
        assert total == pytest.approx((cells.certified["n"] * cells.certified["overall"]).sum(), rel=SUM_ORDER)


def test_no_bin_of_the_overall_score_is_wider_than_an_eighth_of_its_scale(cells: CustomerCells) -> None:
    bins = cells.certified.groupby("overall_bin")["overall"]
    assert bins.ngroups <= 9
    assert (bins.max() - bins.min()).max() <= 4 / 8


def test_cells_of_scores_hold_sums_and_squares_of_every_stage(cells: CustomerCells, panel: pd.DataFrame) -> None:
    keys = ["persona", "t", *OPERATIONS, SURVEY]
    for stage in (*STAGES, "overall"):
        rows = panel.dropna(subset=[f"score__{stage}"]).rename(columns={f"score__{stage}": "score"})
        expected = rows.groupby(keys, as_index=False).agg(
            n=("score", "size"), total=("score", "sum"), squares=("score", lambda score: (score**2).sum())
        )
        assert expected["n"].sum() > 200
        found = cells.scores[stage]
        assert isinstance(found, pd.DataFrame)
        assert_same_cells(found, expected, keys)


def relative_to_own_mean(rows: pd.DataFrame, exposures: list[str]) -> pd.DataFrame:
    """Outcome, exposures and period indicators less their customer's mean; customers seen twice or more."""
    rows = rows.dropna(subset=["next_revenue", *exposures])
    indicators = pd.get_dummies(rows["t"], prefix="period", drop_first=True, dtype=float)
    own = rows.groupby("customer_id")["next_revenue"].transform("mean")
    plain = pd.concat([rows[exposures], indicators, (rows["next_revenue"] / own).rename("y")], axis=1)
    kept = (rows.groupby("customer_id")["t"].transform("size") > 1) & (own > 0)
    plain, who = plain[kept], rows.loc[kept, ["customer_id", "persona"]]
    return (plain - plain.groupby(who["customer_id"]).transform("mean")).join(who)


def assert_moments(moments: tuple[Moments, ...], rows: pd.DataFrame, exposures: list[str]) -> None:
    centred = relative_to_own_mean(rows, exposures)
    assert {one.persona for one in moments} == set(centred["persona"])
    for one in moments:
        mine = centred[centred["persona"] == one.persona]
        numbers = mine.drop(columns=["customer_id", "persona"]).to_numpy(float)
        x, y = numbers[:, :-1], numbers[:, -1]
        residual = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
        scores = pd.DataFrame(x * residual[:, None]).groupby(mine["customer_id"].to_numpy()).sum().to_numpy()
        assert (one.rows, one.customers) == (len(mine), mine["customer_id"].nunique())
        np.testing.assert_allclose(one.gram, numbers.T @ numbers, atol=SUM_ORDER * len(mine))
        np.testing.assert_allclose(one.meat, scores.T @ scores, atol=SUM_ORDER * len(mine))


def test_within_customer_moments_of_spend_are_those_of_the_rows(cells: CustomerCells, panel: pd.DataFrame) -> None:
    assert_moments(cells.spend, panel.query("t < @AS_OF"), OPERATIONS)


def test_moments_of_spend_on_the_score_are_those_of_who_answered_twice(
    cells: CustomerCells, panel: pd.DataFrame
) -> None:
    rows = panel.query("t < @AS_OF").rename(columns={"score__overall": "overall"})
    assert_moments(cells.spend_on_score, rows, ["overall"])


def test_the_placebo_takes_what_is_met_a_period_after_the_money(cells: CustomerCells, panel: pd.DataFrame) -> None:
    later = panel[["customer_id", "t", *OPERATIONS]].assign(t=panel["t"] - 2)
    rows = panel.query("t < @AS_OF").merge(later, on=["customer_id", "t"], suffixes=("", "_later"))
    names = [f"{pain}_later" for pain in OPERATIONS]
    assert_moments(cells.spend_placebo, rows, [*names, *OPERATIONS])
    assert cells.spend_placebo[0].columns[: len(OPERATIONS)] == tuple(f"later__{pain}" for pain in OPERATIONS)


def test_the_base_is_who_is_active_at_the_end(cells: CustomerCells, panel: pd.DataFrame) -> None:
    keys = ["persona", "tenure_band"]
    active = panel.query("t == @AS_OF").groupby(keys, as_index=False)
    expected = active.agg(customers=("t", "size"), revenue=("revenue", "sum"), margin=("margin", "sum"))
    assert_same_cells(cells.base, expected, keys)


def test_tenures_are_those_of_who_is_active_at_the_end(cells: CustomerCells, panel: pd.DataFrame) -> None:
    keys = ["persona", "tenure_band", "tenure"]
    expected = panel.query("t == @AS_OF").groupby(keys, as_index=False).agg(customers=("t", "size"))
    assert_same_cells(cells.tenures, expected, keys)


def test_recent_leaving_covers_the_last_four_outcomes(cells: CustomerCells, panel: pd.DataFrame) -> None:
    keys = ["persona", "tenure_band"]
    recent = panel[panel["t"].between(AS_OF - 4, AS_OF - 1)].groupby(keys, as_index=False)
    expected = recent.agg(n=("stays", "size"), leavers=("stays", lambda stays: (1 - stays).sum()))
    assert_same_cells(cells.recent.drop(columns="tenure"), expected, keys)


def test_patterns_count_what_was_met_together_in_the_last_year(cells: CustomerCells, panel: pd.DataFrame) -> None:
    keys = ["persona", "age", *OPERATIONS, SURVEY]
    recent = panel[panel["t"] > AS_OF - 4].fillna({SURVEY: -1.0})
    recent = recent.assign(age=recent["tenure_band"] + (recent["tenure"] > 0))
    expected = recent.groupby(keys, as_index=False).agg(n=("t", "size"))
    assert_same_cells(cells.patterns.fillna({SURVEY: -1.0}), expected, keys)


def test_too_many_patterns_keep_the_commonest_and_a_sample_with_the_weight_of_the_rest(
    intake: Intake, cells: CustomerCells, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("impact.cells.customers.MOST_CELLS", len(cells.patterns) // 2)
    found = summarise(intake.source, intake.case.journey, intake.study)
    assert isinstance(found, CustomerCells)
    assert len(found.patterns) <= len(cells.patterns) * 0.6
    by_persona = [frame.groupby("persona")["n"] for frame in (found.patterns, cells.patterns)]
    pd.testing.assert_series_equal(*(group.sum().astype(float) for group in by_persona), check_exact=False)
    pd.testing.assert_series_equal(*(group.max().astype(float) for group in by_persona))
    met = [np.average(frame[OPERATIONS], axis=0, weights=frame["n"]) for frame in (found.patterns, cells.patterns)]
    np.testing.assert_allclose(*met, atol=SAMPLED_TAIL)


@pytest.fixture(scope="module")
def halves(company_folder: Callable[[Company], Path], small_company: Company) -> list[CustomerCells]:
    """The summaries of the small company whole, and of each half of its customers."""
    found = []
    for parity in (None, 0, 1):
        folder = company_folder(small_company)
        for table in ("ledger", "customers", "responses", "incidents"):
            rows = pd.read_parquet(folder / f"{table}.parquet")
            mine = rows["customer_id"].str[-1].astype(int) % 2 == parity
            rows[mine | (parity is None)].to_parquet(folder / f"{table}.parquet")
        intake = take_in(folder)
        cells = summarise(intake.source, intake.case.journey, intake.study)
        assert isinstance(cells, CustomerCells)
        found.append(cells)
    return found


@pytest.mark.verify
def test_summaries_of_parts_of_the_customers_add_up_to_the_summary_of_all(halves: list[CustomerCells]) -> None:
    whole, *parts = halves
    for field, keys in (
        ("leaving", ["persona", "tenure_band", "t", *OPERATIONS]),
        ("by_tenure", ["persona", "tenure"]),
    ):
        frames = [getattr(part, field) for part in parts]
        added = pd.concat(frames).groupby(keys, as_index=False)[["n", "leavers"]].sum()
        assert_same_cells(getattr(whole, field)[[*keys, "n", "leavers"]], added, keys)
    for field in ("spend", "spend_on_score"):
        for k, one in enumerate(getattr(whole, field)):
            mine = [getattr(part, field)[k] for part in parts]
            assert [m.columns for m in mine] == [one.columns] * 2
            np.testing.assert_allclose(sum(m.gram for m in mine), one.gram, atol=SUM_ORDER * one.rows)
            assert sum(m.customers for m in mine) == one.customers


def test_a_longer_lag_brings_what_was_met_a_period_earlier(widened: Path, cells: CustomerCells) -> None:
    later = take_in(widened, ("model.lag=2",))
    found = summarise(later.source, later.case.journey, later.study)
    assert isinstance(found, CustomerCells) and isinstance(found.leaving, pd.DataFrame)
    assert isinstance(cells.leaving, pd.DataFrame)
    first = found.leaving["t"].min()
    assert not found.leaving.loc[found.leaving["t"] == first, OPERATIONS].any(axis=None)
    exposed = [frame.loc[frame["t"].between(first, first + PERIODS - 2)] for frame in (found.leaving, cells.leaving)]
    assert exposed[0]["leavers"].sum() == exposed[1]["leavers"].sum()
    assert len(exposed[0]) != len(exposed[1])


def test_a_text_control_of_many_kinds_keeps_the_commonest(tmp_path: Path) -> None:
    connection = ibis.duckdb.connect()
    kinds = [f"kind {number:03d}" for number in range(80) for _ in range(200 - number)]
    rows = connection.create_table("panel", pd.DataFrame({"plan": kinds}))
    study = SimpleNamespace(model=SimpleNamespace(controls=("plan",)))
    banded = rows.mutate(**banded_controls(rows, study)).plan.value_counts().to_pandas().set_index("plan")
    assert len(banded) == CONTROL_KINDS
    assert banded.loc["kind 000", "plan_count"] == 200
    assert banded.loc[OTHERS, "plan_count"] == sum(200 - number for number in range(CONTROL_KINDS - 1, 80))


def test_a_level_of_many_values_keeps_the_mean_of_each_of_its_bins() -> None:
    level = np.random.default_rng(1).gamma(2.0, 30.0, 4_000)
    level[::5] = np.nan
    rows = ibis.duckdb.connect().create_table("panel", pd.DataFrame({"wait": level}))
    pain = PainPoint(pain_point="wait", stage="buy", name="Wait", measure="level")
    journey = SimpleNamespace(pain_points=(pain,))
    binned = rows.select(wait=binned_levels(rows, journey)["wait"]).to_pandas()["wait"]
    assert binned.isna().sum() == 800
    assert binned.nunique() == LEVEL_BINS
    assert binned.mean() == pytest.approx(np.nanmean(level), rel=SUM_ORDER)
    assert np.corrcoef(binned.dropna(), level[~np.isnan(level)])[0, 1] > 0.97


def test_coverage_counts_every_answer_and_money_every_active_customer(
    widened: Path, cells: CustomerCells, panel: pd.DataFrame
) -> None:
    answers = answers_of(widened).groupby("stage")
    coverage = cells.coverage.set_index("stage")
    assert coverage["responses"].to_dict() == answers.size().to_dict()
    assert coverage["customers"].to_dict() == answers["customer_id"].nunique().to_dict()
    pd.testing.assert_series_equal(coverage["mean"].sort_index(), answers["score"].mean(), check_names=False)
    by_period = panel.groupby("t")
    assert len(cells.money) == PERIODS
    np.testing.assert_allclose(cells.money["revenue"], by_period["revenue"].sum(), rtol=SUM_ORDER)
    np.testing.assert_allclose(cells.money["margin"], by_period["margin"].sum(), rtol=SUM_ORDER)
    np.testing.assert_array_equal(cells.money["customers"], by_period.size())
    np.testing.assert_allclose(cells.money["retained"].iloc[:-1], by_period["stays"].mean().iloc[:-1], rtol=SUM_ORDER)
    assert np.isnan(cells.money["retained"].iloc[-1])


@pytest.fixture(scope="module")
def hospitals() -> SitePanel:
    intake = take_in(HOSPITALS)
    found = summarise(intake.source, intake.case.journey, intake.study)
    assert isinstance(found, SitePanel)
    return found


def test_a_site_has_a_row_for_each_period_with_money_a_score_or_an_exposure(hospitals: SitePanel) -> None:
    parts = [("ledger", "period"), ("responses", "responded_at"), ("incidents", "occurred_at")]
    keys: set[tuple[str, int]] = set()
    for table, when in parts:
        rows = pd.read_parquet(HOSPITALS / f"{table}.parquet")
        years = rows[when].astype(str).str[:4].astype(int)
        keys |= set(zip(rows["customer_id"][years <= 2019], years[years <= 2019], strict=True))
    found = list(zip(hospitals.panel["unit"], hospitals.panel["t"], strict=True))
    assert len(found) == len(keys)
    assert set(found) == keys


def test_scores_of_years_without_booked_money_stay_in_the_site_panel(hospitals: SitePanel) -> None:
    responses = pd.read_parquet(HOSPITALS / "responses.parquet").query("stage == 'overall'")
    expected = responses.assign(t=responses["responded_at"].astype(int)).query("t <= 2019")
    found = hospitals.panel.dropna(subset=["overall"])
    both = found.merge(expected, left_on=["unit", "t"], right_on=["customer_id", "t"], validate="one_to_one")
    assert len(both) == len(found) == len(expected)
    np.testing.assert_array_equal(both["overall"], both["score"])
    unbooked = found[found["revenue"].isna()]
    assert (unbooked["t"] == 2016).sum() > 2000
    assert (unbooked["t"] > 2016).any()


def test_booked_money_of_every_site_is_carried_as_it_is(hospitals: SitePanel) -> None:
    ledger = pd.read_parquet(HOSPITALS / "ledger.parquet").assign(t=lambda rows: rows["period"].astype(int))
    booked = hospitals.panel.dropna(subset=["revenue"])
    both = booked.merge(ledger, left_on=["unit", "t"], right_on=["customer_id", "t"], suffixes=("", "_ledger"))
    assert len(both) == len(booked) == len(ledger)
    for column in ("revenue", "ln_beds", "medicare_share", "bed_years"):
        np.testing.assert_array_equal(both[column], both[f"{column}_ledger"])
