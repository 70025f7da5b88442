"""Published sensitivity figures: Darfur (Cinelli & Hazlett 2020), the E-value (VanderWeele & Ding 2017)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.calibration.slopes import Regression, Slope
from models.sensitivity.hidden_cause import bounds, e_value, robustness, robustness_of, times_to_nothing
from models.sensitivity.least_squares import Linear, linear_of

DATA = Path(__file__).parent / "data"
# The papers print four or five decimals.
PRINTED = 1e-4


@pytest.fixture(scope="module")
def regression() -> Regression:
    data = pd.read_csv(DATA / "darfur.csv")
    own = data[["directlyharmed", "age", "farmer_dar", "herder_dar", "pastvoted", "hhsize_darfur", "female"]]
    villages = pd.get_dummies(data["village"], drop_first=True, prefix="village")
    x = pd.concat([own, villages], axis=1).astype(float).assign(const=1.0)
    slope = Slope(
        outcome="margin",
        term="directlyharmed",
        method="cross_section",
        estimate=0.09732,
        se=0.02326,
        n=len(data),
        units=len(data),
        headline=True,
        grade="cross-section",
    )
    y = data["peacefactor"].to_numpy(float)
    keys = pd.DataFrame(index=data.index)
    return Regression(slope=slope, y=y, x=x, keys=keys, family="gaussian", weights=None, call="")


@pytest.fixture(scope="module")
def darfur(regression: Regression) -> Linear:
    return linear_of(regression)


def test_the_darfur_regression_is_the_published_one(darfur: Linear) -> None:
    assert darfur.df == 783
    assert darfur.estimate == pytest.approx(0.09732, abs=PRINTED)
    assert darfur.plain_se == pytest.approx(0.02326, abs=PRINTED)


def test_the_robustness_values_of_darfur_are_the_published_ones(darfur: Linear, regression: Regression) -> None:
    found = robustness(darfur.estimate / darfur.plain_se, darfur.df)
    assert found.partial_r2 == pytest.approx(0.02187, abs=PRINTED)
    assert found.value == pytest.approx(0.13878, abs=PRINTED)
    assert found.value_at == pytest.approx(0.07626, abs=PRINTED)
    assert robustness_of(regression.slope, regression).value == pytest.approx(0.13878, abs=PRINTED)


def test_causes_one_two_and_three_times_as_strong_as_being_female_are_the_published_ones(darfur: Linear) -> None:
    found = bounds(darfur, "female", [darfur.names.index("female")])
    table = np.array([[b.r2_score, b.r2_outcome, b.estimate, b.se, b.t] for b in found])
    published = np.array(
        [
            [0.0092, 0.1246, 0.0752, 0.0219, 3.4389],
            [0.0183, 0.2493, 0.0529, 0.0204, 2.6002],
            [0.0275, 0.3741, 0.0304, 0.0187, 1.6281],
        ]
    )
    assert table == pytest.approx(published, abs=PRINTED)
    assert times_to_nothing(darfur, [darfur.names.index("female")]) > 3


def test_the_e_value_of_a_risk_ratio_of_3_9_is_7_26_and_of_its_lower_end_3() -> None:
    assert e_value(3.9, low=1.8) == pytest.approx((7.2630, 3.0), abs=PRINTED)
    assert e_value(1 / 3.9, high=1 / 1.8) == pytest.approx((7.2630, 3.0), abs=PRINTED)
