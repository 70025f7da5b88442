"""Sums of pairs of scores equal what pandas makes of the same answers."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd
import pytest

from impact.cells import DriverSums
from impact.cells.driver_sums import sums_of
from impact.journey import NPS_BESIDE

STAGES = ("buy", "use", "bill")
# Sums of some thousand terms near ten, in another order.
SUM_ORDER = 1e-9


def invented(seed: int, customers: int) -> pd.DataFrame:
    """Answers with weights, stages not visited, and two questions about the whole."""
    rng = np.random.default_rng(seed)
    rows = []
    for person in range(customers):
        weight = float(rng.choice([0.5, 1.0, 2.0]))
        for t in (1, 2):
            mood = rng.normal()
            for stage in (*STAGES, "overall", NPS_BESIDE):
                if rng.random() < 0.7:
                    top = 10.0 if stage == NPS_BESIDE else 5.0
                    low = 0.0 if stage == NPS_BESIDE else 1.0
                    score = float(np.clip(np.round((low + top) / 2 + mood + rng.normal()), low, top))
                    rows.append((f"c{person}", t, stage, score, 1.0, weight, low, top))
    names = ["customer_id", "t", "stage", "score", "n", "weight", "scale_min", "scale_max"]
    return pd.DataFrame(rows, columns=names)


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return invented(1, 900)


@pytest.fixture(scope="module")
def sums(answers: pd.DataFrame) -> DriverSums:
    found = sums_of(ibis.memtable(answers), STAGES, weighted=True)
    assert found is not None
    return found


def test_sums_over_groups_are_those_of_all_pairs_both_of_which_were_scored(
    answers: pd.DataFrame, sums: DriverSums
) -> None:
    wide = answers.pivot_table(index=["customer_id", "t"], columns="stage", values="score")
    weight = answers.groupby(["customer_id", "t"])["weight"].mean()
    for i, a in enumerate(sums.measures):
        for j, b in enumerate(sums.measures):
            both = wide[[a]].assign(other=wide[b], weight=weight).dropna()
            z, y, w = both[a], both["other"], both["weight"]
            expected = (len(both), w.sum(), (w * z).sum(), (w * z * z).sum(), (w * z * y).sum())
            parts = (sums.n, sums.weight, sums.first, sums.square, sums.product)
            np.testing.assert_allclose([part.sum(axis=0)[i, j] for part in parts], expected, rtol=SUM_ORDER)


def test_bands_hold_low_middle_and_top_scores_beside_the_outcome(answers: pd.DataFrame, sums: DriverSums) -> None:
    wide = answers.pivot_table(index=["customer_id", "t"], columns="stage", values="score")
    weight = answers.groupby(["customer_id", "t"])["weight"].mean()
    both = wide[["use", NPS_BESIDE]].assign(weight=weight).dropna()
    low, top = both["use"] <= 2, both["use"] >= 5
    found = sums.bands[:, :, 1, :, sums.outcomes.index(NPS_BESIDE)].sum(axis=1)
    for band, rows in enumerate((both[low], both[~low & ~top], both[top])):
        w = rows["weight"]
        expected = (len(rows), w.sum(), (w * rows["use"]).sum(), (w * rows[NPS_BESIDE]).sum())
        np.testing.assert_allclose(found[:, band], expected, rtol=SUM_ORDER)


def test_all_rows_of_a_customer_are_in_one_group(answers: pd.DataFrame) -> None:
    one = answers[answers["customer_id"] == "c7"]
    found = sums_of(ibis.memtable(one), STAGES, weighted=False)
    assert found is not None
    assert found.n.shape[0] == 1
    assert found.customers == 1


def test_groups_stay_few_however_many_customers_there_are(sums: DriverSums) -> None:
    assert 200 < len(sums.n) <= 256
    assert sums.customers == 900


def test_without_a_second_question_overall_is_the_only_outcome(answers: pd.DataFrame) -> None:
    found = sums_of(ibis.memtable(answers[answers["stage"] != NPS_BESIDE]), STAGES, weighted=True)
    assert found is not None
    assert found.outcomes == ("overall",)
    assert found.n.shape[1:] == (4, 4)


def test_no_answers_give_no_sums(answers: pd.DataFrame) -> None:
    assert (
        sums_of(ibis.memtable(answers.assign(score=np.nan)).mutate(score=ibis.null("float64")), STAGES, weighted=False)
        is None
    )
