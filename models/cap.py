"""The most that fixing can bring: all leaving, and all money lost, that pain points explain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from impact.checks import Check, make_check
from impact.journey import Journey
from models.pains import pains_of
from models.retention import survival
from models.uplift import UpliftPosterior
from models.value import Course, Today, ValueBase, by_period, changed_draws, leaving_ratios, look_at_today, whole_fix

ROUNDING = 1e-9  # of the whole: sums taken in another order


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """What pain points explain over the horizon, joint draws `(draw,)`.

    `leavers` of today's customers by the end without any fix; `explained` of them would have stayed had they met no
    pain point that drives customers away; `saved` stay when no pain point occurs, whichever way it works. `value`
    is what removing all that hurts would bring, in present value: no set of fixes can bring more.
    """

    leavers: np.ndarray
    explained: np.ndarray
    saved: np.ndarray
    value: np.ndarray


def find_cap(base: ValueBase, posterior: UpliftPosterior, journey: Journey) -> Cap:
    """The most that any set of fixes can bring.

    Leaving is multilinear in the shares fixed, so its least lies where each pain point is either left or gone:
    gone where it drives customers away, in each draw and persona. Money likewise, where margins are not negative.
    """
    today, count = look_at_today(base, posterior), len(posterior.pain_points)
    may = np.zeros(count)
    may[pains_of(journey)] = 1.0
    hurting = Course(
        levels=np.array([(hazard > 0)[None] * may for hazard in today.hazard]),
        at=np.zeros(len(base.discount), dtype=int),
    )
    all_gone = whole_fix(posterior.draws, count, pains_of(journey), len(base.discount))

    def most(g: int) -> tuple[np.ndarray, np.ndarray]:
        persona = base.personas[g]
        ratios = leaving_ratios(persona, today.hazard[g], today.together[g], hurting.levels[g])
        lost = np.maximum(-today.spend[g], 0) * may
        return ratios, (persona.met.exposure @ lost.T)[None]

    start = sum(float(persona.customers.sum()) for persona in base.personas)
    staying = customers_at_end(base, today, None)
    return Cap(
        leavers=start - staying,
        explained=customers_at_end(base, today, hurting) - staying,
        saved=customers_at_end(base, today, all_gone) - staying,
        value=changed_draws(base, today, hurting.at, most).discounted(base.discount),
    )


def customers_at_end(base: ValueBase, today: Today, course: Course | None) -> np.ndarray:
    """Customers of today still there at the end of the horizon `(draw,)`, under a course or none."""
    total = np.zeros(len(base.frailty))
    for g, persona in enumerate(base.personas):
        if not persona.rate.any():
            total += persona.customers.sum()
            continue
        ratio = np.ones((1, 1, len(base.discount)))
        if course is not None:
            fixed = course.levels[g if len(course.levels) > 1 else 0]
            levels = leaving_ratios(persona, today.hazard[g], today.together[g], fixed)
            ratio = by_period(base, persona, course.at, levels, 1.0)
        cumulated = today.now[g] * ratio.sum(axis=2)
        total += survival(cumulated, base.frailty[:, None]) @ persona.customers
    return total


def cap_checks(cap: Cap, sets: Mapping[str, np.ndarray]) -> tuple[Check, ...]:
    """Whether what is claimed stays within what pain points explain.

    Args:
        cap: the most there is.
        sets: present values of sets of fixes by name, `(draw,)` each.
    """
    over = [name for name, value in sets.items() if _beyond(value, cap.value)]
    leaving = _beyond(cap.saved, cap.explained)
    whole = float(cap.leavers.mean())
    good = not over and not leaving
    found, limit = (
        (
            f"{cap.saved.mean():,.0f} of {cap.explained.mean():,.0f} customers that pain points drive away",
            f"{cap.explained.mean() / whole:.1%} of all {whole:,.0f} customers who leave over the horizon",
        )
        if whole > 0
        else ("within it", f"{cap.value.mean():,.0f}, all money that pain points explain")
    )
    return (
        make_check(
            "C530",
            "No more is saved than pain points explain",
            "pass" if good else "fail",
            found=found if good else f"beyond it: {', '.join(over) or 'all pain points together'}",
            limit=limit,
            text="Fixing every pain point saves no more than what they explain, and no set of fixes is worth more."
            if good
            else "A value lies above all that pain points explain, which no fix can bring.",
            remedy="" if good else "Do not use these figures; report the study that shows it.",
        ),
    )


def _beyond(found: np.ndarray, most: np.ndarray) -> bool:
    return bool((found > most + ROUNDING * (1 + np.abs(most))).any())
