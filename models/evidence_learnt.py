"""What a run learnt from evidence: every row beside what the model said of it before and after, and the haircut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from impact.journey import Journey
from impact.rng import stream
from impact.study import Study
from models.evidence import Facts, Reading
from models.evidence_haircut import HaircutMove, haircut_moves
from models.evidence_maps import change_of
from models.uplift import STUDY_SPREAD, Question, UpliftPosterior

_EDGE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """What the model says a row would measure, its own error apart: mean and 90% range in the row's unit."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of evidence, and what was predicted of it without evidence and with; None where it is no effect.

    `miss` is what was measured less what is predicted with evidence, over the standard error of the two.
    """

    reading: Reading
    before: Predicted | None
    after: Predicted | None
    miss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What evidence did. `prior` is the share kept of a within-unit effect as the study states it.

    `moves` say by grade how far the share kept went, `teaching` how many rows taught it. `surveyed` names the pain
    points that only a survey tells of, `audited` those of them with an audit.
    """

    prior: tuple[float, float] | float
    lines: tuple[Line, ...]
    moves: tuple[HaircutMove, ...]
    teaching: int
    surveyed: tuple[str, ...]
    audited: tuple[str, ...]


def predict(
    reading: Reading, facts: Facts, posterior: UpliftPosterior, seed: int, *, settled: bool = False
) -> tuple[Predicted, float] | None:
    """What a row measures by the model, and the standard deviation of that; None of what is no effect.

    `settled` where the posterior keeps of the row's pain point what the row itself found.

    Effects are the mean over personas by their customers. Where the haircut stands between, each draw's own study
    lies about the common share kept as the model says.
    """
    row, trial = reading.row, reading.trial
    if row is None or trial is None:
        return None
    part = np.array([facts.part[persona] for persona in posterior.personas])
    effects = np.einsum("dgk,g->dk", getattr(posterior, row.of), part)
    if row.of == "score":
        effects = effects / facts.score_sd
    if settled:
        effects = effects * posterior.credibility
    elif row.haircut:
        kept, z = posterior.credibility, stream(seed, f"study/{row.evidence}").standard_normal((posterior.draws, 1))
        own = expit(logit(np.clip(kept, _EDGE, 1 - _EDGE)) + STUDY_SPREAD * z)
        effects = effects * np.where(kept >= 1, 1.0, own)
    draws = change_of(trial, effects)
    low, high = np.percentile(draws, [5, 95])
    return Predicted(mean=float(draws.mean()), low=float(low), high=float(high)), float(draws.std())


def lines_of(
    readings: Sequence[Reading], facts: Facts, without: UpliftPosterior, told: UpliftPosterior, seed: int
) -> tuple[Line, ...]:
    """Every row beside its predictions, `without` any evidence and with all of it, in plan order."""
    lines = []
    for reading in readings:
        settled = reading.row is not None and reading.row.settles is not None
        before = predict(reading, facts, without, seed)
        after = predict(reading, facts, told, seed, settled=settled)
        if before is None or after is None:
            lines.append(Line(reading=reading, before=None, after=None, miss=float("nan")))
            continue
        miss = (reading.item.estimate - after[0].mean) / float(np.hypot(reading.se, after[1]))
        lines.append(Line(reading=reading, before=before[0], after=after[0], miss=miss))
    return tuple(lines)


def learn(study: Study, journey: Journey, question: Question, lines: tuple[Line, ...], told: UpliftPosterior) -> Learnt:
    """What evidence did to a run: `question` was asked, and `told` is its answer with all evidence."""
    credibility = question.credibility
    readings = [line.reading for line in lines]
    surveyed = [pain.pain_point for pain in journey.pain_points if pain.source == "survey"]
    return Learnt(
        prior=study.model.credibility,
        lines=lines,
        moves=haircut_moves(credibility.prior, credibility.grades, told.credibility, question.settled),
        teaching=len(question.rows_of_haircut),
        surveyed=tuple(surveyed) if question.forms.leaving is not None else (),
        audited=tuple(one.item.target for one in readings if one.use == "naming"),
    )
