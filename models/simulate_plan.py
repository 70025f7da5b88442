"""The journey and the plan of a simulated company: names, effectiveness and costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from impact.initiative import Fix, Initiative, Plan
from impact.journey import Journey, Objective, PainPoint, Persona, Stage, Touchpoint
from models.simulated_company import CompanySpec

_STAGES = (
    ("buy", "Choose and buy", "Sales", "shop", "Shop and website"),
    ("activate", "Activate", "Operations", "app", "Welcome flow in the app"),
    ("use", "Use the network", "Network", "network", "Calls and data"),
    ("bill", "Pay the bill", "Billing", "email", "Monthly bill"),
    ("help", "Get help", "Care", "phone", "Hotline and chat"),
    ("renew", "Renew", "Retention", "email", "Renewal offer"),
    ("travel", "Travel abroad", "Products", "app", "Roaming page in the app"),
    ("device", "Change the device", "Operations", "shop", "Device desk"),
)

# One row a pain point: stage, pain point, its name, the initiative against it, its name.
_PAINS = (
    ("buy", "unclear_offer", "Offer hard to compare", "plain_offers", "Plain-language offers"),
    ("activate", "late_activation", "Line activated late", "instant_activation", "Instant activation"),
    ("use", "dropped_connection", "Connection drops", "cell_upgrade", "Upgrade of the weakest cells"),
    ("bill", "bill_shock", "Bill higher than expected", "spend_alerts", "Spend alerts before the bill"),
    ("help", "repeat_contact", "Had to ask twice", "first_contact", "Solve it in the first contact"),
    ("renew", "better_for_new", "New customers get better prices", "loyal_prices", "Same prices for loyal customers"),
    ("travel", "roaming_surprise", "Roaming charge not expected", "roaming_pass", "Automatic roaming pass"),
    ("device", "trade_in_delay", "Trade-in paid late", "trade_in_now", "Trade-in paid on the spot"),
    ("buy", "identity_retry", "Identity check had to be repeated", "easy_identity", "Simpler identity check"),
    ("activate", "number_not_moved", "Number moved late", "number_desk", "Number transfer desk"),
    ("use", "slow_data", "Slow data at peak hours", "peak_capacity", "Capacity at peak hours"),
    ("bill", "failed_payment", "Payment failed", "payment_retry", "Payment retry and reminder"),
    ("help", "long_wait", "Waited over ten minutes", "call_back", "Call back instead of waiting"),
    ("renew", "hidden_notice", "Notice period not clear", "clear_terms", "Clear renewal terms"),
    ("travel", "no_signal_abroad", "No signal abroad", "partner_networks", "More partner networks"),
    ("device", "device_out_of_stock", "Device out of stock", "stock_promise", "Stock promise online"),
)

_PERSONAS = (
    Persona(
        persona="family",
        name="Family manager",
        needs="One bill that holds for everyone",
        goals="No surprises at the end of the month",
        thinks="I pay for five lines and nobody notices",
        feels="Responsible, short of time",
        says="Just tell me what it will cost",
        does="Checks every bill, compares once a year",
    ),
    Persona(
        persona="streamer",
        name="Heavy user",
        needs="Data that is always there",
        goals="Stay online everywhere",
        thinks="The network is the product",
        feels="Impatient when it stalls",
        says="It was fast yesterday",
        does="Runs speed tests, asks friends before switching",
    ),
    Persona(
        persona="saver",
        name="Careful spender",
        needs="The lowest price that works",
        goals="Pay for what is used and no more",
        thinks="New customers get the better deal",
        feels="Wary of small print",
        says="What does it cost after the first year?",
        does="Switches when the contract allows it",
    ),
    Persona(
        persona="traveller",
        name="Frequent traveller",
        needs="The same service abroad",
        goals="Land and be connected",
        thinks="Roaming is a trap",
        feels="Exposed when the signal is gone",
        says="It worked at home",
        does="Keeps a second card for trips",
    ),
)


def draw_journey(spec: CompanySpec) -> Journey:
    """The journey map: the first stages, personas and pain points of the vocabulary, as many as asked for."""
    rows = _STAGES[: spec.stages]
    kept = {row[0] for row in rows}
    pains = [row for row in _PAINS if row[0] in kept][: spec.pain_points]
    owner = {row[0]: row[2] for row in rows}
    seen = len(pains) - round(spec.survey.told_only * len(pains))
    return Journey(
        stages=tuple(
            Stage(stage=stage, name=name, order=order, owner=who)
            for order, (stage, name, who, _, _) in enumerate(rows, start=1)
        ),
        touchpoints=tuple(
            Touchpoint(touchpoint=f"{stage}_{channel}", stage=stage, name=name, channel=channel, owner=who)
            for stage, _, who, channel, name in rows
        ),
        personas=_PERSONAS[: spec.personas],
        pain_points=tuple(
            PainPoint(
                pain_point=pain,
                stage=stage,
                name=name,
                owner=owner[stage],
                source="operations" if place < seen else "survey",
            )
            for place, (stage, pain, name, _, _) in enumerate(pains)
        ),
        objectives=(Objective(objective="keep", text="Lose fewer customers without buying them back"),),
    )


def initiative_of(pain_point: str) -> str:
    """The initiative against a pain point of the vocabulary."""
    return next(row[3] for row in _PAINS if row[1] == pain_point)


def draw_plan(spec: CompanySpec, journey: Journey, rng: np.random.Generator) -> tuple[Plan, np.ndarray]:
    """The plan without costs, and the true effectiveness `(initiative, pain_point)` of its initiatives.

    An initiative fixes its own pain point and, every other time on average, a second one. A true share
    is logit-normal, and the plan states that law's P05, P50 and P95 as low, likely and high.
    """
    pains = journey.pain_ids()
    named = {row[1]: row[3:] for row in _PAINS}
    main = np.sort(rng.permutation(len(pains))[: spec.initiatives])
    initiatives, fixes = [], []
    effectiveness = np.zeros((spec.initiatives, len(pains)))
    for place, index in enumerate(main):
        initiative, name = named[pains[index]]
        initiatives.append(_initiative(initiative, name, journey.pain_points[index].owner, rng))
        targets = [index]
        if len(pains) > 1 and rng.random() < 0.5:
            targets.append(int(rng.choice([other for other in range(len(pains)) if other != index])))
        for target in targets:
            fix, effectiveness[place, target] = _fix(initiative, pains[target], rng)
            fixes.append(fix)
    return Plan(initiatives=tuple(initiatives), fixes=tuple(fixes)), effectiveness


def _initiative(initiative: str, name: str, owner: str, rng: np.random.Generator) -> Initiative:
    return Initiative(
        initiative=initiative,
        name=name,
        cost=None,
        owner=owner,
        duration=int(rng.integers(1, 4)),
        ramp=float(rng.integers(0, 3)),
    )


def _fix(initiative: str, pain_point: str, rng: np.random.Generator) -> tuple[Fix, float]:
    middle = rng.uniform(-0.6, 0.8)
    spread = rng.uniform(0.3, 0.6)
    low, likely, high, true = (
        1 / (1 + np.exp(-(middle + spread * standard))) for standard in (-1.645, 0.0, 1.645, rng.standard_normal())
    )
    fix = Fix(
        initiative=initiative,
        pain_point=pain_point,
        low=round(float(low), 2),
        likely=round(float(likely), 2),
        high=round(float(high), 2),
    )
    return fix, float(true)


def price_plan(plan: Plan, gain_of: Callable[[str], float], rng: np.random.Generator) -> Plan:
    """The plan with costs around the median true gain, so that about half of the initiatives are worth theirs.

    A cost says nothing about the gain of its own initiative. `gain_of` is the true gain, in money, of
    one initiative alone. One in three also costs 1% of its one-off cost every quarter it is live.
    """
    typical = max(float(np.median([gain_of(name) for name in plan.ids()])), 10_000.0)
    priced = []
    for item in plan.initiatives:
        cost = round(0.6 * typical * float(np.exp(rng.normal(0.0, 0.45))), -3)
        running = round(0.01 * cost, -1) if rng.random() < 1 / 3 else 0.0
        priced.append(replace(item, cost=max(cost, 1_000.0), run_cost=running))
    return replace(plan, initiatives=tuple(priced))
