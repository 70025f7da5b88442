"""What moves the value of the chosen portfolio most: what is uncertain in it, and the levers of the scenarios."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from impact.errors import InputError
from impact.lever import Change
from models.value import look_at_today
from scenarios.cashflow import Fate
from scenarios.effect import Offer
from scenarios.information import actions_of
from scenarios.portfolio import Portfolio
from scenarios.regress_value import expected_elsewhere, expected_given, worth_of_choosing
from scenarios.scenario import Facts, Scenario, World, in_world
from scenarios.thinned import thinned
from scenarios.worth import Case, set_npv

P10, P90 = 0.1, 0.9
DRAWS = 1_000  # on which it is told what a driver is worth to know
WRITTEN_OUT = 100.0  # from which on a figure has no decimals
LEAST_SPREAD = 1e-9  # of the value's own: what moves less moves nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One driver of the chosen portfolio's mean NPV, from its low to its high.

    Of what is uncertain: mean NPV where what the driver alone decides is at its P10 and at its P90; `share` of the
    NPV's variance that knowing it would take away, and `evppi` what knowing it is worth, in money. Of a lever: mean
    NPV at the settings of the scenarios, the base's among them, and the 90% range of the difference draw by draw.
    NaN where a figure does not belong to the kind.
    """

    driver: str
    kind: Literal["uncertain", "lever"]
    low_setting: str
    high_setting: str
    low: float
    high: float
    share: float = np.nan
    evppi: float = np.nan
    width_range: tuple[float, float] = (np.nan, np.nan)

    @property
    def width(self) -> float:
        """How far NPV moves between the two."""
        return self.high - self.low


Held = Callable[[Case], Case]  # the case with one group of inputs at its mean; what today brings is left to be told


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Inputs that are uncertain together: how they are held at their mean, and what they are `(draw, column)`."""

    name: str
    held: Held
    known: np.ndarray


def groups_of(case: Case, members: Sequence[int]) -> tuple[Group, ...]:
    """What is uncertain in a set of initiatives; what has no spread is left out."""
    posterior, offers = case.posterior, [case.offers[i] for i in members]
    draws = posterior.draws
    found = [
        Group(name="leaving effects", held=_of_posterior("leaving"), known=_columns(posterior.leaving)),
        Group(name="spend effects", held=_of_posterior("spend"), known=_columns(posterior.spend)),
        Group(name="haircut", held=_of_posterior("credibility"), known=_columns(1 - posterior.credibility)),
        *(
            Group(
                name=f"effectiveness of {offer.item.initiative}",
                held=_of_offers([i], _mean_effect),
                known=_columns(offer.effectiveness.transpose(1, 0, 2)),
            )
            for i, offer in zip(members, offers, strict=True)
        ),
        Group(
            name="one-off cost",
            held=_of_offers(members, _mean_cost),
            known=_beside([offer.cost for offer in offers if offer.cost is not None], draws),
        ),
        Group(
            name="delay and delivery",
            held=_of_offers(members, _mean_fate),
            known=_beside([one for offer in offers for one in _fate(offer.fate)], draws),
        ),
        Group(name="service saving", held=_mean_service, known=_service_columns(case)),
        Group(name="how alike customers are", held=_mean_frailty, known=case.base.frailty[:, None]),
    ]
    return tuple(one for one in found if one.known.shape[1])


def uncertain_bars(case: Case, members: Sequence[int], portfolio: Portfolio) -> tuple[Bar, ...]:
    """A bar for every group of uncertain inputs of a set, the widest first.

    With every other input at its mean the set's NPV is a single figure of the group in each draw; mean NPV given that
    figure is its penalised regression on it. The share is that of the same regression at draws that it has not seen.
    Where inputs go together shares overlap; where they do not they add up to at most 1. `evppi` is of the group's own
    inputs, over the sets that the portfolio was chosen among, on fewer draws.
    Source: Saltelli et al. (2008), first-order index; Strong, Oakley & Brennan (2014).
    """
    npv, groups = set_npv(case, members), groups_of(case, members)
    worth = _worth_of_knowing(thinned(case, DRAWS), members, portfolio)
    out = []
    for place, group in enumerate(groups):
        moved = _moved_alone(case, members, (*groups[:place], *groups[place + 1 :]))
        if np.ptp(moved) > LEAST_SPREAD * np.ptp(npv):
            out.append(_uncertain_bar(group, npv, moved, worth.get(group.name, 0.0)))
    return tuple(sorted(out, key=lambda bar: -bar.width))


def _moved_alone(case: Case, members: Sequence[int], others: Sequence[Group]) -> np.ndarray:
    """NPV of a set with other groups at their mean `(draw,)`."""
    for other in others:
        case = other.held(case)
    return set_npv(replace(case, today=look_at_today(case.base, case.posterior)), members)


def _uncertain_bar(group: Group, npv: np.ndarray, moved: np.ndarray, evppi: float) -> Bar:
    """The bar of a group that alone would make the value `npv` `(draw,)` what `moved` `(draw,)` is."""
    expected = expected_given(npv, moved[:, None])
    low, high = (float(one) for one in np.quantile(expected, [P10, P90]))
    return Bar(
        driver=group.name,
        kind="uncertain",
        low_setting=_setting(group, expected, P10),
        high_setting=_setting(group, expected, P90),
        low=low,
        high=high,
        share=share_explained(npv, moved),
        evppi=evppi,
    )


def _worth_of_knowing(case: Case, members: Sequence[int], portfolio: Portfolio) -> dict[str, float]:
    """What it adds to choose knowing a group's own inputs, by its name, in money; never more than all is worth."""
    alone = np.array([set_npv(case, [i]) for i in range(len(case.offers))])
    npv = actions_of(case, portfolio, alone).npv
    gain, everything = npv - npv[npv.mean(axis=1).argmax()], worth_of_choosing(npv)
    return {
        group.name: float(np.clip(worth_of_choosing(expected_given(gain, group.known)), 0.0, everything))
        for group in groups_of(case, members)
    }


def share_explained(value: np.ndarray, known: np.ndarray) -> float:
    """Share of the variance of a value `(draw,)` that a figure `(draw,)` explains at draws not used to learn it."""
    left = value - expected_elsewhere(value, known[:, None])
    return float(np.clip(1 - left.var() / value.var(), 0.0, 1.0)) if value.var() > 0 else 0.0


def lever_bars(members: Sequence[int], scenarios: Sequence[Scenario], base: World, facts: Facts) -> tuple[Bar, ...]:
    """A bar for every lever of the scenarios, each of its settings alone in an otherwise unchanged base.

    The same draws everywhere, so that a difference is the lever's and not chance. A row that is possible only beside
    the others of its scenario has no bar.
    """
    settings: dict[tuple[str, str], list[tuple[str, np.ndarray]]] = {}
    npv = set_npv(base.case, members)
    for scenario in scenarios:
        for change in scenario.changes:
            try:
                world = in_world(Scenario(name=scenario.name, changes=(change,)), base, facts)
            except InputError:
                continue
            found = npv if world.case is base.case else set_npv(world.case, members)
            settings.setdefault((change.label, change.persona), []).append((setting_words(change), found))
    out = []
    for (label, persona), tried in settings.items():
        by_npv = sorted([("as it is", npv), *tried], key=lambda one: float(one[1].mean()))
        (low_words, low), (high_words, high) = by_npv[0], by_npv[-1]
        p05, p95 = np.quantile(high - low, [0.05, 0.95])
        out.append(
            Bar(
                driver=f"{label} ({persona})" if persona else label,
                kind="lever",
                low_setting=low_words,
                high_setting=high_words,
                low=float(low.mean()),
                high=float(high.mean()),
                width_range=(float(p05), float(p95)),
            )
        )
    return tuple(sorted(out, key=lambda bar: -bar.width))


def setting_words(change: Change) -> str:
    """One row of a scenario as text: by how much, and in which scenario."""
    sign = {"multiply": "times ", "add": "plus " if change.value >= 0 else "minus ", "set": "at "}[change.how]
    value = abs(change.value) if change.how == "add" else change.value
    part = "" if change.first is None and change.last is None else ", for a part of the horizon"
    return f"{sign}{value:g} ({change.scenario}{part})"


def _setting(group: Group, expected: np.ndarray, place: float) -> str:
    """Where a driver stands at a quantile of what it decides: its own figure where it is one, else the quantile."""
    if group.known.shape[1] > 1:
        return f"P{place:.0%}".rstrip("%")
    near = np.abs(expected - np.quantile(expected, place)).argsort(kind="stable")[: max(len(expected) // 50, 1)]
    figure = float(group.known[near, 0].mean())
    return f"{figure:,.0f}" if abs(figure) >= WRITTEN_OUT else f"{figure:.3g}"


def _columns(values: np.ndarray) -> np.ndarray:
    """Draws of any shape as columns that differ and have spread `(draw, column)`."""
    flat = values.reshape(len(values), -1)
    flat = flat[:, np.ptp(flat, axis=0) > 0] if len(flat) else flat
    return np.unique(flat, axis=1) if flat.shape[1] else flat


def _beside(columns: Sequence[np.ndarray], draws: int) -> np.ndarray:
    return _columns(np.column_stack(columns)) if columns else np.zeros((draws, 0))


def _fate(fate: Fate) -> tuple[np.ndarray, ...]:
    return tuple(one for one in (fate.late, fate.delivered) if one is not None)


def _level(values: np.ndarray) -> np.ndarray:
    """The mean over the first axis in every place of it."""
    return np.broadcast_to(values.mean(axis=0), values.shape)


def _of_posterior(name: Literal["leaving", "spend", "credibility"]) -> Held:
    def held(case: Case) -> Case:
        level = {name: _level(getattr(case.posterior, name))}
        posterior = replace(case.posterior, **level)  # type: ignore[arg-type]
        return replace(case, posterior=posterior)

    return held


def _of_offers(members: Sequence[int], change: Callable[[Offer], Offer]) -> Held:
    def held(case: Case) -> Case:
        offers = tuple(change(offer) if i in members else offer for i, offer in enumerate(case.offers))
        return replace(case, offers=offers)

    return held


def _mean_effect(offer: Offer) -> Offer:
    share = offer.effectiveness
    return replace(offer, effectiveness=np.broadcast_to(share.mean(axis=1, keepdims=True), share.shape))


def _mean_cost(offer: Offer) -> Offer:
    return offer if offer.cost is None else replace(offer, cost=_level(offer.cost))


def _mean_fate(offer: Offer) -> Offer:
    """The offer with what its fate makes of its schedule, period by period, at its mean over draws."""
    plan = offer.schedule
    one = {name: getattr(plan, name).mean(axis=0, keepdims=True) for name in ("live", "quarters", "opex")}
    return replace(offer, schedule=replace(plan, **one))


def _mean_service(case: Case) -> Case:
    if case.service.saved is None:
        return case
    posterior = replace(case.posterior, score=_level(case.posterior.score))
    return replace(case, posterior=posterior, service=replace(case.service, saved=_level(case.service.saved)))


def _service_columns(case: Case) -> np.ndarray:
    return np.zeros((case.posterior.draws, 0)) if case.service.saved is None else _columns(case.service.saved[:, None])


def _mean_frailty(case: Case) -> Case:
    return replace(case, base=replace(case.base, frailty=_level(case.base.frailty)))
