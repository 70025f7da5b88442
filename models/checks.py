"""The checks of a run: what could overturn it, each beside its limit, as values."""

from __future__ import annotations

import numpy as np

from impact.cells import Cells, CustomerCells, SitePanel
from impact.checks import Check, make_check
from impact.errors import TooThinError
from impact.groups import persons
from impact.journey import OVERALL, Journey
from models.calibration.placebo import telling, told_apart
from models.calibration.slopes import Calibration, Slope
from models.inference import ESS_LIMIT, RHAT_LIMIT, Fit
from models.points import naive_multiple
from models.psis import KHAT_LIMIT
from models.reduced import GaussianSummary, ReducedForms
from models.sensitivity.placebos import FALSE_DISCOVERY, benjamini_hochberg
from models.uplift import UpliftPosterior

LEAST_LEAVERS = 50
LEAST_CUSTOMER_PERIODS = 500
LEAST_UNITS = 8
LEAST_UNIT_PERIODS = 30
NO_PLACEBO = "No unit has money and experience in periods enough for a placebo, so none of these effects was tried."
MOSTLY_PRIOR = 0.5
ALL_PRIOR = 0.9


def require_enough(cells: Cells) -> None:
    """Nothing where the data can carry an answer.

    Raises:
        TooThinError: with a sentence that says what data would be enough.
    """
    if isinstance(cells, SitePanel):
        _require_sites(cells)
    else:
        _require_customers(cells)


def _require_customers(cells: CustomerCells) -> None:
    rows, leavers = int(cells.by_tenure["n"].sum()), int(cells.by_tenure["leavers"].sum())
    if rows < LEAST_CUSTOMER_PERIODS:
        raise TooThinError(
            "C101",
            f"Only {rows} customer-periods have both an experience and an outcome.",
            f"At least {LEAST_CUSTOMER_PERIODS} are needed: more customers, or one more period of the ledger.",
        )
    if leavers in (0, rows):
        who = "nobody left" if leavers == 0 else "everybody left"
        raise TooThinError(
            "C102",
            f"The outcome does not vary: {who} in {rows} customer-periods.",
            f"A ledger in which at least {LEAST_LEAVERS} customers leave and others stay would be enough.",
        )
    if leavers < LEAST_LEAVERS:
        raise TooThinError(
            "C103",
            f"Only {leavers} customers left in {rows} customer-periods.",
            f"At least {LEAST_LEAVERS} leavers are needed: about {LEAST_LEAVERS / leavers:.1f} times these data.",
        )


def thin_check(thin: TooThinError) -> Check:
    """The failed check of data that cannot carry an answer."""
    return make_check(
        thin.code,
        "Enough data for an answer",
        "fail",
        found=thin.sentence,
        limit=thin.enough,
        text=thin.sentence,
        remedy=thin.enough,
    )


def unit_checks(cells: Cells) -> tuple[Check, ...]:
    """A review where there are too few units for any slope: break-even figures stand in for estimates."""
    if not isinstance(cells, SitePanel):
        return ()
    units, rows = _booked(cells)
    if units >= LEAST_UNITS:
        return ()
    return (
        make_check(
            "C105",
            "Units enough for a slope",
            "review",
            found=f"{units} {'unit' if units == 1 else 'units'} with {rows} unit-periods of booked money",
            limit=f"{LEAST_UNITS} units",
            text=f"With fewer than {LEAST_UNITS} units no effect is estimated and no net value is claimed: "
            "break-even figures say what each initiative would have to bring.",
            remedy="Bring the money of single customers, or more units; ask experts, or run a pilot.",
        ),
    )


def _booked(cells: SitePanel) -> tuple[int, int]:
    """Units, and unit-periods, with booked money."""
    money = cells.panel.dropna(subset=["revenue"])
    return money["unit"].nunique(), len(money)


def _require_sites(cells: SitePanel) -> None:
    money = cells.panel.dropna(subset=["revenue"])
    units, rows = _booked(cells)
    if units < LEAST_UNITS or rows < LEAST_UNIT_PERIODS:
        raise TooThinError(
            "C104",
            f"Only {units} units with {rows} unit-periods of booked money.",
            f"At least {LEAST_UNITS} units and {LEAST_UNIT_PERIODS} unit-periods are needed; two periods or more each.",
        )
    if float(money["revenue"].std()) <= 1e-12 * max(abs(float(money["revenue"].mean())), 1.0):
        raise TooThinError(
            "C102",
            f"The outcome does not vary: revenue is the same in all {rows} unit-periods.",
            "A ledger in which revenue differs between units or periods would be enough.",
        )


def calibration_checks(calibration: Calibration) -> tuple[Check, ...]:
    """Placebo, naive gap, and whether there is a headline at all."""
    out = []
    for slope in calibration.slopes:
        if not (slope.headline and slope.term == OVERALL):
            continue
        placebo = calibration.find(slope.outcome, slope.term, "placebo")
        if placebo is None:
            continue
        out.append(_placebo_check(slope, placebo))
    multiple = naive_multiple(calibration)
    if multiple is not None:
        wide = abs(multiple) > 2 or multiple < 0
        out.append(
            make_check(
                "C403",
                "Naive rate beside the headline",
                "review" if wide else "pass",
                found=f"{multiple:.1f} times",
                limit="between 0 and 2 times",
                text="Comparing different customers with one another would claim this many times the headline rate.",
                remedy="Do not quote the cross-section as what a point is worth." if wide else "",
            )
        )
    if not any(s.headline and s.term == OVERALL for s in calibration.slopes):
        out.append(
            make_check(
                "C404",
                "A rate for overall satisfaction",
                "review",
                found="none",
                limit="one headline slope",
                text="No slope of money on overall satisfaction could be estimated.",
                remedy="Ask an overall score of the customers whose money is known.",
            )
        )
    return tuple(out)


def _placebo_check(slope: Slope, placebo: Slope) -> Check:
    apart, tells = told_apart(slope, placebo), telling(slope, placebo)
    if not apart:
        text = "The score of the next period, which cannot have caused this period's money, goes with it as much."
        remedy = "Read the rate as no evidence of cause; run a pilot or a staggered rollout."
    elif tells:
        text, remedy = "The score of the next period, which cannot have caused this period's money, finds less.", ""
    else:
        text = f"Too few answers ({placebo.n:,}) for the placebo to find as much as the rate, so it says little."
        remedy = "Ask the same customers in more periods."
    return make_check(
        "C402",
        f"Placebo of the headline rate ({slope.outcome})",
        "pass" if apart and tells else "review",
        found=f"rate {slope.estimate:+.5f} ({slope.se:.5f}), placebo {placebo.estimate:+.5f} ({placebo.se:.5f})",
        limit="placebo under half of the rate, or clear of it at 90%, and precise enough to tell",
        text=text,
        remedy=remedy,
    )


def money_checks(cells: Cells) -> tuple[Check, ...]:
    """Customers too small or too negative in money to be compared with themselves."""
    if isinstance(cells, SitePanel) or not cells.spend or not cells.spend[0].left_out:
        return ()
    left_out, compared = cells.spend[0].left_out, sum(one.customers for one in cells.spend)
    return (
        make_check(
            "D399",
            "Customers whose money mostly cancels out",
            "review",
            found=f"{persons(left_out)} of {left_out + compared:,} customers",
            limit="own mean money at least a tenth of its mean size",
            text="Their credits take back nearly all they pay, so what they spend is left out of the effects on spend.",
            remedy="Book credits in the period they belong to; leaving and scores of these customers still count.",
        ),
    )


def fit_checks(posterior: UpliftPosterior) -> tuple[Check, ...]:
    """Convergence: a failure here means no money figure is fit for use."""
    fit = posterior.fit
    good = fit.converged()
    return (
        make_check(
            "C401",
            "The posterior converged",
            "pass" if good else "fail",
            found=engine_said(fit),
            limit=f"R-hat <= {RHAT_LIMIT}, ESS >= {ESS_LIMIT:.0f}, 0 divergences, k-hat < {KHAT_LIMIT}",
            text="All chains tell the same." if good else f"The sampler did not converge; worst: {fit.worst}.",
            remedy="" if good else "No money figure is fit for use; merge pain points that occur together, or rerun.",
        ),
    )


def engine_said(fit: Fit) -> str:
    """Which engine spoke and its gates, in words."""
    who = "full engine, as the quick one's gates failed" if fit.fell_back else f"{fit.engine} engine"
    worst = max(fit.khat.values(), default=None)
    khat = "" if worst is None else f", k-hat {worst:.2f}"
    return f"{who}: R-hat {fit.rhat_max:.4f}, ESS {fit.ess_min:.0f}, {fit.divergences} divergences{khat}"


def pooled(parts: tuple[GaussianSummary, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Estimate and se of each effect with personas pooled by their own precision `(pain_point,)`."""
    weight = np.array([[1 / s**2 if np.isfinite(s) and s > 0 else 0.0 for s in part.se()] for part in parts])
    total = weight.sum(axis=0)
    mean = np.array([part.mean for part in parts])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, (weight * mean).sum(axis=0) / total, 0.0), np.where(total > 0, total**-0.5, np.inf)


def placebo_failures(forms: ReducedForms) -> dict[str, float]:
    """Pain points whose later occurrence goes with earlier money as their earlier one does, with p-values.

    Of the same sign and at least half the size, and clear of chance.
    Judged over all pain points together. Source: Benjamini & Hochberg (1995), q = .10.
    """
    from scipy.stats import norm

    estimate, se = pooled(forms.spend_placebo)
    effect, _ = pooled(forms.spend)
    tried = np.isfinite(se)
    p = np.where(tried, 2 * norm.sf(np.abs(estimate) / np.where(tried, se, 1.0)), 1.0)
    failed = benjamini_hochberg(p[tried], FALSE_DISCOVERY)
    alike = (estimate * effect > 0) & (np.abs(estimate) >= np.abs(effect) / 2)
    failed &= alike[tried]
    names = np.array(forms.pain_points)[tried][failed]
    return dict(zip(names.tolist(), p[tried][failed].tolist(), strict=True))


def not_told_apart(calibration: Calibration, forms: ReducedForms) -> frozenset[str]:
    """Pain points whose effect a placebo also finds.

    Their own placebo, or, where money rests on spend alone, the one of the headline rate.
    """
    headline = calibration.headline("log_revenue")
    rests_on_spend = forms.leaving is None and headline is not None
    if rests_on_spend and headline is not None and headline.grade == "not told apart from placebo":
        return frozenset(forms.pain_points)
    return frozenset(placebo_failures(forms))


def effect_checks(
    forms: ReducedForms, posterior: UpliftPosterior, journey: Journey, demoted: frozenset[str]
) -> tuple[Check, ...]:
    """Placebos of pain points, those the data say little of, and overdispersed leaving."""
    failed = placebo_failures(forms)
    tried = not forms.across
    by_rate = bool(demoted - set(failed))
    silent = bool((posterior.prior_share > ALL_PRIOR).all())
    faint = [p for p, share in zip(forms.pain_points, posterior.prior_share, strict=True) if share > MOSTLY_PRIOR]
    names = {pain.pain_point: pain.name for pain in journey.pain_points}
    out = [
        make_check(
            "C405",
            "Placebo of each pain point",
            "review" if failed or by_rate or not tried else "pass",
            found=", ".join(names[p] for p in failed) or ("none found" if tried else "no placebo"),
            limit=f"none at a false discovery rate of {FALSE_DISCOVERY:.0%}",
            text=_placebo_text(failed=bool(failed), by_rate=by_rate) if tried else NO_PLACEBO,
            remedy="Their effects get a heavier haircut; look for what causes both." if failed or by_rate else "",
        ),
        make_check(
            "C406",
            "Effects the data say little of",
            "fail" if silent else ("review" if faint else "pass"),
            found=", ".join(names[p] for p in faint) or "none",
            limit=f"prior share at most {MOSTLY_PRIOR:.0%}, and not above {ALL_PRIOR:.0%} for all",
            text="More than half of what is said of these comes from the prior." if faint else "The data lead.",
            remedy="A pilot, or more customers and periods, would tell." if faint else "",
        ),
    ]
    if forms.leaving is not None:
        dispersion = max(part.dispersion for part in forms.leaving)
        out.append(
            make_check(
                "C407",
                "Leaving varies as chance alone would have it",
                "review" if dispersion > 1.5 else "pass",
                found=f"{dispersion:.2f}",
                limit="Pearson chi-square over degrees of freedom at most 1.5",
                text="Standard errors are widened by it where above 1.",
                remedy="Something not in the model moves leaving; add controls." if dispersion > 1.5 else "",
            )
        )
    return tuple(out)


def _placebo_text(*, failed: bool, by_rate: bool) -> str:
    if failed:
        return "A later occurrence goes with earlier money, which it cannot have caused."
    if by_rate:
        return "Their own placebos are clean, but all rest on a headline rate whose placebo is not (C402)."
    return "No pain point goes with money booked before it occurred."


def slopes_agree(posterior: UpliftPosterior, calibration: Calibration, score_sd: float) -> bool:
    """Whether the 90% ranges of the respondents' slope of leaving and of the one across pain points overlap."""
    slope = calibration.headline("retention")
    if slope is None or not posterior.leaving.any():
        return True
    low, high = np.percentile(posterior.theta / score_sd, [5, 95])
    own_low, own_high = slope.range90()
    return bool(own_low <= high and own_high >= low)


def slope_check(posterior: UpliftPosterior, calibration: Calibration, score_sd: float) -> tuple[Check, ...]:
    """Whether the respondents' own slope agrees with the slope across pain points."""
    slope = calibration.headline("retention")
    if slope is None or not posterior.leaving.any():
        return ()
    across = posterior.theta / score_sd
    low, high = np.percentile(across, [5, 95])
    apart = not slopes_agree(posterior, calibration, score_sd)
    return (
        make_check(
            "C408",
            "Two ways to the slope of leaving on satisfaction agree",
            "review" if apart else "pass",
            found=f"across pain points {across.mean():+.3f} ({low:+.3f} to {high:+.3f}), "
            f"respondents {slope.estimate:+.3f}",
            limit="90% ranges overlap",
            text="Noise and mood bend the respondents' slope towards zero; value uses the one across pain points.",
            remedy="Where they are far apart, satisfaction alone does not carry the effect." if apart else "",
        ),
    )
