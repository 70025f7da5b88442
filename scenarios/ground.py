"""What options are compared on: fewer draws, each option alone, and where their fixes overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from scenarios.aims import judge
from scenarios.alone import alone_draws
from scenarios.effect import joint_course
from scenarios.floor import keeps_floor
from scenarios.limits import Limits
from scenarios.options import Option
from scenarios.slopes import draw_slopes
from scenarios.thinned import thinned
from scenarios.worth import Case, set_npv

DRAWS = 200  # sets are compared on the same ones; the best are valued on all


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Options as the offers of a thinned `case`, and what tells how their fixes overlap.

    `place` `(option,)` is the initiative of each, `cost` `(option,)` its one-off cost as planned; `alone`
    `(option, draw)` its NPV by itself, led to its mean over all draws by `shift` `(option,)`. A fix is a persona, pain
    point and period: `share` `(option, fix)` is the mean share of it that each removes, `stays` `(fix,)` what ongoing
    initiatives leave of it, `slopes` `(draw, fix)` what it is worth beside no option. Fixes with the same shares are
    one cell: `cell_of` `(fix,)`, -1 where at most one initiative fixes. `known` are the choices valued so far.
    """

    case: Case
    place: np.ndarray
    cost: np.ndarray
    alone: np.ndarray
    shift: np.ndarray
    share: np.ndarray
    stays: np.ndarray
    cell_of: np.ndarray
    slopes: np.ndarray
    known: dict[tuple[int, ...], np.ndarray] = field(default_factory=dict)
    floors: dict[tuple[int, ...], bool] = field(default_factory=dict)

    def npv(self, x: np.ndarray) -> np.ndarray:
        """NPV `(draw,)` of a choice `(option,)`, valued once."""
        members = tuple(int(i) for i in np.flatnonzero(x))
        if members not in self.known:
            found = set_npv(self.case, members)
            self.known[members] = found + self.shift[list(members)].sum()
        return self.known[members]

    def judged(self, x: np.ndarray, limits: Limits) -> tuple[float, ...]:
        """What a choice `(option,)` is judged by; below all others where it makes a persona worse that must not be."""
        if limits.persona_floor and not self.keeps_floor(x):
            return (-np.inf,)
        return judge(self.npv(x), float(self.cost @ x), limits)

    def keeps_floor(self, x: np.ndarray) -> bool:
        """Whether a choice makes no persona worse, looked at once."""
        members = tuple(int(i) for i in np.flatnonzero(x))
        if members not in self.floors:
            self.floors[members] = keeps_floor(self.case, members)
        return self.floors[members]

    def only(self, keep: np.ndarray) -> Ground:
        """The same with the options at some places, of which none is valued yet."""
        return replace(
            self,
            case=replace(self.case, offers=tuple(self.case.offers[int(i)] for i in keep)),
            place=self.place[keep],
            cost=self.cost[keep],
            alone=self.alone[keep],
            shift=self.shift[keep],
            share=self.share[keep],
            cell_of=_cells(self.share[keep], self.place[keep]),
            known={},
        )

    def most_added(self) -> np.ndarray:
        """The most that each option adds to any set `(option,)`, by the slopes of no option.

        What a fix brings is less beside others; what it costs may vanish beside them.
        """
        brings = self.share * (self.slopes.mean(axis=0) * self.stays)
        return np.asarray(self.alone.mean(axis=1) - np.minimum(brings, 0).sum(axis=1))

    @property
    def draws(self) -> int:
        """Of the thinned case."""
        return self.case.posterior.draws

    @property
    def cells(self) -> np.ndarray:
        """Shares of the cells `(cell, option)`."""
        first = [int(np.flatnonzero(self.cell_of == c)[0]) for c in range(self.cell_of.max(initial=-1) + 1)]
        return np.asarray(self.share[:, first].T)


def lay_ground(case: Case, options: Sequence[Option], draws: int = DRAWS) -> Ground:
    """The ground of a case and its options.

    Each initiative is valued on all draws at its first start; the difference to fewer draws is taken to be the same at
    its other starts.
    """
    whole = replace(case, offers=tuple(option.offer for option in options))
    thin = thinned(whole, draws)
    place = np.array([option.place for option in options], dtype=int)
    alone, shift = np.zeros((len(options), thin.posterior.draws)), np.zeros(len(options))
    for i in np.unique(place):
        mine = np.flatnonzero(place == i)
        alone[mine] = alone_draws(thin, mine.tolist())
        if thin is not whole:
            shift[mine] = alone_draws(whole, mine[:1].tolist()).mean() - alone[mine[0]].mean()
    nobody = joint_course((), thin.posterior.draws, len(thin.posterior.pain_points), thin.periods, thin.ongoing)
    levels = np.concatenate([nobody.levels, np.zeros((len(nobody.levels), 1, *nobody.levels.shape[2:]))], axis=1)
    personas = len(thin.base.personas)
    stays = np.broadcast_to(
        1 - levels.mean(axis=2)[:, nobody.at].transpose(0, 2, 1),
        (personas, levels.shape[3], thin.periods),
    )
    share = np.array([_share(thin, i, personas) for i in range(len(options))]).reshape(len(options), -1)
    return Ground(
        case=thin,
        place=place,
        cost=np.array([option.offer.plan_cost for option in options]),
        alone=alone + shift[:, None],
        shift=shift,
        share=share,
        stays=stays.reshape(-1),
        cell_of=_cells(share, place),
        slopes=draw_slopes(thin, nobody).reshape(thin.posterior.draws, -1),
    )


def _share(case: Case, i: int, personas: int) -> np.ndarray:
    """Mean share that an option removes `(persona, pain_point, period)`."""
    offer = case.offers[i]
    live = np.broadcast_to(offer.schedule.live, (case.posterior.draws, case.periods))
    mean = np.einsum("gdk,dt->gkt", offer.effectiveness, live) / case.posterior.draws
    return np.broadcast_to(mean, (personas, *mean.shape[1:]))


def _cells(share: np.ndarray, place: np.ndarray) -> np.ndarray:
    fixing = np.zeros((place.max(initial=-1) + 1, share.shape[1]), dtype=bool)
    np.logical_or.at(fixing, place, share > 0)
    shared = np.flatnonzero(fixing.sum(axis=0) > 1)
    out = np.full(share.shape[1], -1)
    if len(shared):
        out[shared] = np.unique(share[:, shared].T.round(12), axis=0, return_inverse=True)[1].reshape(-1)
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """Money of any choice, taken at one of them: `constant + linear @ x + weight @ removed(x)`, a row a form."""

    linear: np.ndarray
    weight: np.ndarray
    constant: np.ndarray


def forms_at(ground: Ground, x: np.ndarray, tails: Sequence[np.ndarray]) -> Forms:
    """The forms that are exact at a choice `(option,)`, and at each option alone where that is none.

    A form is the mean over the draws of one of the `tails` `(draw,)`. Removed money is linear in the share that is
    left, with the slopes at the choice; shares act independently.
    """
    members = [ground.case.offers[i] for i in np.flatnonzero(x)]
    pains, periods = len(ground.case.posterior.pain_points), ground.case.periods
    slopes = ground.slopes
    if members:
        course = joint_course(members, ground.draws, pains, periods, ground.case.ongoing)
        slopes = draw_slopes(ground.case, course).reshape(ground.draws, -1)
    cells = ground.cell_of.max(initial=-1) + 1
    parts = []
    for tail in tails:
        own = slopes[tail].mean(axis=0) * ground.stays
        alone = ground.alone[:, tail].mean(axis=1) - ground.share @ (ground.slopes[tail].mean(axis=0) * ground.stays)
        lone = ground.cell_of < 0
        weight = np.bincount(ground.cell_of[~lone], own[~lone], minlength=cells)
        linear = alone + ground.share[:, lone] @ own[lone]
        removed = -np.expm1(x @ np.log1p(-np.minimum(ground.cells, 1 - 1e-9)).T) if cells else np.zeros(0)
        parts.append((linear, weight, ground.npv(x)[tail].mean() - linear @ x - weight @ removed))
    return Forms(
        linear=np.array([part[0] for part in parts]),
        weight=np.array([part[1] for part in parts]).reshape(len(tails), cells),
        constant=np.array([part[2] for part in parts]),
    )
