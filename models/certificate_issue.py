"""The certificates of a run: every headline rate beside the other ways to it, and the checks of both."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from impact.cells import Cells
from impact.checks import Check, make_check
from impact.evidence import Evidence
from impact.fingerprint import input_hashes
from impact.journey import OVERALL
from impact.point import point_in_words
from impact.study import Study
from models.calibration.slopes import Calibration, Slope
from models.certificate import NAMES, Certified, Terms, certify, default_validity, headlines, window_of
from models.history import kept_share
from models.published import published_ranges
from models.sensitivity.answers import Doubt
from models.triangulation import (
    Leg,
    Triangulation,
    bottom_up_leg,
    compare_legs,
    experiment_legs,
    leaving_now,
    slope_leg,
)
from models.uplift import UpliftPosterior


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What stands beside the regressions: experiments, doubts, and the joint posterior, None where none was sampled."""

    evidence: tuple[Evidence, ...]
    doubts: tuple[Doubt, ...]
    posterior: UpliftPosterior | None
    score_sd: float


def issue_certificates(cells: Cells, calibration: Calibration, study: Study, terms: Terms, beside: Beside) -> Certified:
    """A certificate for every headline rate of the overall score."""
    certificates, compared = [], []
    for slope in headlines(calibration):
        ways = triangulate(cells, slope, beside)
        doubt = next((one for one in beside.doubts if (one.outcome, one.term) == (slope.outcome, slope.term)), None)
        certificates.append(certify(slope, terms, ways, doubt, window_of(cells, slope, study)))
        compared.append(ways)
    return Certified(certificates=tuple(certificates), triangulations=tuple(compared), doubts=beside.doubts)


def terms_of(cells: Cells, study: Study) -> Terms:
    """What every certificate of a run shares. The hash is of all input files, the study file among them."""
    hashes = "".join(f"{name}:{digest};" for name, digest in sorted(input_hashes(study.path).items()))
    prior = kept_share(cells, study)
    return Terms(
        point=point_in_words(cells.coverage, study),
        data_hash=hashlib.sha256(hashes.encode()).hexdigest(),
        prior=None if prior == 1.0 else prior,
        valid_until=default_validity(study),
    )


def triangulate(cells: Cells, slope: Slope, beside: Beside) -> Triangulation:
    """Every way to one headline rate, the headline first."""
    legs: list[Leg] = [slope_leg(slope)]
    if beside.posterior is not None:
        across = bottom_up_leg(slope.outcome, beside.posterior, beside.score_sd)
        legs += [across] if across else []
    legs += experiment_legs(slope.outcome, beside.evidence, leaving_now(cells))
    return Triangulation(
        outcome=slope.outcome,
        term=slope.term,
        legs=tuple(legs),
        pairs=compare_legs(tuple(legs)),
        published=published_ranges(slope, _span(cells)),
    )


def _span(cells: Cells) -> float:
    """Width of the overall score's scale in points; nan where no scale is told."""
    row = cells.coverage.set_index("stage").reindex([OVERALL]).iloc[0]
    return float(row["scale_max"]) - float(row["scale_min"])


def certificate_checks(certified: Certified) -> tuple[Check, ...]:
    """Whether own methods agree, and whether a rate is among the published ones, for every certificate."""
    out = []
    for ways in certified.triangulations:
        out.append(_agreement(ways))
        outside = [one for one in ways.published if one.outside]
        if ways.published:
            out.append(_published(ways, outside[0].outside if outside else ""))
    return tuple(out)


def _agreement(ways: Triangulation) -> Check:
    alone = not ways.pairs
    text = "Two ways to the rate are within a factor of two of each other, or cannot be told apart."
    remedy = ""
    if ways.blocked:
        text = f"{ways.blocked} No grade is given to the rate of {NAMES[ways.outcome]}."
        remedy = "Do not plan with the rate: find what one way sees and the other does not, or run a pilot."
    elif alone:
        text = "There is one way to this rate and nothing to compare it with."
        if len(ways.legs) > 1:
            text = "A second way is shown and not compared, because the prior leads it more than the data."
        remedy = (
            "List an experiment in the plan's evidence; a whole run adds the way across pain points where data lead it."
        )
    return make_check(
        "C490",
        f"Own ways to the rate of {NAMES[ways.outcome]} agree",
        "review" if ways.blocked or alone else "pass",
        found="; ".join(f"{leg.name} {leg.estimate:+.4g} ({leg.se:.2g})" for leg in ways.legs),
        limit="no ratio of two with its 90% range wholly outside 0.5 to 2",
        text=text,
        remedy=remedy,
    )


def _published(ways: Triangulation, outside: str) -> Check:
    headline = ways.legs[0].estimate
    low = min(one.low for one in ways.published)
    high = max(one.high for one in ways.published)
    return make_check(
        "C491",
        f"Rate of {NAMES[ways.outcome]} beside published ranges",
        "review" if outside else "pass",
        found=f"rate {headline:+.4g} a point",
        limit=f"between {np.round(low, 4):+g} and {np.round(high, 4):+g} a point",
        text=outside or "The rate is within what was published. Published ranges inform; they decide nothing.",
        remedy="Ask what makes this company unlike those published before the rate is used." if outside else "",
    )
