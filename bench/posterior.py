"""What the posterior costs: summary beside rows, ten million customers beside ten thousand, quick beside full, Bambi.

    python bench/posterior.py [gradient] [size] [engines] [bambi]

Bambi is no dependency. To have it: `uv venv .venv/peers --python 3.11`, then
`uv pip install --python .venv/peers/bin/python "bambi==0.17.2" "matplotlib<3.11" nutpie`; `CX_PEERS` names another
Python that has it. Without it that part is left out.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import timeit
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from models.designs import build_design
from models.full import build_model, sample_fully
from models.inference import Fit
from models.quick import QUICK, sample_quickly
from models.reduced import GaussianSummary, ReducedForms, hazard_summary, linear_summary, silent
from models.uplift import Credibility, Question

PEER = Path(__file__).with_name("posterior_peer.py")
PAINS, PERSONAS = 20, 2
ROWS = 200_000
PEER_ROWS = 20_000
REPEATS = 5


def people(customers: int, personas: int = PERSONAS, pains: int = PAINS) -> pd.DataFrame:
    """One period of as many customers: what they met, how they scored it, whether they left, how spend changed."""
    rng = np.random.default_rng(customers)
    met = rng.uniform(size=(customers, pains)) < rng.uniform(0.05, 0.3, pains)
    persona = rng.integers(0, personas, customers)
    score_effect = rng.normal(-0.15, 0.1, pains) + rng.normal(0, 0.05, (personas, pains))
    direct = rng.normal(0, 0.05, pains)
    drop = (met * score_effect[persona]).sum(axis=1)
    eta = -3.0 - 0.3 * drop + met @ direct
    return pd.DataFrame(met.astype(float), columns=names_of(pains)).assign(
        persona=persona,
        t=0,
        score=drop + rng.normal(size=customers),
        left=(rng.uniform(size=customers) < -np.expm1(-np.exp(eta))).astype(float),
        spend=0.03 * drop + 0.3 * rng.normal(size=customers),
    )


def names_of(pains: int) -> list[str]:
    """The exposure columns."""
    return [f"p{k:02}" for k in range(pains)]


def cells_of(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Rows as cells of persona and pattern: n, leavers, and total and squares of score and spend."""
    squares = rows.assign(n=1.0, score2=rows["score"] ** 2, spend2=rows["spend"] ** 2)
    kept = ["n", "left", "score", "score2", "spend", "spend2"]
    return squares.groupby(["persona", "t", *names], as_index=False)[kept].sum()


def question_of(cells: pd.DataFrame, names: list[str]) -> Question:
    """What is asked of the cells."""
    personas = sorted(cells["persona"].unique())
    mine = [cells[cells["persona"] == persona].reset_index(drop=True) for persona in personas]
    nothing = tuple(silent(len(names)) for _ in personas)
    forms = ReducedForms(
        pain_points=tuple(names),
        personas=tuple(f"persona {persona}" for persona in personas),
        unit_exposure=np.ones(len(names)),
        score_sd=1.0,
        score=tuple(linear(one, names, "score") for one in mine),
        leaving=tuple(hazard_summary(one.assign(leavers=one["left"]), build_design(one, (), names)) for one in mine),
        spend=tuple(linear(one, names, "spend") for one in mine),
        spend_placebo=nothing,
        stage_effect=np.zeros(len(names)),
        stage_se=np.ones(len(names)),
    )
    return Question(forms=forms, signs=-np.ones(len(names)), credibility=Credibility(prior=None, grades={}))


def linear(cells: pd.DataFrame, names: list[str], outcome: str) -> GaussianSummary:
    """The summary of a Gaussian outcome."""
    return linear_summary(
        cells.assign(total=cells[outcome], squares=cells[f"{outcome}2"]), build_design(cells, (), names)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """What some work gave, and its seconds by the wall and of the processor, all threads."""

    fit: Fit
    wall: float
    processor: float

    def line(self, name: str) -> str:
        """A row of a table."""
        return f"{name:<28}{self.wall:>10.2f}{self.processor:>12.2f}{self.fit.ess_min:>8.0f}{self.fit.rhat_max:>8.3f}"


HEAD = f"{'seconds':<28}{'wall':>10}{'processor':>12}{'ESS':>8}{'R-hat':>8}"


def timed(work: Callable[[], Fit]) -> Timed:
    """The work done once."""
    wall, processor = time.perf_counter(), time.process_time()
    fit = work()
    return Timed(fit=fit, wall=time.perf_counter() - wall, processor=time.process_time() - processor)


def quick(question: Question, seed: int = 1) -> Fit:
    """A fit by the quick engine."""
    return sample_quickly(question, np.random.default_rng(seed), QUICK, lambda done, total: None)


def row_model(question: Question, rows: pd.DataFrame, names: list[str]):  # noqa: ANN201
    """The same priors with every customer's own likelihood."""
    import pymc as pm
    from pytensor import tensor as pt

    nothing = tuple(silent(len(names)) for _ in question.forms.personas)
    bare = replace(question.forms, score=nothing, leaving=nothing, spend=nothing)
    with build_model(replace(question, forms=bare)) as model:
        shape = (len(question.forms.personas), len(names))
        leaving = model["shared_leaving"] + model["leaving_spread"] * pm.Normal("own_leaving", shape=shape)
        spend = model["shared_spend"] + model["spend_spread"] * pm.Normal("own_spend", shape=shape)
        level = {of: pm.Flat(f"level_{of}", shape=shape[0]) for of in ("score", "leaving", "spend")}
        for g in range(shape[0]):
            mine = rows[rows["persona"] == g]
            x = pt.as_tensor(np.ascontiguousarray(mine[names].to_numpy()))
            pm.Normal(f"score_{g}", level["score"][g] + x @ model["score"][g], 1.0, observed=mine["score"])
            pm.Normal(f"spend_{g}", level["spend"][g] + x @ spend[g], 0.3, observed=mine["spend"])
            intensity = pt.exp(level["leaving"][g] + x @ leaving[g])
            stays, leaves = -intensity, pt.log(-pt.expm1(-intensity))
            pm.Potential(f"leaving_{g}", pt.sum(pt.where(mine["left"].to_numpy() > 0, leaves, stays)))
    return model


def gradient_seconds(model) -> float:  # noqa: ANN001
    """Processor seconds of one log density with its gradient, compiled as for the sampler; the best of five means."""
    start = model.initial_point()
    point = np.concatenate([np.ravel(start[value.name]) for value in model.value_vars])
    compiled = model.logp_dlogp_function(ravel_inputs=True, mode="NUMBA")
    compiled.set_extra_values({})
    function = compiled._pytensor_function
    function.trust_input = True
    timer = timeit.Timer(lambda: function(point), timer=time.process_time)
    times = int(np.clip(0.3 / min(timer.repeat(3, 1)), 3, 5000))
    return min(timer.repeat(REPEATS, times)) / times


def gradient() -> None:
    """One gradient on the summary beside one on rows."""
    names = names_of(PAINS)
    rows = people(ROWS)
    question = question_of(cells_of(rows, names), names)
    on_summary = gradient_seconds(build_model(question))
    print(f"{'gradient':<28}{'ms':>10}{'ratio':>10}")
    print(f"{'on the summary':<28}{1e3 * on_summary:>10.4f}")
    for some in (rows.head(ROWS // 10), rows):
        on_rows = gradient_seconds(row_model(question, some, names))
        print(f"{f'on {len(some):,} rows':<28}{1e3 * on_rows:>10.2f}{on_rows / on_summary:>10,.0f}")


def size() -> None:
    """The posterior of few and of many customers, each three times."""
    names = names_of(PAINS)
    few = cells_of(people(10_000), names)
    counts = [column for column in few if column not in {"persona", "t", *names}]
    many = few.assign(**{column: 1000 * few[column] for column in counts})
    studies = {"1e4 customers": few, "1e7, the same cells": many, "1e6 customers": cells_of(people(1_000_000), names)}
    print(HEAD)
    for name, cells in studies.items():
        question = question_of(cells, names)
        for _ in range(3):
            print(timed(lambda asked=question: quick(asked)).line(name))


def engines() -> None:
    """Quick beside full on one summary."""
    names = names_of(PAINS)
    question = question_of(cells_of(people(20_000), names), names)
    mine, theirs = timed(lambda: quick(question)), timed(lambda: sample_fully(question, 1, lambda done, total: None))
    print(f"{HEAD}\n{mine.line('quick')}\n{theirs.line('full')}")
    wall, processor = theirs.wall / mine.wall, theirs.processor / mine.processor
    print(f"full over quick: {wall:.1f} by the wall, {processor:.1f} of processor")
    print(f"{apart(mine.fit.flat('leaving'), theirs.fit.flat('leaving'))} (leaving)")


def apart(mine: np.ndarray, theirs: np.ndarray) -> str:
    """How far two sets of draws lie apart."""
    sd = theirs.std(axis=0)
    shift, ratio = np.abs(mine.mean(axis=0) - theirs.mean(axis=0)) / sd, mine.std(axis=0) / sd
    return f"means apart by at most {shift.max():.2f} sd; sd ratios {ratio.min():.2f} to {ratio.max():.2f}"


def bambi() -> None:
    """One regression of the score on exposures, all customers alike, beside Bambi on the same rows."""
    python = os.environ.get("CX_PEERS", ".venv/peers/bin/python")
    if not Path(python).exists():
        print("Bambi is not there; the first lines of bench/posterior.py say how to have it")
        return
    names = names_of(10)
    rows = people(PEER_ROWS, 1, 10)

    def rows_to_draws() -> Fit:
        question = question_of(cells_of(rows, names), names)
        nothing = question.forms.spend_placebo
        return quick(replace(question, forms=replace(question.forms, leaving=None, spend=nothing)))

    mine = timed(rows_to_draws)
    print(f"{HEAD}\n{mine.line('quick, rows to draws')}")
    with tempfile.TemporaryDirectory() as folder:
        np.savez(f"{folder}/rows.npz", x=rows[names].to_numpy(), score=rows["score"])
        subprocess.run([python, str(PEER.resolve()), folder], check=True, cwd=folder)
        found = np.load(f"{folder}/found.npz")
        theirs, wall, processor, ess = found["slopes"], *(float(x) for x in found["costs"])
    print(f"{'Bambi':<28}{wall:>10.2f}{processor:>12.2f}{ess:>8.0f}")
    each = (processor / ess) / (mine.processor / mine.fit.ess_min)
    print(f"Bambi over quick: {wall / mine.wall:.1f} by the wall, {processor / mine.processor:.1f} of processor,")
    print(f"{each:.1f} of processor for a draw's worth")
    print(apart(mine.fit.flat("score")[:, 0], theirs))


PARTS = {"gradient": gradient, "size": size, "engines": engines, "bambi": bambi}


def main() -> None:
    """Prints a table a part."""
    warnings.simplefilter("ignore")
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
        print()


if __name__ == "__main__":
    main()
