"""Exact importance beside a peer: seconds and the ratio, taken in one run, and how far the two answers lie apart.

The peer is the package `dominance-analysis` where it is installed, else plain statsmodels, a regression for each of the
2^p sets of predictors. To have the package beside this tree: a virtual environment with it, and
`PYTHONPATH=. VENV/bin/python bench/drivers.py`; of this tree numpy alone is needed.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from itertools import combinations
from math import comb
from statistics import median

import numpy as np
import pandas as pd

from models.drivers_importance import EXACT_LIMIT, lmg

ROWS = 1_000
REPEATS = 9


def study(p: int) -> pd.DataFrame:
    """A table of `p` related predictors and `y`."""
    rng = np.random.default_rng(p)
    x = rng.normal(size=(ROWS, p)) + rng.normal(size=(ROWS, 1))
    frame = pd.DataFrame(x, columns=[f"x{k}" for k in range(p)])
    return frame.assign(y=x @ np.linspace(0.1, 1, p) + 3 * rng.normal(size=ROWS))


def ours(frame: pd.DataFrame) -> np.ndarray:
    """Importance from the rows: their correlations, then every subset."""
    matrix = np.corrcoef(frame.to_numpy(), rowvar=False)
    return lmg(matrix[:-1, :-1], matrix[:-1, -1])


def find_peer() -> tuple[str, Callable[[pd.DataFrame], np.ndarray]]:
    """The peer's name and what it makes of the rows."""
    try:
        # two names it asks of its own dependencies, which these no longer have
        np.bool8 = np.bool_  # type: ignore[attr-defined]
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            import bokeh.io

            bokeh.io.output_notebook = lambda *_, **__: None
            from dominance_analysis import Dominance
    except ImportError:
        return "statsmodels, 2^p regressions", by_regressions

    def by_package(frame: pd.DataFrame) -> np.ndarray:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            p = frame.shape[1] - 1
            found = Dominance(data=frame, target="y", objective=1, top_k=p).incremental_rsquare()
        return np.array([found[name] for name in frame.columns[:-1]])

    return "dominance-analysis", by_package


def by_regressions(frame: pd.DataFrame) -> np.ndarray:
    """The same importance by one statsmodels regression a set of predictors."""
    import statsmodels.api as sm

    names = list(frame.columns[:-1])
    p = len(names)
    r2 = {(): 0.0}
    for size in range(1, p + 1):
        for members in combinations(range(p), size):
            x = sm.add_constant(frame[[names[k] for k in members]])
            r2[members] = float(sm.OLS(frame["y"], x).fit().rsquared)
    found = np.zeros(p)
    for members, worth in r2.items():
        for j in set(range(p)) - set(members):
            gain = r2[tuple(sorted((*members, j)))] - worth
            found[j] += gain / (p * comb(p - 1, len(members)))
    return found


def measured(work: Callable[[pd.DataFrame], np.ndarray], frame: pd.DataFrame, repeats: int) -> tuple[float, np.ndarray]:
    """Median wall seconds, and what the work finds."""
    taken, found = [], np.zeros(0)
    for _ in range(repeats):
        start = time.perf_counter()
        found = work(frame)
        taken.append(time.perf_counter() - start)
    return median(taken), found


def main() -> None:
    """Prints a row a number of predictors: our seconds, the peer's, their ratio, the largest difference."""
    name, peer = find_peer()
    print(f"peer: {name}; {ROWS} rows")
    print(f"{'p':>3}{'ours s':>12}{'peer s':>12}{'ratio':>10}{'difference':>13}")
    for p in [int(one) for one in sys.argv[1:]] or [6, 8, 10]:
        mine, importance = measured(ours, study(p), REPEATS)
        theirs, expected = measured(peer, study(p), 1)
        apart = np.abs(importance - expected).max()
        print(f"{p:>3}{mine:>12.6f}{theirs:>12.2f}{theirs / mine:>10,.0f}{apart:>13.1e}")
    for p in (16, EXACT_LIMIT):
        print(f"{p:>3}{measured(ours, study(p), 3)[0]:>12.6f}")


if __name__ == "__main__":
    main()
