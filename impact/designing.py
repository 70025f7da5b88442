"""What pilots of a study's open initiatives could see: its own chance, and every outcome of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from impact.cells import Cells, SitePanel
from impact.cells.lot_cells import Free, count_free, group_sums, money_stretches
from impact.checks import Check, make_check
from impact.errors import TooThinError
from impact.intake import Intake
from impact.journey import OVERALL
from models.measure.panel import NEVER, Panel
from models.measure.placebo_power import Way, try_placebos
from models.measure.power import ICC_STATED, POWER, design_effect, likeness, scatter_of
from models.noise import measure_noise
from reports.findings import Estimates, Findings
from scenarios.effect import Offer
from scenarios.pilot_design import MARGIN, MET, SCORE, Ask, Chance, Sight, best_seen, design_pilot
from scenarios.pilots import LEAVING

QUARTERS = 8  # that a pilot is looked at to last, at most
SITES_TAKE = (1, 2, 4)  # quarters that placebo rollouts of sites are tried for
LEAST_GROUPS = 10  # that tell how alike customers of a group are


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What `design` is asked: open `initiatives` (none named: all), `periods` and `power`, `wanted` effects by outcome.

    `by` names a column whose groups are drawn whole, `way` how sites start.
    """

    initiatives: tuple[str, ...] = ()
    periods: int | None = None
    power: float = POWER
    wanted: Mapping[str, float] = field(default_factory=dict)
    by: str = ""
    way: Way = "at once"


@dataclass(frozen=True, slots=True, kw_only=True)
class Designed:
    """Designs by initiative in plan order, what they rest on, and how whole groups were taken account of.

    `pilots` `(initiative, sights)`; `chosen` the outcome to register, None where nothing can be measured.
    """

    ask: Ask
    free: Free
    pilots: tuple[tuple[Offer, tuple[Sight, ...]], ...]
    costs: Mapping[str, float]
    way: Way
    said: tuple[str, ...]

    def registered(self) -> tuple[tuple[Offer, Sight], ...]:
        """The outcome to register of every initiative that has one."""
        return tuple((offer, one) for offer, sights in self.pilots if (one := best_seen(sights)) is not None)


def running_pilots(intake: Intake) -> tuple[str, ...]:
    """Initiatives that are live: whoever is assigned to one takes part in no other."""
    return tuple(item.initiative for item in intake.case.plan.initiatives if item.status == "live")


def design_pilots(intake: Intake, found: Findings, asked: Asked) -> Designed:
    """What pilots could see; those of initiatives that are `asked` for, or all that are open.

    Raises:
        TooThinError: nothing could be estimated, or fewer than four can take part.
    """
    if found.decision is None or found.estimates is None:
        raise TooThinError("C712", "What an initiative would move cannot be estimated.", "See the checks of a run.")
    case = found.decision.case
    free = _free(intake, found.cells)
    if free.free < 4:
        raise TooThinError("C714", f"{free.free} can take part in a pilot.", "At least two an arm are needed.")
    ask = _ask(intake, found.cells, asked, free)
    chance, said = chance_of(intake, found.cells, found.estimates, (asked, ask))
    offers = [
        offer
        for offer in case.offers
        if offer.kind == "initiative" and (not asked.initiatives or offer.item.initiative in asked.initiatives)
    ]
    return Designed(
        ask=ask,
        free=free,
        pilots=tuple((offer, design_pilot(case, offer, chance, ask)) for offer in offers),
        costs={one.target: one.cost for one in intake.case.plan.pilots if one.kind == "pilot"},
        way=asked.way,
        said=said,
    )


def chance_of(
    intake: Intake, cells: Cells, estimates: Estimates, asking: tuple[Asked, Ask]
) -> tuple[Chance, tuple[str, ...]]:
    """What chance does in a pilot of a study, and in words where a figure is no estimate."""
    asked, ask = asking
    noise = measure_noise(cells, estimates.forms, intake.case.journey)
    if isinstance(cells, SitePanel):
        placebos, said = _placebos(intake, cells, asked, ask)
        return Chance(noise=noise, placebos=placebos), said
    source, study = intake.source, intake.study
    seen = money_stretches(source, study)
    scatter = (
        None if seen is None else scatter_of(seen.mean, seen.variances, seen.covariance, (seen.periods, seen.customers))
    )
    overall = cells.coverage.set_index("stage").reindex([OVERALL]).iloc[0]
    active = float(cells.money["customers"].sum())
    together, said = _together(intake, asked.by) if asked.by else ({}, ())
    return Chance(
        noise=noise,
        scatter=scatter,
        score_sd=float(overall["sd"]),
        answers=float(np.nan_to_num(overall["responses"])) / active if active else 0.0,
        drawn_together=together,
    ), said


def design_checks(designed: Designed) -> tuple[Check, ...]:
    """Which initiatives a pilot could tell about, and what of it is no estimate."""
    blind = [
        offer.item.initiative
        for offer, sights in designed.pilots
        if not any(one.told and one.power >= one.ask.power for one in sights)
    ]
    named = ", ".join(blind)
    return (
        make_check(
            "C712",
            "What pilots could show",
            "review" if blind or designed.said else "pass",
            found="; ".join([f"no outcome in {designed.ask.periods} periods: {named}"] * bool(blind) + [*designed.said])
            or f"{len(designed.pilots)} of {len(designed.pilots)} show one outcome or more",
            limit=f"power {designed.ask.power:.0%} at the effect expected, two-sided 5%",
            text="A pilot that cannot see what is expected most likely ends without an answer.",
            remedy="Last longer, register another outcome, or decide without a pilot." if blind else "",
        ),
    )


def _free(intake: Intake, cells: Cells) -> Free:
    return count_free(intake.source, intake.study, running_pilots(intake))


def _ask(intake: Intake, cells: Cells, asked: Asked, free: Free) -> Ask:
    quarter = max(intake.study.periods_a_year // 4, 1)
    periods = asked.periods or max(intake.study.periods_a_year // 2, 1)
    most = intake.study.periods_a_year * 2
    spans = sorted({*(n * quarter for n in range(1, QUARTERS + 1) if n * quarter <= most), periods})
    unit = "sites" if isinstance(cells, SitePanel) else "customers"
    return Ask(periods=periods, spans=tuple(spans), there=free.free, unit=unit, power=asked.power, wanted=asked.wanted)


def _together(intake: Intake, by: str) -> tuple[dict[str, float], tuple[str, ...]]:
    """Design effects where groups of a column are drawn whole: of leaving as its own cells show, else stated."""
    sums = group_sums(intake.source, intake.study, by)
    if sums is None or len(sums) < 2:
        return {}, ()
    sizes = sums["customers"].to_numpy(float)
    seen = sums[sums["n"] > 0]
    leavers = seen["leavers"].to_numpy(float)
    icc = likeness(seen["n"].to_numpy(float), leavers, leavers) if len(seen) >= LEAST_GROUPS else float("nan")
    stated = f"customers of one {by} are taken to be alike by {ICC_STATED:g} (intraclass correlation)"
    if np.isnan(icc):
        return {"": design_effect(sizes, ICC_STATED)}, (f"{len(seen)} groups of {by} are too few to tell: {stated}",)
    told = f"leaving of customers of one {by} is alike by {icc:.3g} as the data tell; for other outcomes {stated}"
    return {LEAVING: design_effect(sizes, icc), "": design_effect(sizes, ICC_STATED)}, (told,)


def _placebos(
    intake: Intake, cells: SitePanel, asked: Asked, ask: Ask
) -> tuple[dict[tuple[str, int], float], tuple[str, ...]]:
    """The error of every outcome of sites by periods, as placebo rollouts on their own history show it."""
    quarter = max(intake.study.periods_a_year // 4, 1)
    seed, short = intake.study.study.seed, []
    errors: dict[tuple[str, int], float] = {}
    for outcome, panel in _histories(intake, cells).items():
        spans = {ask.periods, *(n * quarter for n in SITES_TAKE if outcome == MARGIN)} & set(ask.spans)
        for periods in sorted(spans):
            tried = try_placebos(panel, periods, asked.way, seed)
            if tried is not None:
                errors[outcome, periods] = tried.error(ask.power)
        if (outcome, ask.periods) not in errors:
            short.append(outcome)
    said = f"too little history to try a rollout of {ask.periods} periods on: {', '.join(short)}"
    return errors, (said,) if short else ()


def _histories(intake: Intake, cells: SitePanel) -> dict[str, Panel]:
    """The outcomes of sites by period: money as logs, the overall score, and what operations count."""
    rows = cells.panel
    money = rows["revenue"].astype(float)
    columns: dict[str, pd.Series] = {MARGIN: money.where(money > 0).map(np.log)}
    if OVERALL in rows.columns:
        columns[SCORE] = rows[OVERALL].astype(float)
    for pain in intake.case.journey.pain_points:
        if pain.pain_point in rows.columns and pain.source == "operations" and pain.measure != "level":
            columns[f"{MET}{pain.pain_point}"] = rows[pain.pain_point].astype(float)
    found: dict[str, Panel] = {}
    periods = np.arange(int(rows["t"].min()), intake.study.as_of + 1)
    for name, values in columns.items():
        wide = rows.assign(value=values).pivot_table(index="unit", columns="t", values="value", aggfunc="mean")
        found[name] = _untouched(wide.reindex(columns=periods).to_numpy(float), wide.index.to_numpy(), periods)
    return found


def _untouched(outcome: np.ndarray, units: np.ndarray, periods: np.ndarray) -> Panel:
    return Panel(
        unit=units,
        t=periods,
        outcome=outcome,
        weight=np.isfinite(outcome).astype(float),
        treated_from=np.full(len(units), NEVER),
        cluster=np.arange(len(units)),
        randomised=True,
    )
