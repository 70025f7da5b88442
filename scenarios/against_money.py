"""Against the choice: what it takes for it to lose money, and how likely that is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scenarios.against import Ground, Point, Standing, listed, of_twenty, percent, scaled
from scenarios.aims import worst_tenth
from scenarios.dial import STRONGEST, Dial
from scenarios.facevalue import FaceValue, kept_where_nil
from scenarios.prior_choice import MOVED, PriorSensitivity
from scenarios.worth import one_off_by_period

# Fixes that must do more than half of what is said of them leave little room for the usual optimism of plans.
HALF = 0.5
ONE_IN_FIVE = 0.2


def bears_a_haircut(standing: Standing, face: FaceValue | None) -> Iterator[Point]:
    """The haircut at which the choice stops paying, beside today's."""
    if face is None or not np.isfinite(face.haircut):
        return
    kept = standing.case.posterior.credibility
    order = standing.case.posterior.pain_points
    mine = [order.index(name) for name in standing.rests]
    if not mine:
        return
    haircut = 1 - kept[:, mine].mean(axis=1)
    low, high = np.percentile(haircut, [5, 95])
    chance = float((haircut > face.haircut).mean())
    weak = face.haircut < high
    if face.haircut >= 1:
        said = "The choice pays whatever haircut is taken: its stated benefits alone cover its cost."
    elif face.haircut < 0:
        said = "The choice does not pay even at face value, with no haircut at all."
    else:
        said = (
            f"The choice stops paying at a haircut of {percent(face.haircut)}; "
            f"{percent(float(haircut.mean()))} is taken (range {percent(float(low))} to {percent(float(high))}), and "
            f"in {of_twenty(chance)} futures the haircut alone is beyond that."
        )
    yield Point(
        point="break-even haircut",
        initiatives=(),
        found=percent(max(face.haircut, 0.0)),
        compared_with=f"{percent(float(haircut.mean()))} taken, up to {percent(float(high))}",
        weight="review" if weak else "note",
        stake=chance,
        sentence=said,
    )


def by_the_rate(standing: Standing, ground: Ground) -> Iterator[Point]:
    """What the points that the choice moves would bring at the rate of a point, beside what it costs."""
    if not np.isfinite(ground.by_rate):
        return
    gain, spent = float(standing.gain.mean()), float((standing.gain - standing.npv).mean())
    short = ground.by_rate < spent
    beyond = (
        f"{ground.money(gain - ground.by_rate)} of the gain of {ground.money(gain)} is what pain points do beyond it"
        if gain > ground.by_rate
        else f"the gain of {ground.money(gain)} is below it"
    )
    yield Point(
        point="by the rate alone",
        initiatives=(),
        found=ground.money(ground.by_rate),
        compared_with=f"{ground.money(spent)} of cost",
        weight="review" if short else "note",
        stake=float(np.clip(1 - ground.by_rate / gain, 0, 1)) if short and gain > 0 else 0.0,
        sentence=f"At the rate of a point alone, before overlap and ramp, the points that the choice moves are worth "
        f"{ground.money(ground.by_rate)} beside {ground.money(spent)} of cost; {beyond}.",
    )


def bears_weaker_fixes(standing: Standing, ground: Ground) -> Iterator[Point]:
    """The share of the stated effectiveness at which the choice stops paying.

    The gain is nearly straight in that share, as with the haircut: through none, half and all of it.
    """
    spent = float((standing.gain - standing.npv).mean())
    gain = float(standing.gain.mean())
    if gain <= 0:
        return
    at_half = float(scaled(standing, 0.5).mean())
    least = kept_where_nil(at_half, gain, spent)
    if not np.isfinite(least):
        return
    said = (
        f"The choice stops paying where its fixes remove less than {percent(least)} of what the plan says they do"
        if least <= 1
        else f"Its fixes would have to remove {percent(least)} of what the plan says they do before the choice paid"
    )
    yield Point(
        point="break-even effectiveness",
        initiatives=(),
        found=percent(least),
        compared_with=f"{HALF:.0%} of what is stated",
        weight="review" if least > HALF else "note",
        stake=float(np.clip(least, 0, 1)) if least > HALF else 0.0,
        sentence=f"{said}: at half of it the choice is worth {ground.money(at_half - spent)}.",
    )


def hidden_cause(dial: Dial | None) -> Iterator[Point]:
    """How strong a hidden cause would have to be, beside the strongest measured one."""
    if dial is None:
        return
    strongest = dial.strongest
    weak = strongest is not None and min(dial.nil_at, dial.changes_at) <= strongest.typical
    nil = f"none up to {STRONGEST:g}" if np.isinf(dial.nil_at) else f"{dial.nil_at:.2f}"
    changes = f"none up to {STRONGEST:g}" if np.isinf(dial.changes_at) else f"{dial.changes_at:.2f}"
    beside = "no cause was measured" if strongest is None else f"{strongest.typical:.2f}, {strongest.control}"
    yield Point(
        point="hidden cause",
        initiatives=(),
        found=f"nil: {nil}; another choice: {changes}",
        compared_with=f"strongest measured: {beside}",
        weight="review" if weak or strongest is None else "note",
        stake=1.0 if weak else 0.0,
        sentence=f"{_at_strength(dial.nil_at)} brings the choice to nil, and {_at_strength(dial.changes_at).lower()} "
        f"changes it; the strongest measured: {beside}.",
    )


def _at_strength(strength: float) -> str:
    if np.isinf(strength):
        return f"No hidden cause that multiplies both meeting the pain points and leaving by up to {STRONGEST:g}"
    return f"A hidden cause that multiplies both meeting the pain points and leaving by {strength:.2f}"


def costs_more(standing: Standing, ground: Ground) -> Iterator[Point]:
    """The chance that one-off costs exceed the budget, or the plan where there is no budget."""
    spent = np.zeros(standing.case.posterior.draws)
    for one in standing.offers:
        spent = spent + one_off_by_period(one).sum(axis=1)
    planned = sum(one.plan_cost for one in standing.offers)
    limit = planned if ground.budget is None else ground.budget
    what = "the plan" if ground.budget is None else "the budget"
    chance = float((spent > limit * (1 + 1e-9)).mean())
    certain = [one.item.name for one in standing.offers if one.cost is not None and np.ptp(one.cost) == 0]
    no_range = f" No range is stated for the cost of {listed(certain)}, so that this is too low." if certain else ""
    yield Point(
        point="costs exceed the budget" if ground.budget is not None else "costs exceed the plan",
        initiatives=tuple(one.item.initiative for one in standing.offers),
        found=of_twenty(chance),
        compared_with=f"{ground.money(limit)} of {what}",
        weight="review" if chance > ONE_IN_FIVE or certain else "note",
        stake=chance,
        sentence=f"One-off costs exceed {what} of {ground.money(limit)} in {of_twenty(chance)} futures: "
        f"{ground.money(float(spent.mean()))} is expected ({ground.money_range(spent)}).{no_range}",
    )


def lower_end(standing: Standing, ground: Ground) -> Iterator[Point]:
    """What the choice is worth if only the lower end comes true."""
    low = float(np.percentile(standing.npv, 5))
    worst = float(worst_tenth(standing.npv))
    chance = float((standing.npv <= 0).mean())
    yield Point(
        point="only the lower end",
        initiatives=(),
        found=ground.money(low),
        compared_with=f"{ground.money(0.0)}: pays its cost",
        weight="review" if low < 0 else "note",
        stake=chance,
        sentence=f"If only the lower end comes true the choice is worth {ground.money(low)} where "
        f"{ground.money(float(standing.npv.mean()))} is expected ({ground.money_range(standing.npv)}); the worst tenth "
        f"of futures averages {ground.money(worst)}, and in {of_twenty(chance)} it does not pay back.",
    )


def other_assumptions(priors: PriorSensitivity) -> Iterator[Point]:
    """The assumption that moves the total most when halved or doubled."""
    if not priors.rows:
        return
    most = max(priors.rows, key=lambda row: abs(priors.moved(row)))
    moved = priors.moved(most)
    changed = [row.prior for row in priors.rows if not np.array_equal(row.chosen, priors.chosen)]
    other = (
        f"; another choice would follow from other values of {listed(list(dict.fromkeys(changed)))}" if changed else ""
    )
    weak = abs(moved) > MOVED or bool(changed)
    yield Point(
        point="other assumptions",
        initiatives=(),
        found=f"moved by {moved:+.0%}",
        compared_with=f"{MOVED:.0%} of the value at stake",
        weight="review" if weak else "note",
        stake=min(abs(moved), 1.0) if weak else 0.0,
        sentence=f"What is assumed before any data moves all that is at stake by {moved:+.0%} when {most.prior} is "
        f"taken times {most.factor:g}{other}.",
    )
