"""Both engines on one study: do they say the same, and would the choice be the same."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from impact.cells import Cells
from impact.checks import Check, make_check
from impact.choosing import choose
from impact.coverage import measure_coverage
from impact.estimate import estimate
from impact.intake import Intake
from impact.opening import open_study
from models.base import build_base
from models.engines_compared import RATIO_LIMITS, SHIFT_LIMIT, Agreement, compare_engines
from models.evidence_naming import correct_naming
from models.inference import Fit
from models.pains import value_pains
from models.resummarise import count_exactly
from models.uplift import UpliftPosterior, fit_uplift
from reports.findings import Estimates
from scenarios.decision import Decision
from scenarios.worth import set_npv

if TYPE_CHECKING:
    from impact.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuePair:
    """One value by both engines: mean and the sd of the full one's draws, in money."""

    item: str
    quick: float
    full: float
    sd: float

    @property
    def shift(self) -> float:
        """Difference of the means in posterior sds."""
        return abs(self.quick - self.full) / self.sd if self.sd > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoicePair:
    """What each engine's draws would have us choose, by initiative id; None where nothing can be chosen.

    `difference` is what the full engine's choice is worth over the quick one's, by the full one's draws, in money;
    `error` its Monte-Carlo error.
    """

    quick: tuple[str, ...] | None
    full: tuple[str, ...] | None
    difference: float
    error: float

    @property
    def agrees(self) -> bool:
        """Whether both choose alike, or what lies between them is within two Monte-Carlo errors."""
        return self.quick == self.full or self.difference <= 2 * self.error


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyOutcome:
    """Both engines on one study. `seconds_of` are those of the sampling alone, by engine."""

    agreements: tuple[Agreement, ...]
    values: tuple[ValuePair, ...]
    choice: ChoicePair
    fits: dict[str, Fit]
    currency: str
    checks: tuple[Check, ...]
    seconds: float

    @property
    def agree(self) -> bool:
        """Whether nothing differs beyond its limit and the chance of the draws."""
        return all(check.status != "fail" for check in self.checks)

    @property
    def time_ratio(self) -> float:
        """How many times as long the full engine took to sample."""
        return self.fits["full"].seconds / max(self.fits["quick"].seconds, 1e-9)


def verify_engine(path: Path, overrides: tuple[str, ...], seed: int | None, progress: Progress) -> VerifyOutcome:
    """The quick engine beside the full one on a study.

    Raises:
        InputError: bad input.
        TooThinError: the data carry no answer.
    """
    started = time.monotonic()
    intake, cells = open_study(path, overrides, seed, progress)
    coverage = measure_coverage(intake.source, intake.case.journey, intake.study)
    quick, _ = estimate(intake, cells, coverage, progress, engine="quick")
    with progress.stage("Sampling with the full engine"):
        posterior = fit_uplift(quick.question, intake.study.study.seed, "full", progress.advance)
        counted = count_exactly(quick.question, posterior, cells, intake.case.journey, intake.study.study.seed)
    full = _with(quick, counted.posterior if counted else posterior, intake, cells)
    agreements = compare_engines(quick.posterior.fit, posterior.fit)
    with progress.stage("Choosing with each"):
        choice = _choices(
            choose(intake, cells, quick), choose(intake, cells, full), (quick.posterior.fit, posterior.fit)
        )
    return VerifyOutcome(
        agreements=agreements,
        values=_values(quick, full, [pain.name for pain in intake.case.journey.pain_points]),
        choice=choice,
        fits={"quick": quick.posterior.fit, "full": posterior.fit},
        currency=intake.study.study.currency,
        checks=(_check(agreements, choice), *_gates(quick.posterior.fit, posterior.fit)),
        seconds=time.monotonic() - started,
    )


def _with(estimates: Estimates, posterior: UpliftPosterior, intake: Intake, cells: Cells) -> Estimates:
    study, journey = intake.study, intake.case.journey
    base = build_base(cells, journey, study, estimates.forms, posterior.draws)
    readings = tuple(line.reading for line in estimates.learnt.lines)
    posterior = correct_naming(posterior, base, readings, study.study.seed)
    return replace(estimates, posterior=posterior, base=base, pains=value_pains(base, posterior, journey))


def _values(quick: Estimates, full: Estimates, names: list[str]) -> tuple[ValuePair, ...]:
    def pair(item: str, ours: np.ndarray, theirs: np.ndarray) -> ValuePair:
        return ValuePair(item=item, quick=float(ours.mean()), full=float(theirs.mean()), sd=float(theirs.std()))

    single = [pair(name, quick.pains.pains[k], full.pains.pains[k]) for k, name in enumerate(names)]
    return (*single, pair("all together", quick.pains.everything, full.pains.everything))


def _choices(quick: Decision, full: Decision, fits: tuple[Fit, Fit]) -> ChoicePair:
    if quick.portfolio is None or full.portfolio is None:
        return ChoicePair(quick=None, full=None, difference=0.0, error=0.0)
    ours, theirs = (np.flatnonzero(one.portfolio.chosen) for one in (quick, full) if one.portfolio is not None)
    worth = [set_npv(full.case, list(one)) for one in (theirs, ours)]
    ids = [offer.item.initiative for offer in full.case.offers]
    between = worth[0] - worth[1]
    return ChoicePair(
        quick=tuple(ids[i] for i in ours),
        full=tuple(ids[i] for i in theirs),
        difference=float(between.mean()),
        error=float(between.std() * np.sqrt(sum(1 / fit.ess_min for fit in fits))),
    )


def _check(agreements: tuple[Agreement, ...], choice: ChoicePair) -> Check:
    apart = [one.block for one in agreements if not one.agrees] + ([] if choice.agrees else ["the choice"])
    shift = max(one.shift_max for one in agreements)
    low, high = min(one.ratio_min for one in agreements), max(one.ratio_max for one in agreements)
    return make_check(
        "C573",
        "The quick and the full engine agree",
        "fail" if apart else "pass",
        found=f"means at most {shift:.2f} sd apart, sds {low:.2f} to {high:.2f} of each other",
        limit=f"{SHIFT_LIMIT} sd and {RATIO_LIMITS[0]} to {RATIO_LIMITS[1]}, beyond the chance of the draws",
        text=f"The engines differ in {', '.join(apart)}." if apart else "Both engines say the same.",
        remedy="Run with --engine full." if apart else "",
    )


def _gates(*fits: Fit) -> tuple[Check, ...]:
    """A failed check for each engine whose own gates failed, or that gave way to the other."""
    out = []
    for asked, fit in zip(("quick", "full"), fits, strict=True):
        if fit.converged() and not fit.fell_back:
            continue
        found = "gave way to NUTS" if fit.fell_back else f"R-hat {fit.rhat_max:.4f}, ESS {fit.ess_min:.0f}"
        out.append(
            make_check(
                "C401",
                f"The {asked} engine converged",
                "fail",
                found=found,
                limit="its gates",
                text=f"The {asked} engine did not converge on its own; worst: {fit.worst}.",
                remedy="Merge pain points that occur together, or read the full engine's answer.",
            )
        )
    return tuple(out)
