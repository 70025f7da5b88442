"""What is wrong with a scenario beside the data: found before anything is estimated, and again where it is composed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from impact.errors import Finding
from impact.lever import Change
from models.value import PersonaBase
from scenarios.cashflow import Clock
from scenarios.levers import factors, of_lever
from scenarios.levers_pains import prevalence_factors
from scenarios.levers_trend import mixed

MONEY = {"price": "prices", "spend": "spending", "cost": "costs", "effectiveness": "effectiveness"}
ROUNDING = 1e-9


def world_faults(
    name: str,
    changes: Sequence[Change],
    personas: Sequence[PersonaBase],
    clock: Clock,
    given: tuple[Sequence[str], np.ndarray, np.ndarray],
) -> list[Finding]:
    """What no customer base like this one can do, of one scenario.

    Args:
        name: of the scenario.
        changes: its rows.
        personas: today's customers.
        clock: future periods.
        given: pain points in order; new customers a period of late `(persona,)` or `(persona, period)`, NaN unknown;
            the path of customers as `path_asked` has it.
    """
    pains, late, path = given
    told = [*_unknown(changes, personas), *_nothing_to_move(changes, personas, late)]
    if not told:
        told = [
            *_below_nothing(changes, clock),
            *_too_common(changes, clock, personas, pains),
            *_customers(changes, clock, [persona.persona for persona in personas], path),
        ]
    return [
        Finding(code=code, place=f"scenarios {name!r}: {lever}", found=found, allowed=allowed, remedy=remedy)
        for code, lever, found, allowed, remedy in told
    ]


Told = Iterator[tuple[str, str, str, str, str]]


def _unknown(changes: Sequence[Change], personas: Sequence[PersonaBase]) -> Told:
    names = [persona.persona for persona in personas]
    for change in changes:
        asked = change.of if change.lever == "mix" else change.persona
        if asked and asked not in names:
            found = f"no customers of persona {asked!r} are active"
            yield "P278", change.label, found, ", ".join(names), "name a persona with customers, or remove the row"


def _reached(change: Change, personas: Sequence[PersonaBase]) -> list[int]:
    return [g for g, persona in enumerate(personas) if change.persona in ("", persona.persona)]


def _nothing_to_move(changes: Sequence[Change], personas: Sequence[PersonaBase], late: np.ndarray) -> Told:
    for change in changes:
        mine = _reached(change, personas)
        if change.lever == "churn" and not any(personas[g].rate.any() for g in mine):
            found = "nobody is seen to leave here"
            yield "P278", "churn", found, "customers who can leave", "take customers or spend instead"
        if change.lever == "acquisition" and change.how == "multiply" and np.isnan(late[mine]).any():
            found = "the data do not tell how many customers join"
            yield "P278", "acquisition", found, "a number of customers a period", "write how = set and a number"


def _below_nothing(changes: Sequence[Change], clock: Clock) -> Told:
    for lever, words in MONEY.items():
        names = {one.persona for one in of_lever(changes, lever)}
        lowest = min((factors(of_lever(changes, lever, one), clock).min() for one in names), default=1.0)
        if lowest < 0:
            found = f"{words} come to {lowest:.3g} times today's"
            yield "P276", lever, found, "0 times or more", "take a smaller change"


def _too_common(changes: Sequence[Change], clock: Clock, personas: Sequence[PersonaBase], pains: Sequence[str]) -> Told:
    asked = of_lever(changes, "prevalence")
    for pain in dict.fromkeys(one.of for one in asked):
        mine, place = [one for one in asked if one.of == pain], list(pains).index(pain)
        today = np.array([persona.prevalence[place] for persona in personas])
        label = f"prevalence:{pain}"
        told = [g for one in mine if one.how != "multiply" for g in _reached(one, personas) if today[g] <= 0]
        if told:
            found = f"no customer of {personas[told[0]].persona} meets it today, so that nothing can be made more of"
            yield "P278", label, found, "a persona that meets it", "name another persona"
            continue
        share = prevalence_factors(mine, clock, personas, place) * today[:, None]
        for g, persona in enumerate(personas):
            if share[g].max() > 1 + ROUNDING or share[g].min() < -ROUNDING:
                worst = share[g].max() if share[g].max() > 1 else share[g].min()
                found = f"{worst:.1%} of {persona.persona} would meet it; {today[g]:.1%} do today"
                reach = f"at most {1 / today[g]:.3g} times today's" if worst > 1 else "not below 0%"
                yield "P276", label, found, reach, "take a smaller change"


def _customers(changes: Sequence[Change], clock: Clock, names: Sequence[str], path: np.ndarray) -> Told:
    for g, name in enumerate(names):
        lowest = factors(of_lever(changes, "customers", name), clock, path[g], path.sum(axis=0)).min()
        if lowest < 0:
            found = f"{name} would come to {lowest:.3g} times its customers"
            yield "P276", "customers", found, "0 times or more", "take fewer off"
    mix = of_lever(changes, "mix")
    if mix:
        yield from _shares(mix, clock, path, names)


def _shares(mix: Sequence[Change], clock: Clock, path: np.ndarray, names: Sequence[str]) -> Told:
    share = mixed(mix, clock, path / path.sum(axis=0), names)
    total = share.sum(axis=0)
    if share.min() < -ROUNDING or share.max() > 1 + ROUNDING or np.abs(total - 1).max() > ROUNDING:
        place = int(np.argmax(np.abs(share - share.clip(0, 1)).max(axis=0) + np.abs(total - 1)))
        said = ", ".join(f"{name} {one:.1%}" for name, one in zip(names, share[:, place], strict=True))
        yield "P277", "mix", f"shares would be {said}", "0% to 100%, 100% together", "correct the shares"
