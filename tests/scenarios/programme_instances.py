"""Random integer programmes small enough to look at every choice."""

from __future__ import annotations

import numpy as np

from impact.rng import stream
from scenarios.choice import every_choice
from scenarios.programme import Programme

INITIATIVES, STARTS, CELLS = 4, 2, 4


def random_programme(seed: int, forms: int = 1) -> Programme:
    """Starts, a budget, a team, a requirement, an exclusion, sometimes a mandate; some cells cost money to remove."""
    rng = stream(seed, "random programme")
    place = np.repeat(np.arange(INITIATIVES), STARTS)
    start = np.tile(np.arange(STARTS), INITIATIVES)
    cost = rng.uniform(1, 10, INITIATIVES)[place]
    sign = np.where(rng.uniform(size=CELLS) < 0.2, -1.0, 1.0)
    fixing = (rng.uniform(size=(CELLS, INITIATIVES)) < 0.6)[:, place]
    one = (place[None] == np.arange(INITIATIVES)[:, None]).astype(float)
    need = rng.uniform(0, 3, len(place))
    rows = [cost, *(need * (start <= t) for t in range(STARTS)), one[0] - one[1], one[2] + one[3]]
    most = [cost.sum() / STARTS * rng.uniform(0.4, 1.2), *rng.uniform(2, 8, STARTS), 0.0, 1.0]
    if rng.uniform() < 0.3:
        rows, most = [*rows, -one[1]], [*most, -1.0]
    return Programme(
        linear=rng.normal(-20, 40, (forms, len(place))),
        weight=sign * rng.uniform(20, 200, (forms, CELLS)),
        constant=rng.uniform(-5, 5, forms),
        share=rng.uniform(0.1, 0.95, (CELLS, len(place))) * fixing,
        rows=np.array(rows),
        most=np.array(most),
        initiative=place,
        cost=cost,
    )


def allowed_choices(programme: Programme) -> np.ndarray:
    """Every choice that keeps to the rows `(choice, option)`."""
    ways = every_choice(programme.initiative)
    return np.asarray(ways[programme.kept(ways)])
