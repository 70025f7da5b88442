"""Why a ranking is another than it was: the earlier question asked again, and one thing after another renewed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from impact.case import Case as Stated
from impact.cells import Cells, summarise
from impact.choosing import choose
from impact.coverage import measure_coverage
from impact.errors import ImpactError, TooThinError
from impact.estimate import estimate
from impact.fingerprint import input_hashes
from impact.intake import Intake
from impact.periods import parse_period
from impact.plan_changes import compare_plans
from impact.progress import SilentProgress
from impact.recorded_plan import Earlier, recorded_case, with_evidence_of
from impact.source import open_source
from impact.source_aside import without_incidents
from impact.step_downs import stands_in
from impact.study import Study
from impact.study_faults import FILE_NAME
from models.checks import require_enough, unit_checks
from reports.findings import Estimates, Findings
from scenarios.decision import Decision
from scenarios.refresh import (
    Placed,
    Refresh,
    Steps,
    allowed_change,
    move,
    npv_of,
    placed,
    refresh_checks,
    with_beliefs_of,
)

if TYPE_CHECKING:
    from impact.coverage import JourneyCoverage
    from impact.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One step: what was asked, and the decision that came of it."""

    case: Stated
    cells: Cells
    coverage: JourneyCoverage
    estimates: Estimates
    decision: Decision


def explain_refresh(earlier: Earlier, found: Findings, intake: Intake, progress: Progress) -> Refresh:
    """What changed between an earlier forecast and what a run found, by initiative and cause.

    The earlier question is asked again at its own `as_of` (rows after it are left out and counted), then with today's
    evidence, then with today's plan; what is left to today's answer is new data. Each is one quick estimate, and a
    step that changes nothing that is asked costs none.
    """
    study, today = intake.study, found.decision
    refresh = Refresh(
        run_id=earlier.run_id,
        as_of_then=earlier.as_of,
        as_of_now=study.study.as_of,
        periods=study.as_of - parse_period(earlier.as_of, study.period_kind),
        cause=_cause(earlier, study),
    )
    if today is None:
        return replace(refresh, why_not="this run came to no decision")
    then = recorded(earlier)
    try:
        old = recorded_case(earlier, intake.case, study)
        steps, names = _steps(earlier, old, (intake, today), then, progress)
    except ImpactError as error:
        return replace(refresh, why_not=str(error).splitlines()[0][:300])
    plan = compare_plans(old, intake.case, study.period_kind)
    return replace(refresh, moved=move(names, then, placed(today), steps), plan=plan)


def with_refresh(found: Findings, intake: Intake, earlier: Earlier) -> Findings:
    """What a run found, with what changed since an earlier forecast."""
    refresh = explain_refresh(earlier, found, intake, SilentProgress())
    checks = refresh_checks(refresh, intake.study.study.currency)
    return replace(found, refresh=refresh, checks=(*found.checks, *checks))


def recorded(earlier: Earlier) -> Placed:
    """The ranking of an earlier forecast."""
    rows = [row for row in earlier.initiatives if row.get("npv") is not None]
    return Placed(
        npv={str(row["initiative"]): float(row["npv"]) for row in rows},
        rank={str(row["initiative"]): int(row["rank"]) for row in rows if row.get("rank") is not None},
        verdict={str(row["initiative"]): str(row.get("verdict") or "") for row in rows},
    )


def _steps(
    earlier: Earlier, old: Stated, now: tuple[Intake, Decision], then: Placed, progress: Progress
) -> tuple[Steps, Mapping[str, str]]:
    intake, today = now
    study = _as_of(intake.study, earlier.as_of)
    again = _ask(old, study, intake, None, progress)
    learnt = _ask(with_evidence_of(old, intake.case), study, intake, again, progress)
    planned = _ask(intake.case, study, intake, learnt, progress)
    seen = study.as_of - int(planned.cells.money["t"].min()) + 1
    rolled, allowed = _learnt(today, planned.decision, seen, intake.study.as_of - study.as_of)
    means = [placed(step.decision).npv for step in (again, learnt, planned)]
    names = {item.initiative: item.name for plan in (old.plan, intake.case.plan) for item in plan.initiatives}
    return Steps(
        then=then.npv,
        version=means[0],
        evidence=means[1],
        plan=means[2],
        rolled=rolled if rolled is not None else means[2],
        now=placed(today).npv,
        allowed=allowed,
    ), names


def _learnt(
    today: Decision, before: Decision, seen: int, added: int
) -> tuple[dict[str, float] | None, dict[str, float]]:
    """Mean NPV of today's case under what was known before, and how far new periods may move it, by initiative.

    `seen` periods stood behind what was known, `added` are new. None where it was asked of other things.
    """
    case = with_beliefs_of(today.case, before.case)
    if case is None:
        return None, {}
    draws = npv_of(case)
    now = {offer.item.initiative: today.ranking.npv[i] for i, offer in enumerate(today.case.offers)}
    allowed = {one: allowed_change(npv, now[one], seen, added) for one, npv in draws.items()}
    return {one: float(npv.mean()) for one, npv in draws.items()}, allowed


def _ask(case: Stated, study: Study, intake: Intake, before: _Asked | None, progress: Progress) -> _Asked:
    """The decision of a case on a study's tables; nothing is asked again that was asked `before`."""
    if before is not None and case == before.case:
        return before
    given = Intake(study=study, case=case, source=intake.source, report=intake.report)
    if before is not None and _tables_asked(case) == _tables_asked(before.case):
        cells, coverage = before.cells, before.coverage
        estimates = before.estimates if not (case.plan.evidence or before.case.plan.evidence) else None
    else:
        cells, coverage, estimates = *_summarised(study, case), None
    if estimates is None:
        estimates, _ = estimate(given, cells, coverage, progress)
    decision = choose(given, cells, estimates)
    return _Asked(case=case, cells=cells, coverage=coverage, estimates=estimates, decision=decision)


def _summarised(study: Study, case: Stated) -> tuple[Cells, JourneyCoverage]:
    """The cells of a case's tables as of a study's `as_of`, and their coverage.

    Raises:
        ImpactError: there are too few units, or too thin data, to estimate from.
    """
    source = open_source(study, case)
    if stands_in(case.journey) and source.responses is not None:
        source = without_incidents(source)
    cells = summarise(source, case.journey, study)
    for few in unit_checks(cells):
        raise TooThinError(few.code, few.text, few.remedy)
    require_enough(cells)
    return cells, measure_coverage(source, case.journey, study)


def _tables_asked(case: Stated) -> tuple[object, ...]:
    """What of a case the tables are asked for: the journey, and the events that leave rows out."""
    return case.journey, case.plan.events


def _as_of(study: Study, as_of: str) -> Study:
    return replace(study, study=study.study.model_copy(update={"as_of": as_of}))


def _cause(earlier: Earlier, study: Study) -> str:
    """What the first part of the change can hold: told from the version and the hashes of the files."""
    now = this_version()
    another = earlier.version not in ("", now)
    hashes = input_hashes(study.path)
    changed = sorted(name for name, digest in earlier.inputs.items() if hashes.get(name) != digest)
    said = []
    if another:
        said.append(f"version {earlier.version} then, {now} now")
    if changed:
        settings = [name for name in changed if name == FILE_NAME]
        files = [name for name in changed if name != FILE_NAME]
        said += [f"{', '.join(files[:6])} changed"] if files else []
        said += ["the study file changed"] if settings else []
    if not said:
        return "the same version and the same files: nothing should differ"
    told = "; ".join(said)
    return f"{told}: these are not told apart" if another and changed else told


def this_version() -> str:
    """The version of this project."""
    try:
        return version("cx-impact")
    except PackageNotFoundError:
        return "not installed"
