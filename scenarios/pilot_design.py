"""Pilots to be designed: what each initiative is expected to move, and what a pilot of so many could see of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from models.measure.panel import Z90
from models.measure.power import POWER, Scatter, chance_found, least_effect, needed_each
from models.noise import Noise
from scenarios.effect import Offer
from scenarios.pilots import ARMS, LEAVING, MONEY, pilot_shows
from scenarios.worth import Case

SCORE, MARGIN, MET = "score", "margin", "met:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked of a pilot: how many `periods` of `spans` looked at, and the `power` it is to have.

    `there` customers or sites (`unit`) can take part. `wanted` are effects by outcome that are to be seen, instead of
    those that are expected. Spans rise and hold `periods`.
    """

    periods: int
    spans: tuple[int, ...]
    there: int
    unit: str
    power: float = POWER
    wanted: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """What chance does in a pilot.

    `noise` as of a study's pilots; `scatter` of customers' money, None where the ledger is too short; `score_sd` of an
    overall answer and how many `answers` a customer gives in a period. `placebos` is the error of all units by outcome
    and periods, of a study of sites, where it stands instead of the rest. `drawn_together` is the design effect by
    outcome where whole groups are drawn.
    """

    noise: Noise
    scatter: Scatter | None = None
    score_sd: float = float("nan")
    answers: float = 0.0
    placebos: Mapping[tuple[str, int], float] | None = None
    drawn_together: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a pilot could see of one outcome of an initiative.

    `change` `(draw,)` is expected of those who get it, as it would be measured; `errors` by periods, infinite where
    it is not measured, are of the difference between two halves of all that are there.
    """

    initiative: str
    outcome: str
    change: np.ndarray
    errors: Mapping[int, float]
    drawn_together: float
    ask: Ask

    @property
    def better(self) -> int:
        """The sign of an improvement: less leaving and fewer occurrences, more of all else."""
        return -1 if self.outcome == LEAVING or self.outcome.startswith(MET) else 1

    @property
    def expected(self) -> float:
        """Mean of the change."""
        return float(self.change.mean())

    @property
    def range(self) -> tuple[float, float]:
        """The ends of 9 of 10 futures of the change."""
        low, high = np.quantile(self.change, (0.05, 0.95))
        return float(low), float(high)

    @property
    def told(self) -> bool:
        """Whether the outcome is measured at all."""
        return bool(np.isfinite(self.error(self.ask.periods)))

    def error(self, periods: int, share: float = 1.0) -> float:
        """The standard error with a share of all that are there."""
        return self.errors.get(periods, float("inf")) / float(np.sqrt(share))

    def least(self, share: float = 1.0) -> float:
        """The least effect that a share of all that are there would show with the power asked for."""
        return float(least_effect(self.error(self.ask.periods, share), self.ask.power))

    @property
    def each(self) -> int:
        """How many an arm are to take part: what the expected change takes, and no more than there are."""
        return int(min(np.ceil(self.needed(self.ask.periods)), self.ask.there // 2))

    def needed(self, periods: int) -> float:
        """How many an arm the expected change takes."""
        return needed_each(self.error(periods), self.ask.there / 2, self.expected, self.ask.power)

    @property
    def power(self) -> float:
        """The chance that a change as large as expected is found with all that are there."""
        return float(chance_found(abs(self.expected), self.error(self.ask.periods)))

    def assurance(self, periods: int, share: float = 1.0) -> float:
        """The chance that an improvement is found, over all that the change may be.

        Source: O'Hagan, Stevens & Campbell (2005).
        """
        return float(chance_found(self.better * self.change, self.error(periods, share)).mean())

    @property
    def enough(self) -> int | None:
        """The fewest periods of those looked at in which the expected change can be seen; None where in none."""
        return next((n for n in self.ask.spans if 2 * self.needed(n) <= self.ask.there), None)

    @property
    def margin_of_error(self) -> float:
        """Half of the range that holds 9 of 10 results, with all that are there."""
        return Z90 * self.error(self.ask.periods)


def design_pilot(case: Case, offer: Offer, chance: Chance, ask: Ask) -> tuple[Sight, ...]:
    """What a pilot of an initiative could see, by outcome: leaving, margin, score, and what it fixes where counted.

    Among all customers, or sites, half of them treated; those of a persona that it does not fix take part too.
    """
    shown = {n: pilot_shows(case, offer, float(ask.there), float(n), chance.noise) for n in ask.spans}
    one = shown[ask.spans[0]]
    names = [{MONEY: MARGIN, LEAVING: LEAVING}.get(name, f"{MET}{name}") for name in one.names]
    signs = [-1.0 if name.startswith(MET) else 1.0 for name in names]
    sights = [
        Sight(
            initiative=offer.item.initiative,
            outcome=name,
            change=signs[k] * one.change[:, k],
            errors={n: float(shown[n].se[k]) for n in ask.spans},
            drawn_together=1.0,
            ask=ask,
        )
        for k, name in enumerate(names)
    ]
    score = replace(sights[0], outcome=SCORE, change=_score_moves(case, offer), errors=_score_errors(chance, ask))
    return tuple(_finished(one, chance, ask) for one in (*sights[:2], score, *sights[2:]))


def best_seen(sights: Sequence[Sight]) -> Sight | None:
    """The outcome to register: money where it can be seen, else what is likeliest to be found; None where nothing."""
    told = [one for one in sights if one.told and one.expected != 0]
    seen = [one for one in told if one.outcome in (LEAVING, MARGIN) and one.power >= one.ask.power]
    return max(seen or told, key=lambda one: one.assurance(one.ask.periods), default=None)


def _finished(sight: Sight, chance: Chance, ask: Ask) -> Sight:
    """The outcome with the money's own scatter, the placebos of sites, groups, and the effect that is wanted."""
    errors, change = dict(sight.errors), sight.change
    if chance.placebos is not None:
        errors = {n: chance.placebos.get((sight.outcome, n), float("inf")) for n in ask.spans}
    elif sight.outcome == MARGIN and chance.scatter is not None and chance.scatter.mean > 0:
        known = chance.scatter
        errors = {n: known.error(ask.there / 2, known.periods, n) / known.mean for n in ask.spans}
    together = chance.drawn_together.get(sight.outcome, chance.drawn_together.get("", 1.0))
    if sight.outcome in ask.wanted:
        change = np.full(len(change), ask.wanted[sight.outcome])
    return replace(
        sight,
        change=change,
        errors={n: error * float(np.sqrt(together)) for n, error in errors.items()},
        drawn_together=together,
    )


def _score_moves(case: Case, offer: Offer) -> np.ndarray:
    """Change of the mean overall score, in points, if all had the fix `(draw,)`."""
    total, moved = 0.0, np.zeros(case.posterior.draws)
    for g, persona in enumerate(case.base.personas):
        fixed = offer.effectiveness[g if len(offer.effectiveness) > 1 else 0]
        customers = float(persona.customers.sum())
        moved = moved - customers * (case.posterior.score[:, g] * persona.prevalence * fixed).sum(axis=1)
        total += customers
    return np.asarray(moved / total if total > 0 else moved)


def _score_errors(chance: Chance, ask: Ask) -> dict[int, float]:
    """Of the mean of as many answers as customers give in so many periods."""
    answers = {n: ask.there * n * chance.answers for n in ask.spans}
    known = np.isfinite(chance.score_sd) and chance.score_sd > 0
    return {
        n: float(np.sqrt(ARMS / count)) * chance.score_sd if known and count > 0 else float("inf")
        for n, count in answers.items()
    }
