"""From findings to an edition: tables, live cash, worth and the sentences every page repeats."""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

import numpy as np
import pandas as pd

from impact.cells import SitePanel
from impact.fingerprint import input_hashes, run_of
from impact.point import point_in_words
from models.checks import engine_said
from models.points import PointValue, find_point
from reports import point_value, sentences
from reports.certificate_words import plan_notices
from reports.edition import CashModel, Edition, Worth
from reports.findings import Findings, summary
from reports.rate_page import Heading, RatePage, rate_pages
from reports.tables import build_tables, pain_points_table
from reports.tables_cash import future_periods
from reports.tables_choice import initiatives_table
from scenarios.flows import cash_flow
from scenarios.portfolio import allowed_sets
from scenarios.tax import after_tax

LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels", "pymc", "nutpie", "ibis-framework", "duckdb", "XlsxWriter")
DOTS = 20


def make_edition(found: Findings) -> Edition:
    """The edition of one run: everything the pages set, and nothing they have to work out."""
    study = found.study
    hashes = input_hashes(study.path)
    shape: Literal["customers", "sites"] = "sites" if isinstance(found.cells, SitePanel) else "customers"
    edition = Edition(
        name=study.study.name,
        currency=study.study.currency,
        as_of=study.study.as_of,
        period_kind=study.period_kind,
        horizon=future_periods(found),
        shape=shape,
        relationship=study.study.relationship or ("site" if shape == "sites" else "contract"),
        point=point_in_words(found.cells.coverage, study),
        money_word="margin" if found.has_margin else "revenue",
        estimated=study.finance.revenue_basis == "estimated",
        discount_rate=study.study.discount_rate,
        seed=study.study.seed,
        run_id=run_of(study, hashes),
        versions=versions(),
        inputs=hashes,
        fitness="fit" if found.fit_for_use else "not fit for use",
        notices=notices(found),
        sentences=(),
        journey=found.journey,
        tables=build_tables(found),
        cash=cash_model(found),
        worth=worth(found),
        truth=truth_table(found),
        fixes=found.plan.fixes,
        rows=rows_in_words(found.rows),
        engine=engine_said(found.estimates.posterior.fit) if found.estimates else "",
        approval=found.standing.words if found.standing else "",
    )
    return replace(edition, sentences=(sentences.headline(edition),), rates=rates_of(edition, found))


def rates_of(edition: Edition, found: Findings) -> tuple[RatePage, ...]:
    """The pages of the rates; none where nothing could be estimated."""
    estimates = found.estimates
    if estimates is None:
        return ()
    heading = Heading(
        name=edition.name,
        currency=edition.currency,
        period_kind=edition.period_kind,
        as_of=edition.as_of,
        run_id=edition.run_id,
        sites=edition.shape == "sites",
        fit=edition.fitness == "fit",
        notices=edition.notices,
        estimated=edition.estimated,
        worth=point_value.worth_of_overall(edition),
        parts=point_parts(find_point(estimates.points)),
    )
    return rate_pages(heading, estimates.calibration, estimates.certified, estimates.plans)


def point_parts(point: PointValue | None) -> dict[str, tuple[float, float, float]]:
    """Mean and 90% range of the step of a point's worth through each way; none where it was not valued."""
    told = {name: summary(one) for name, one in point.parts.items()} if point is not None else {}
    return {name: (one["mean"], one["p05"], one["p95"]) for name, one in told.items()}


def rows_in_words(rows: pd.DataFrame) -> tuple[str, ...]:
    """A sentence a data table: rows in, rows used, and those set aside by reason, which add up."""
    said = []
    for table, mine in rows.groupby("table", sort=False):
        reasons = zip(mine.set_aside, mine.reason, strict=True)
        aside = [f"{int(count):,} set aside ({reason})" for count, reason in reasons if count]
        parts = [f"{int(mine.rows_used.iloc[0]):,} used", *aside]
        said.append(f"{table}: {int(mine.rows_in.iloc[0]):,} rows = {' + '.join(parts)}")
    return tuple(said)


def versions() -> dict[str, str]:
    """Versions of Python, this project and the libraries that numbers depend on."""
    out = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in ("cx-impact", *LIBRARIES):
        try:
            out[name] = version(name)
        except PackageNotFoundError:
            out[name] = "not installed"
    return out


def notices(found: Findings) -> tuple[str, ...]:
    """Sentences every page must show: what failed, what makes all of it weak, what the study says of itself."""
    failed = tuple(f"Not fit for use. {check.text} {check.remedy}" for check in found.checks if check.status == "fail")
    weak = tuple(check.text for check in found.checks if check.code in sentences.NOTICED)
    own = found.study.study.notice
    return (*failed, *weak, *rate_notices(found), *((own,) if own else ()))


def rate_notices(found: Findings) -> tuple[str, ...]:
    """A sentence for every rate that carries no grade, and for every approval that has expired."""
    plans = found.estimates.plans if found.estimates else ()
    return tuple(sentence for plan in plans for sentence in plan_notices(plan))


def worth(found: Findings) -> Worth | None:
    """Joint net value of the chosen set, or None where nothing could be chosen."""
    decision = found.decision
    if decision is None or decision.portfolio is None or not found.has_margin:
        return None
    npv, chosen = decision.portfolio.npv, decision.portfolio.chosen
    tax_rate = found.study.finance.tax_rate
    places = (np.arange(DOTS) + 0.5) / DOTS
    return Worth(
        mean=float(npv.mean()),
        p05=float(np.percentile(npv, 5)),
        p95=float(np.percentile(npv, 95)),
        p_positive=float((npv > 0).mean()),
        dots=tuple(float(q) for q in np.quantile(npv, places)),
        cost=float(sum(offer.plan_cost for offer, on in zip(decision.case.offers, chosen, strict=True) if on)),
        tax_rate=tax_rate,
        after_tax=float(after_tax(npv, tax_rate).mean()) if tax_rate > 0 else None,
    )


def cash_model(found: Findings) -> CashModel | None:
    """The mean cash of every initiative by period, for the live workbook; None without costs or margin."""
    decision = found.decision
    if decision is None or decision.portfolio is None or not found.has_margin or not decision.case.offers:
        return None
    offers, study = decision.case.offers, found.study
    flows = [cash_flow(decision.case, [i], value) for i, value in enumerate(decision.ranking.value)]
    budget = study.portfolio.budget
    portfolio = decision.portfolio
    live = len(portfolio.sets) == 1 << len(offers)
    return CashModel(
        initiatives=tuple(offer.item.initiative for offer in offers),
        periods=future_periods(found),
        periods_a_year=study.periods_a_year,
        discount_rate=study.study.discount_rate,
        budget=float(budget) if isinstance(budget, (int, float)) else None,
        cost=np.array([np.nan if offer.item.cost is None else offer.item.cost for offer in offers], dtype=float),
        overrun=np.array([offer.overrun for offer in offers]),
        cost_share=np.array([offer.schedule.cost_share for offer in offers]),
        capex_extra=np.array([offer.schedule.capex for offer in offers]),
        opex=np.array([flow.opex for flow in flows]),
        retention=np.array([flow.retention for flow in flows]),
        spend=np.array([flow.spend for flow in flows]),
        service_saving=np.array([flow.service for flow in flows]),
        other_benefit=np.array([flow.other for flow in flows]),
        chosen=portfolio.chosen,
        sets=portfolio.sets.astype(int) if live else None,
        set_allowed=allowed_sets(decision.case, portfolio.sets, replace(decision.limits, budget=None)).astype(int)
        if live
        else None,
        set_benefit=portfolio.benefit if live else None,
    )


def truth_table(found: Findings) -> pd.DataFrame | None:
    """Estimate beside truth for a simulated study that names its `truth` table."""
    named = found.study.study.truth
    if found.estimates is None or named is None:
        return None
    truth = pd.read_csv(found.study.located(named)[0]).rename(columns={"value": "value_true"})
    estimated = pain_points_table(found)[["pain_point", "name", "value", "value_p05", "value_p95"]]
    items = initiatives_table(found)[["initiative", "name", "npv", "npv_p05", "npv_p95"]]
    priced = items.set_axis(list(estimated.columns), axis=1)
    both = pd.concat([estimated, priced], ignore_index=True).rename(columns={"pain_point": "item"})
    table = both.merge(truth[["item", "value_true"]], on="item", how="inner")
    within = table["value_true"].between(table["value_p05"], table["value_p95"])
    return table.assign(in_range=within.astype(int))
