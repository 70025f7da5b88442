"""No persona made worse: what a set of initiatives changes for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from models.value import Today, value_draws
from scenarios.effect import joint_course
from scenarios.worth import Case

LEAST = -1e-9  # of the persona's own figure: sums of draws that cancel


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonaChange:
    """What a set changes on average, `(persona,)` each.

    `margin` is the mean gain in margin of the persona's customers in money, discounted, costs not taken off; `score`
    the mean change of their overall score in points, over the horizon.
    """

    margin: np.ndarray
    score: np.ndarray

    @property
    def kept(self) -> bool:
        """Whether no persona is made worse in either."""
        return bool((self.margin >= LEAST * np.abs(self.margin).max(initial=1.0)).all() and (self.score >= LEAST).all())


def persona_changes(case: Case, members: Sequence[int]) -> PersonaChange:
    """What a set of initiatives changes for each persona, beside what is ongoing."""
    together, alone = _changes(case, members), _changes(case, ())
    return PersonaChange(margin=together[0] - alone[0], score=together[1] - alone[1])


def keeps_floor(case: Case, members: Sequence[int]) -> bool:
    """Whether a set makes no persona worse: mean margin and mean score of none fall."""
    return not len(members) or persona_changes(case, members).kept


@dataclass(frozen=True, slots=True)
class FloorKeeper:
    """Says of sets whether they make no persona worse, each set looked at once."""

    case: Case
    known: dict[bytes, bool] = field(default_factory=dict)

    def keeps(self, row: np.ndarray) -> bool:
        """Whether a set `(initiative,)` of 0 and 1 makes no persona worse."""
        key = (row > 0).tobytes()
        if key not in self.known:
            self.known[key] = keeps_floor(self.case, [int(i) for i in np.flatnonzero(row)])
        return self.known[key]


def _changes(case: Case, members: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    posterior, personas = case.posterior, case.base.personas
    offers = [case.offers[i] for i in members]
    course = joint_course(offers, posterior.draws, len(posterior.pain_points), case.periods, case.ongoing)
    margin, score = np.zeros(len(personas)), np.zeros(len(personas))
    for g, persona in enumerate(personas):
        fixed = course.levels[g if len(course.levels) > 1 else 0]
        own = replace(course, levels=fixed[None])
        value = value_draws(replace(case.base, personas=(persona,)), _today_of(case.today, g), own)
        margin[g] = float(value.discounted(case.base.discount).mean())
        gain = -np.einsum("ldk,dk,k->l", fixed, posterior.score[:, g], persona.exposure) / posterior.draws
        score[g] = float(np.append(gain, 0.0)[course.at].mean())
    return margin, score


def _today_of(today: Today, g: int) -> Today:
    """What stays the same for one persona alone."""
    return Today(
        hazard=today.hazard[g : g + 1],
        spend=today.spend[g : g + 1],
        together=today.together[g : g + 1],
        now=today.now[g : g + 1],
        before=(today.before[g],),
    )
