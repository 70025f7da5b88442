"""The forecast of record against what happened since: scores, misses, and what finished initiatives did."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from impact.cells import summarise
from impact.cells.cohort import Cohort, follow_cohort
from impact.cells.segment_cells import may_be_named
from impact.checks import Check
from impact.errors import Finding, InputError
from impact.intake import Intake, take_in
from impact.journey import OVERALL
from impact.measure_study import measure_checks, measure_initiatives, study_rollouts
from impact.periods import parse_period, period_label
from impact.record import Record, latest_of_each, read_own_records
from impact.rollout import BEGUN
from impact.study import Study
from models.base import rate_of_margin
from models.happened import bent_periods, held_against, one_a_period, paid, what_happened, with_margin
from models.measured import MeasuredInitiative
from models.measured_claims import kept_customers, share_delivered
from models.misses import Forecast, Miss, Rate, Rates, Seen, split_misses
from models.running_sum import running_alarm
from models.score_checks import corrected_check, score_checks
from models.scores import GroupScore, Scored, calibration_curve, score_group
from reports.tables_benefits import benefits_table
from reports.track_page import deliver_track, headline, refuse_not_track
from reports.tracked import Tracked
from scenarios.measured_benefits import measured_benefits

if TYPE_CHECKING:
    from impact.progress import Progress

FOLDER = "track"
CALIBRATION = Path("tables") / "calibration.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackOutcome:
    """What `track` leaves: where, whether anything could be scored, its tables, and what was checked."""

    out: Path
    scored: bool
    headline: str
    tables: Mapping[str, pd.DataFrame]
    checks: tuple[Check, ...]
    files: tuple[Path, ...]
    seconds: float


def track_study(path: Path, out: Path | None, overrides: tuple[str, ...], progress: Progress) -> TrackOutcome:
    """The approved forecasts of a study held against its data, written to `track/` in its output folder.

    Records are read from `out`, by default `out/` beside the study. Rows after as_of are left out, and counted.

    Raises:
        InputError: bad input, or nothing on record to compare; nothing is written.
    """
    started = time.monotonic()
    with progress.stage("Reading and checking"):
        intake = take_in(path, overrides)
        runs = out or intake.study.folder / "out"
        place = runs / FOLDER
        refuse_not_track(place)
        known = read_own_records(runs, intake.study.study.name, intake.study.study.currency)
        records = records_since(known, intake.study, runs)
    with progress.stage("Measuring finished initiatives"):
        done = measure_begun(intake)
    with progress.stage("Holding forecasts against what happened"):
        rates = read_rates(runs / CALIBRATION, intake.study.model.lag)
        tracked = with_register(track_records(intake, records, rates, done), known)
    with progress.stage("Writing pages"):
        tables, files = deliver_track(tracked, place)
    return TrackOutcome(
        out=place,
        scored=bool(tracked.scored),
        headline=headline(tracked),
        tables=tables,
        checks=tracked.checks,
        files=files,
        seconds=time.monotonic() - started,
    )


def records_since(records: Sequence[Record], study: Study, runs: Path) -> tuple[Record, ...]:
    """The records that count and have a period since, one for each as_of, oldest first.

    Raises:
        InputError: there is none.
    """
    ours = [record for record in records if record.about.period == study.period_kind]
    since = [record for record in latest_of_each(ours) if _made(record, study) < study.as_of]
    if since:
        return tuple(since)
    place = str(runs / "record")
    if not ours:
        allowed = f"an approved portfolio of this study, whose ledger steps in {study.period_kind}s"
        remedy = f"run the study, then cx-impact approve {runs} --by NAME --what portfolio"
        raise InputError([_nothing(place, "no forecast is on record", allowed, remedy)])
    said = f"the latest forecast was made at {ours[-1].as_of}, and the data end at {study.study.as_of}"
    remedy = "add the periods since to the ledger and name the last one in [study].as_of"
    raise InputError([_nothing(place, said, "at least one period of data after a forecast", remedy)])


def _nothing(place: str, found: str, allowed: str, remedy: str) -> Finding:
    return Finding(code="C693", place=place, found=found, allowed=allowed, remedy=remedy)


def _made(record: Record, study: Study) -> int:
    return parse_period(record.as_of, study.period_kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What finished initiatives were measured to do, and the checks of it."""

    measured: tuple[MeasuredInitiative, ...] = ()
    checks: tuple[Check, ...] = ()


def measure_begun(intake: Intake) -> Done:
    """The measured effects of what is live or done; nothing is summarised where nothing has begun."""
    if not any(item.status in BEGUN for item in intake.case.plan.initiatives):
        return Done()
    cells = summarise(intake.source, intake.case.journey, intake.study)
    measured = measure_initiatives(intake, cells)
    return Done(measured=measured, checks=measure_checks(intake, study_rollouts(intake, cells), measured))


def with_register(tracked: Tracked, records: Sequence[Record]) -> Tracked:
    """The same with the register of benefits, approved by any of the records and measured by now."""
    delivered = share_delivered(tracked.measured, records, tracked.study.period_kind)
    register = benefits_table(tracked.plan, records, measured_benefits(records, delivered))
    return replace(tracked, register=register)


def track_records(intake: Intake, records: tuple[Record, ...], rates: Rates, done: Done) -> Tracked:
    """Every claim of the records beside what happened, scored; the misses are of the latest record."""
    study, plan = intake.study, intake.case.plan
    named = may_be_named(intake.source, study)
    bent = bent_periods(plan, study.model.lag)
    known = paid(plan) | kept_customers(done.measured)
    scored: list[Scored] = []
    for record in records:
        cohort = follow_cohort(intake.source, intake.case.journey, study, _made(record, study), bent)
        rate = rate_of_margin(cohort.everyone["margin"], study)
        happened = what_happened(cohort, rate=rate, joiners=record.about.joiners, bent=bent, named=named)
        scored += held_against(record, happened.beside(known), study.period_kind)
    alarm = next((found for name in ("margin", "revenue") if (found := one_a_period(scored, name))), ())
    groups = groups_of(scored)
    running = running_alarm(alarm, study.study.seed) if alarm else None
    started = float(cohort.money.loc[cohort.money["t"] == cohort.as_of, "customers"].sum())
    return Tracked(
        study=study,
        plan=plan,
        records=records,
        scored=tuple(scored),
        groups=groups,
        curve=calibration_curve(scored),
        alarm=running,
        misses=misses_of(intake, record, cohort, rates),
        cohort=replace(cohort, money=with_margin(cohort.money, rate)),
        named=named,
        checks=(
            *intake.checks,
            *done.checks,
            *score_checks(groups[0], running),
            corrected_check(record.about.customers, started, record.as_of),
        ),
        measured=done.measured,
    )


def groups_of(scored: Sequence[Scored]) -> tuple[GroupScore, ...]:
    """The scores of all claims, by metric, by how far ahead they were made, and of initiatives."""
    metrics = dict.fromkeys(one.metric for one in scored if one.kind == "metric")
    ahead = sorted({one.ahead for one in scored})
    parts = {
        "all": list(scored),
        **{name: [one for one in scored if one.kind == "metric" and one.metric == name] for name in metrics},
        **{f"{h} ahead": [one for one in scored if one.ahead == h] for h in ahead},
        "initiatives": [one for one in scored if one.kind == "initiative"],
    }
    return tuple(score_group(name, claims) for name, claims in parts.items() if claims or name == "all")


def misses_of(intake: Intake, record: Record, cohort: Cohort, rates: Rates) -> tuple[Miss, ...]:
    """The misses of margin by period; none where the record claims none, or counts new customers too."""
    study = intake.study
    span = range(cohort.as_of + 1, study.as_of + 1)
    means = {
        name: np.array([_claimed(record, name, period_label(t, study.period_kind)) for t in span])
        for name in ("customers", "retention", "margin", "csat")
    }
    started = float(cohort.money.loc[cohort.money["t"] == cohort.as_of, "customers"].sum())
    if record.about.joiners or not np.isfinite(means["margin"]).any() or not started:
        return ()
    whole = int(np.isfinite(means["margin"]).sum())
    forecast = Forecast(
        start=record.about.customers,
        customers=means["customers"][:whole],
        retention=means["retention"][:whole],
        margin=means["margin"][:whole],
        score=means["csat"][:whole],
    )
    seen = _seen(intake, cohort, whole)
    return split_misses(forecast, seen, rates, study.study.seed)


def _claimed(record: Record, metric: str, period: str) -> float:
    claims = record.claims
    return next((c.mean for c in claims if (c.kind, c.metric, c.period) == ("metric", metric, period)), np.nan)


def _seen(intake: Intake, cohort: Cohort, periods: int) -> Seen:
    """What came of a cohort in its first so many periods."""
    study, plan = intake.study, intake.case.plan
    money = with_margin(cohort.money, rate_of_margin(cohort.everyone["margin"], study))
    start = money[money["t"] == cohort.as_of][["persona", "customers", "revenue", "margin"]]
    later = money.assign(place=money["t"] - cohort.as_of - 1)
    overall = cohort.scores[cohort.scores["stage"] == OVERALL].set_index("t")
    span = range(cohort.as_of + 1, cohort.as_of + 1 + periods)
    answers = overall[["mean", "sd", "customers"]].astype(float).reindex(span)
    dear = [event.first for event in plan.events if event.kind == "price" and event.first > cohort.as_of]
    return Seen(
        start=start.reset_index(drop=True),
        money=later[later["place"].between(0, periods - 1)].drop(columns="t").reset_index(drop=True),
        score=answers["mean"].to_numpy(),
        score_se=(answers["sd"] / np.sqrt(answers["customers"])).to_numpy(),
        priced=np.array([any(first <= t for first in dear) for t in span]),
    )


def read_rates(file: Path, lag: int) -> Rates:
    """What a point of overall moves, by the calibration of the latest run; nothing where there is none."""
    if not file.is_file():
        return Rates(lag=lag)
    rows = pd.read_csv(file)
    rows = rows[(rows["term"] == OVERALL) & (rows["headline"] == 1) & rows["se"].notna()].set_index("outcome")
    found = {
        str(name): Rate(estimate=float(row["estimate"]), se=float(row["se"]))
        for name, row in rows[~rows.index.duplicated()].iterrows()
    }
    log_money = found.get("log_revenue") or found.get("log_margin")
    return Rates(leaving=found.get("retention"), log_money=log_money, money=found.get("margin"), lag=lag)
