"""The table of what it is worth to know more before choosing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from reports.findings import Findings
from scenarios.decision import Decision
from scenarios.learning import Lesson

CENT = 0.005  # money below it is rounding
COLUMNS = (
    *("item", "name", "owner", "kind", "target", "target_name", "assumed", "evpi", "evppi", "evsi", "p_in_time"),
    *("cost", "delay_cost", "net", "se_of_pilot", "n", "duration", "chosen", "verdict"),
)


def information_table(found: Findings) -> pd.DataFrame:
    """What is worth knowing, in present money: the whole choice, each initiative alone, pain points, pilots, surveys.

    A pilot's `verdict` is that of its initiative. `assumed` pilots are not in the plan and are not among the rows of
    the choice. `se_of_pilot` is the standard error of the change in the leaving rate of a period.
    """
    decision = found.decision
    rows: list[dict[str, Any]] = []
    if decision is not None and decision.information is not None and found.has_margin:
        rows = [*_known(found, decision), *(_lesson(found, decision, *one) for one in _lessons(decision))]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    amounts = ["evpi", "evppi", "evsi"]
    return table.assign(**{name: table[name].where(~(table[name].abs() < CENT), 0.0) for name in amounts})


def _known(found: Findings, decision: Decision) -> Iterator[dict[str, Any]]:
    """Perfect information on everything, on each initiative alone, and on each pain point."""
    information = decision.information
    assert information is not None
    yield {"item": "portfolio", "name": "The whole choice", "kind": "portfolio", "evpi": information.everything}
    verdicts = decision.verdicts()
    for i, offer in enumerate(decision.case.offers):
        if offer.kind == "initiative":
            who = {"item": offer.item.initiative, "name": offer.item.name, "owner": offer.item.owner}
            evpi = float(decision.ranking.evpi[i])
            yield who | {"kind": "initiative", "evpi": evpi, "verdict": verdicts[i]}
    for pain, worth in zip(found.journey.pain_points, information.pain_points, strict=True):
        who = {"item": pain.pain_point, "name": pain.name, "owner": pain.owner}
        yield who | {"kind": "pain_point", "evppi": float(worth)}


def _lessons(decision: Decision) -> Iterator[tuple[Lesson, int]]:
    assert decision.information is not None
    yield from ((lesson, 0) for lesson in decision.information.lessons)
    yield from ((lesson, 1) for lesson in decision.information.assumed)


def _lesson(found: Findings, decision: Decision, lesson: Lesson, assumed: int) -> dict[str, Any]:
    pilot, ids = lesson.pilot, decision.case.ids()
    names = {stage.stage: stage.name for stage in found.journey.stages}
    if pilot.kind == "pilot":
        names = {item.initiative: item.name for item in found.plan.initiatives}
    target = names.get(pilot.target, pilot.target)
    row = not assumed and decision.portfolio is not None and pilot.pilot in ids
    return {
        "item": pilot.pilot,
        "name": pilot.name or f"{'Pilot' if pilot.kind == 'pilot' else 'Answers'}: {target}",
        "owner": pilot.owner,
        "kind": pilot.kind,
        "target": pilot.target,
        "target_name": target,
        "assumed": assumed,
        "evsi": lesson.evsi,
        "p_in_time": lesson.in_time,
        "cost": lesson.cost,
        "delay_cost": lesson.delay,
        "net": lesson.net,
        "se_of_pilot": lesson.se,
        "n": np.nan if pilot.n is None else float(pilot.n),
        "duration": pilot.duration,
        "chosen": int(decision.portfolio.chosen[ids.index(pilot.pilot)]) if row and decision.portfolio else 0,
        "verdict": decision.verdicts()[ids.index(pilot.target)] if pilot.kind == "pilot" else "",
    }
