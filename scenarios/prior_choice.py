"""What other priors would do to the values and to the choice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from impact.checks import Check, make_check
from models.prior_sensitivity import Refit
from models.value import never_again
from scenarios.dial_choice import Choice
from scenarios.thinned import thinned, with_posterior
from scenarios.worth import Case, set_npv

MOVED = 0.25  # of the total at stake: more than that and half of what is shown may be what was assumed
_SETS_ON = 200  # draws on which sets are compared
_ERRORS = 2.0  # Monte-Carlo errors by which another set must be better to be called so


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorRow:
    """One prior with its scale multiplied by `factor` (1: as it is).

    `everything` `(draw,)` the value of never meeting any pain point, `pains` `(pain_point,)` the mean of each alone,
    `chosen` 0/1 `(initiative,)`, and by how much another set is better, in money (0 where none is beyond chance).
    """

    prior: str
    factor: float
    everything: np.ndarray
    pains: np.ndarray
    chosen: np.ndarray
    better_by: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorSensitivity:
    """Every prior halved and doubled; the first row is the run as it is. `chosen` is the choice as it stands."""

    initiatives: tuple[str, ...]
    pain_points: tuple[str, ...]
    rows: tuple[PriorRow, ...]
    chosen: np.ndarray

    def moved(self, row: PriorRow) -> float:
        """How far the total moves, as a share of its size as it is."""
        now = float(self.rows[0].everything.mean())
        return float((row.everything.mean() - now) / abs(now)) if now else 0.0


def value_refits(case: Case, choice: Choice | None, refits: Iterable[Refit]) -> PriorSensitivity:
    """Values and choice under every refit, the first of them as it is.

    Sets are compared on their own values as they stand, each moved by what the changed prior moves it.

    Args:
        case: base, posterior and offers.
        choice: the sets that can win; None where nothing can be chosen.
        refits: as `refit_all` gives them.
    """
    rows: list[PriorRow] = []
    start = np.zeros(0)
    for refit in refits:
        now = with_posterior(case, refit.posterior)
        few = thinned(now, _SETS_ON)
        moved = np.zeros(0) if choice is None else choice.under(few)
        start = start if rows else moved
        rows.append(_row(refit, now, choice, moved - start))
    chosen = np.zeros(len(case.offers), dtype=int) if choice is None else choice.chosen
    return PriorSensitivity(
        initiatives=tuple(offer.item.initiative for offer in case.offers),
        pain_points=case.posterior.pain_points,
        rows=tuple(rows),
        chosen=chosen,
    )


def _row(refit: Refit, case: Case, choice: Choice | None, moved: np.ndarray) -> PriorRow:
    pains = len(case.posterior.pain_points)

    chosen, better = (np.zeros(len(case.offers), dtype=int), 0.0) if choice is None else _chosen(case, choice, moved)
    return PriorRow(
        prior=refit.prior,
        factor=refit.factor,
        everything=never_again(case.base, case.today, list(range(pains))),
        pains=np.array([never_again(case.base, case.today, [k]).mean() for k in range(pains)]),
        chosen=chosen,
        better_by=better,
    )


def _chosen(case: Case, choice: Choice, moved: np.ndarray) -> tuple[np.ndarray, float]:
    """The set that would be chosen and by how much it is better; today's where that is within chance."""
    value = choice.value + moved
    best = int(np.argmax(value))
    mine = int(np.flatnonzero((choice.sets == choice.chosen).all(axis=1))[0])
    if best == mine:
        return choice.chosen, 0.0
    members = [[int(i) for i in np.flatnonzero(choice.sets[place])] for place in (best, mine)]
    one, other = (set_npv(case, each) for each in members)
    error = float((one - other).std()) / np.sqrt(case.posterior.draws)
    better = float(value[best] - value[mine])
    if better <= _ERRORS * error:
        return choice.chosen, 0.0
    return choice.sets[best].astype(int), better


def prior_check(found: PriorSensitivity) -> Check:
    """Whether the choice, or the total at stake, hangs on what was assumed before any data."""
    rows = found.rows[1:]
    moved = max(rows, key=lambda row: abs(found.moved(row)), default=None)
    others = [row for row in rows if not np.array_equal(row.chosen, found.chosen)]
    far = moved is not None and abs(found.moved(moved)) > MOVED
    most = "" if moved is None else f"total {found.moved(moved):+.0%} at most ({_named(moved)})"
    text = "Values and choice stay as they are when what was assumed is halved or doubled."
    if others:
        text = f"Another set would be chosen: {', '.join(_named(row) for row in others)}."
    elif far and moved is not None:
        text = f"The total at stake moves by {found.moved(moved):+.0%} with what was assumed: {_named(moved)}."
    return make_check(
        "C571",
        "The choice stands up to other priors",
        "review" if others or far else "pass",
        found=f"{most}; choice changed in {len(others)} of {len(rows)}",
        limit=f"total within {MOVED:.0%}, choice unchanged",
        text=text,
        remedy="Agree on what is assumed there, or run a pilot." if others or far else "",
    )


def _named(row: PriorRow) -> str:
    return f"{row.prior} {'halved' if row.factor < 1 else 'doubled'}"
