"""What would overturn each headline rate, rolled up into five answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from impact.cells import Cells, CustomerCells
from impact.checks import Check
from impact.journey import OVERALL, Journey
from models.calibration.slopes import Calibration, Slope
from models.drivers import score_correlations
from models.sensitivity.answers import QUESTIONS, Doubt, Question
from models.sensitivity.collinearity import Collinearity, of_correlations
from models.sensitivity.history import own_history, placebo, time_order
from models.sensitivity.least_squares import linear_of
from models.sensitivity.placebos import read_placebos
from models.sensitivity.rate import CALLED, Rate, slope_across
from models.sensitivity.silence import Silent, observed_ratio, response_share, silent_of
from models.sensitivity.steadiness import stable
from models.sensitivity.sufficiency import enough_data, hidden_cause

if TYPE_CHECKING:
    from impact.coverage import JourneyCoverage
    from impact.study import Study
    from models.reduced import ReducedForms

LEAST_PAIRS = 30
CODES: dict[Question, str] = {
    "time order": "C470",
    "own history": "C471",
    "placebo": "C472",
    "stable": "C473",
    "enough data": "C474",
}
REMEDIES: dict[Question, str] = {
    "time order": "Use scores of an earlier period, or ask before the money is booked.",
    "own history": "Ask the same customers in more periods, or run a pilot; do not plan with all of it till then.",
    "placebo": "Read the rate as no evidence of cause; run a pilot or a staggered rollout.",
    "stable": "Look at what the tests name before the rate is used for all periods and personas.",
    "enough data": "Collect more answers, or plan with the near end of the range.",
}
SEES_CONFOUNDING: tuple[Question, ...] = ("own history", "placebo")


def doubt_rates(
    calibration: Calibration,
    cells: Cells,
    journey: Journey,
    study: Study,
    forms: ReducedForms | None = None,
    coverage: JourneyCoverage | None = None,
) -> tuple[Doubt, ...]:
    """What would overturn each headline rate: overall first, then the stages, with fewer tests.

    With `forms` the slope of leaving across pain points stands beside that of who answered; with `coverage` those
    who do not answer are looked at. The rules of each verdict stand with its function: `time_order`, `own_history`,
    `placebo` (history), `stable` (steadiness), `enough_data` (sufficiency).
    """
    readings = {(one.headline.outcome, one.headline.term): one for one in read_placebos(calibration)}
    stages = stages_together(cells)
    headlines = sorted((slope for slope in calibration.slopes if slope.headline), key=lambda one: one.term != OVERALL)
    doubts = []
    for headline in headlines:
        if not (headline.se > 0 and np.isfinite(headline.estimate)):
            continue
        regression = calibration.regression(headline.outcome, headline.term)
        overall = headline.term == OVERALL
        rate = Rate(
            headline=headline,
            regression=regression,
            linear=None if regression is None else linear_of(regression),
            calibration=calibration,
            cells=cells,
            lag=study.model.lag,
            periods_a_year=study.periods_a_year,
            period_kind=study.period_kind,
            reliability=study.model.reliability,
            placebo=readings.get((headline.outcome, headline.term)),
            across=slope_across(forms, headline.outcome) if overall else None,
            stages=stages,
            silent=_silent(headline, cells, coverage) if overall else None,
            thorough=overall,
        )
        doubts.append(_doubt(rate))
    return tuple(doubts)


def _doubt(rate: Rate) -> Doubt:
    return Doubt(
        outcome=rate.headline.outcome,
        term=rate.headline.term,
        answers=(time_order(rate), own_history(rate), placebo(rate), stable(rate), enough_data(rate)),
        hidden_cause=hidden_cause(rate),
    )


def stages_together(cells: Cells) -> Collinearity | None:
    """How the stage scores move together; None where fewer than two can be correlated."""
    names, matrix, n = score_correlations(cells)
    return None if len(names) < 2 or n < LEAST_PAIRS else of_correlations(matrix, list(names))


def _silent(headline: Slope, cells: Cells, coverage: JourneyCoverage | None) -> Silent | None:
    if coverage is None or headline.outcome != "retention" or not isinstance(cells, CustomerCells):
        return None
    seen = cells.coverage.set_index("stage")
    score = (float(seen["mean"].get(OVERALL, np.nan)), float(seen["sd"].get(OVERALL, np.nan)))
    if not score[1] > 0:
        return None
    observed = observed_ratio(coverage.respondents, "leaving_rate")
    return silent_of(headline, score, response_share(coverage.response_rates), observed)


def flags(doubts: tuple[Doubt, ...]) -> tuple[tuple[str, str, Question], ...]:
    """Headlines whose confounding the data can see, as outcome, term and the question that is answered no.

    Of the questions only these two see confounding: own history (the gap between ways to one slope) and placebo.
    """
    return tuple(
        (doubt.outcome, doubt.term, question)
        for doubt in doubts
        for question in SEES_CONFOUNDING
        if doubt.answer(question).verdict == "no"
    )


def doubt_checks(doubts: tuple[Doubt, ...]) -> tuple[Check, ...]:
    """A review for each question that is answered no, overall and stages of an outcome in one row."""
    checks = []
    for question, title in QUESTIONS.items():
        refused = [doubt for doubt in doubts if doubt.answer(question).verdict == "no"]
        for outcome in dict.fromkeys(doubt.outcome for doubt in refused):
            mine = [doubt for doubt in refused if doubt.outcome == outcome]
            checks.append(_check(question, title, mine))
    return tuple(checks)


def _check(question: Question, title: str, mine: list[Doubt]) -> Check:
    terms = [doubt.term for doubt in mine]
    listed = ", ".join(terms[:4]) + (f" and {len(terms) - 4} more" if len(terms) > 4 else "")
    return Check(
        code=CODES[question],
        check=f"{title[:-1]}: {CALLED[mine[0].outcome]}",
        status="review",
        found=f"no, for {listed}",
        limit="yes",
        text=mine[0].answer(question).text,
        remedy=REMEDIES[question],
    )


def groups_checks(cells: Cells, journey: Journey) -> tuple[Check, ...]:
    """A review of stages whose scores cannot be told apart."""
    from models.sensitivity.collinearity import MOST_VIF, told_in_words

    found = stages_together(cells)
    if found is None or not found.groups:
        return ()
    called = {stage.stage: stage.name for stage in journey.stages}
    return tuple(
        Check(
            code="C475",
            check="Stages that can be told apart",
            status="review",
            found=", ".join(called.get(name, name) for name in group),
            limit=f"variance at most {MOST_VIF:g} times that of a stage alone",
            text=told_in_words(group, called),
            remedy="Read their rates and importance as one.",
        )
        for group in found.groups
    )
