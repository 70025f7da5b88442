"""The quarterly loop on simulated companies: forecasts held against what came, and effects against their truth.

`python tests/recovery/quarterly_loop.py forecasts FILE 0 100` adds a hundred repetitions to a file, `effects` likewise.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from quarterly_company import CUTS, END, Row, quarterly_spec, simulated, truths, write_cut

from impact.cells import summarise
from impact.cells.cohort import follow_cohort
from impact.cells.rollout import rollout_cells
from impact.choosing import find_choice
from impact.intake import Intake, take_in
from impact.periods import parse_period, period_label
from impact.planning import plan_ahead
from impact.progress import SilentProgress
from impact.record import About, Record
from models.base import rate_of_margin
from models.happened import held_against, what_happened
from models.measured import MeasuredInitiative, measure_rollouts
from models.scores import Scored
from scenarios.forecast import Setting, claims_of
from tests.quick_study import quick_uplift

FIRST_SEED, FIRST_IDLE_SEED = 9000, 9500
DIGITS = 6


def forecast(intake: Intake) -> Record:
    """The forecast of record that a study would leave, its chosen portfolio approved; one joint draw of ten."""
    study = intake.study
    cells = summarise(intake.source, intake.case.journey, study)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("impact.estimate.fit_uplift", quick_uplift)
        found = plan_ahead(intake, find_choice(intake, cells, SilentProgress()))
    decision = found.decision
    assert decision is not None
    labels = tuple(period_label(study.as_of + 1 + h, "quarter") for h in range(study.horizon_periods))
    claims = claims_of(decision, Setting(periods=labels, currency="EUR", has_margin=True))
    chosen = () if decision.portfolio is None else decision.portfolio.chosen
    pairs = zip(decision.case.offers, chosen, strict=True)
    return Record(
        run_id="simulated",
        as_of=study.study.as_of,
        version="",
        approved_by="",
        approved_at="",
        chosen=tuple(offer.item.initiative for offer, on in pairs if on),
        worth=0.0,
        claims=claims,
        initiatives=(),
        plan={},
        about=About(
            study="",
            currency="EUR",
            period="quarter",
            horizon=labels,
            discount=decision.case.base.discount,
            customers=0.0,
            joiners=False,
            money="margin",
            seed=study.study.seed,
            inputs={},
        ),
        path=Path(),
    )


def score(intake: Intake, record: Record) -> tuple[Scored, ...]:
    """The claims of a record of the base with its portfolio, beside what a later study shows."""
    study = intake.study
    made = parse_period(record.as_of, "quarter")
    cohort = follow_cohort(intake.source, intake.case.journey, study, made)
    rate = rate_of_margin(cohort.everyone["margin"], study)
    happened = what_happened(cohort, rate=rate, joiners=False, bent=(), named=False)
    return tuple(
        one for one in held_against(record, happened, "quarter") if one.kind == "metric" and ":" not in one.metric
    )


def measured_rows(intake: Intake, truth: Mapping[str, Any] | None) -> list[Row]:
    """What was measured by now, a row an outcome of an initiative; its truth where it is told, nil without any.

    As `impact.measure_study` does it, without the summary of the study, which serves to tell customers from sites.
    """
    journey, plan = intake.case.journey, intake.case.plan
    rollouts = rollout_cells(intake.source, journey, plan, intake.study)
    return [_measured(one, truth) for one in measure_rollouts(rollouts, plan, journey, "quarter")]


def _measured(one: MeasuredInitiative, truth: Mapping[str, Any] | None) -> Row:
    of = {"churn": "leaving", "prevalence": "met"}.get(one.outcome)
    true = 0.0 if truth is None else getattr(truth[one.initiative], of) if of else None
    effect = one.effect
    return {
        "initiative": one.initiative,
        "outcome": one.outcome,
        "of": one.of,
        "estimate": _short(effect.estimate),
        "se": _short(effect.se),
        "low": _short(effect.low),
        "high": _short(effect.high),
        "found": bool(effect.found),
        "truth": None if true is None else _short(true),
    }


def forecasts_held(number: int, folder: Path) -> Row:
    """One company through its quarters: every claim beside what came; the folder is empty."""
    spec = quarterly_spec(FIRST_SEED + number)
    company = simulated(spec)
    records = [forecast(take_in(write_cut(company, step, folder / str(step)))) for step in CUTS]
    later = take_in(write_cut(company, END, folder / "end"))
    scored = [one for record in records for one in score(later, record)]
    return {
        "seed": spec.seed,
        "chosen": [list(record.chosen) for record in records],
        "claims": [
            {
                "metric": one.metric,
                "made": one.made,
                "ahead": one.ahead,
                "inside": one.inside(),
                "miss": round(one.miss(), 3),
                "mean": _short(one.mean),
                "actual": _short(one.actual),
                "spread": _short(one.spread),
            }
            for one in scored
        ],
    }


def effects_held(number: int, folder: Path) -> Row:
    """What was measured of one company at its end, and of one in which nothing that goes live removes anything."""
    spec = quarterly_spec(FIRST_SEED + number)
    company, idle = simulated(spec), simulated(quarterly_spec(FIRST_IDLE_SEED + number, nothing=True))
    return {
        "seed": spec.seed,
        "idle_seed": idle.spec.seed,
        "measured": measured_rows(take_in(write_cut(company, END, folder / "end")), truths(spec)),
        "idle": measured_rows(take_in(write_cut(idle, END, folder / "idle")), None),
    }


PARTS = {"forecasts": forecasts_held, "effects": effects_held}


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def read_results(file: Path) -> list[Row]:
    """The repetitions stored so far."""
    found: list[Row] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    return found


if __name__ == "__main__":
    part, place, first, last = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    for number in range(first, last):
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            rows = [*read_results(place), PARTS[part](number, Path(folder))]
        place.write_text(json.dumps(rows), encoding="utf-8")
        sys.stdout.write(f"{number} {time.monotonic() - started:.0f} s\n")
        sys.stdout.flush()
