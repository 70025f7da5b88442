"""The posterior drawn to the exact likelihood of leaving, from the Gaussian summary it was fitted on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from impact.cells import Cells, CustomerCells
from impact.checks import Check, make_check
from impact.journey import Journey
from impact.rng import stream
from models.exact_cells import ExactLikelihood, PersonaCells, exact_cells
from models.psis import KHAT_LIMIT, Smoothed, smooth
from models.reduced import GaussianSummary, ReducedForms
from models.uplift import UpliftPosterior

LOOK = 1_000  # draws that tell whether all need be weighed
MOST_WORK = 80_000_000  # cells times draws that are weighed, about two seconds
UNMOVED = 0.05  # posterior sds: no mean moves by more, and no spread by twice that share, and the draws stay
FEWEST_EFFECTIVE = 400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A posterior and how far it was from the exact likelihood of leaving.

    By persona: `khat`, the shape of the weights' tail (.7 and more: the weights cannot be trusted); `moved`, the
    largest move of the mean of an effect on leaving, in posterior standard deviations, and `spread`, the largest
    ratio of standard deviations away from 1 (exact over summary). `corrected` personas are in the draws as the exact
    likelihood has them; `to_full` need the full sampler on `exact_cells`; `left` have their cells on the engine, too
    many to weigh, and keep the summary. `index` `(draw,)` are the draws taken, None where they stay as they were.
    `weighed` draws were looked at. `parts` are the cells themselves, `forms` the summary that was fitted.
    """

    posterior: UpliftPosterior
    khat: Mapping[str, float]
    moved: Mapping[str, float]
    spread: Mapping[str, float]
    corrected: tuple[str, ...]
    to_full: tuple[str, ...]
    left: tuple[str, ...]
    index: np.ndarray | None
    weighed: int
    forms: ReducedForms = field(repr=False)
    parts: tuple[PersonaCells, ...] = field(default=(), repr=False)


def correct(
    posterior: UpliftPosterior, forms: ReducedForms, cells: Cells, journey: Journey, seed: int
) -> Corrected | None:
    """The posterior of the exact binomial likelihood, by Pareto-smoothed weights; None where nobody can leave.

    Every joint draw weighs as much as the exact likelihood, held-fixed terms integrated out, exceeds the Gaussian
    summary at its effects; log-weights of personas add. Draws are then taken in proportion, one index for all arrays.
    """
    if not isinstance(cells, CustomerCells) or forms.leaving is None:
        return None
    return correct_on(posterior, forms, exact_cells(cells, journey), seed)


def correct_on(
    posterior: UpliftPosterior, forms: ReducedForms, parts: tuple[PersonaCells, ...], seed: int
) -> Corrected:
    """As `correct`, on cells that are at hand; a thousand draws tell whether it is worth weighing them all."""
    exact = {
        name: [(part, ExactLikelihood(part)) for part in parts if part.persona == name]
        for name in sorted({part.persona for part in parts})
    }

    def judged(look: np.ndarray) -> _Judged:
        logs = {name: log_weights(posterior, forms, name, exact[name], look) for name in exact}
        return _judge(posterior, logs, look)

    look = _every(posterior.draws, LOOK)
    found = judged(look)
    if not _still(found) and posterior.draws > LOOK:
        work = sum(len(part.n) for part in parts)
        look = _every(posterior.draws, max(LOOK, MOST_WORK // max(work, 1)))
        found = judged(look)
    left = tuple(name for name in posterior.personas if name not in exact)
    result = _taken(posterior, found, look, (forms, seed))
    return replace(result, left=left, parts=parts)


def _every(draws: int, wanted: int) -> np.ndarray:
    """The places of so many draws, evenly spread."""
    return np.unique(np.linspace(0, draws - 1, max(1, min(draws, wanted))).round().astype(int))


def log_weights(
    posterior: UpliftPosterior,
    forms: ReducedForms,
    persona: str,
    exact: list[tuple[PersonaCells, ExactLikelihood]],
    look: np.ndarray,
) -> np.ndarray:
    """Exact over Gaussian likelihood of one persona's effects at some draws `(draw,)`, as logs."""
    assert forms.leaving is not None
    g = posterior.personas.index(persona)
    effects = posterior.leaving[look, g]
    found = [
        beside_summary(likelihood, part, forms.leaving[g], effects[:, part.pain_points]) for part, likelihood in exact
    ]
    return np.asarray(sum(found))


def beside_summary(
    likelihood: ExactLikelihood, part: PersonaCells, summary: GaussianSummary, effects: np.ndarray
) -> np.ndarray:
    """The log of exact over Gaussian likelihood `(draw,)` of one part's effects `(draw, effect)`."""
    at = part.pain_points
    gap = effects - summary.mean[at]
    gaussian = -((gap @ summary.precision[np.ix_(at, at)]) * gap).sum(axis=1) / 2
    return np.asarray(likelihood.log_likelihood(effects) - gaussian)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    khat: Mapping[str, float]
    moved: Mapping[str, float]
    spread: Mapping[str, float]
    kept: tuple[str, ...]
    joint: Smoothed


def _judge(posterior: UpliftPosterior, logs: Mapping[str, np.ndarray], look: np.ndarray) -> _Judged:
    """The weights by persona, and those of all that can be trusted together."""
    own = {name: smooth(values) for name, values in logs.items()}
    khat = {name: float(weights.khat[0]) for name, weights in own.items()}
    kept = sorted((name for name in own if khat[name] < KHAT_LIMIT), key=lambda name: khat[name])
    joint = smooth(_sum(logs, kept, len(look)))
    while kept and not _good(joint):
        kept.pop()
        joint = smooth(_sum(logs, kept, len(look)))
    moved, spread = {}, {}
    for name, weights in own.items():
        effects = posterior.leaving[look, posterior.personas.index(name)]
        moved[name], spread[name] = _shift(effects, np.exp(weights.log_weights[:, 0]))
    return _Judged(khat=khat, moved=moved, spread=spread, kept=tuple(sorted(kept)), joint=joint)


def _sum(logs: Mapping[str, np.ndarray], names: list[str], draws: int) -> np.ndarray:
    return np.asarray(sum((logs[name] for name in names), np.zeros(draws)))


def _good(joint: Smoothed) -> bool:
    enough = min(FEWEST_EFFECTIVE, len(joint.log_weights) / 4)
    return bool(joint.khat[0] < KHAT_LIMIT and joint.effective()[0] >= enough)


def _shift(effects: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """The largest move of a mean in standard deviations, and of a standard deviation as a ratio away from 1."""
    sd = effects.std(axis=0)
    mean = weight @ effects
    exact = np.sqrt(np.maximum(weight @ (effects - mean) ** 2, 0.0))
    told = sd > 0
    if not told.any():
        return 0.0, 1.0
    ratio = (exact[told] / sd[told])[np.argmax(np.abs(np.log(np.maximum(exact[told], 1e-12) / sd[told])))]
    return float(np.abs((mean - effects.mean(axis=0))[told] / sd[told]).max()), float(ratio)


def _still(found: _Judged) -> bool:
    """Whether the exact likelihood leaves every effect where the summary has it."""
    near = all(value <= UNMOVED for value in found.moved.values())
    return near and all(abs(value - 1) <= 2 * UNMOVED for value in found.spread.values())


def _taken(posterior: UpliftPosterior, found: _Judged, look: np.ndarray, asked: tuple[ReducedForms, int]) -> Corrected:
    forms, seed = asked
    still = _still(found)
    index = None if still or not found.kept else look[_draw(found.joint, posterior.draws, seed)]
    fit = replace(posterior.fit, khat={f"leaving of {name}": k for name, k in found.khat.items()})
    drawn = posterior if index is None else posterior.at(index)
    return Corrected(
        posterior=replace(drawn, fit=fit),
        khat=found.khat,
        moved=found.moved,
        spread=found.spread,
        corrected=() if index is None else found.kept,
        to_full=tuple(name for name in found.khat if name not in found.kept),
        left=(),
        index=index,
        weighed=len(look),
        forms=forms,
    )


def _draw(weights: Smoothed, draws: int, seed: int) -> np.ndarray:
    """Places of draws taken in proportion to their weight, systematically. Source: Kitagawa (1996)."""
    at = (np.arange(draws) + stream(seed, "exact").uniform()) / draws
    places = np.searchsorted(np.cumsum(np.exp(weights.log_weights[:, 0])), at)
    return np.minimum(places, len(weights.log_weights) - 1)


def exact_checks(found: Corrected | None) -> tuple[Check, ...]:
    """Whether the summary of leaving stands in for its exact likelihood, by persona."""
    if found is None:
        return ()
    far = max(found.moved.values(), default=0.0)
    text = "The draws were weighed to the exact likelihood." if found.corrected else "The summary is as good."
    if found.to_full:
        text = f"The summary is too far off to be weighed for {', '.join(found.to_full)}: few left there."
    elif not found.khat and found.corrected:
        text = "No summary could be weighed: NUTS sampled the counts themselves."
    elif not found.khat:
        text = "Too many cells to weigh: the summary stands, which at that size is as good as exact."
    return (
        make_check(
            "C510",
            "Few leavers are counted exactly",
            "review" if found.to_full else "pass",
            found=f"k-hat {max(found.khat.values(), default=0.0):.2f}, largest move {far:.2f} posterior sd"
            if found.khat
            else ("NUTS on the counts" if found.corrected else "not tried"),
            limit=f"k-hat under {KHAT_LIMIT}",
            text=text,
            remedy="Join small personas; their effects say little beyond the prior." if found.to_full else "",
        ),
    )
