"""What a point is worth in sentences: its step, its parts, and where it holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from reports import point_value
from reports.edition import Edition
from reports.tables_points import COLUMNS


def worth(**changes: Any) -> dict[str, object]:  # noqa: ANN401
    row: dict[str, object] = dict.fromkeys(COLUMNS)
    row |= {"term": "overall", "part": "total", "basis": "observed", "step": 1.0, "point": "1 point on 1-5"}
    row |= {"base_horizon": 412_000.0, "low": 148_000.0, "high": 676_000.0, "grade": "within-unit"}
    return row | {"holds_from": 3.2, "holds_to": 4.8} | changes


def said_of(edition: Edition, *rows: dict[str, object]) -> str:
    sound = edition.tables["calibration"].assign(grade="within-unit")
    tables = {**edition.tables, "calibration": sound, "point_values": pd.DataFrame(rows)}
    return " ".join(point_value.calibration(replace(edition, tables=tables)))


def test_the_money_of_a_point_is_split_by_where_it_comes_from(edition: Edition) -> None:
    parts = [worth(part="retention", base_horizon=300_000.0), worth(part="spend", base_horizon=112_000.0)]
    said = said_of(edition, worth(), *parts)
    assert "a point is worth EUR 412k of margin (range 148k to 676k) over the horizon, for the whole base." in said
    assert "Of it, EUR 300k by fewer leaving, EUR 112k by what those there spend." in said
    assert "It holds for scores as they were seen, 3.2 to 4.8, and not beyond." in said


def test_where_scores_hardly_differ_all_is_told_by_a_tenth(edition: Edition) -> None:
    said = said_of(edition, worth(step=0.1, point="0.1 point on 1-5", base_horizon=41_200.0))
    assert said.startswith("0.1 point on 1-5 more of overall satisfaction goes with +0.12% revenue")
    assert "before any haircut, 0.1 point on 1-5 is worth EUR 41.2k of margin" in said


def test_one_part_alone_is_not_split_and_unknown_scores_say_nothing(edition: Edition) -> None:
    said = said_of(edition, worth(holds_from=None, holds_to=None), worth(part="spend"))
    assert "Of it" not in said
    assert "It holds" not in said


def test_a_true_point_is_not_taken_for_an_observed_one(edition: Edition) -> None:
    said = said_of(edition, worth(basis="true", base_horizon=900_000.0), worth())
    assert "EUR 412k" in said
    assert "900k" not in said
