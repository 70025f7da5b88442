"""Lists of who is drawn by lot for pilots: the one file that names customers, and only where it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from impact.cells import Cells, SitePanel
from impact.cells.lot_cells import free_customers
from impact.checks import Check, make_check
from impact.designing import Asked, Designed, running_pilots
from impact.errors import Finding, InputError
from impact.ids import shown_id
from impact.intake import Intake
from impact.lots import draw_arms
from impact.periods import period_label
from impact.rng import stream
from models.measure.placebo_power import draw_pairs
from scenarios.pilot_design import Sight

LEAST = 2  # an arm
COLUMNS = ["customer_id", "initiative", "arm", "from", "randomised"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PilotList:
    """The list of one initiative, in the form of the table `assignments`, and how it was drawn."""

    initiative: str
    rows: pd.DataFrame
    strata: int
    said: str
    needed: int

    @property
    def each(self) -> int:
        """How many are in the smaller arm."""
        return int(self.rows["arm"].value_counts().reindex(["treated", "control"]).fillna(0).min())

    @property
    def file(self) -> str:
        """Its file name."""
        return list_file(self.initiative)


def list_file(initiative: str) -> str:
    """The file name of an initiative's list; what no file may be called is written as an underscore."""
    plain = "".join(one if one.isalnum() or one in "-_." else "_" for one in initiative)
    return f"assignments_{plain}.csv"


def refuse_drawn(place: Path, initiatives: tuple[str, ...]) -> None:
    """Nothing, where none of the lists has been drawn.

    Raises:
        InputError: a list is there already.
    """
    there = [place / list_file(name) for name in initiatives if (place / list_file(name)).exists()]
    if there:
        raise InputError([_drawn_already(path) for path in there])


def draw_lists(intake: Intake, cells: Cells, designed: Designed, asked: Asked) -> tuple[PilotList, ...]:
    """A list for every initiative that has an outcome to register, drawn from the study's seed.

    Whoever is free is dealt to one initiative by lot first, so that nobody stands in two lists.

    Raises:
        InputError: fewer than two an arm are left for one of them.
    """
    study, sites = intake.study, isinstance(cells, SitePanel)
    by = asked.by or ("" if sites else _report_column(intake))
    who = free_customers(intake.source, study, running_pilots(intake), by)
    registered = designed.registered()
    dealt = stream(study.study.seed, "pilot lists").permutation(len(who)) % max(len(registered), 1)
    whole = bool(asked.by) and not sites
    if whole:
        names = pd.factorize(who["value"], sort=True)[0]
        order = stream(study.study.seed, "pilot groups").permutation(int(names.max(initial=0)) + 1)
        dealt = order[names] % max(len(registered), 1)
    lists = []
    for place, (offer, sight) in enumerate(registered):
        mine = who[dealt == place].reset_index(drop=True)
        drawn = _groups(mine, intake, offer.item.initiative) if whole else None
        drawn = _sites(mine, cells, intake, offer.item.initiative) if isinstance(cells, SitePanel) else drawn
        if drawn is None:
            each = min(sight.each, len(mine) // 2)
            codes = pd.factorize(mine["stratum"])[0]
            drawn = draw_arms(codes, each, stream(study.study.seed, f"pilot list/{offer.item.initiative}"))
        lists.append(_written(mine, drawn, intake, (sight, whole)))
    few = [one.initiative for one in lists if one.each < LEAST]
    if few:
        raise InputError([_nobody(name) for name in few])
    return tuple(lists)


def list_checks(lists: tuple[PilotList, ...], designed: Designed, intake: Intake) -> tuple[Check, ...]:
    """Who was drawn, and who was left out."""
    told = [
        f"{one.initiative}: {int((one.rows['arm'] == 'treated').sum()):,} treated and "
        f"{int((one.rows['arm'] == 'control').sum()):,} control in {one.strata} {one.said}"
        for one in lists
    ]
    short = [f"{one.initiative} has {one.each:,} an arm of {one.needed:,} asked for" for one in lists if short_of(one)]
    told += short
    if designed.free.taken:
        told.append(f"{designed.free.taken:,} are in a pilot that runs and were left out")
    if intake.study.data.id_key:
        told.append("ids are hashed under the study's key, as everywhere")
    return (
        make_check(
            "C713",
            "Who was drawn by lot",
            "review" if short else "pass",
            found="; ".join(told),
            limit="arms within 1 in every stratum; nobody in two pilots; as many as asked for",
            text=f"Drawn from seed {intake.study.study.seed}: the same study gives the same lists.",
            remedy="Draw fewer pilots at once (--initiative): customers are shared between them." if short else "",
        ),
    )


def short_of(one: PilotList) -> bool:
    """Whether fewer were drawn than the pilot takes, by more than an odd one left over."""
    return one.each + 1 < one.needed


def _report_column(intake: Intake) -> str:
    """The first column the study is reported by other than the persona: strata are of both."""
    return next((name for name in intake.study.study.report_by if name not in ("persona", "customer_id")), "")


def _groups(mine: pd.DataFrame, intake: Intake, name: str) -> np.ndarray:
    """Whole groups in pairs of like size, a coin in each; a group left over is in neither arm."""
    groups = mine[mine["value"] != ""].groupby("value").size()
    level = np.log(groups.to_numpy(float))
    pairs = draw_pairs(level, np.zeros(len(groups), dtype=int), stream(intake.study.study.seed, f"pilot list/{name}"))
    arm = pd.Series(np.where(pairs[:, 0] < 0, -1, pairs[:, 1]), index=groups.index)
    return mine["value"].map(arm).fillna(-1).to_numpy(int)


def _sites(mine: pd.DataFrame, cells: SitePanel, intake: Intake, name: str) -> np.ndarray:
    """Sites in pairs of like money over the last year within a persona, a coin in each."""
    recent = cells.panel[cells.panel["t"] > intake.study.as_of - intake.study.periods_a_year]
    level = mine["customer_id"].map(recent.groupby("unit")["revenue"].mean()).to_numpy(float)
    strata = pd.factorize(mine["stratum"])[0]
    pairs = draw_pairs(level, strata, stream(intake.study.study.seed, f"pilot list/{name}"))
    return np.asarray(np.where(pairs[:, 0] < 0, -1, pairs[:, 1]))


def _written(mine: pd.DataFrame, arms: np.ndarray, intake: Intake, how: tuple[Sight, bool]) -> PilotList:
    sight, whole = how
    rows, arms = mine[arms >= 0], arms[arms >= 0]
    ids = rows["customer_id"].astype(str)
    if intake.study.data.id_key:
        ids = ids.map(lambda one: shown_id(one, intake.study))
    table = pd.DataFrame(
        {
            "customer_id": ids.to_numpy(),
            "initiative": sight.initiative,
            "arm": np.where(arms == 1, "treated", "control"),
            "from": period_label(intake.study.as_of + 1, intake.study.period_kind),
            "randomised": 1,
        },
        columns=COLUMNS,
    )
    strata = int(rows["value" if whole else "stratum"].nunique())
    said = "whole groups" if whole else "personas, in pairs" if sight.ask.unit == "sites" else "strata"
    return PilotList(initiative=sight.initiative, rows=table, strata=strata, said=said, needed=sight.each)


def _drawn_already(path: Path) -> Finding:
    return Finding(
        code="C714",
        place=str(path),
        found="a list is drawn already",
        allowed="one draw of an initiative",
        remedy="move it away if nobody acted on it, or design without --lists",
    )


def _nobody(name: str) -> Finding:
    return Finding(
        code="C714",
        place=f"design --lists, {name}",
        found="fewer than two are left for an arm",
        allowed="two or more treated, and as many not",
        remedy="name fewer initiatives, or wait until a pilot that runs has ended",
    )
