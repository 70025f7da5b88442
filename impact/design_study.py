"""Pilots designed: a study read and estimated, what pilots of its initiatives could see, and who is drawn by lot."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from impact.checks import Check
from impact.choosing import find_choice
from impact.contract_rollouts import group_values
from impact.designing import Asked, Designed, design_checks, design_pilots
from impact.errors import Finding, InputError
from impact.opening import Delivery, open_to_decide
from impact.pilot_lists import PilotList, draw_lists, list_checks, refuse_drawn
from impact.run import RunOptions
from impact.study_faults import nearest
from reports.design_page import PILOTS, deliver_design, design_html, design_sections
from reports.make_edition import make_edition
from reports.part import part_record, refuse_other
from reports.tables_design import design_table, registration_table
from scenarios.pilot_design import MARGIN, MET, SCORE
from scenarios.pilots import LEAVING

if TYPE_CHECKING:
    import pandas as pd

    from impact.case import Case
    from impact.intake import Intake
    from impact.progress import Progress

FOLDER = "design"
OPEN = ("proposed", "approved")


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignOutcome:
    """What a design leaves: where, its tables, how many lists were drawn, and what was checked."""

    out: Path
    fitness: Literal["fit", "not fit for use"]
    headline: str
    notices: tuple[str, ...]
    tables: Mapping[str, pd.DataFrame]
    currency: str
    checks: tuple[Check, ...]
    files: tuple[Path, ...]
    seconds: float


def design_study(
    path: Path, options: RunOptions, asked: Asked, lists: Literal["none", "lists"], progress: Progress
) -> DesignOutcome:
    """What pilots of a study's open initiatives could see, by default written to `design/` in its output folder.

    Raises:
        InputError: bad input, an unknown initiative among it; nothing is written.
        TooThinError: the data carry no estimate.
    """
    started = time.monotonic()

    def refuse(place: Path) -> None:
        refuse_other(PILOTS, place)
        if lists == "lists":
            refuse_drawn(place, asked.initiatives)

    opened = open_to_decide(
        path, options, Delivery(folder=FOLDER, refuse=refuse, ask=partial(refuse_asked, asked)), progress
    )
    if lists == "lists":
        refuse_drawn(opened.place, asked.initiatives or _open_initiatives(opened.intake.case))
    found = find_choice(opened.intake, opened.cells, progress, opened.approvals, options.engine)
    with progress.stage("Designing pilots"):
        designed = design_pilots(opened.intake, found, asked)
        drawn = draw_lists(opened.intake, opened.cells, designed, asked) if lists == "lists" else ()
    checks = design_checks(designed)
    if drawn:
        checks = (*checks, *list_checks(drawn, designed, opened.intake))
    with progress.stage("Writing pages"):
        found = replace(found, checks=(*found.checks, *checks))
        edition = make_edition(found)
        edition = replace(edition, notices=(*edition.notices, *_notices(drawn, designed)))
        tables = _tables(designed, drawn, opened.intake) | {"checks": edition.tables["checks"]}
        pilots = [(offer.item.initiative, sights) for offer, sights in designed.pilots]
        page = design_html(edition, design_sections(pilots, tables["registration"], designed.costs))
        record = part_record(edition, found) | {"headline": _headline(designed), "lists": [one.file for one in drawn]}
        files = deliver_design(page, record, tables, {one.file: one.rows for one in drawn}, opened.place)
    return DesignOutcome(
        out=opened.place,
        fitness=edition.fitness,
        headline=_headline(designed),
        notices=(*edition.notices, PILOTS.not_asked),
        tables=tables,
        currency=edition.currency,
        checks=found.checks,
        files=files,
        seconds=time.monotonic() - started,
    )


def refuse_asked(asked: Asked, intake: Intake) -> None:
    """Nothing, where a design can be made as it is asked for.

    Raises:
        InputError: every unknown initiative, outcome and column, and every number that cannot be, at once.
    """
    findings = [_no_initiative(name, intake.case) for name in asked.initiatives if name not in _open(intake)]
    findings += _numbers(asked)
    known = (LEAVING, MARGIN, SCORE, *(f"{MET}{name}" for name in intake.case.journey.pain_ids()))
    findings += [
        _option(f"--effect {name}={value:g}", f"{name!r}", f"an outcome and a number: {', '.join(known)}")
        for name, value in asked.wanted.items()
        if name not in known or not math.isfinite(value) or value == 0
    ]
    if asked.by and group_values(intake.source, intake.study, asked.by) is None:
        findings.append(_option("--by", f"neither ledger nor customers has {asked.by}", "a column of groups"))
    if findings:
        raise InputError(findings)


def _numbers(asked: Asked) -> list[Finding]:
    found = []
    if asked.periods is not None and asked.periods < 1:
        found.append(_option("--periods", f"{asked.periods}", "1 or more periods of the ledger"))
    if not 0.05 < asked.power < 1:
        found.append(_option("--power", f"{asked.power:g}", "above 0.05 and below 1, such as 0.8"))
    return found


def _option(place: str, found: str, allowed: str) -> Finding:
    return Finding(code="C711", place=f"design {place}", found=found, allowed=allowed, remedy="correct the option")


def _open(intake: Intake) -> tuple[str, ...]:
    return _open_initiatives(intake.case)


def _open_initiatives(case: Case) -> tuple[str, ...]:
    return tuple(item.initiative for item in case.plan.initiatives if item.status in OPEN)


def _no_initiative(name: str, case: Case) -> Finding:
    status = next((item.status for item in case.plan.initiatives if item.initiative == name), None)
    near = nearest(name, _open_initiatives(case))
    return Finding(
        code="C710",
        place="design --initiative",
        found=f"the plan has no initiative {name!r}" if status is None else f"{name} is {status}",
        allowed=", ".join(_open_initiatives(case)) or "none: no initiative is proposed or approved",
        remedy=f"did you mean {near}?" if near and status is None else "name one that is still to be decided",
    )


def _tables(designed: Designed, drawn: Sequence[PilotList], intake: Intake) -> dict[str, pd.DataFrame]:
    registered = [sight for _, sight in designed.registered()]
    study = intake.study
    return {
        "design": design_table([sights for _, sights in designed.pilots], designed.costs, registered),
        "registration": registration_table(
            registered, {one.initiative: one.each for one in drawn}, designed.way, (study.as_of + 1, study.period_kind)
        ),
    }


def _headline(designed: Designed) -> str:
    seen = [offer.item.initiative for offer, one in designed.registered() if one.power >= one.ask.power]
    ask = designed.ask
    if not designed.pilots:
        return "The plan has no initiative that a pilot could tell about."
    whole = f"with {ask.there:,} {ask.unit} in {ask.periods} period{'s' * (ask.periods != 1)}"
    if not seen:
        return f"No pilot {whole} would find what is expected with {ask.power:.0%} chance."
    return f"Pilots {whole} can tell about {', '.join(seen)} ({len(seen)} of {len(designed.pilots)})."


def _notices(drawn: Sequence[PilotList], designed: Designed) -> tuple[str, ...]:
    if not drawn:
        return ()
    names = ", ".join(one.file for one in drawn)
    return (f"{names}: who is drawn by lot, by id. Keep it where data of {designed.ask.unit} are kept.",)
