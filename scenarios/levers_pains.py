"""The lever on how many customers meet a pain point: something that goes on, at no cost, beside any plan."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from impact.initiative import Initiative
from impact.lever import Change
from models.value import PersonaBase
from scenarios.cashflow import Clock, Schedule
from scenarios.effect import Offer, Ongoing
from scenarios.levers import factors, of_lever

PREVALENCE = "prevalence"
ROUNDING = 1e-9


def prevalence_factors(
    changes: Sequence[Change], clock: Clock, personas: Sequence[PersonaBase], place: int
) -> np.ndarray:
    """By how much the occurrences of a pain point are multiplied `(persona, period)`.

    What is added or set is a share of customers who meet it, told of each persona apart.
    """
    return np.array(
        [
            factors(
                [one for one in changes if one.persona in ("", persona.persona)],
                clock,
                float(persona.prevalence[place]),
            )
            for persona in personas
        ]
    )


def drifts(
    changes: Sequence[Change], clock: Clock, personas: Sequence[PersonaBase], pains: Sequence[str], draws: int
) -> tuple[Ongoing, ...]:
    """What makes pain points more or less common, as things that are ongoing.

    Each removes 1 - factor of occurrences in its periods (less than nothing where they grow), is at work nowhere
    today, and costs nothing.
    """
    out = []
    asked = of_lever(changes, PREVALENCE)
    for pain in dict.fromkeys(one.of for one in asked):
        place = list(pains).index(pain)
        factor = prevalence_factors([one for one in asked if one.of == pain], clock, personas, place)
        for column in np.unique(factor, axis=1).T:
            if (column != 1).any():
                held = (factor == column[:, None]).all(axis=0)
                share = np.zeros((len(personas), draws, len(pains)))
                share[:, :, place] = 1 - column[:, None]
                out.append(_at_no_cost(pain, held, share if np.ptp(column) else share[:1], clock))
    return tuple(out)


def _at_no_cost(pain: str, held: np.ndarray, share: np.ndarray, clock: Clock) -> Ongoing:
    none = np.zeros(clock.periods)
    timing = Schedule(
        start=0,
        cost_share=none,
        live=held[None].astype(float),
        quarters=none[None],
        capex=none,
        opex=none[None],
        building=np.zeros(clock.quarters),
    )
    name = f"{PREVALENCE}:{pain}"
    item = Initiative(initiative=name, name=name, cost=0.0, status="live")
    return Ongoing(
        offer=Offer(item=item, schedule=timing, effectiveness=share, cost=np.zeros(share.shape[1])),
        live_now=np.zeros(1),
    )
