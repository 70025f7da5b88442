"""The confounding dial: effects as they would be if a hidden cause stood behind part of them.

A cause that nobody measured, that goes with meeting a pain point and with leaving by a risk ratio r each, can
inflate the ratio of leaving rates by at most B(r) = r^2 / (2r - 1). Nothing in the data can rule it out; what can
be said is how strong it would have to be.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from impact.cells import Cells, SitePanel
from impact.journey import Journey
from models.uplift import UpliftPosterior

# log ratio of risks per standard deviation of a continuous outcome: the normal outcome cut in two (pi / sqrt(3) of
# the logistic, halved for a common outcome). Source: VanderWeele & Ding (2017), after Chinn (2000).
LOG_RISK_A_SD = 0.91


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """What a hidden cause could inflate: the direction of each pain point, and the spread of money.

    `signs` `(pain_point,)`: -1 for a pain, +1 for a delight. `spend_sd` `(persona,)`: standard deviation of a unit's
    money around its own mean, relative to it.
    """

    signs: np.ndarray
    spend_sd: np.ndarray


def bias_factor(occurrence: float, leaving: float) -> float:
    """The largest ratio by which a hidden cause can inflate a ratio of risks, from its two risk ratios (each >= 1).

    `occurrence`: how much commoner the cause is among those who met the pain point than among the others;
    `leaving`: how much more those with the cause leave. Source: Ding & VanderWeele (2016), equation 1.
    """
    return occurrence * leaving / (occurrence + leaving - 1)


def strength_of(bias: float) -> float:
    """The risk ratio r on both sides whose bias factor is `bias`: B + sqrt(B (B - 1)), the E-value of B.

    Source: VanderWeele & Ding (2017).
    """
    return float(bias + np.sqrt(bias * max(bias - 1, 0.0)))


def find_exposed(cells: Cells, journey: Journey, personas: tuple[str, ...]) -> Exposed:
    """What a hidden cause could inflate in a study; a persona whose money is compared nowhere has a spread of 0."""
    signs = np.array([1.0 if pain.kind == "delight" else -1.0 for pain in journey.pain_points])
    if isinstance(cells, SitePanel):
        known = cells.panel[cells.panel["revenue"] > 0]
        logs = np.log(known["revenue"])
        own = logs - logs.groupby(known["unit"]).transform("mean")
        found = {str(name): float(rows.std()) for name, rows in own.groupby(known["persona"])}
    else:
        free = {one.persona: max(one.rows - one.customers, 1) for one in cells.spend}
        found = {one.persona: float(np.sqrt(one.gram[-1, -1] / free[one.persona])) for one in cells.spend}
    spread = np.array([found.get(persona, 0.0) for persona in personas])
    return Exposed(signs=signs, spend_sd=np.nan_to_num(spread))


def under_hidden_cause(
    posterior: UpliftPosterior, exposed: Exposed, strength: float, pain_points: Collection[str] | None = None
) -> UpliftPosterior:
    """The posterior with what a hidden cause of this strength could have added taken off again.

    All draws of an effect move alike: the log hazard by log B, relative spend by the log B / .91 standard deviations
    that a continuous outcome moves by. They move towards nothing and in the mean not past it, so that single draws
    may cross; an effect whose mean has the other sign is not what such a cause makes and stays. Taken off at face
    value, before the haircut. Source: Ding & VanderWeele (2016), VanderWeele & Ding (2017).

    Args:
        posterior: the joint draws.
        exposed: direction of the pain points, spread of money.
        strength: the risk ratio r >= 1 on both sides.
        pain_points: those the cause goes with; all of them where None.
    """
    hit = np.array([pain_points is None or name in pain_points for name in posterior.pain_points])
    most = np.log(bias_factor(strength, strength)) * hit
    in_money = np.outer(exposed.spend_sd, most) / LOG_RISK_A_SD
    return replace(
        posterior,
        leaving=_towards_nothing(posterior.leaving, -exposed.signs, most),
        spend=_towards_nothing(posterior.spend, exposed.signs, in_money),
    )


def _towards_nothing(effect: np.ndarray, harm: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Draws `(draw, persona, pain_point)` less at most `most` of what they have in the direction `harm`."""
    overstated = np.clip(effect.mean(axis=0) * harm, 0, most)
    return np.asarray(effect - overstated * harm)
