"""Two knapsack problems of which the optimum is published (Burkardt's collection, P01 and P07)."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.programme import Programme
from scenarios.programme_solve import price_bound, relax, solve

P01 = (165, (23, 31, 29, 44, 53, 38, 63, 85, 89, 82), (92, 57, 49, 68, 60, 43, 67, 84, 87, 72), 309)
P07 = (
    750,
    (70, 73, 77, 80, 82, 87, 90, 94, 98, 106, 110, 113, 115, 118, 120),
    (135, 139, 149, 150, 156, 163, 173, 184, 192, 201, 210, 214, 221, 229, 240),
    1458,
)


@pytest.mark.parametrize(("capacity", "weights", "values", "optimum"), [P01, P07])
def test_the_published_optimum_is_found(
    capacity: int, weights: tuple[int, ...], values: tuple[int, ...], optimum: int
) -> None:
    programme = Programme(
        linear=np.array([values], dtype=float),
        weight=np.zeros((1, 0)),
        constant=np.zeros(1),
        share=np.zeros((0, len(values))),
        rows=np.array([weights], dtype=float),
        most=np.array([capacity], dtype=float),
        initiative=np.arange(len(values)),
    )
    found = solve(programme)
    assert found.value == optimum
    assert found.x @ np.array(weights) <= capacity
    assert set(found.x) <= {0.0, 1.0}
    cuts, prices = relax(programme)
    assert price_bound(programme, cuts, prices) >= optimum
