"""The money of those who stay: each customer's next period on its own score of this one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impact.cells import CustomerCells, Moments
from impact.cells.summary import SpendSummary
from impact.checks import Check
from impact.journey import OVERALL, Journey
from models.calibration.margins import in_money, margin_checks
from models.calibration.placebo import as_headline, graded
from models.calibration.slopes import Z90, Method, Outcome, Slope
from models.calibration.spend_forms import Form, SpendForms, fit_forms

LEAST_CUSTOMERS = 8
OUTCOMES: tuple[Outcome, ...] = ("log_revenue", "log_margin", "margin", "cost_to_serve")
IN_MONEY = frozenset({"margin", "cost_to_serve"})
_KEYS = ("persona", "tenure_band", "t", "past", "score_bin")


def spend_slopes(cells: CustomerCells, journey: Journey) -> tuple[list[Slope], list[Check]]:
    """Slopes of revenue, margin and cost to serve on every score, and checks; no row of them leaves the engine.

    The headline of money is revenue relative to the customer's own, or margin in money where over 1% of margins are
    at or below zero; of service the cost to serve in money. Each has the placebo of a later score.
    """
    staying = cells.staying
    if staying is None:
        return [], []
    weights = {str(who): float(count) for who, count in cells.base.groupby("persona")["customers"].sum().items()}
    headed = {"margin" if in_money(staying) else "log_revenue", "cost_to_serve"}
    slopes: list[Slope] = []
    for outcome in OUTCOMES:
        for term in (OVERALL, *journey.stage_ids()):
            within = pooled_slope(staying.within.get(outcome, {}).get(term, ()), outcome, term, "within", weights)
            if within is None:
                continue
            placebo = pooled_slope(staying.placebo[outcome].get(term, ()), outcome, term, "placebo", weights)
            slopes += graded(as_headline(within) if outcome in headed else within, placebo)
    across, form_checks = _across(staying)
    return [*slopes, *across], [*margin_checks(cells), *form_checks, *_compared(staying), _referral()]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonaSlope:
    """One persona's slope per point and its variance, clustered by customer."""

    persona: str
    estimate: float
    variance: float
    rows: int
    customers: int


def persona_slope(moments: Moments) -> PersonaSlope | None:
    """The slope on the first column of one persona's moments, or None where it cannot be told.

    Equal to `OLS(y, X).fit(cov_type="cluster", cov_kwds={"groups": customer})` on the rows, every column centred on
    its customer's own mean, X the columns that vary: G / (G - 1) x (N - 1) / (N - K) for G customers, N rows, K
    columns. Source: Liang & Zeger (1986); Cameron & Miller (2015).
    """
    gram = moments.gram[:-1, :-1]
    customers, rows = moments.customers, moments.rows
    if customers < LEAST_CUSTOMERS or gram[0, 0] <= 1e-9:
        return None
    scale = np.sqrt(np.where(np.diag(gram) > 1e-9, np.diag(gram), 1.0))
    unit = gram / np.outer(scale, scale)
    columns = int(np.linalg.matrix_rank(unit, tol=1e-9, hermitian=True))
    others = unit[1:, 1:]
    own = 1.0 - float(unit[0, 1:] @ np.linalg.pinv(others, rcond=1e-9, hermitian=True) @ unit[0, 1:])
    if own <= 1e-9 or rows <= columns:
        return None
    bread = np.linalg.pinv(unit, rcond=1e-9, hermitian=True) / np.outer(scale, scale)
    factor = customers / (customers - 1) * (rows - 1) / (rows - columns)
    variance = float((bread @ moments.meat @ bread)[0, 0]) * factor
    if variance <= 0:
        return None
    estimate = float(bread[0] @ moments.gram[:-1, -1])
    return PersonaSlope(persona=moments.persona, estimate=estimate, variance=variance, rows=rows, customers=customers)


def pooled_slope(
    moments: tuple[Moments, ...], outcome: Outcome, term: str, method: Method, base: dict[str, float]
) -> Slope | None:
    """Personas pooled: relative slopes by their precision, slopes in money by their customers in the `base`.

    A slope in money is larger where customers are, so that precision would quote the small ones; the base's own
    weights give the mean over those whom the rate is applied to. Degrees of freedom as Satterthwaite (1946).
    """
    parts = [part for one in moments if (part := persona_slope(one)) is not None]
    variance = np.array([part.variance for part in parts])
    weight = np.array([base.get(p.persona, 0.0) for p in parts]) if outcome in IN_MONEY else 1 / variance
    if not len(parts) or weight.sum() <= 0:
        return None
    weight = weight / weight.sum()
    shares = weight**2 * variance
    freedom = np.array([part.customers - 1 for part in parts], dtype=float)
    return Slope(
        outcome=outcome,
        term=term,
        method=method,
        estimate=float(weight @ [part.estimate for part in parts]),
        se=float(np.sqrt(shares.sum())),
        n=sum(part.rows for part in parts),
        units=sum(part.customers for part in parts),
        headline=False,
        grade="within-unit",
        df=float(shares.sum() ** 2 / (shares**2 / freedom).sum()),
    )


def _across(staying: SpendSummary) -> tuple[list[Slope], list[Check]]:
    """Revenue on the overall score of different customers, and how it was modelled."""
    held = [name for name in staying.cells.columns if name not in _COUNTED and name not in _KEYS]
    found = fit_forms(staying.cells, ("persona", *held), staying.customers)
    if found is None:
        return [], [_no_form(int(staying.cells["n"].sum()) if len(staying.cells) else 0)]
    past = fit_forms(staying.cells, ("persona", *held, "past"), staying.customers)
    slope = Slope(
        outcome="log_revenue",
        term=OVERALL,
        method="cross_section",
        estimate=found.chosen.estimate,
        se=found.chosen.se,
        n=found.rows,
        units=found.customers,
        headline=False,
        grade="cross-section",
    )
    return [slope], [_form_check(found, past, staying.dropped)]


_COUNTED = frozenset(
    {
        *("n", "tenure", "overall", "money", "squares", "positive_n", "positive", "logs", "log_squares"),
        *("zeros", "negatives"),
    }
)


def _form_check(found: SpendForms, past: SpendForms | None, dropped: tuple[str, ...]) -> Check:
    chosen = found.chosen
    apart = any(_apart(chosen, form) for form in found.forms)
    told = "; ".join(_said(form) for form in found.forms)
    held = f"; with this period's revenue held {_said(past.chosen)}" if past is not None else ""
    smeared = ", ".join(f"{who} {factor:.3f}" for who, factor in found.smearing.dropna().items())
    left = f" Not held, to keep cells few: {', '.join(dropped)}." if dropped else ""
    return Check(
        code="C432",
        check="How revenue across customers is modelled",
        status="review" if apart or dropped else "pass",
        found=f"{told}{held}",
        limit="ranges of the ways overlap",
        text=f"Quoted: {chosen.name}. Variance goes with the mean to the power {found.park:.1f} (Gamma: 2); "
        f"{_links(found)}; revenue zero in {found.share_zero:.1%} of {found.rows:,} rows, below {found.negatives:,}; "
        f"smearing {smeared}.{left}",
        remedy="Do not quote the cross-section as what a point is worth." if apart or dropped else "",
    )


def _no_form(rows: int) -> Check:
    return Check(
        code="C432",
        check="How revenue across customers is modelled",
        status="review",
        found=f"no regression settles on {rows:,} customer-periods with a score and money after it",
        limit="one that does",
        text="There is no figure of different customers to hold beside the headline.",
        remedy="Ask more customers, or leave out controls that nearly tell each customer apart.",
    )


def _links(found: SpendForms) -> str:
    tested = [f"{form.name} {form.link_p:.2f}" for form in found.forms if np.isfinite(form.link_p)]
    return f"link test p {', '.join(tested)}"


def _said(form: Form) -> str:
    return f"{form.name} {form.estimate:+.5f} ({form.se:.5f})"


def _apart(one: Form, other: Form) -> bool:
    return abs(one.estimate - other.estimate) > Z90 * (one.se + other.se)


def _compared(staying: SpendSummary) -> list[Check]:
    """Personas of too few customers to be compared with themselves on the overall score."""
    few = [one for one in staying.within["log_revenue"][OVERALL] if one.customers < LEAST_CUSTOMERS]
    if not few:
        return []
    return [
        Check(
            code="C433",
            check="Customers enough to be compared with themselves",
            status="review",
            found=", ".join(one.persona for one in few),
            limit=f"{LEAST_CUSTOMERS} customers who gave an overall score twice",
            text="The slope of spend is that of the other personas.",
            remedy="Ask the same customers again, or join these personas with others.",
        )
    ]


def _referral() -> Check:
    return Check(
        code="C434",
        check="Word of mouth",
        status="pass",
        found="not measured",
        limit="counted only where measured",
        text="No table says which customers came through another, so no money is counted for referrals.",
        remedy="",
    )
