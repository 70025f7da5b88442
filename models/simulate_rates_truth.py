"""The true worth of a point in a simulated company, per observed and per true point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.rng import stream
from models.simulate_rates import (
    RatesCompany,
    compared,
    lasting_level,
    leaving_intensity,
    next_hidden,
    of_rows,
    within,
)
from models.simulate_rates_spec import LATE_DROP, LATE_SHARE, NEUTRAL, PERIOD_SPREAD, STAGE_SPREAD, WEIGHTS

FUTURES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class RatesTruth:
    """What a point is truly worth.

    `leaving` (log rate) and `spend` (relative) per observed point: the slope on the observed score, given what
    each regression holds fixed, of what satisfaction causes. An observed point carries mood and the hidden
    cause, which cause nothing here or are not satisfaction, so it moves less than a true one: for leaving,
    theta x reliability given persona, tariff, tenure and period; for spend, psi x reliability within the customer.
    `money` by part and `total`: present value over the horizon of that change in every customer active at
    `as_of`, on the expected true path; `money_true` the same of theta and psi themselves. `base` is the
    present value of the path itself.
    """

    leaving: float
    spend: float
    money: Mapping[str, float]
    money_true: Mapping[str, float]
    base: float


def rates_truth(company: RatesCompany) -> RatesTruth:
    """The truth of a company, from its laws and its own answers (of satisfaction, never of outcomes)."""
    leaving, spend = observed_slopes(company)
    spec = company.spec
    futures = _futures(company)
    money, base = _worth(company, futures, (leaving, spend))
    money_true, _ = _worth(company, futures, (spec.theta, spec.psi))
    return RatesTruth(leaving=leaving, spend=spend, money=money, money_true=money_true, base=base)


def observed_slopes(company: RatesCompany) -> tuple[float, float]:
    """What satisfaction causes per observed point: log leaving rate, and relative next revenue.

    Slopes of theta x satisfaction and psi x satisfaction on the answers: given persona, tariff, tenure and
    period, and within customers. With no outcome in them they are exact but for who happened to answer.
    """
    panel, people, spec = company.panel, company.people, company.spec
    rows = panel.answered.copy()
    rows[:, -1] = False
    customer, step = np.nonzero(rows)
    held = pd.DataFrame({"persona": people.persona[customer], "t": step}).astype(str)
    x = pd.get_dummies(held, drop_first=True).assign(
        const=1.0, plus=people.plus[customer], tenure=np.log1p(np.maximum(step - people.joined[customer], 0))
    )
    x = x.assign(score=panel.score[rows]).astype(float)
    fit = np.linalg.lstsq(x.to_numpy(), panel.latent[rows], rcond=None)[0]
    mine = compared(panel)
    score = within(panel, mine, panel.score)
    share = float(score @ within(panel, mine, panel.latent)) / float(score @ score)
    return spec.theta * float(fit[-1]), spec.psi * share


def _futures(company: RatesCompany) -> tuple[np.ndarray, np.ndarray]:
    """Intensity of leaving and lift of spend `(period, future, customer)` of those active at `as_of`, as it is.

    The first period's outcomes come of the experience at `as_of`, which has been.
    """
    spec, rng = company.spec, stream(company.spec.seed, "rates futures")
    last = company.panel.active[:, -1]
    people = of_rows(company.people, last)
    shape = (FUTURES, int(last.sum()))
    latent = np.broadcast_to(company.panel.latent[last, -1], shape)
    hidden = np.broadcast_to(company.panel.hidden[last, -1], shape)
    intensity, lift = [], []
    spread = np.sqrt(STAGE_SPREAD**2 * float(WEIGHTS @ WEIGHTS) + PERIOD_SPREAD**2)
    for _ in range(spec.horizon):
        intensity.append(leaving_intensity(spec, people, company.calm, (latent, hidden)))
        lift.append(spec.psi * (latent - NEUTRAL) + company.hidden_spend * hidden)
        late = LATE_DROP * WEIGHTS[0] * ((rng.random(shape) < LATE_SHARE) - LATE_SHARE)
        latent = lasting_level(spec, people) + rng.normal(0.0, spread, shape) - late
        hidden = next_hidden(spec, hidden, rng)
    return np.array(intensity), np.array(lift)


def _worth(
    company: RatesCompany, futures: tuple[np.ndarray, np.ndarray], slopes: tuple[float, float]
) -> tuple[dict[str, float], float]:
    """Money by part of one point more from the first future experience on, and the path without it.

    Retention is money at the spend as it is of who stays; spend the more of everyone there then.
    """
    intensity, lift = futures
    spec = company.spec
    margin = spec.margin_rate * company.people.base[company.panel.active[:, -1]]
    quarter = np.arange(spec.horizon)
    discount = (1 + spec.discount_rate) ** (-(quarter + 0.5) / 4)
    later = (quarter > 0)[:, None, None]
    after = intensity * np.where(later, np.exp(slopes[0]), 1.0)

    def path(rate: np.ndarray) -> np.ndarray:
        return np.asarray(np.exp(-rate.cumsum(axis=0)))

    before, stays = path(intensity), path(after)
    retention = ((stays - before) * (1 + lift)).mean(axis=1) @ margin @ discount
    spend = slopes[1] * float((stays * later).mean(axis=1) @ margin @ discount)
    money = {"retention": float(retention), "spend": spend, "total": float(retention) + spend}
    return money, float((before * (1 + lift)).mean(axis=1) @ margin @ discount)
