"""Each of the last periods predicted from a fit without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logsumexp

from impact.cells import CustomerCells
from impact.cells.many import ETA_BOUNDS, ManyCells
from impact.journey import Journey
from impact.rng import stream
from models.drawn_cells import DrawnPart, draw_cells, met_label, number_met
from models.exact import correct_on
from models.exact_cells import PersonaCells
from models.predictive import Group, PredictedRow, predicted_row, together
from models.psis import KHAT_LIMIT, Smoothed, smooth
from models.reduced_customers import reduce_leaving
from models.uplift import Question, UpliftPosterior, fit_uplift

LEFT_OUT = 4
FEWEST_PERIODS = 4  # that must be left to tell how periods differ
FARTHEST = 2.0  # log hazard, of a period's level from the usual one


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodLeftOut:
    """One period predicted from the others.

    `rows`: its leavers by persona, at a level told by how the other periods differ, and, given how many left, by the
    number of pain points met. `gain` is how much better the model's log-probability of who left is than that of one
    rate for all of a persona; `leavers` are those it is counted on. `shift` is the largest move of a pain point's
    effect on leaving when the period is left out, in posterior standard deviations, and `shifted` the pain point.
    `how`: the draws were weighed, or the model fitted anew.
    """

    t: int
    rows: tuple[PredictedRow, ...]
    gain: float
    gain_by_unit: tuple[float, ...]
    leavers: float
    shift: float
    shifted: str
    khat: float
    how: str


def leave_periods_out(
    question: Question,
    posterior: UpliftPosterior,
    parts: Sequence[PersonaCells],
    cells: CustomerCells,
    journey: Journey,
    seed: int,
) -> tuple[PeriodLeftOut, ...]:
    """The last four periods, each predicted without it; none where cells are not in memory or periods are few.

    The posterior without a period is the whole one, draws weighed by the likelihood without it over that with it; where
    these weights cannot be trusted, the model is fitted anew. Source: Buerkner, Gabry & Vehtari (2020).
    """
    told = [part for part in parts if part.part == "everyone"]
    periods = sorted({int(t) for part in told for t in part.rows["t"]})
    if len(periods) <= FEWEST_PERIODS or len(told) < len(posterior.personas) or isinstance(cells.leaving, ManyCells):
        return ()
    drawn = [draw_cells(posterior.leaving, posterior.personas, part, seed) for part in told]
    return tuple(_without(question, posterior, drawn, cells, journey, (t, seed)) for t in periods[-LEFT_OUT:])


def _without(
    question: Question,
    posterior: UpliftPosterior,
    drawn: Sequence[DrawnPart],
    cells: CustomerCells,
    journey: Journey,
    which: tuple[int, int],
) -> PeriodLeftOut:
    t, seed = which
    fewer = cells_without(cells, t)
    parts = tuple(part_without(one.part, t) for one in drawn)
    rest = [draw_cells(posterior.leaving, posterior.personas, part, seed) for part in parts]
    logs = sum(one.log_likelihood - whole.log_likelihood for one, whole in zip(rest, drawn, strict=True))
    weights, how, draws = smooth(np.asarray(logs)), "draws weighed", posterior
    khat = float(weights.khat[0])
    if khat >= KHAT_LIMIT:
        forms = replace(question.forms, leaving=reduce_leaving(fewer, journey))
        anew = fit_uplift(replace(question, forms=forms), seed, "quick", lambda done, total: None)
        draws = correct_on(anew, forms, parts, seed).posterior
        draws = replace(draws, leaving=draws.leaving[:: max(1, draws.draws // posterior.draws)][: posterior.draws])
        rest = [draw_cells(draws.leaving, posterior.personas, part, seed) for part in parts]
        weights, how = smooth(np.zeros(len(draws.leaving))), "fitted anew"
    shift, shifted = _shift(posterior, draws.leaving, weights)
    here = [_period(whole, one, journey, t) for whole, one in zip(drawn, rest, strict=True)]
    return _told(t, here, weights, seed, {"shift": shift, "shifted": shifted, "khat": khat, "how": how})


def cells_without(cells: CustomerCells, t: int) -> CustomerCells:
    """The cells with one period of leaving taken out."""
    assert not isinstance(cells.leaving, ManyCells)
    answered = cells.answered
    if answered is not None and not isinstance(answered, ManyCells):
        answered = answered[answered["t"] != t].reset_index(drop=True)
    return replace(cells, leaving=cells.leaving[cells.leaving["t"] != t].reset_index(drop=True), answered=answered)


def part_without(part: PersonaCells, t: int) -> PersonaCells:
    """The cells of one part with a period, and its own term, taken out; not the first one, which has none."""
    rows = (part.rows["t"] != t).to_numpy()
    terms = np.array([name != f"t_{t}" for name in part.terms])
    return replace(
        part,
        effects=(np.cumsum(terms) - 1)[part.effects],
        terms=tuple(np.array(part.terms)[terms].tolist()),
        x=part.x[np.ix_(rows, terms)],
        n=part.n[rows],
        leavers=part.leavers[rows],
        mode=part.mode[terms],
        gradient=part.gradient[terms],
        information=part.information[np.ix_(terms, terms)],
        rows=part.rows[rows].reset_index(drop=True),
    )


def _shift(posterior: UpliftPosterior, leaving: np.ndarray, weights: Smoothed) -> tuple[float, str]:
    before, sd = posterior.leaving.mean(axis=(0, 1)), posterior.leaving.mean(axis=1).std(axis=0)
    after = np.exp(weights.log_weights[:, 0]) @ leaving.mean(axis=1)
    moved = np.abs(after - before) / np.where(sd > 0, sd, np.inf)
    return float(moved.max()), posterior.pain_points[int(moved.argmax())]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Period:
    """One persona's cells of a period: `relative` rates `(draw, cell)` without its level, and levels `(draw,)`."""

    persona: str
    n: np.ndarray
    leavers: np.ndarray
    met: np.ndarray
    relative: np.ndarray
    level: np.ndarray
    dispersion: float


def _period(whole: DrawnPart, rest: DrawnPart, journey: Journey, t: int) -> _Period:
    """A period at the draws of a fit without it; its level is that of another period, as unlike as these are."""
    part, terms = whole.part, rest.part
    mine = part.rows["t"].to_numpy() == t
    relative = _relative(whole, rest, mine)
    levels = _levels(rest)
    usual = np.median(levels, axis=1, keepdims=True)
    levels = np.clip(levels, usual - FARTHEST, usual + FARTHEST)  # nobody left: the level has no bottom
    rng = stream(t, f"level of a period {part.persona}")
    spread = levels.std(axis=1, ddof=1) * np.sqrt(1 + 1 / levels.shape[1])
    level = levels.mean(axis=1) + spread * rng.standard_t(levels.shape[1] - 1, len(levels))
    return _Period(
        persona=part.persona,
        n=part.n[mine],
        leavers=part.leavers[mine],
        met=number_met(part, journey)[mine],
        relative=relative,
        level=level,
        dispersion=terms.dispersion,
    )


def _relative(whole: DrawnPart, rest: DrawnPart, mine: np.ndarray) -> np.ndarray:
    """Log hazard of a period's cells `(draw, cell)` from the terms that the fit without it has, its level left out."""
    shared = whole.part.terms
    x = whole.part.x[mine]
    out = rest.effects @ x[:, whole.part.effects].T
    held = np.setdiff1d(np.arange(rest.part.x.shape[1]), rest.part.effects)
    for place, column in enumerate(held):
        name = rest.part.terms[column]
        if name in shared and name != "const" and not name.startswith("t_"):
            out = out + np.outer(rest.held[:, place], x[:, shared.index(name)])
    return np.asarray(out)


def _levels(rest: DrawnPart) -> np.ndarray:
    """The log level of each period that is in the fit `(draw, period)`."""
    held = np.setdiff1d(np.arange(rest.part.x.shape[1]), rest.part.effects)
    names = [rest.part.terms[column] for column in held]
    const = rest.held[:, names.index("const")]
    later = [rest.held[:, place] for place, name in enumerate(names) if name.startswith("t_")]
    return np.column_stack([const, *(const + one for one in later)])


def _told(
    t: int, here: Sequence[_Period], weights: Smoothed, seed: int, facts: Mapping[str, float | str]
) -> PeriodLeftOut:
    rng, weight = stream(seed, f"period {t}"), np.exp(weights.log_weights[:, 0])
    splits = [group for one in here for group in _split(one)]
    groups = [*(_level(one) for one in here), *together(splits)]
    gains = tuple(_gain(one, weight) for one in here)
    return PeriodLeftOut(
        t=t,
        rows=tuple(predicted_row(group, rng, weight) for group in groups),
        gain=float(sum(gains)),
        gain_by_unit=gains,
        leavers=float(sum(one.leavers.sum() for one in here)),
        shift=float(facts["shift"]),
        shifted=str(facts["shifted"]),
        khat=float(facts["khat"]),
        how=str(facts["how"]),
    )


def _level(one: _Period) -> Group:
    """All of a persona in the period, at a level told by the others."""
    rate = -np.expm1(-np.exp(np.minimum(one.relative + one.level[:, None], ETA_BOUNDS[1])))
    return Group(
        kind="period left out",
        group=one.persona,
        persona=one.persona,
        customers=float(one.n.sum()),
        seen=float(one.leavers.sum()),
        expected=rate @ one.n,
        dispersion=one.dispersion,
    )


def _share(one: _Period) -> np.ndarray:
    """Of one who left, the chance that it was from each cell `(draw, cell)`."""
    share = np.exp(one.relative) * one.n
    return np.asarray(share / share.sum(axis=1, keepdims=True))


def _split(one: _Period) -> list[Group]:
    """How those who left in the period are shared out by the number of pain points met."""
    share, left = _share(one), float(one.leavers.sum())
    return [
        Group(
            kind="split of a period",
            group=met_label(int(count)),
            customers=float(one.n[one.met == count].sum()),
            seen=float(one.leavers[one.met == count].sum()),
            expected=left * share[:, one.met == count].sum(axis=1),
            dispersion=one.dispersion,
            trials=left,
        )
        for count in np.unique(one.met)
    ]


def _gain(one: _Period, weight: np.ndarray) -> float:
    """Log-probability of which cells the leavers came from, over that of one rate for all of the persona."""
    flat = np.log(one.n / one.n.sum()) @ one.leavers
    return float(logsumexp(np.log(_share(one)) @ one.leavers, b=weight) - flat)
