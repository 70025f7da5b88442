"""What planning by quarter costs: 20 scenarios of 16 quarters, 20 personas and 4,000 joint draws, beside one fit.

python bench/quarterly.py
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm

from impact.initiative import Fix, Initiative, Plan
from impact.lever import Change
from models.inference import Fit
from models.uplift import UpliftPosterior
from models.value import PersonaBase, ValueBase, discount_factors, look_at_today
from scenarios.cashflow import Clock
from scenarios.effect import make_offers
from scenarios.limits import Limits
from scenarios.scenario import Facts, Scenario, World, in_world
from scenarios.simulate import simulate
from scenarios.worth import Case

QUARTERS, PERSONAS, DRAWS, SCENARIOS = 16, 20, 4_000, 20
PAINS, PATTERNS, BANDS, INITIATIVES = 10, 60, 4, 5
ROWS, COLUMNS = 200_000, 12
MARKETS = tuple(f"market{g:02d}" for g in range(PERSONAS))
PAIN_POINTS = tuple(f"pain{k}" for k in range(PAINS))
LEVERS = (
    ("churn", 1.2, "multiply"),
    ("price", 0.97, "multiply"),
    ("spend", 0.95, "multiply"),
    ("cost", 1.3, "multiply"),
    ("delay", 1.0, "add"),
    ("effectiveness", 0.8, "multiply"),
    ("customers", 1.02, "multiply"),
    ("discount_rate", 1.5, "multiply"),
    ("prevalence", 1.2, "multiply"),
)


ONCE = (("acquisition", 1.1, "multiply"),)


def base_of(rng: np.random.Generator) -> ValueBase:
    """Twenty personas with four tenure bands, who meet ten pain points in sixty patterns."""
    people = []
    for name in MARKETS:
        patterns = np.unique((rng.uniform(size=(PATTERNS, PAINS)) < 0.1).astype(float), axis=0)
        weights = rng.dirichlet(np.ones(len(patterns)))
        people.append(
            PersonaBase(
                persona=name,
                customers=5_000 * rng.dirichlet(np.full(BANDS, 5.0)),
                rate=rng.uniform(0.02, 0.08, BANDS),
                money=rng.uniform(60, 200, BANDS),
                patterns=patterns,
                weights=weights,
                alone=np.zeros(PAINS),
                level=np.zeros(PAINS),
                exposure=weights @ patterns,
                prevalence=weights @ patterns,
            )
        )
    frailty = rng.uniform(0.2, 0.8, DRAWS)
    return ValueBase(personas=tuple(people), discount=discount_factors(0.1, QUARTERS, 4), lag=1, frailty=frailty)


def posterior_of(rng: np.random.Generator) -> UpliftPosterior:
    """Four thousand joint draws of what the pain points move."""
    shape = (DRAWS, PERSONAS, PAINS)
    return UpliftPosterior(
        pain_points=PAIN_POINTS,
        personas=MARKETS,
        score=rng.normal(-0.3, 0.1, shape),
        leaving=rng.normal(0.25, 0.12, shape),
        spend=rng.normal(-0.03, 0.02, shape),
        credibility=np.repeat(rng.uniform(0.3, 0.9, (DRAWS, 1)), PAINS, axis=1),
        theta=rng.normal(-0.25, 0.1, DRAWS),
        psi=rng.normal(0.03, 0.01, DRAWS),
        prior_share=np.full(PAINS, 0.2),
        fit=Fit(draws={}, rhat_max=1.0, ess_min=4000.0, divergences=0, worst=""),
    )


def worlds_of(seed: int) -> tuple[list[World], tuple[int, ...]]:
    """The base and twenty scenarios of two levers each; and what is funded."""
    rng = np.random.default_rng(seed)
    clock = Clock(first=8104, periods=QUARTERS, periods_a_year=4)
    base, posterior = base_of(rng), posterior_of(rng)
    items = tuple(
        Initiative(initiative=f"act{i}", name=f"Act {i}", cost=50_000.0, cost_low=40_000.0, cost_high=70_000.0)
        for i in range(INITIATIVES)
    )
    fixes = tuple(
        Fix(initiative=f"act{i}", pain_point=PAIN_POINTS[k], low=0.2, likely=0.4, high=0.6)
        for i in range(INITIATIVES)
        for k in (i, i + INITIATIVES)
    )
    offers = make_offers(Plan(initiatives=items, fixes=fixes), PAIN_POINTS, MARKETS, clock, DRAWS, seed)
    case = Case(base=base, posterior=posterior, today=look_at_today(base, posterior), offers=offers, clock=clock)
    world = World(name="base", case=case, limits=Limits(), revenue_per_margin=2.5)
    facts = Facts(revenue_per_margin=2.5, joining=np.full(PERSONAS, 150.0), discount_rate=0.1)
    return [world, *(in_world(one, world, facts) for one in scenarios())], tuple(range(3))


def scenarios() -> tuple[Scenario, ...]:
    """Twenty scenarios that go through the levers, two at a time, and one of them with new customers."""
    out = []
    for place in range(SCENARIOS):
        name = f"scenario{place:02d}"
        picked = (LEVERS[place % len(LEVERS)], LEVERS[(3 * place + 1 + place // len(LEVERS)) % len(LEVERS)])
        changes = tuple(
            Change(
                scenario=name,
                lever=lever,
                value=value,
                how="add" if how == "add" else "multiply",
                of=PAIN_POINTS[place % PAINS] if lever == "prevalence" else "",
            )
            for lever, value, how in dict.fromkeys((*picked, *(ONCE if place == 0 else ())))
        )
        out.append(Scenario(name=name, changes=changes))
    return tuple(out)


def one_fit(seed: int) -> Callable[[], object]:
    """A logistic regression of two hundred thousand rows on twelve columns, ready to be fitted by statsmodels."""
    rng = np.random.default_rng(seed)
    x = sm.add_constant(rng.standard_normal((ROWS, COLUMNS - 1)))
    chance = 1 / (1 + np.exp(-(x @ np.r_[-2.5, rng.normal(0, 0.2, COLUMNS - 1)])))
    y = (rng.uniform(size=ROWS) < chance).astype(float)
    return lambda: sm.Logit(y, x).fit(disp=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What planning took: processor seconds of worlds and of walking them, peak bytes, and seconds of one fit."""

    worlds: float
    walked: float
    peak: int
    fit: float

    @property
    def ratio(self) -> float:
        """Planning over one fit."""
        return (self.worlds + self.walked) / self.fit


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """Least processor seconds of some repeats: other work on the machine can only add."""
    taken = []
    for _ in range(repeats):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return min(taken)


def measure(seed: int = 1) -> Cost:
    """Planning beside one fit, in one process and one run; memory in a pass of its own."""
    worlds, members = worlds_of(seed)
    base, facts = worlds[0], Facts(revenue_per_margin=2.5, joining=np.full(PERSONAS, 150.0), discount_rate=0.1)

    def walk() -> None:
        for _ in simulate(worlds, members, {"overall": 3.8}):
            pass

    walked = seconds(walk)
    made = seconds(lambda: [in_world(one, base, facts) for one in scenarios()])
    tracemalloc.start()
    walk()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return Cost(worlds=made, walked=walked, peak=peak, fit=seconds(one_fit(seed)))


def main() -> None:
    """Prints what planning took beside one fit."""
    cost = measure()
    print(f"{SCENARIOS} scenarios x {QUARTERS} quarters x {PERSONAS} personas x {DRAWS:,} draws")
    print(f"{'scenarios as worlds':<34}{cost.worlds:>8.2f} s")
    print(f"{'walked and summed up':<34}{cost.walked:>8.2f} s")
    print(f"{'peak memory of walking':<34}{cost.peak / 1e6:>8.0f} MB")
    print(f"{f'Logit of {ROWS:,} x {COLUMNS}, statsmodels':<34}{cost.fit:>8.2f} s")
    print(f"{'planning over one fit':<34}{cost.ratio:>8.1f}")


if __name__ == "__main__":
    main()
