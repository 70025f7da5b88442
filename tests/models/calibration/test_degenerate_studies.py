"""Degenerate studies by the real command: a sentence and an exit code, never a traceback or a warning."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from impact.__main__ import main
from tests.quick_study import quick_uplift
from tests.tiny_study import write_tiny_study

QUARTERS = ("2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3")
LARGEST = 1e3  # no coefficient of a regression is this large but by running off


def write_study(folder: Path, customers: int, retention: float, score: Callable[[np.random.Generator], int]) -> Path:
    """The tiny study with this many customers, of whom a share stays each quarter, and their answers."""
    write_tiny_study(folder)
    rng = np.random.default_rng(4)
    ledger, answers, persons = [], [], []
    for number in range(customers):
        who = f"{number:04d}"
        persons.append((who, "home" if number % 2 else "firm", "2024-05-01"))
        for quarter in QUARTERS[number % 6 if retention == 0 else 0 :]:
            stays = rng.random() < retention
            ledger.append((who, quarter, 100 + number % 7, "" if quarter == QUARTERS[-1] else int(stays)))
            day = f"{quarter[:4]}-{3 * int(quarter[-1]) - 1:02d}-10"
            answers += [(who, day, stage, score(rng), "csat", "") for stage in ("buy", "use", "overall")]
            if not stays:
                break
    names = ["customer_id", "responded_at", "stage", "score", "metric", "pain_points"]
    pd.DataFrame(answers, columns=names).to_csv(folder / "responses.csv", index=False)
    pd.DataFrame(ledger, columns=["customer_id", "period", "revenue", "retained"]).to_csv(
        folder / "ledger.csv", index=False
    )
    pd.DataFrame(persons, columns=["customer_id", "persona", "joined_at"]).to_csv(folder / "customers.csv", index=False)
    return folder


def run(folder: Path) -> tuple[int, str]:
    """The exit code and all that was said."""
    said = io.StringIO()
    line = ["run", str(folder), "--set", 'study.shape="customers"']
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = main(line)
    return code, said.getvalue()


@pytest.mark.parametrize(
    ("customers", "retention", "sentence"),
    [(12, 0.9, "customer-periods have both"), (600, 0.0, "everybody left")],
    ids=["twelve customers", "retention of 0"],
)
def test_nothing_to_compare_ends_with_1_and_a_sentence(
    tmp_path: Path, customers: int, retention: float, sentence: str
) -> None:
    code, said = run(write_study(tmp_path, customers, retention, lambda rng: int(rng.integers(1, 6))))
    assert (code, sentence in said) == (1, True), said


def test_answers_all_equal_leave_no_rate_and_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("impact.estimate.fit_uplift", quick_uplift)
    code, said = run(write_study(tmp_path, 300, 0.9, lambda rng: 4))
    assert code in (0, 1), said
    tables = tmp_path / "out" / "tables"
    checks = pd.read_csv(tables / "checks.csv")
    told = checks[checks["code"] == "C411"]
    assert set(told["text"]) == {"Everybody gave the same score."} and len(told) == 3
    slopes = pd.read_csv(tables / "calibration.csv")
    assert not (slopes["outcome"] == "retention").any()
    assert (slopes["estimate"].abs() < LARGEST).all()


@pytest.mark.verify
def test_stages_that_copy_one_another_run_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("impact.estimate.fit_uplift", quick_uplift)
    folder = write_study(tmp_path, 300, 0.9, lambda rng: int(rng.integers(1, 6)))
    answers = pd.read_csv(folder / "responses.csv", dtype=str)
    scores = answers.groupby(["customer_id", "responded_at"])["score"].transform("first")
    answers.assign(score=scores).to_csv(folder / "responses.csv", index=False)
    code, said = run(folder)
    assert code in (0, 1), said
    slopes = pd.read_csv(tmp_path / "out" / "tables" / "calibration.csv")
    leaving = slopes[(slopes["outcome"] == "retention") & (slopes["headline"] == 1)].set_index("term")["estimate"]
    assert set(leaving.index) == {"overall", "buy", "use"}
    assert leaving.abs().max() < 1 and leaving["buy"] == pytest.approx(leaving["use"])
