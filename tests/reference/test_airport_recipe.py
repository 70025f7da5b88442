"""The airport example is what its README says, from its own tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from impact.cells import summarise
from impact.intake import Intake, take_in
from impact.rng import stream
from models.calibration.across import cross_section
from models.drivers import find_drivers

AIRPORT = Path(__file__).parents[2] / "examples" / "airport"
MOST_BYTES = 600_000
# A logit told as a relative change at the mean, against a straight line through the same rows.
SAME_STORY = 0.005


@pytest.fixture(scope="module")
def intake() -> Intake:
    return take_in(AIRPORT)


def answers() -> pd.DataFrame:
    return pd.read_parquet(AIRPORT / "responses.parquet")


def test_the_tables_are_small_enough_to_ship() -> None:
    assert sum(file.stat().st_size for file in AIRPORT.glob("*.parquet")) < MOST_BYTES


def test_blank_and_not_applicable_are_told_apart_and_hold_no_score() -> None:
    rows = answers()
    assert rows["score"].isna().equals(rows["missing"].notna())
    assert set(rows["missing"].dropna()) == {"not_visited", "not_answered"}
    visited = rows[rows["stage"] == "long_term_shuttle"]["missing"] != "not_visited"
    assert 0.2 < visited.mean() < 0.4
    nps = rows[rows["metric"] == "nps"]
    assert nps["score"].notna().sum() == 2746
    assert nps["score"].dropna().between(0, 10).all()


def test_buying_food_or_goods_does_not_rise_with_satisfaction(intake: Intake) -> None:
    cells = summarise(intake.source, intake.case.journey, intake.study)
    found = cross_section(cells, "overall")  # type: ignore[arg-type]
    assert found is not None
    assert found.range90()[1] < 0
    ledger, people = (pd.read_parquet(AIRPORT / f"{name}.parquet") for name in ("ledger", "customers"))
    rows = answers()
    overall = rows[(rows["stage"] == "overall") & (rows["metric"] == "csat")].set_index("customer_id")["score"]
    both = ledger.merge(people, on="customer_id").assign(overall=ledger["customer_id"].map(overall)).dropna()
    held = pd.get_dummies(both[["period", "flight", "area", "persona"]], drop_first=True, dtype=float)
    x = sm.add_constant(held.assign(overall=both["overall"].astype(float)))
    line = sm.OLS(both["revenue"].astype(float), x).fit(cov_type="HC1")
    assert found.n == len(both)
    assert found.estimate == pytest.approx(line.params["overall"] / both["revenue"].mean(), abs=SAME_STORY)
    drivers = find_drivers(cells, intake.case.journey, stream(1, "drivers"))
    assert [one.outcome for one in drivers] == ["overall", "nps"]
    assert [one.stages[int(np.argmax(one.importance))] for one in drivers] == ["restaurants", "security"]
    assert all(one.weighted and len(one.stages) == 25 for one in drivers)
