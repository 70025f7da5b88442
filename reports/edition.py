"""What one delivery holds: the finished tables and the few values the pages need beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from impact.initiative import Fix
from impact.journey import Journey
from impact.standing import NOBODY

if TYPE_CHECKING:
    from reports.rate_page import RatePage


@dataclass(frozen=True, slots=True, kw_only=True)
class CashModel:
    """The mean cash of every initiative by period, so that a workbook can recompute NPV by formula.

    Arrays are `(initiative, period)` in money, undiscounted, means over the draws, stand-alone:
    `retention`, `spend`, `service_saving`, `other_benefit`; `cost_share` is the share of the one-off
    cost paid in each period (rows sum to 1, or to 0 where `capex` comes from the costs table);
    `capex_extra` (as planned) and `opex` are money. `overrun` `(initiative,)` is mean one-off cost over plan cost.
    NPV_i = sum_t DF_t * (benefit_it - overrun_i * (cost_i * cost_share_it + capex_extra_it) - opex_it),
    DF_t = (1 + discount_rate) ** (-(t - 1/2) / periods_a_year), t = 1..periods.
    `sets` `(set, initiative)` of 0/1 lists every subset of the initiatives, the empty one first, and
    `set_benefit` `(set, period)` its joint mean benefit (overlap taken out); both are None above ten
    initiatives, where the joint total is not live. `set_allowed` `(set,)` is 1 where the plan's
    requirements, exclusions and capacities allow the set whatever the budget; None allows every set.
    """

    initiatives: tuple[str, ...]
    periods: tuple[str, ...]
    periods_a_year: int
    discount_rate: float
    budget: float | None
    cost: np.ndarray
    overrun: np.ndarray
    cost_share: np.ndarray
    capex_extra: np.ndarray
    opex: np.ndarray
    retention: np.ndarray
    spend: np.ndarray
    service_saving: np.ndarray
    other_benefit: np.ndarray
    chosen: np.ndarray
    sets: np.ndarray | None
    set_benefit: np.ndarray | None
    set_allowed: np.ndarray | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """Joint discounted net value of the chosen portfolio over the draws, and what the naive way says.

    `after_tax` is its mean after tax at `tax_rate`, None where the study names no rate.
    """

    mean: float
    p05: float
    p95: float
    p_positive: float
    dots: tuple[float, ...]
    cost: float
    tax_rate: float = 0.0
    after_tax: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One finished run, ready to be set on pages. `tables` holds every table of the contract by name.

    `inputs` holds the SHA-256 of every file read. `fitness`: `fit` or `not fit for use` (then every
    page carries `notices` first and no money figure is set as fit). `notices` are sentences every page
    must show (simulated data, illustrative costs). `money_word` is what a money figure is called:
    `margin`, or `revenue` where the study has no margin; `estimated` that it is no booked money.
    `point` is the unit of satisfaction in words
    (`1 point on 1-5`). `truth` holds, for a simulated study, item (pain point or initiative), name,
    value and its range, value_true and in_range (0/1), or None. `fixes` says which pain points each
    initiative acts on, for the journey map. `rows` says of each data table how many rows came in, were
    used, and were set aside for which reason. `rates` are the pages of the rates, finished. `engine` says which engine
    drew the posterior and its gates; empty where nothing was estimated. `approval` says where the chosen portfolio
    stands with those who sign; empty where nobody was asked.
    """

    name: str
    currency: str
    as_of: str
    period_kind: Literal["quarter", "month", "year"]
    horizon: tuple[str, ...]
    shape: Literal["customers", "sites"]
    relationship: str
    point: str
    money_word: Literal["margin", "revenue"]
    discount_rate: float
    seed: int
    run_id: str
    versions: Mapping[str, str]
    inputs: Mapping[str, str] = field(default_factory=dict)
    fitness: Literal["fit", "not fit for use"]
    notices: tuple[str, ...]
    sentences: tuple[str, ...]
    journey: Journey
    tables: Mapping[str, pd.DataFrame]
    cash: CashModel | None
    worth: Worth | None
    truth: pd.DataFrame | None
    fixes: tuple[Fix, ...] = ()
    rows: tuple[str, ...] = ()
    rates: tuple[RatePage, ...] = ()
    estimated: bool = False
    engine: str = ""
    approval: str = ""

    @property
    def signed(self) -> bool:
        """Whether anybody has ever signed a portfolio of the study."""
        return self.approval not in ("", NOBODY)

    @property
    def money_name(self) -> str:
        """What a money figure is called on pages."""
        return f"estimated {self.money_word}" if self.estimated else self.money_word
