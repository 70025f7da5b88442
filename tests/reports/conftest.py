"""A finished run to set on pages: four stages, five pain points, five initiatives, twelve quarters, all invented."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pandas as pd
import pytest
from invented_tables import (
    INITIATIVE_NAMES,
    OWNERS,
    PAIN_NAMES,
    PAIN_STAGES,
    PAINS,
    STAGE_NAMES,
    STAGES,
    VALUES,
    calibration,
    checks,
    drivers,
    journey_table,
    pain_points,
    scenarios,
    truth,
)

from impact.journey import Journey, PainPoint, Persona, Stage, Touchpoint
from impact.periods import period_label
from reports.edition import CashModel, Edition, Worth

FIXED = np.array(
    [[0.5, 0.2, 0, 0, 0], [0, 0.4, 0.1, 0, 0], [0, 0.2, 0.6, 0, 0], [0, 0, 0, 0.5, 0], [0.1, 0, 0, 0, 0.3]]
)
COSTS = (90_000.0, 60_000.0, 120_000.0, 45_000.0, 30_000.0)
QUARTERS = 12
BUDGET = 200_000.0


def _labels() -> tuple[str, ...]:
    return tuple(period_label(2026 * 4 + 3 + step, "quarter") for step in range(QUARTERS))


def _joint_benefit(flags: np.ndarray, values: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    """Benefit a period of a set, overlap taken out by independent action."""
    share = 1 - np.prod(1 - fixed * flags[:, None], axis=0)
    profile = np.concatenate([[0.0], np.linspace(0.6, 1.4, QUARTERS - 1)])
    return np.asarray(share @ values * profile / profile.sum())


def _cash(count: int, name: Callable[[int], str]) -> CashModel:
    values, fixed = VALUES, np.resize(FIXED, (count, 5))
    alone = np.array([_joint_benefit(row, values, fixed) for row in np.eye(count)])
    live = count <= 10
    sets = np.array([flags[::-1] for flags in product((0, 1), repeat=count)], dtype=float) if live else None
    cost_share = np.zeros((count, QUARTERS))
    cost_share[:, :2] = 0.5
    opex = np.zeros((count, QUARTERS))
    opex[:, 2:] = np.resize((1_500.0, 900.0, 2_000.0, 400.0, 0.0), count)[:, None]
    extra = np.zeros((count, QUARTERS))
    extra[0, 4] = 2_500.0
    saving = np.zeros((count, QUARTERS))
    saving[1] = alone[1] * 0.15
    other = np.zeros((count, QUARTERS))
    other[2, 3:] = 300.0
    chosen = np.zeros(count)
    chosen[:2] = 1.0
    joint = None
    if sets is not None:
        joint = np.array([_joint_benefit(row, values, fixed) for row in sets]) + sets @ (saving + other)
    return CashModel(
        initiatives=tuple(name(index) for index in range(count)),
        periods=_labels(),
        periods_a_year=4,
        discount_rate=0.10,
        budget=BUDGET,
        cost=np.resize(COSTS, count),
        overrun=np.resize((1.08, 1.0, 1.2, 1.05, 1.1), count),
        cost_share=cost_share,
        capex_extra=extra,
        opex=opex,
        retention=alone * 0.7,
        spend=alone * 0.3,
        service_saving=saving,
        other_benefit=other,
        chosen=chosen,
        sets=sets,
        set_benefit=joint,
    )


def _discount(cash: CashModel) -> np.ndarray:
    steps = np.arange(1, len(cash.periods) + 1)
    return np.asarray((1 + cash.discount_rate) ** (-(steps - 0.5) / cash.periods_a_year))


def _costs(cash: CashModel) -> np.ndarray:
    return np.asarray(cash.overrun[:, None] * (cash.cost[:, None] * cash.cost_share + cash.capex_extra) + cash.opex)


def _benefits(cash: CashModel) -> np.ndarray:
    return np.asarray(cash.retention + cash.spend + cash.service_saving + cash.other_benefit)


def _payback(benefit: np.ndarray, cost: np.ndarray) -> list[float]:
    cumulative = np.cumsum(benefit - cost, axis=1)
    paid = (cumulative >= 0) & (np.cumsum(cost, axis=1) > 0)
    return [float(np.argmax(row) + 1) if row.any() else float("nan") for row in paid]


def _initiatives(cash: CashModel) -> pd.DataFrame:
    benefit, cost, discount = _benefits(cash), _costs(cash), _discount(cash)
    npv, spent = (benefit - cost) @ discount, cost @ discount
    rank = np.argsort(np.argsort(-npv.round(6), kind="stable")) + 1
    count = len(npv)
    fund = cash.chosen > 0
    return pd.DataFrame(
        {
            "initiative": cash.initiatives,
            "name": [INITIATIVE_NAMES[index % 5] for index in range(count)],
            "owner": [OWNERS[index % 5] for index in range(count)],
            "cost": cash.cost,
            "npv": npv,
            "npv_p05": npv - 80_000,
            "npv_p50": npv - 4_000,
            "npv_p95": npv + 95_000,
            "p_npv_positive": np.clip(0.5 + npv / 200_000, 0.05, 0.98),
            "roi": npv / spent,
            "payback_quarters": _payback(benefit, cost),
            "rank": rank,
            "rank_p05": np.maximum(rank - 1, 1),
            "rank_p95": np.minimum(rank + 1, count),
            "p_top3": np.where(rank <= 3, 0.84, 0.2),
            "regret": np.maximum(npv.max() - npv, 0) * 0.2,
            "verdict": np.where(fund, "fund", np.where(npv > 0, "pilot", "park")),
            "evpi": np.full(count, 4_200.0),
            "max_cost": (benefit - cash.capex_extra - cash.opex) @ discount,
        }
    )


def _portfolio(cash: CashModel, names: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "initiative": cash.initiatives,
            "name": names,
            "kind": "initiative",
            "chosen": cash.chosen.astype(int),
            "start": np.where(cash.chosen > 0, cash.periods[0], ""),
            "reason": np.where(cash.chosen > 0, "best net value under the budget", "the budget goes further elsewhere"),
            "what_would_have_to_be_true": "Its cost would have to fall below its largest worthwhile cost, or its "
            "effect on the share of occurrences removed would have to double.",
        }
    )


def _cashflow(cash: CashModel) -> pd.DataFrame:
    capex = cash.overrun[:, None] * (cash.cost[:, None] * cash.cost_share + cash.capex_extra)
    alone = {
        "capex": capex,
        "opex": cash.opex,
        "retention": cash.retention,
        "spend": cash.spend,
        "service_saving": cash.service_saving,
        "other_benefit": cash.other_benefit,
        "non_cashable": np.zeros(capex.shape),
        "net": _benefits(cash) - _costs(cash),
    }
    lines = {line: np.vstack([values, cash.chosen @ values]) for line, values in alone.items()}
    count, periods = lines["net"].shape
    return pd.DataFrame(
        {
            "initiative": np.repeat([*cash.initiatives, "portfolio"], periods),
            "period": np.tile(cash.periods, count),
            **{line: values.ravel() for line, values in lines.items()},
            "cumulative": np.cumsum(lines["net"], axis=1).ravel(),
            "discount_factor": np.tile(_discount(cash), count),
            "discounted": (lines["net"] * _discount(cash)).ravel(),
        }
    )


def _journey() -> Journey:
    return Journey(
        stages=tuple(
            Stage(stage=stage, name=name, order=order, owner=OWNERS[order % 5])
            for order, (stage, name) in enumerate(zip(STAGES, STAGE_NAMES, strict=True))
        ),
        pain_points=tuple(
            PainPoint(pain_point=pain, stage=stage, name=name, owner=owner)
            for pain, stage, name, owner in zip(PAINS, PAIN_STAGES, PAIN_NAMES, OWNERS, strict=True)
        ),
        touchpoints=(
            Touchpoint(touchpoint="web", stage="discover", name="Web shop", channel="web"),
            Touchpoint(touchpoint="phone", stage="support", name="Call centre", channel="phone", owner="Service"),
        ),
        personas=(
            Persona(persona="family", name="Families", needs="one bill", feels="hurried", says="Why twice?"),
            Persona(persona="young", name="Young adults", needs="an app that works"),
        ),
    )


def _tables(cash: CashModel) -> dict[str, pd.DataFrame]:
    initiatives = _initiatives(cash)
    return {
        "journey": journey_table(),
        "calibration": calibration(),
        "drivers": drivers(),
        "pain_points": pain_points(),
        "initiatives": initiatives,
        "portfolio": _portfolio(cash, initiatives["name"]),
        "cashflow": _cashflow(cash),
        "frontier": pd.DataFrame(
            {
                "budget": [0.0, 100_000.0, 200_000.0],
                "value": [0.0, 120_000.0, 210_000.0],
                "value_p05": [0.0, 40_000.0, 80_000.0],
                "value_p95": [0.0, 210_000.0, 350_000.0],
                "initiatives": ["", "i1", "i1;i2"],
            }
        ),
        "scenarios": scenarios(cash.periods),
        "reconciliation": pd.DataFrame(
            columns=["period", "unit", "line", "ledger", "reported", "difference", "coverage"]
        ),
        "benefits": pd.DataFrame(columns=["initiative", "owner", "status", "approved_cost", "actual_cost"]),
        "break_even": pd.DataFrame(
            {
                "initiative": cash.initiatives,
                "name": initiatives["name"],
                "retention_points": np.linspace(0.001, 0.006, len(cash.initiatives)),
                "spend_relative": np.linspace(0.002, 0.01, len(cash.initiatives)),
                "score_points": np.linspace(0.02, 0.2, len(cash.initiatives)),
                "effectiveness": np.linspace(0.1, 0.9, len(cash.initiatives)),
                "credibility": [np.nan if index == 4 else 0.2 + 0.05 * index for index in range(len(cash.initiatives))],
            }
        ),
        "checks": checks(),
    }


def _worth(cash: CashModel) -> Worth:
    discount, cost = _discount(cash), _costs(cash)
    if cash.sets is None or cash.set_benefit is None:
        mean = float(cash.chosen @ ((_benefits(cash) - cost) @ discount))
    else:
        row = int(np.flatnonzero((cash.sets == cash.chosen).all(axis=1))[0])
        mean = float(cash.set_benefit[row] @ discount - cash.chosen @ (cost @ discount))
    dots = tuple(float(mean + spread) for spread in np.linspace(-120_000, 130_000, 20))
    return Worth(mean=mean, p05=mean - 118_000, p95=mean + 131_000, p_positive=0.93, dots=dots, cost=150_000.0)


def build_edition(count: int, name: Callable[[int], str]) -> Edition:
    """An edition of `count` initiatives, three or more, whose ids `name` gives; its tables follow its cash model."""
    cash = _cash(count, name)
    worth = _worth(cash)
    return Edition(
        name="Northwind Mobile",
        currency="EUR",
        as_of="2026Q3",
        period_kind="quarter",
        horizon=cash.periods,
        shape="customers",
        relationship="contract",
        point="1 point on 1-5",
        money_word="margin",
        discount_rate=cash.discount_rate,
        seed=20260930,
        run_id="3f9a1c07",
        versions={"cx-impact": "0.1.0", "numpy": "2.4.0"},
        fitness="fit",
        notices=(
            "Simulated data: no figure here is about a real company.",
            "Costs and effects of the initiatives are illustrative.",
        ),
        sentences=(
            f"Fund Bill on time and Call back promise: together worth {worth.mean:,.0f} EUR over twelve quarters.",
            f"The range runs from {worth.p05:,.0f} to {worth.p95:,.0f} EUR (90%); the chance that it pays is 93%.",
        ),
        journey=_journey(),
        tables=_tables(cash),
        cash=cash,
        worth=worth,
        truth=truth(),
    )


@pytest.fixture(scope="session")
def edition() -> Edition:
    """The usual edition: five initiatives, every subset of them listed; derive others by `dataclasses.replace`."""
    return build_edition(5, lambda index: f"i{index + 1}")


@pytest.fixture(scope="session")
def make_edition() -> Callable[..., Edition]:
    """The builder, for another number of initiatives or other ids."""

    def make(count: int = 5, name: Callable[[int], str] = lambda index: f"i{index + 1}") -> Edition:
        return build_edition(count, name)

    return make
