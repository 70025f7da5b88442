"""Today's scores are those of the last four periods: what went live since moved them, and old answers do not count."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from impact.planning import _of_late

AS_OF = 2026 * 4
EXACT = 1e-12  # a weighted mean


def late(*rows: tuple[str, int, float, float]) -> dict[str, float]:
    """Today's scores by stage, of rows of stage, periods ago, answers and mean."""
    table = pd.DataFrame(
        [(stage, AS_OF - ago, answers, mean) for stage, ago, answers, mean in rows],
        columns=["stage", "t", "responses", "mean"],
    )
    found = SimpleNamespace(
        coverage=SimpleNamespace(over_time=SimpleNamespace(scores=table)), study=SimpleNamespace(as_of=AS_OF)
    )
    return _of_late(cast(Any, found))


def test_periods_before_the_last_four_do_not_count_and_answers_weigh() -> None:
    found = late(("overall", 4, 900, 1.0), ("overall", 3, 100, 3.0), ("overall", 0, 300, 4.0))
    assert found == pytest.approx({"overall": 3.75}, abs=EXACT)


def test_a_period_that_is_not_shown_and_a_stage_without_late_answers_have_no_part() -> None:
    found = late(("overall", 1, 3, np.nan), ("overall", 0, 10, 4.0), ("buy", 6, 50, 2.0))
    assert found == pytest.approx({"overall": 4.0}, abs=EXACT)


def test_without_answers_there_are_no_scores() -> None:
    assert late() == {}
