"""Published value of information: the chemotherapy example of `voi`, and the conjugate Normal case."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from impact.rng import stream
from scenarios.pilots import conjugate_worth
from scenarios.regress_value import expected_elsewhere, expected_given, worth_of_choosing

DATA = Path(__file__).parent / "data"
# Net benefits in the file are rounded to the cent.
CENT = 0.01
# The published figure is by another basis (a thin-plate GAM of mgcv).
OTHER_BASIS = 0.01
# Of little worth, told by the few draws in which the answer turns: bases differ by more.
FEW_TURN = 0.10
EVPI = 39.559
EVSI = 25.907
# Printed to three decimals.
PRINTED = 1e-3
# 40,000 draws of a worth with a spread of 240, of which a third count: three standard errors.
SIMULATED = 1.5


@pytest.fixture(scope="module")
def chemo() -> tuple[np.ndarray, pd.DataFrame]:
    """Gain over standard care `(action, draw)`, and the parameters."""
    rows = pd.read_csv(DATA / "voi_chemo.csv")
    value = rows[["SoC", "Novel"]].to_numpy().T
    return value - value[0], rows


def test_perfect_information_on_the_chemotherapy_example_is_worth_the_published_figure(
    chemo: tuple[np.ndarray, pd.DataFrame],
) -> None:
    assert worth_of_choosing(chemo[0]) == pytest.approx(368.6051, abs=CENT)


@pytest.mark.parametrize(
    ("parameter", "published", "within"),
    [
        ("p_side_effects_t2", 262.11, OTHER_BASIS),
        ("logor_side_effects", 332.7, OTHER_BASIS),
        ("p_side_effects_t1", 29.6, FEW_TURN),
    ],
)
def test_information_on_one_parameter_is_worth_the_published_figure(
    chemo: tuple[np.ndarray, pd.DataFrame], parameter: str, published: float, within: float
) -> None:
    value, rows = chemo
    found = worth_of_choosing(expected_given(value, rows[[parameter]].to_numpy()))
    assert found == pytest.approx(published, rel=within)


def test_a_rule_learnt_elsewhere_earns_what_the_regression_promises(chemo: tuple[np.ndarray, pd.DataFrame]) -> None:
    value, rows = chemo
    better = expected_elsewhere(value[1], rows[["p_side_effects_t2"]].to_numpy()) > 0
    assert value[1] @ better / len(better) - max(value[1].mean(), 0) == pytest.approx(262.11, rel=OTHER_BASIS)


def test_a_normal_decision_is_worth_its_closed_form() -> None:
    assert conjugate_worth(100.0, 200.0, 0.0) == pytest.approx(EVPI, abs=PRINTED)
    assert conjugate_worth(100.0, 200.0, 150.0) == pytest.approx(EVSI, abs=PRINTED)


def test_the_regression_on_simulated_pilots_agrees_with_the_closed_form() -> None:
    rng = stream(1, "normal pilot")
    npv = rng.normal(100, 200, 40_000)
    result = npv + rng.normal(0, 150, len(npv))
    both = np.stack([np.zeros_like(npv), npv])
    assert worth_of_choosing(expected_given(both, result[:, None])) == pytest.approx(EVSI, abs=SIMULATED)
    go = expected_elsewhere(npv, result[:, None]) > 0
    assert (npv * go).mean() - npv.mean() == pytest.approx(EVSI, abs=SIMULATED)
