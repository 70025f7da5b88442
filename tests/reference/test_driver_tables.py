"""Published figures of importance and of agreement of items, from the functions that the engine itself uses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from models.drivers_importance import complete_dominance, gains_by_size, johnson, lmg
from models.reliability import cronbach_alpha

DATA = Path(__file__).parent / "data"
# Printed to thirteen digits by the package that wrote them.
PRINTED_IN_FULL = 1e-9
# Printed to five or four decimals.
FIVE_DECIMALS, FOUR_DECIMALS = 5.1e-6, 5.1e-5
# Printed to seven digits.
SEVEN_DIGITS = 5e-8
# Printed to three decimals, some of them cut and not rounded.
THREE_DECIMALS = 6e-4
# A sum of gains taken in another order.
EXACT = 1e-12
# A column multiplied by 1e-8: its correlations are the same but for rounding.
RESCALED = 1e-10

SWISS = ["Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality"]
SWISS_LMG = [0.0570912208, 0.1711730289, 0.2601346786, 0.1055701504, 0.1127659229]
SWISS_SHARES = [0.0807817, 0.2422026, 0.3680795, 0.1493773, 0.1595590]
SWISS_LAST = [0.04287, 0.00739, 0.16196, 0.06237, 0.05695]
SWISS_FIRST = [0.12466, 0.41716, 0.44062, 0.21500, 0.17352]
SWISS_JOHNSON = [0.04842, 0.15471, 0.27196, 0.11468, 0.11697]
SWISS_R2 = 0.706735001593

ATTITUDE = ["complaints", "privileges", "learning", "raises", "critical", "advance"]
ATTITUDE_LMG = [0.3708, 0.0509, 0.1558, 0.1203, 0.0066, 0.0282]
ATTITUDE_JOHNSON = [0.3628, 0.0560, 0.1636, 0.1218, 0.0083, 0.0202]
ATTITUDE_R2 = 0.73260

MTCARS = ["cyl", "disp", "hp", "gear"]
MTCARS_RAW = [0.2284797, 0.2221469, 0.2321744, 0.0963886]
MTCARS_SHARES = [0.2932274, 0.2850999, 0.2979691, 0.1237037]
MTCARS_LMG = [0.24705, 0.24350, 0.21091, 0.07773]
MTCARS_R2 = 0.7791896

AZEN_AMONG = np.array([[1, 0.8, 0.1, 0.3], [0.8, 1, 0.1, 0.1], [0.1, 0.1, 1, 0.5], [0.3, 0.1, 0.5, 1]])
AZEN_OUTCOME = np.array([0.6, 0.3, 0.4, 0.5])
AZEN_BY_SIZE = [
    [0.360, 0.090, 0.160, 0.250],
    [0.300, 0.074, 0.095, 0.152],
    [0.263, 0.069, 0.063, 0.073],
    [0.246, 0.071, 0.061, 0.010],
]
AZEN_GENERAL = [0.2922, 0.0759, 0.0949, 0.1214]
AZEN_JOHNSON = [0.2908, 0.0761, 0.0976, 0.1199]
AZEN_R2 = 0.58435

ECSI_LMG = {"IMAG": 0.1648, "CUEX": 0.0769, "PERQ": 0.2954, "PERV": 0.1323}
ECSI_R2 = 0.6694
ECSI_ALPHA = {"IMAG": 0.7228, "CUEX": 0.4519, "PERQ": 0.8770, "PERV": 0.8236, "CUSA": 0.7792, "CUSL": 0.4724}


def correlations(rows: pd.DataFrame, predictors: list[str], outcome: str) -> tuple[np.ndarray, np.ndarray]:
    matrix = np.corrcoef(rows[[outcome, *predictors]].to_numpy(float), rowvar=False)
    return matrix[1:, 1:], matrix[1:, 0]


@pytest.fixture(scope="module")
def swiss() -> pd.DataFrame:
    return pd.read_csv(DATA / "swiss.csv")


@pytest.fixture(scope="module")
def ecsi() -> pd.DataFrame:
    return pd.read_csv(DATA / "ecsi_mobi.csv")


def test_importance_on_the_swiss_data_is_that_of_relaimpo_to_the_ninth_decimal(swiss: pd.DataFrame) -> None:
    """Groemping (2006)."""
    found = lmg(*correlations(swiss, SWISS, "Fertility"))
    np.testing.assert_allclose(found, SWISS_LMG, atol=PRINTED_IN_FULL)
    assert found.sum() == pytest.approx(SWISS_R2, abs=PRINTED_IN_FULL)
    np.testing.assert_allclose(found / found.sum(), SWISS_SHARES, atol=SEVEN_DIGITS)


def test_alone_and_last_in_line_are_the_ends_of_the_gains_by_size(swiss: pd.DataFrame) -> None:
    gains = gains_by_size(*correlations(swiss, SWISS, "Fertility"))
    np.testing.assert_allclose(gains[0], SWISS_FIRST, atol=FIVE_DECIMALS)
    np.testing.assert_allclose(gains[-1], SWISS_LAST, atol=FIVE_DECIMALS)
    np.testing.assert_allclose(gains.mean(axis=0), SWISS_LMG, atol=PRINTED_IN_FULL)


def test_relative_weights_on_the_swiss_data_are_close_to_importance_and_not_equal(swiss: pd.DataFrame) -> None:
    found = johnson(*correlations(swiss, SWISS, "Fertility"))
    np.testing.assert_allclose(found, SWISS_JOHNSON, atol=FIVE_DECIMALS)
    assert np.abs(found - SWISS_LMG).max() > 0.01


def test_importance_on_the_attitude_data_is_the_stated_one() -> None:
    """Chatterjee & Price (1977), the data."""
    among, outcome = correlations(pd.read_csv(DATA / "attitude.csv"), ATTITUDE, "rating")
    np.testing.assert_allclose(lmg(among, outcome), ATTITUDE_LMG, atol=FOUR_DECIMALS)
    np.testing.assert_allclose(johnson(among, outcome), ATTITUDE_JOHNSON, atol=FOUR_DECIMALS)
    assert lmg(among, outcome).sum() == pytest.approx(ATTITUDE_R2, abs=FIVE_DECIMALS)


def test_gains_by_size_are_those_of_azen_and_budescu() -> None:
    """Azen & Budescu (2003)."""
    gains = gains_by_size(AZEN_AMONG, AZEN_OUTCOME)
    np.testing.assert_allclose(gains, AZEN_BY_SIZE, atol=THREE_DECIMALS)
    found = lmg(AZEN_AMONG, AZEN_OUTCOME)
    np.testing.assert_allclose(found, gains.mean(axis=0), atol=EXACT)
    np.testing.assert_allclose(found, AZEN_GENERAL, atol=FOUR_DECIMALS)
    np.testing.assert_allclose(johnson(AZEN_AMONG, AZEN_OUTCOME), AZEN_JOHNSON, atol=FOUR_DECIMALS)
    assert found.sum() == pytest.approx(AZEN_R2, abs=FIVE_DECIMALS)
    assert np.argsort(-found).tolist() == [0, 3, 2, 1]


def test_the_first_predictor_of_azen_and_budescu_dominates_all_others_completely() -> None:
    """Azen & Budescu (2003)."""
    dominates = complete_dominance(AZEN_AMONG, AZEN_OUTCOME)
    assert dominates[0, 1:].all()
    assert not dominates[1:].any()


def test_relative_weights_on_the_car_data_are_those_of_rwa_to_seven_digits() -> None:
    """Johnson (2000), as the package `rwa` prints them."""
    among, outcome = correlations(pd.read_csv(DATA / "mtcars.csv"), MTCARS, "mpg")
    found = johnson(among, outcome)
    np.testing.assert_allclose(found, MTCARS_RAW, atol=SEVEN_DIGITS)
    np.testing.assert_allclose(found / found.sum(), MTCARS_SHARES, atol=SEVEN_DIGITS)
    assert found.sum() == pytest.approx(MTCARS_R2, abs=SEVEN_DIGITS)
    np.testing.assert_allclose(lmg(among, outcome), MTCARS_LMG, atol=FIVE_DECIMALS)


def test_importance_for_satisfaction_of_mobile_customers_is_the_stated_one(ecsi: pd.DataFrame) -> None:
    """Tenenhaus et al. (2005), the data; composites are plain means of their items."""
    means = {name: ecsi.filter(regex=rf"^{name}\d").mean(axis=1) for name in [*ECSI_LMG, "CUSA"]}
    found = lmg(*correlations(pd.DataFrame(means), list(ECSI_LMG), "CUSA"))
    np.testing.assert_allclose(found, list(ECSI_LMG.values()), atol=FOUR_DECIMALS)
    assert found.sum() == pytest.approx(ECSI_R2, abs=FOUR_DECIMALS)


@pytest.mark.parametrize("name", ECSI_ALPHA)
def test_agreement_of_the_items_of_mobile_customers_is_the_stated_one(ecsi: pd.DataFrame, name: str) -> None:
    """Tenenhaus et al. (2005), the data; standardised alpha."""
    items = ecsi.filter(regex=rf"^{name}\d")
    assert cronbach_alpha(items.corr().to_numpy()) == pytest.approx(ECSI_ALPHA[name], abs=FOUR_DECIMALS)


@pytest.mark.parametrize("weigh", [lmg, johnson])
@pytest.mark.parametrize("column", [*SWISS, "Fertility"])
def test_a_column_multiplied_by_a_hundred_millionth_keeps_every_importance(
    swiss: pd.DataFrame, weigh: object, column: str
) -> None:
    assert callable(weigh)
    rescaled = swiss.assign(**{column: swiss[column] * 1e-8})
    plain, other = (weigh(*correlations(rows, SWISS, "Fertility")) for rows in (swiss, rescaled))
    np.testing.assert_allclose(other, plain, atol=RESCALED)


def test_importance_is_the_mean_of_the_gains_of_plain_regressions(swiss: pd.DataFrame) -> None:
    names = SWISS[:3]

    def r2(*members: str) -> float:
        return float(sm.OLS(swiss["Fertility"], sm.add_constant(swiss[list(members)])).fit().rsquared)

    a, b, c = names
    first = r2(a) / 3 + (r2(a, b) - r2(b) + r2(a, c) - r2(c)) / 6 + (r2(*names) - r2(b, c)) / 3
    assert lmg(*correlations(swiss, names, "Fertility"))[0] == pytest.approx(first, abs=EXACT)
