"""The self-test of a study: companies like it with known effects, and how often our ranges hold the truth."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from impact.cells import Cells, SitePanel
from impact.checks import Check, make_check
from impact.estimate import pose
from impact.intake import Intake
from impact.opening import open_study
from impact.rng import stream
from models.base import build_base
from models.checks import placebo_failures
from models.pains import value_pains
from models.redraw import Blueprint, TrueEffects, make_blueprint, redraw, redraw_forms
from models.reduce import reduce_cells
from models.reduced import ReducedForms
from models.resummarise import count_exactly
from models.uplift import UpliftPosterior, draw_prior, fit_uplift
from models.value import ValueBase

if TYPE_CHECKING:
    from impact.progress import Progress

NOMINAL = 0.9
CHANCE = 0.005  # on each side: one honest engine in a hundred falls outside
VALUED = 1_000  # joint draws that a value is taken from: its ends are then known to a fiftieth of its width
WHAT = ("score", "leaving", "spend", "value of a pain point", "value of all together")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How many of the ranges of one kind held the truth, and how many chance alone allows, `least` to `most`.

    Ranges of one company hang together, so the band is as wide as the companies differ.
    """

    what: str
    held: int
    asked: int
    least: int
    most: int

    @property
    def below(self) -> bool:
        """Whether fewer held than chance allows."""
        return self.held < self.least


@dataclass(frozen=True, slots=True, kw_only=True)
class SelftestOutcome:
    """What the self-test found. `from_cells` says that leavers, scores and spend were drawn cell by cell.

    `fell_back` companies were sampled by NUTS because the quick engine's gates failed.
    """

    companies: int
    held: tuple[Held, ...]
    checks: tuple[Check, ...]
    from_cells: bool
    fell_back: int
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether no kind of range held fewer truths than chance allows."""
        return not any(one.below for one in self.held)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """Everything the companies share."""

    intake: Intake
    cells: Cells
    forms: ReducedForms
    plan: Blueprint | None
    truths: UpliftPosterior
    true_base: ValueBase
    seed: int


def selftest_study(
    path: Path, companies: int, overrides: tuple[str, ...], seed: int | None, progress: Progress
) -> SelftestOutcome:
    """How often our 90% ranges hold the truth on `companies` simulated companies of the study's own design.

    Raises:
        InputError: bad input.
        TooThinError: the data carry no answer, so that there is nothing to test.
    """
    started = time.monotonic()
    intake, cells = open_study(path, overrides, seed, progress)
    bench = _set_up(intake, cells, companies)
    found: dict[str, list[np.ndarray]] = {what: [] for what in WHAT}
    fell_back = 0
    with progress.stage(f"Simulating {companies} companies"):
        for number in range(companies):
            progress.advance(number, companies)
            held, back = _one_company(bench, number)
            fell_back += back
            for what, hits in held.items():
                found[what].append(hits)
        progress.advance(companies, companies)
    rows = tuple(count_held(what, hits) for what, hits in found.items() if sum(map(len, hits)))
    return SelftestOutcome(
        companies=companies,
        held=rows,
        checks=(_check(rows, companies),),
        from_cells=bench.plan is not None,
        fell_back=fell_back,
        seconds=time.monotonic() - started,
    )


def _set_up(intake: Intake, cells: Cells, companies: int) -> _Bench:
    study, journey = intake.study, intake.case.journey
    forms = reduce_cells(cells, journey)
    return _Bench(
        intake=intake,
        cells=cells,
        forms=forms,
        plan=None if isinstance(cells, SitePanel) else make_blueprint(cells, journey, forms),
        truths=draw_prior(pose(forms, intake, cells, frozenset()), companies, study.study.seed),
        true_base=build_base(cells, journey, study, forms, companies),
        seed=study.study.seed,
    )


def _one_company(bench: _Bench, number: int) -> tuple[dict[str, np.ndarray], bool]:
    """Which ranges of one company hold its truth, by kind, and whether its quick engine gave way to NUTS."""
    intake, journey = bench.intake, bench.intake.case.journey
    truth = bench.truths.at(np.array([number]))
    true = TrueEffects(score=truth.score[0], leaving=truth.leaving[0], spend=truth.spend[0])
    rng = stream(bench.seed, f"selftest/{number}")
    cells = None if bench.plan is None else redraw(bench.plan, true, rng)
    forms = redraw_forms(bench.forms, true, rng) if cells is None else reduce_cells(cells, journey)
    question = pose(forms, intake, bench.cells, frozenset(placebo_failures(forms)))
    seed = int(rng.integers(2**31))
    posterior = fit_uplift(question, seed, "quick", _nobody)
    counted = None if cells is None else count_exactly(question, posterior, cells, journey, seed)
    posterior = counted.posterior if counted else posterior
    held = {name: _holds(getattr(posterior, name), getattr(true, name)) for name in ("score", "leaving", "spend")}
    few = posterior.at(np.linspace(0, posterior.draws - 1, min(VALUED, posterior.draws)).astype(int))
    base = build_base(bench.cells, journey, intake.study, forms, few.draws)
    known = replace(bench.true_base, frailty=bench.true_base.frailty[[number]])
    ours, theirs = value_pains(base, few, journey), value_pains(known, truth, journey)
    held["value of a pain point"] = _holds(ours.pains.T, theirs.pains[:, 0])
    held["value of all together"] = _holds(ours.everything[:, None], theirs.everything)
    return held, posterior.fit.fell_back


def _nobody(_done: int, _total: int) -> None:
    """Nothing: the bar counts companies."""


def _holds(draws: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Whether the 90% range of each quantity holds its truth, those that do not vary left out `(quantity,)`."""
    low, high = np.percentile(draws, [5, 95], axis=0)
    varies = high > low
    return np.asarray(((low <= true) & (true <= high))[varies])


def count_held(what: str, hits: list[np.ndarray]) -> Held:
    """How many ranges held, of how many, and the band that chance allows at 99%.

    The ranges of one company share its slopes, its haircut and its data: the binomial band is widened by the design
    effect, the variance of the companies' shares over what independent ranges would give. Source: Kish (1965).
    """
    from scipy.stats import binom

    sizes = np.array([len(one) for one in hits if len(one)])
    held = np.array([int(one.sum()) for one in hits if len(one)])
    asked = int(sizes.sum())
    share = NOMINAL * (1 - NOMINAL)
    spread = float(((held - sizes * held.sum() / asked) ** 2).sum() / max(len(sizes) - 1, 1))
    design_effect = max(spread / float(sizes.mean() * share), 1.0)
    effective = max(round(asked / design_effect), 1)
    least, most = (float(binom.ppf(place, effective, NOMINAL)) / effective * asked for place in (CHANCE, 1 - CHANCE))
    return Held(what=what, held=int(held.sum()), asked=asked, least=int(np.ceil(least)), most=int(np.floor(most)))


def _check(rows: tuple[Held, ...], companies: int) -> Check:
    low = [one for one in rows if one.below]
    worst = min(rows, key=lambda one: one.held / one.asked)
    return make_check(
        "C574",
        "The ranges hold what they should on companies like this one",
        "fail" if low else "pass",
        found=f"{worst.what}: {worst.held} of {worst.asked}, on {companies} companies",
        limit=f"{worst.least} to {worst.most}",
        text=f"Too few of our 90% ranges hold the truth ({', '.join(one.what for one in low)})."
        if low
        else "Our 90% ranges hold the truth as often as chance allows.",
        remedy="Read the ranges of this study as too narrow." if low else "",
    )
