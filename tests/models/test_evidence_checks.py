"""What is said of evidence: rows asked about, the haircut's signature, and what the model makes of a row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.approval import Approval
from impact.evidence import Evidence
from models.evidence_checks import evidence_checks, signed_haircut
from models.evidence_haircut import HaircutMove
from models.evidence_learnt import Learnt, lines_of, predict
from models.haircut import prior_in_words
from models.inference import Fit
from models.uplift import UpliftPosterior
from tests.models.evidence_values import FACTS, PAINS, read, row

WORDS = prior_in_words((4.0, 3.0))
SIGNED = Approval(
    what="rate",
    by="Ann Lee",
    at="2026-10-02T09:30:00+00:00",
    valid_until="2027Q3",
    note="",
    run_id="1",
    as_of="2026Q2",
    files={},
    inputs={},
    rates=(),
    haircut=WORDS,
)
DRAWS = 4_000


def posterior(leaving: float, spread: float, kept: float) -> UpliftPosterior:
    rng = np.random.default_rng(2)
    effects = leaving + spread * rng.standard_normal((DRAWS, 1, len(PAINS)))
    return UpliftPosterior(
        pain_points=PAINS,
        personas=("all",),
        score=-0.9 * 0.2 * np.ones_like(effects),
        leaving=effects,
        spend=-0.02 * np.ones_like(effects),
        credibility=np.full((DRAWS, len(PAINS)), kept),
        theta=np.full(DRAWS, -0.25),
        psi=np.full(DRAWS, 0.03),
        prior_share=np.full(len(PAINS), 0.2),
        fit=Fit(draws={}, rhat_max=1.0, ess_min=4_000.0, divergences=0, worst=""),
    )


def learnt(*items: Evidence, model: UpliftPosterior | None = None, **changes: object) -> Learnt:
    model = model or posterior(0.2, 0.02, 0.5)
    lines = lines_of(read(*items), FACTS, model, model, 1)
    move = HaircutMove(grade="cross-section", pain_points=4, prior=(0.43, 0.1, 0.7), posterior=(0.5, 0.3, 0.7))
    plain = Learnt(prior=(4.0, 3.0), lines=lines, moves=(move,), teaching=len(items), surveyed=(), audited=())
    return replace(plain, **changes)  # type: ignore[arg-type]


def status(*items: Evidence, **changes: object) -> dict[str, str]:
    found = evidence_checks(learnt(*items, **changes), WORDS, (SIGNED,))  # type: ignore[arg-type]
    return {check.code: check.status for check in found}


def test_a_haircut_is_signed_by_name_and_day_until_it_changes() -> None:
    signed, changed, never = (
        evidence_checks(learnt(), words, approvals)[0]
        for words, approvals in ((WORDS, (SIGNED,)), (prior_in_words(0.6), (SIGNED,)), (WORDS, ()))
    )
    assert (signed.code, signed.status) == ("C550", "pass")
    assert signed.text == "The prior of the haircut was signed by Ann Lee on 2026-10-02."
    assert (changed.status, changed.found) == ("review", "60% of an observed effect is kept")
    assert changed.text.startswith("Not signed: it was Beta(4, 3) is kept")
    assert (never.status, never.text) == ("review", "Nobody has signed how much of an observed effect is kept.")


def test_a_signature_without_a_haircut_signs_none() -> None:
    assert signed_haircut((replace(SIGNED, haircut=""), replace(SIGNED, what="portfolio"))) is None


def test_a_study_without_evidence_is_asked_for_the_signature_alone() -> None:
    assert set(status()) == {"C550"}


def test_a_good_experiment_passes_every_check_but_that_it_is_one() -> None:
    found = status(row(estimate=-0.09))
    assert {code for code, one in found.items() if one != "pass"} == {"C558"}
    assert status(*(row(evidence=f"e{i}", estimate=-0.09) for i in range(3)))["C558"] == "pass"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"estimate": -0.8}, "C552"),
        ({"estimate": 0.2}, "C553"),
        ({"outcome": "cost", "unit": "relative"}, "C554"),
        ({"exposed_share": None}, "C555"),
        ({"estimate": 0.5, "se": 0.02}, "C556"),
    ],
)
def test_a_row_that_may_be_a_slip_is_a_review(changes: dict[str, object], code: str) -> None:
    assert status(row(**changes))[code] == "review"


def test_the_same_data_twice_is_a_review_that_says_of_which() -> None:
    twice = learnt(row(source="s"), row(evidence="b", source="s"))
    (check,) = [one for one in evidence_checks(twice, WORDS, ()) if one.code == "C551"]
    assert check.status == "review"
    assert check.text == "b tells the same source, period, target and outcome as pilot."


def test_pain_points_of_a_survey_are_a_review_until_they_are_audited() -> None:
    assert status(surveyed=("rude",))["C557"] == "review"
    assert status(surveyed=("rude",), audited=("rude",))["C557"] == "pass"


def test_a_row_is_predicted_with_the_haircut_that_stands_between() -> None:
    model = posterior(0.2, 0.0, 0.5)
    experiment, benchmark = read(row(evidence="a"), row(evidence="b", kind="benchmark"))
    told = [predict(one, FACTS, model, 1) for one in (experiment, benchmark)]
    assert told[0] is not None and told[1] is not None
    # at face value all of the effect: 1 - (1 - h)^exp(-.2) over h
    whole = (1 - 0.95 ** np.exp(-0.2)) / 0.05 - 1
    assert told[1][0].mean == pytest.approx(whole, rel=1e-6)
    half = (1 - 0.95 ** np.exp(-0.1)) / 0.05 - 1
    assert told[0][0].mean == pytest.approx(half, rel=0.02)
    assert told[0][0].low < half < told[0][0].high
