"""What is held likely before any data, in money: the same code that values the posterior, given the prior."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from impact.checks import Check, make_check
from impact.journey import Journey
from models.pains import PainValues, pains_of, value_pains
from models.uplift import UpliftPosterior
from models.value import Today, ValueBase, base_path, leaving_ratios, look_at_today, whole_fix

LEAVING = (0.01, 0.60)  # a year: what a business that has customers can lose of them
MOST_MOVED = 2.0  # standard deviations of the score, by one pain point
SELDOM = 0.01  # of prior draws
MOSTLY_PRIOR = 0.5
SHARE_DRAWS = 1_000  # a width that holds 90% is then told to a twentieth


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorMoney:
    """The prior by what it says of this study's customers.

    `values` as of the posterior, each `(draw,)`. `spared` `(draw,)` is the share of customers that leaves in a year
    when nobody meets a pain point; `met` `(pain_point, draw)` that of those who meet one occurrence of it in every
    period; both None of sites. `now` is the ledger's. `moved` `(pain_point,)` is the share of draws in which a pain
    point moves the score by over two standard deviations, `margin` what the base brings over the horizon.
    """

    values: PainValues
    spared: np.ndarray | None
    met: np.ndarray | None
    now: float
    moved: np.ndarray
    margin: float


def value_prior(
    base: ValueBase, prior: UpliftPosterior, journey: Journey, score_sd: float, periods_a_year: int
) -> PriorMoney:
    """The prior in money, in leaving and in points; `base` has as many draws as `prior`."""
    leaves = any(persona.rate.any() for persona in base.personas)
    today = look_at_today(base, prior)
    gone = pains_of(journey)
    fixed = whole_fix(prior.draws, len(prior.pain_points), gone, 1).levels[0]
    one = [np.ones((1, 1))] * len(base.personas)
    without = [
        leaving_ratios(persona, today.hazard[g], today.together[g], fixed)[0] for g, persona in enumerate(base.personas)
    ]
    return PriorMoney(
        values=value_pains(base, prior, journey),
        spared=_a_year(base, without, periods_a_year) if leaves else None,
        met=np.array([_a_year(base, _meeting(base, today, k), periods_a_year) for k in gone]) if leaves else None,
        now=float(_a_year(base, one, periods_a_year)[0]),
        moved=(np.abs(prior.score) > MOST_MOVED * score_sd).mean(axis=(0, 1)),
        margin=float((base_path(base)["margin"] @ base.discount).mean()),
    )


def _meeting(base: ValueBase, today: Today, k: int) -> list[np.ndarray]:
    """Leaving intensity of those who meet one occurrence of a pain point over all customers' `(age, draw)`."""
    fixed = whole_fix(len(base.frailty), today.hazard[0].shape[1], [k], 1).levels[0]
    return [
        leaving_ratios(persona, today.hazard[g], today.together[g], fixed)[0] * np.exp(today.hazard[g][:, k])
        for g, persona in enumerate(base.personas)
    ]


def _a_year(base: ValueBase, ratios: list[np.ndarray], periods_a_year: int) -> np.ndarray:
    """Share of today's customers that leaves in a year `(draw,)` at `ratios` `(age, draw)` times their intensity."""
    total, customers = np.zeros(ratios[0].shape[1]), 0.0
    for persona, ratio in zip(base.personas, ratios, strict=True):
        mix = persona.met.mix[0]
        by_band = mix @ ratio if len(ratio) > 1 else np.broadcast_to(ratio, (len(persona.rate), ratio.shape[1]))
        staying = (1 - persona.rate[:, None]) ** (periods_a_year * by_band)
        total += persona.customers @ (1 - staying)
        customers += float(persona.customers.sum())
    return np.asarray(total / max(customers, 1.0))


def prior_share(posterior: np.ndarray, prior: np.ndarray) -> float:
    """How much of the prior's spread in a money figure the data left standing, 0..1; nan where there is none.

    The square of the ratio of the widths that hold 90% of the draws `(draw,)`: a variance that wild tails do not move.
    """
    widths = [float(np.ptp(np.percentile(draws, [5, 95]))) for draws in (posterior, prior)]
    return float(np.clip((widths[0] / widths[1]) ** 2, 0, 1)) if widths[1] > 0 else np.nan


def prior_shares(
    base: ValueBase, posterior: UpliftPosterior, prior: UpliftPosterior, journey: Journey
) -> Mapping[tuple[str, str], float]:
    """Prior shares of money by (kind, id): each pain point, each stage, and everything.

    The haircut and the frailty are held at their middle in both: their spread in money grows with the effect, so that
    what is known of a large effect would pass for a prior that the data left standing.
    """
    found, held = (value_pains(*at_the_middle(base, one, posterior), journey) for one in (posterior, prior))
    return shares_of(found, held, journey)


def at_the_middle(base: ValueBase, one: UpliftPosterior, kept: UpliftPosterior) -> tuple[ValueBase, UpliftPosterior]:
    """Some draws of `one`, posterior or prior, with frailty at its middle and the mean haircut of `kept`."""
    few = np.linspace(0, one.draws - 1, min(SHARE_DRAWS, one.draws)).astype(int)
    mean = np.tile(kept.credibility.mean(axis=0), (len(few), 1))
    middle = replace(base, frailty=np.full(len(few), np.median(base.frailty)))
    return middle, replace(one.at(few), credibility=mean)


def shares_of(posterior: PainValues, prior: PainValues, journey: Journey) -> Mapping[tuple[str, str], float]:
    """Prior shares by (kind, id) of values of the same things."""
    shares = {("stage", name): prior_share(draws, prior.stages[name]) for name, draws in posterior.stages.items()}
    for pain, found, held in zip(journey.pain_ids(), posterior.pains, prior.pains, strict=True):
        shares["pain_point", pain] = prior_share(found, held)
    return shares | {("everything", ""): prior_share(posterior.everything, prior.everything)}


def prior_checks(prior: PriorMoney, journey: Journey) -> tuple[Check, ...]:
    """Whether what is held likely before any data is fit to start from."""
    return (*_leaving_checks(prior), _score_check(prior, journey), _value_check(prior, journey))


def _leaving_checks(prior: PriorMoney) -> tuple[Check, ...]:
    if prior.spared is None or prior.met is None or not len(prior.met):
        return ()
    low, high = float(np.percentile(prior.spared, 5)), float(np.percentile(prior.met, 95, axis=1).max())
    inside = low >= LEAVING[0] and high <= LEAVING[1]
    beyond = not LEAVING[0] <= prior.now <= LEAVING[1]
    text = "Before any data, leaving without pain points and leaving of those who meet one are both possible."
    if beyond:
        text = f"The ledger itself loses {prior.now:.1%} of customers a year, so the prior is not what lies outside."
    elif not inside:
        text = (
            "Before any data, pain points are held able to move leaving beyond what a business can lose of customers."
        )
    return (
        make_check(
            "C532",
            "Leaving a year as held likely before any data",
            "pass" if inside else "review",
            found=f"{low:.1%} (no pain point met) to {high:.1%} (the worst one met); ledger {prior.now:.1%}",
            limit=f"{LEAVING[0]:.0%} to {LEAVING[1]:.0%}, the ends at 90%",
            text=text,
            remedy="" if inside else "Check how leaving is recorded, and the period; then read values with care.",
        ),
    )


def _score_check(prior: PriorMoney, journey: Journey) -> Check:
    far = [pain.name for pain, share in zip(journey.pain_points, prior.moved, strict=True) if share > SELDOM]
    return make_check(
        "C533",
        "What one pain point does to the score, as held likely before any data",
        "review" if far else "pass",
        found=", ".join(far) or f"over {MOST_MOVED:g} sd in at most {max(prior.moved, default=0.0):.1%} of prior draws",
        limit=f"over {MOST_MOVED:g} standard deviations in at most {SELDOM:.0%} of prior draws",
        text="One occurrence moves the overall score by less than all that customers differ in."
        if not far
        else "Before any data, one occurrence of these is held able to move the score further than customers differ.",
        remedy="Check the unit of these pain points: one unit of exposure should be one usual occurrence."
        if far
        else "",
    )


def _value_check(prior: PriorMoney, journey: Journey) -> Check:
    low, high = np.percentile(prior.values.everything, [5, 95])
    tops = np.percentile(prior.values.pains, 95, axis=1)
    largest = journey.pain_points[int(np.argmax(tops))].name if len(tops) else "none"
    over = bool(high > prior.margin > 0)
    return make_check(
        "C534",
        "Money that is held likely before any data",
        "fail" if over else "pass",
        found=f"all {low:,.0f} to {high:,.0f} (90%); largest, {largest}, up to {max(tops, default=0.0):,.0f}",
        limit=f"below the margin of the base over the horizon, {prior.margin:,.0f}",
        text="The prior alone claims less than the base brings."
        if not over
        else "Before any data, fixing pain points is held able to bring more than all customers do.",
        remedy="" if not over else "Check exposures and units of pain points, and the haircut; then run again.",
    )


def share_checks(shares: Mapping[tuple[str, str], float], journey: Journey) -> tuple[Check, ...]:
    """Money figures of which the prior says more than the data."""
    mostly = [pain.name for pain in journey.pain_points if shares["pain_point", pain.pain_point] > MOSTLY_PRIOR]
    whole = shares["everything", ""]
    return (
        make_check(
            "C535",
            "Money that the data say little of",
            "review" if mostly or whole > MOSTLY_PRIOR else "pass",
            found=f"everything {whole:.0%}" + (f"; {', '.join(mostly)}" if mostly else ""),
            limit=f"prior share of a value at most {MOSTLY_PRIOR:.0%}",
            text="More than half of the spread in these values was there before any data."
            if mostly
            else "The data, not the prior, set the ranges.",
            remedy="A pilot, or more customers and periods, would narrow them." if mostly else "",
        ),
    )
