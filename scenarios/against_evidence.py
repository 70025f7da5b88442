"""Against the choice: what its evidence is worth, and what was assumed or counted twice in it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from impact.initiative import Fix
from models.calibration.slopes import GRADES
from models.told_apart import TogetherGroup
from scenarios.against import Ground, Point, Standing, listed, percent, without

STRONG = ("experimental", "within-unit")
MOSTLY_PRIOR = 0.5  # of the doubt was there before any data: above it the number repeats an assumption
# A pain point that carries less than a twentieth of the gain decides nothing by itself.
CARRIES = 0.05
# Less than a tenth of the gain counted twice is within what every range already says.
TWICE = 0.1


def weakest_evidence(standing: Standing, ground: Ground) -> Iterator[Point]:
    """The pain point of the worst grade that carries money, and how much of the gain rests on grades like it."""
    carrying = [name for name, draws in standing.rests.items() if standing.share(draws) >= CARRIES]
    if not carrying:
        return
    prior = dict(zip(standing.case.posterior.pain_points, standing.case.posterior.prior_share, strict=True))
    worst = max(carrying, key=lambda name: (GRADES.index(ground.grades[name]), float(prior[name])))
    draws, grade, known = standing.rests[worst], ground.grades[worst], float(prior[worst])
    weak = grade not in STRONG or known > MOSTLY_PRIOR
    yield Point(
        point="weakest evidence",
        initiatives=standing.fixing(worst),
        found=f"{grade}, {percent(known)} prior",
        compared_with=f"within-unit, up to {MOSTLY_PRIOR:.0%} prior",
        weight="review" if weak else "note",
        stake=standing.share(draws) if weak else 0.0,
        sentence=f"The weakest evidence is that of {ground.name(worst)} ({grade}; {percent(known)} of the doubt was "
        f"there before any data), and {ground.money(draws.mean())} ({ground.money_range(draws)}) of the gain rests on "
        f"it, {percent(standing.share(draws))} of all.",
    )
    yield from _compared_customers(standing, ground)


def _compared_customers(standing: Standing, ground: Ground) -> Iterator[Point]:
    weak = [name for name in standing.rests if ground.grades[name] not in STRONG]
    if not weak:
        return
    draws = standing.gain - without(standing, dict.fromkeys(weak))
    yield Point(
        point="no comparison with itself",
        initiatives=(),
        found=percent(standing.share(draws)),
        compared_with="0% of the gain",
        weight="review",
        stake=standing.share(draws),
        sentence=f"{percent(standing.share(draws))} of the gain, {ground.money(draws.mean())} "
        f"({ground.money_range(draws)}), rests on effects that no experiment and no comparison of customers with "
        "themselves has shown.",
    )


def stated_effectiveness(standing: Standing, ground: Ground) -> Iterator[Point]:
    """How much of the gain rests on shares removed that nobody stated, and on those that nobody measured."""
    chosen = {one.item.initiative for one in standing.offers}
    mine = [fix for fix in ground.fixes if fix.initiative in chosen and fix.pain_point in standing.rests]
    assumed = [fix for fix in mine if fix.assumed and not fix.measured]
    if assumed:
        draws = _resting(standing, assumed)
        names = tuple(dict.fromkeys(fix.initiative for fix in assumed))
        yield Point(
            point="effectiveness assumed",
            initiatives=names,
            found=percent(standing.share(draws)),
            compared_with="stated by the plan",
            weight="review",
            stake=standing.share(draws),
            sentence=f"Nobody stated what {_names(standing, names)} would remove: 10% to 50% was assumed, and "
            f"{ground.money(draws.mean())} ({ground.money_range(draws)}) of the gain rests on that, "
            f"{percent(standing.share(draws))} of all.",
        )
    unmeasured = [fix for fix in mine if not fix.measured]
    if unmeasured:
        yield _unmeasured(standing, ground, unmeasured)


def _unmeasured(standing: Standing, ground: Ground, fixes: list[Fix]) -> Point:
    draws = _resting(standing, fixes)
    names = tuple(dict.fromkeys(fix.initiative for fix in fixes))
    return Point(
        point="effectiveness not measured",
        initiatives=names,
        found=percent(standing.share(draws)),
        compared_with="measured by a pilot or a past initiative",
        weight="review" if standing.share(draws) > MOSTLY_PRIOR else "note",
        stake=standing.share(draws),
        sentence=f"No pilot and no past initiative has measured what {_names(standing, names)} removes: "
        f"{percent(standing.share(draws))} of the gain, {ground.money(draws.mean())} ({ground.money_range(draws)}), "
        "rests on judgement of it.",
    )


def _resting(standing: Standing, fixes: list[Fix]) -> np.ndarray:
    by: dict[str, frozenset[str] | None] = {}
    for pain in dict.fromkeys(fix.pain_point for fix in fixes):
        by[pain] = frozenset(fix.initiative for fix in fixes if fix.pain_point == pain)
    return np.asarray(standing.gain - without(standing, by))


def _names(standing: Standing, initiatives: tuple[str, ...]) -> str:
    called = {one.item.initiative: one.item.name for one in standing.offers}
    return listed([called[one] or one for one in initiatives])


def counted_twice(standing: Standing, ground: Ground, alone: np.ndarray) -> Iterator[Point]:
    """What adding up initiative by initiative would count twice, and evidence that is in the data already.

    Args:
        standing: the chosen set.
        ground: what was used beside the data.
        alone: NPV of each chosen initiative by itself `(member, draw)`.
    """
    if len(standing.members) > 1:
        draws = alone.sum(axis=0) - standing.npv
        share = standing.share(draws)
        yield Point(
            point="double count",
            initiatives=tuple(one.item.initiative for one in standing.offers),
            found=percent(share),
            compared_with=f"{TWICE:.0%} of the gain",
            weight="review" if share > TWICE else "note",
            stake=share,
            sentence=f"Added up one by one the initiatives come to {ground.money(alone.sum(axis=0).mean())}, together "
            f"to {ground.money(standing.npv.mean())}: {ground.money(draws.mean())} ({ground.money_range(draws)}) "
            "would be counted twice by anyone who adds them up.",
        )
    if ground.overlapping:
        yield Point(
            point="evidence within the data",
            initiatives=(),
            found=listed(ground.overlapping),
            compared_with="measured elsewhere",
            weight="review",
            stake=0.0,
            sentence=f"{len(ground.overlapping)} of the rows of evidence used ({listed(ground.overlapping)}) were "
            "measured in periods that the ledger holds as well: where the same customers stand in both, they are "
            "counted twice.",
        )


def one_decision(standing: Standing, ground: Ground, groups: tuple[TogetherGroup, ...]) -> Iterator[Point]:
    """Groups of pain points that only their sum is known of, where the choice leans on one of them."""
    order = standing.case.posterior.pain_points
    for group in groups:
        names = [order[k] for k in group.members]
        touched = [name for name in names if name in standing.rests]
        if not touched:
            continue
        draws = standing.gain - without(standing, dict.fromkeys(touched))
        share = standing.share(draws)
        by = tuple(dict.fromkeys(one for name in touched for one in standing.fixing(name)))
        yield Point(
            point="only the sum is known",
            initiatives=by,
            found=f"effects correlated {group.correlation:.2f}",
            compared_with="above -0.70",
            weight="review",
            stake=share,
            sentence=f"{listed([ground.name(name) for name in names])} cannot be told apart: "
            f"{ground.money(draws.mean())} ({ground.money_range(draws)}) of the gain, {percent(share)}, rests on how "
            "their sum is shared out.",
        )
