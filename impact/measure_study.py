"""What a study's finished initiatives did: their rollouts out of the engine, measured, and said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from impact.cells import Cells, CustomerCells, RolloutCells
from impact.checks import Check, make_check
from impact.intake import Intake
from impact.plan_columns import PLAN_TABLES
from impact.rollout import BEGUN
from models.measure.panel import NEVER
from models.measured import MeasuredInitiative, measure_rollouts

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MeasuredInitiative", "evidence_table", "measure_checks", "measure_initiatives", "study_rollouts"]


def measure_initiatives(intake: Intake, cells: Cells) -> tuple[MeasuredInitiative, ...]:
    """The effects of every finished initiative whose rollout is known, by outcome, in plan order."""
    study, case = intake.study, intake.case
    rollouts = study_rollouts(intake, cells)
    reach = {one.initiative: reach_of(one, cells.money) for one in rollouts}
    measured = measure_rollouts(rollouts, case.plan, case.journey, study.period_kind, study.model.lag)
    return tuple(replace(one, reach=reach[one.initiative]) for one in measured)


def reach_of(rollout: RolloutCells, money: pd.DataFrame) -> float:
    """The share of the customers there before the first start who got it; `money` has customers by t."""
    there = money.loc[money["t"] == rollout.first - 1, "customers"]
    units = rollout.units
    whole = float(there.iloc[0]) if len(there) else float(units["customers"].sum())
    got = float(units.loc[units["treated_from"] != NEVER, "customers"].sum())
    return min(got / whole, 1.0) if whole > 0 else 1.0


def study_rollouts(intake: Intake, cells: Cells) -> tuple[RolloutCells, ...]:
    """The units by period of every finished initiative whose rollout is known: groups of customers, or sites."""
    from impact.cells.rollout import rollout_cells
    from impact.cells.rollout_sites import site_rollouts

    source, case, study = intake.source, intake.case, intake.study
    if isinstance(cells, CustomerCells):
        return rollout_cells(source, case.journey, case.plan, study)
    return site_rollouts(source, cells, case.journey, case.plan, study)


def evidence_table(measured: Sequence[MeasuredInitiative]) -> pd.DataFrame:
    """The rows of evidence that are learnt from, in the columns of the plan's table: what `[plan].measured` reads."""
    import pandas as pd

    columns = [field.name for field in PLAN_TABLES["evidence"]]
    rows = [one.evidence for one in measured if one.evidence is not None]
    return pd.DataFrame([{name: getattr(row, name) for name in columns} for row in rows], columns=columns)


def measure_checks(
    intake: Intake, rollouts: Sequence[RolloutCells], measured: Sequence[MeasuredInitiative]
) -> tuple[Check, ...]:
    """What can be measured, what is learnt from, and what stands behind too few: for `track` to show."""
    begun = [item.initiative for item in intake.case.plan.initiatives if item.status in BEGUN]
    if not begun:
        return ()
    done = {one.initiative for one in measured}
    known = {one.initiative for one in rollouts}
    lost = [name for name in begun if name not in known]
    soon = [name for name in begun if name in known and name not in done]
    said = [f"no rollout of {', '.join(lost)}"] * bool(lost) + [f"not yet measured: {', '.join(soon)}"] * bool(soon)
    learnt = [one for one in measured if one.evidence is not None]
    shown = [f"{one.initiative} {one.outcome}: {one.why}" for one in measured if one.evidence is None]
    few = [
        f"{one.initiative}: {one.small} customers of groups too small, {one.blank} blank figures, {one.late} came later"
        for one in rollouts
        if one.small or one.blank or one.late
    ]
    return (
        make_check(
            "C702",
            "Finished initiatives can be measured",
            "review" if said else "pass",
            found="; ".join(said) or f"{len(done)} of {len(begun)} measured",
            limit="every initiative that is live or done",
            text="An initiative is measured once two periods with it have passed and its rollout is known.",
            remedy="Say in the plan's rollouts who got it and when." if lost else "",
        ),
        make_check(
            "C703",
            "Measured effects that are learnt from",
            "pass",
            found="; ".join([f"{len(learnt)} of {len(measured)} effects become evidence", *shown]),
            limit="one of leaving or money an initiative, with a comparison",
            text="What is not learnt from is shown beside the rest.",
        ),
        *(
            make_check(
                "C704",
                "Small groups of a rollout",
                "review",
                found="; ".join(few),
                limit="5 persons a figure, there before the start",
                text="Figures of fewer than five persons do not leave the engine.",
                remedy="Group by a column with fewer values.",
            )
            for _ in few[:1]
        ),
    )
