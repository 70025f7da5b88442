"""Fund, pilot or park: what is worth knowing before each initiative, and the rule in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from impact.checks import Check, make_check
from impact.initiative import Pilot
from scenarios.information import Actions, actions_among, actions_of, worth_of_everything, worth_of_pain_points
from scenarios.learning import Learning, Lesson, customers_of, later_offer, npv_alone, pilot_lesson, survey_lesson
from scenarios.limits import Limits
from scenarios.pilots import conjugate_worth
from scenarios.portfolio import LIVE_SETS, Portfolio, allowed_sets, choose_portfolio
from scenarios.worth import Case, at_starts

FUND_CHANCE = 0.8
ASSUMED_COST = 0.1  # of the one-off cost, where the plan prices no pilot
RULE = (
    "Fund: chosen, and by itself pays back in at least 16 of 20 futures. Pilot: what it would be worth to know first, "
    "less what finding out and waiting cost, is above nil. Park: neither; what is chosen and parked adds to the set, "
    "and is not sure enough by itself."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Information:
    """What it is worth to know more before choosing, in present money.

    `everything` is the EVPI of the choice, `pain_points` `(pain_point,)` the EVPPI of each. `lessons` are the pilots
    and surveys of the plan, `assumed` a pilot for every initiative that the plan prices none for.
    """

    everything: float
    pain_points: np.ndarray
    lessons: tuple[Lesson, ...]
    assumed: tuple[Lesson, ...]

    def net_of(self, initiative: str) -> float:
        """The most that a pilot of an initiative leaves, its cost and its wait paid; -inf where there is none."""
        return max(
            (one.net for one in (*self.lessons, *self.assumed) if _is_pilot_of(one, initiative)), default=-np.inf
        )


def _is_pilot_of(lesson: Lesson, initiative: str) -> bool:
    return lesson.pilot.kind == "pilot" and lesson.pilot.target == initiative


def find_lessons(case: Case, limits: Limits, learning: Learning) -> tuple[Lesson, ...]:
    """What each pilot and survey of the plan is worth, in plan order.

    Raises:
        InfeasibleError: no set of initiatives is allowed.
    """
    actions = None
    if any(pilot.kind == "survey" for pilot in learning.pilots):
        first = choose_portfolio(case, limits)
        case = at_starts(case, first.starts)
        actions = actions_of(case, first, np.array([npv_alone(case, offer) for offer in case.offers]))
    found = (_lesson(case, pilot, learning, actions, limits.budget) for pilot in learning.pilots)
    return tuple(one for one in found if one is not None)


def _lesson(
    case: Case, pilot: Pilot, learning: Learning, actions: Actions | None, budget: float | None
) -> Lesson | None:
    if pilot.kind == "pilot" or actions is None:
        return pilot_lesson(case, pilot, learning)
    return survey_lesson(case, pilot, learning, actions, budget)


def find_information(
    case: Case,
    portfolio: Portfolio,
    limits: Limits,
    alone: np.ndarray,
    lessons: tuple[Lesson, ...],
    learning: Learning | None = None,
) -> Information:
    """What it is worth to know more before choosing among initiatives; `alone` `(offer, draw)` are their NPV.

    No result is worth more than to know everything before the choice that the limits leave.
    """
    learnt = np.array([offer.kind != "initiative" for offer in case.offers], dtype=bool)
    actions = actions_among(case, *_without(case, portfolio, limits, alone, learnt), alone)
    planned = {one.pilot.target for one in lessons if one.pilot.kind == "pilot"}
    open_places = [i for i in np.flatnonzero(~learnt) if case.ids()[i] not in planned]
    everything = worth_of_everything(actions)
    assumed = (within_reach(case, assumed_lesson(case, int(i), alone[i]), learning) for i in open_places)
    return Information(
        everything=everything,
        pain_points=worth_of_pain_points(case, actions),
        lessons=tuple(_at_most(one, everything) for one in lessons),
        assumed=tuple(_at_most(one, everything) for one in assumed),
    )


def _at_most(lesson: Lesson, everything: float) -> Lesson:
    return replace(lesson, evsi=min(lesson.evsi, everything))


def within_reach(case: Case, lesson: Lesson, learning: Learning | None) -> Lesson:
    """An assumed pilot that tells no more than one in which every customer takes part.

    Looked at where it would otherwise be worth doing.
    """
    if learning is None or lesson.net <= 0:
        return lesson
    everybody = pilot_lesson(case, replace(lesson.pilot, n=customers_of(case)), learning)
    return lesson if everybody is None else replace(lesson, evsi=min(lesson.evsi, everybody.evsi))


def _without(
    case: Case, portfolio: Portfolio, limits: Limits, alone: np.ndarray, learnt: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Allowed sets of initiatives alone `(set, offer)`, and their mean worth: joint where it was looked at."""
    plain = portfolio.allowed & (portfolio.sets[:, learnt].sum(axis=1) == 0)
    sets, value = portfolio.sets[plain], portfolio.value[plain]
    count = int((~learnt).sum())
    if not learnt.any() or count > LIVE_SETS:
        return sets, value
    # beside pilots and surveys the choice looks at few sets without them
    every = np.zeros((1 << count, len(learnt)))
    every[:, ~learnt] = (np.arange(1 << count)[:, None] >> np.arange(count)) & 1
    every = every[allowed_sets(case, every, limits)]
    return every, every @ alone.mean(axis=1)


def assumed_lesson(case: Case, i: int, now: np.ndarray) -> Lesson:
    """A pilot that the plan does not price: a tenth of the cost, a quarter, an error as large as today's doubt."""
    offer = case.offers[i]
    pilot = Pilot(
        pilot=offer.item.initiative,
        kind="pilot",
        target=offer.item.initiative,
        cost=ASSUMED_COST * offer.plan_cost,
        owner=offer.item.owner,
    )
    later = later_offer(offer, pilot.duration, case.clock)
    first = min(offer.schedule.start, case.periods - 1)
    cost = pilot.cost * float(case.base.discount[first])
    if later is None:
        return Lesson(pilot=pilot, evsi=0.0, cost=cost, delay=0.0, in_time=0.0, se=np.nan, offer=None)
    npv = npv_alone(case, later)
    mean, doubt = float(npv.mean()), float(npv.std())
    return Lesson(
        pilot=pilot,
        evsi=conjugate_worth(mean, doubt, doubt),
        cost=cost,
        delay=max(float(now.mean()), 0.0) - max(mean, 0.0),
        in_time=1.0,
        se=np.nan,
        offer=None,
    )


def give_verdicts(
    case: Case, chosen: np.ndarray | None, alone: np.ndarray, information: Information | None
) -> tuple[str, ...]:
    """The verdict of every offer by `RULE`; nothing of pilots and surveys themselves.

    Args:
        case: the offers.
        chosen: 0/1 `(offer,)`, None where nothing could be chosen.
        alone: NPV `(offer, draw)` of each by itself.
        information: None where nothing could be chosen.
    """
    if chosen is None or information is None:
        return tuple("park" if offer.kind == "initiative" else "" for offer in case.offers)
    piloted = {one.pilot.target for one in information.lessons if _is_on(case, chosen, one)}

    def verdict(i: int) -> str:
        offer = case.offers[i]
        if offer.kind != "initiative":
            return ""
        if chosen[i] and float((alone[i] > 0).mean()) >= FUND_CHANCE:
            return "fund"
        name = offer.item.initiative
        return "pilot" if name in piloted or information.net_of(name) > 0 else "park"

    return tuple(verdict(i) for i in range(len(case.offers)))


def _is_on(case: Case, chosen: np.ndarray, lesson: Lesson) -> bool:
    return lesson.pilot.pilot in case.ids() and bool(chosen[case.ids().index(lesson.pilot.pilot)])


def reason_to_learn(case: Case, chosen: np.ndarray, information: Information | None, i: int) -> tuple[str, str] | None:
    """Why a pilot or survey is chosen or not, and what would turn it; of an initiative, that its pilot comes first.

    None where learning has nothing to do with the answer.
    """
    lessons = information.lessons if information is not None else ()
    name = case.ids()[i]
    if case.offers[i].kind == "initiative":
        first = [one.pilot.pilot for one in lessons if _is_pilot_of(one, name) and _is_on(case, chosen, one)]
        return (f"{first[0]} comes first: it is done if the result says so", "") if first else None
    lesson = next(one for one in lessons if one.pilot.pilot == name)
    most = lesson.evsi * lesson.in_time - lesson.delay
    if chosen[i]:
        return "to know first is worth more than it costs", f"it falls out at a cost above {max(most, 0.0):,.0f} today"
    if lesson.net > 0:
        return "beside what else is chosen it is better to decide without it", ""
    told = f"what it would tell is worth {lesson.evsi:,.0f}"
    why = f"{told}, it costs {lesson.cost:,.0f}, and the wait {lesson.delay:,.0f}"
    return why, f"it costs at most {most:,.0f} today" if most > 0 else "it tells more, or the wait costs less"


def information_checks(case: Case, information: Information | None, verdicts: Sequence[str]) -> tuple[Check, ...]:
    """What verdicts of pilot take for granted, and whether planned pilots and surveys are worth what they cost."""
    if information is None:
        return ()
    out = []
    unsized = [one.pilot.target for one in information.lessons if one.pilot.kind == "pilot" and not one.pilot.n]
    assumed = [one.pilot.target for one in information.assumed if one.net > 0]
    if "pilot" in verdicts and (assumed or unsized):
        out.append(_taken_for_granted(assumed, unsized))
    if information.lessons:
        out += [_worth_its_cost(information.lessons), _in_time(information.lessons)]
        out.append(_large_enough(information.lessons, customers_of(case)))
    return tuple(out)


def _taken_for_granted(assumed: list[str], unsized: list[str]) -> Check:
    return make_check(
        "C422",
        "What the pilot verdict takes for granted",
        "review",
        found=", ".join([*assumed, *(f"{one} (no number of customers)" for one in unsized)]),
        limit="a pilot with its cost and number of customers in the plan",
        text="Where the plan has no pilot, one is taken to cost a tenth and a quarter's wait. Where it has no number "
        "of customers, its error is taken to be as large as today's doubt.",
        remedy="Add a row to the plan table pilots with cost and n. Until then, read it as worth designing.",
    )


def _worth_its_cost(lessons: Sequence[Lesson]) -> Check:
    dear = [one.pilot.pilot for one in lessons if one.net <= 0 and one.in_time > 0]
    return make_check(
        "C620",
        "Planned pilots and surveys are worth what they cost",
        "review" if dear else "pass",
        found=", ".join(dear) or "all are",
        limit="worth above cost and wait",
        text="What these would tell is worth less than they cost, the wait included."
        if dear
        else "Each is worth more than it costs, the wait included, where it can be acted on in time.",
        remedy="See the table information: more customers, a shorter wait, or decide without." if dear else "",
    )


def _in_time(lessons: Sequence[Lesson]) -> Check:
    late = [one.pilot.pilot for one in lessons if not one.in_time]
    return make_check(
        "C621",
        "Results come while they can be acted on",
        "review" if late else "pass",
        found=", ".join(late) or "all in time",
        limit="in time to build and to pay within the horizon",
        text="What would be known too late is worth nothing to this choice, and is not among its rows."
        if late
        else "After each result there is time to do what it says.",
        remedy="Shorten the pilot, or lengthen [study].horizon_quarters." if late else "",
    )


def _large_enough(lessons: Sequence[Lesson], customers: float) -> Check:
    wide = [one.pilot.pilot for one in lessons if one.pilot.kind == "pilot" and (one.pilot.n or 0.0) > customers]
    return make_check(
        "C622",
        "Pilots are no larger than the base",
        "review" if wide else "pass",
        found=", ".join(wide) or "none is larger",
        limit=f"{customers:,.0f} in the base",
        text="These ask for more customers than there are; they are valued with all there are."
        if wide
        else "There are customers enough for every pilot.",
        remedy="Correct n in the plan table pilots." if wide else "",
    )
