"""What it is worth to know more before choosing: everything, one pain point, or what more answers would tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impact.rng import stream
from models.noise import Noise
from scenarios.portfolio import Portfolio
from scenarios.regress_value import expected_elsewhere, expected_given, worth_of_choosing
from scenarios.worth import Case, set_npv

EVERY_SET = 64  # up to so many allowed sets each is a choice of its own
BEST_SETS = 24  # above it, so many of the best on average, and as many of those that win in most futures
OWN_PERSONAS = 3  # up to so many each has its own effect; above, their mean by worth stands for all


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """The sets one may choose among `(action, offer)` 0/1, and their net present values `(action, draw)`, joint."""

    sets: np.ndarray
    npv: np.ndarray

    @property
    def best(self) -> float:
        """Mean NPV of the best set, chosen now."""
        return float(self.npv.mean(axis=1).max())


def actions_of(case: Case, portfolio: Portfolio, alone: np.ndarray) -> Actions:
    """The allowed sets, or where they are many those that `actions_among` keeps; `alone` `(offer, draw)` NPV."""
    allowed = portfolio.allowed
    return actions_among(case, portfolio.sets[allowed], portfolio.value[allowed], alone)


def actions_among(case: Case, sets: np.ndarray, value: np.ndarray, alone: np.ndarray) -> Actions:
    """All of some sets `(set, offer)`, or where they are many the best on average and those that win in most futures.

    Which win is told by initiatives' own NPV draws `alone` `(offer, draw)`, each set shifted to its mean `value`
    `(set,)`; sets left out can only make information look worth less than it is.
    """
    if len(sets) > EVERY_SET:
        guess = sets @ alone + (value - sets @ alone.mean(axis=1))[:, None]
        wins = np.bincount(guess.argmax(axis=0), minlength=len(sets))
        often = np.argsort(-wins, kind="stable")[:BEST_SETS]
        sets = sets[np.union1d(np.argsort(-value, kind="stable")[:BEST_SETS], often[wins[often] > 0])]
    return at_choice(case, sets)


def at_choice(case: Case, sets: np.ndarray) -> Actions:
    """The net present values of sets `(action, offer)` of a case's offers."""
    npv = np.zeros((len(sets), case.posterior.draws))
    for place, row in enumerate(sets):
        npv[place] = set_npv(case, [int(i) for i in np.flatnonzero(row)])
    return Actions(sets=sets, npv=npv)


def worth_of_everything(actions: Actions) -> float:
    """EVPI of the choice: E[max over sets] - max over sets of E, in money."""
    return worth_of_choosing(actions.npv)


def worth_of_pain_points(case: Case, actions: Actions) -> np.ndarray:
    """EVPPI of every pain point `(pain_point,)`: what it adds to know its effect on leaving and spend, joint.

    Both after the haircut, so that to know of one tells of the haircut of all. Never more than everything is worth.
    Source: Strong, Oakley & Brennan (2014).
    """
    gain = actions.npv - actions.npv[actions.npv.mean(axis=1).argmax()]
    most = worth_of_everything(actions)
    found = [
        worth_of_choosing(expected_given(gain, effects_of(case, k))) for k in range(len(case.posterior.pain_points))
    ]
    return np.asarray(np.clip(found, 0.0, most))


def effects_of(case: Case, k: int) -> np.ndarray:
    """What is to be known of a pain point `(draw, effect)`: on leaving and on spend, by persona or their mean."""
    personas = case.base.personas
    worth = np.array([float(p.customers @ p.money) * p.exposure[k] for p in personas])
    leave = np.array([float((p.customers * p.money) @ p.rate) * p.exposure[k] for p in personas])
    hazard = np.column_stack([one[:, k] for one in case.today.hazard])
    spend = np.column_stack([one[:, k] for one in case.today.spend])
    if len(personas) <= OWN_PERSONAS:
        return np.column_stack([hazard[:, leave > 0], spend[:, worth > 0]])
    return np.column_stack([hazard @ leave, spend @ worth])


def answers_tell(case: Case, noise: Noise, stage: str, n: float | None, seed: int) -> np.ndarray:
    """What `n` more answers would tell, in every draw `(draw, pain_point of the stage)`, in points of overall.

    The mean effect on the score of each of the stage's pain points, personas weighted as answers have it so far, with
    the error variance that so far `noise.answers` left, times `noise.answers / n`; without `n` an error as large as
    today's doubt.
    """
    pains = [k for k in noise.stages.get(stage, ()) if np.isfinite(noise.score[k, k])]
    if not pains or noise.answers <= 0:
        return np.zeros((case.posterior.draws, 0))
    told = np.column_stack([case.posterior.score[:, :, k] @ noise.weights[:, k] for k in pains])
    error = noise.score[np.ix_(pains, pains)] * noise.answers / n if n else np.diag(told.var(axis=0))
    weight, axes = np.linalg.eigh(error)
    root = axes * np.sqrt(np.maximum(weight, 0.0))
    chance = stream(seed, f"survey/{stage}").standard_normal(told.shape)
    return np.asarray(told + chance @ root.T)


def worth_of_answers(actions: Actions, told: np.ndarray) -> float:
    """EVSI of simulated answers `(draw, column)`: what it adds to choose after them, nothing at the least.

    The set is chosen at each draw by what other draws teach, and counted at what is then expected: a choice made by
    chance in the draws would be counted at what the chance promised.
    """
    if not told.shape[1]:
        return 0.0
    gain = actions.npv - actions.npv[actions.npv.mean(axis=1).argmax()]
    chosen = expected_elsewhere(gain, told).argmax(axis=0)
    expected = expected_given(gain, told)
    return max(float(expected[chosen, np.arange(len(chosen))].mean()), 0.0)
