"""The full engine: the same joint posterior in PyMC, by NUTS. Equations: `models/uplift.py`.

What personas have of their own in leaving and spend is integrated out on the axes on which a persona's errors are
independent (it only widens them), and drawn after sampling, as in the quick engine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import logit

from models.exact_cells import LOOSE, PersonaCells
from models.inference import Fit, SamplerSettings, sample
from models.learnt_haircut import PLACES, kept_tables
from models.on_axes import OnAxes
from models.reduced import GaussianSummary, silent
from models.uplift import STUDY_SPREAD, WIDEST_DIRECT, Question, shrinkage_scale

if TYPE_CHECKING:
    import pymc

_FLAT = 100.0  # prior sd of what is held fixed, in its own standard errors


def sample_fully(
    question: Question,
    seed: int,
    tell: Callable[[int, int], None],
    exact: tuple[PersonaCells, ...] = (),
    settings: SamplerSettings | None = None,
) -> Fit:
    """The fit by NUTS: the same names and shapes as the quick engine's.

    Leaving of personas with `exact` cells is told by these, counts of those at risk and those who left; that of the
    others by their Gaussian summary.
    """
    names = ["score", "shared_leaving", "shared_spend", "theta", "psi", "direct_scale"]
    names += ["persona_spread", "leaving_spread", "spend_spread"] if len(question.forms.personas) > 1 else []
    names += ["counted_leaving"] if exact else []
    names += ["place", "study"] if question.rows_of_haircut else []
    fit = sample(build_model(question, exact), names, seed, settings or SamplerSettings(), tell)
    counted = sorted({question.forms.personas.index(part.persona) for part in exact})
    return with_own_parts(question, fit, counted, np.random.default_rng(seed))


def build_model(question: Question, exact: tuple[PersonaCells, ...] = ()) -> pymc.Model:
    """The model in PyMC, on the reduced forms; readable beside the equations in `models/uplift.py`."""
    import pymc as pm

    forms, priors = question.forms, question.priors
    personas, pains = len(forms.personas), len(forms.pain_points)
    with pm.Model() as model:
        mean_score = pm.Normal("mean_score", -question.signs * priors.score[0], priors.score[1], shape=pains)
        score = mean_score[None, :] + np.zeros((personas, 1))
        if personas > 1:
            persona_spread = pm.HalfNormal("persona_spread", priors.persona_spread)
            score = score + persona_spread * pm.Normal("own_score", 0, 1, shape=(personas, pains))
        theta, psi = pm.Normal("theta", *priors.theta), pm.Normal("psi", *priors.psi)
        direct = _direct(question)
        direct_spend = priors.direct_spend * pm.StudentT("direct_spend", nu=3, mu=0, sigma=1, shape=pains)
        leaving_spread, spend_spread = 0.0, 0.0  # what a single persona has of its own is its direct part
        if personas > 1:
            leaving_spread = pm.HalfNormal("leaving_spread", priors.leaving_spread)
            spend_spread = pm.HalfNormal("spend_spread", priors.spend_spread)

        score = pm.Deterministic("score", score)
        leaving = pm.Deterministic("shared_leaving", theta * score + direct[None, :])
        spend = pm.Deterministic("shared_spend", psi * score + direct_spend[None, :])
        _see("score", forms.score, score, 0.0)
        counted = [forms.personas.index(part.persona) for part in exact]
        told = tuple(silent(pains) if g in counted else part for g, part in enumerate(forms.leaving or ()))
        _see("leaving", told, leaving, leaving_spread)
        if exact:
            own = pm.Normal("own_leaving", 0, 1, shape=(personas, pains))
            by_count = pm.Deterministic("counted_leaving", leaving + leaving_spread * own)
            for g, part in zip(counted, exact, strict=True):
                _count(part, by_count[g])
        _see("spend", forms.spend, spend, spend_spread)
        pooled = {
            "score": mean_score,
            "leaving": theta * mean_score + direct,
            "spend": psi * mean_score + direct_spend,
        }
        _read_rows(question, pooled)
    return model


def _direct(question: Question) -> pymc.model.core.TensorVariable:
    import pymc as pm
    from pytensor import tensor as pt

    pains = len(question.signs)
    if not question.sparse:
        scale = pm.HalfNormal("direct_scale", question.priors.direct_scale)
        return scale * pm.StudentT("direct", nu=3, mu=0, sigma=1, shape=pains)
    scale = pm.HalfCauchy("direct_scale", shrinkage_scale(question))
    wide = scale * pm.HalfCauchy("local", 1, shape=pains)
    sd = wide * WIDEST_DIRECT / pt.sqrt(WIDEST_DIRECT**2 + wide**2)
    return sd * pm.Normal("direct", 0, 1, shape=pains)


def _see(
    of: str,
    parts: tuple[GaussianSummary, ...],
    effects: pymc.model.core.TensorVariable,
    spread: pymc.model.core.TensorVariable | float,
) -> None:
    """The likelihood of one outcome, each persona on the axes on which its errors are independent."""
    import pymc as pm
    from pytensor import tensor as pt

    if not parts:
        return
    seen = OnAxes(parts)
    for g, part in enumerate(parts):
        told = seen.roots[g] > 0
        if not told.any():
            continue
        turn = seen.axes[g][:, told].T
        sd = pt.sqrt(1 / seen.roots[g][told] + spread**2)
        pm.Normal(f"seen_{of}_{g}", mu=pm.math.dot(turn, effects[g]), sigma=sd, observed=turn @ part.mean)


def _count(part: PersonaCells, effects: pymc.model.core.TensorVariable) -> None:
    """The exact likelihood of one persona's leavers by cell, tempered by what they vary beyond chance.

    What is held fixed has a flat prior; it is asked for around where it lies given the effects, in its own spread.
    """
    import pymc as pm
    from pytensor import tensor as pt

    held = np.setdiff1d(np.arange(part.x.shape[1]), part.effects)
    rest = part.information[np.ix_(held, held)] / part.dispersion + LOOSE * np.eye(len(held))
    follow = -np.linalg.solve(rest, part.information[np.ix_(held, part.effects)] / part.dispersion)
    root = np.linalg.inv(np.linalg.cholesky(rest)).T
    unit = pm.Normal(f"held_{part.persona}_{part.part}", 0, _FLAT, shape=len(held))
    asked = effects[part.pain_points]
    terms = part.mode[held] + pt.dot(follow, asked - part.mode[part.effects]) + pt.dot(root, unit)
    intensity = pt.exp(pt.dot(part.x[:, part.effects], asked) + pt.dot(part.x[:, held], terms))
    left = part.leavers > 0
    gone = (part.leavers[left] * (pt.log(-pt.expm1(-intensity[left])))).sum()
    stayed = -((part.n - part.leavers) * intensity).sum()
    pm.Potential(f"left_{part.persona}_{part.part}", (gone + stayed) / part.dispersion)


def _read_rows(question: Question, pooled: dict[str, pymc.model.core.TensorVariable]) -> None:
    """What the evidence rows say, and the haircut as they tell it."""
    import pymc as pm
    from pytensor import tensor as pt

    held = question.rows_of_haircut
    if held:
        place = pm.Uniform("place", 0, 1)
        study = pm.Normal("study", 0, 1, shape=len(held))
        at = place * (len(PLACES) - 1)
        below = pt.clip(pt.floor(at), 0, len(PLACES) - 2).astype("int64")
        tables = pt.as_tensor(logit(kept_tables(question)))
        common = tables[:, below] + (at - below) * (tables[:, below + 1] - tables[:, below])
        kept = pm.math.sigmoid(common + STUDY_SPREAD * study)
    told = [row.evidence for row in held]
    for i, row in enumerate(question.rows):
        if row.apart is not None and row.evidence not in told:
            continue
        if row.apart is not None:
            own = kept[told.index(row.evidence)]
            sigma = pt.sqrt(row.se**2 + (own * row.apart[1]) ** 2)
            pm.Normal(f"row_{i}", mu=own * row.apart[0], sigma=sigma, observed=row.estimate)
            continue
        reads = pm.math.dot(row.weights, pooled[row.of])
        mean = kept[told.index(row.evidence)] * reads if row.evidence in told else reads
        pm.Normal(f"row_{i}", mu=mean, sigma=row.se, observed=row.estimate)


def with_own_parts(question: Question, fit: Fit, counted: Sequence[int], rng: np.random.Generator) -> Fit:
    """The fit with what personas have of their own in leaving and spend drawn, under the quick engine's names.

    Personas at `counted` places had their own part sampled with the exact counts.
    """
    draws = dict(fit.draws)
    forms = question.forms
    nothing = tuple(silent(len(question.signs)) for _ in forms.personas)
    by_count = draws.pop("counted_leaving", None)
    for of, parts in (("leaving", forms.leaving or nothing), ("spend", forms.spend)):
        told, shared = OnAxes(parts), draws.pop(f"shared_{of}")
        flat = shared.reshape(-1, *shared.shape[2:])
        spread = draws.setdefault(f"{of}_spread", np.zeros(shared.shape[:2]))
        own = told.own(spread.reshape(-1), told.turned(told.mean - flat), rng)
        draws[of] = (flat + own).reshape(shared.shape)
    if by_count is not None:
        draws["leaving"][:, :, counted] = by_count[:, :, counted]
    return replace(fit, draws=draws)
