"""How well the model tells who leaves: groups it was fitted on together, periods left out, and simpler models."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import binom

from impact.cells import Cells, CustomerCells
from impact.checks import Check, make_check
from impact.groups import persons
from impact.journey import Journey
from models.drawn_cells import draw_cells
from models.exact import Corrected
from models.loo import UNIT, Form, LeftOutFit, compare_forms
from models.predictive import PredictedRow, predict_groups, predict_scores
from models.predictive_periods import PeriodLeftOut, leave_periods_out
from models.uplift import Question

DRAWS = 400
TOO_MANY = 0.01  # chance of so many outside their 90% ranges
FAR_SHIFT = 1.0  # posterior standard deviations
CLEAR = 2.0  # standard errors
ROUGH = 0.05  # share of units left out whose weights cannot be trusted
SMALL = 4.0  # log-probability: below it the error is not to be relied on (Sivula, Magnusson & Vehtari 2020)


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictedLeaving:
    """Leavers predicted beside those seen: in `groups` of the fit, by score, and in `periods` left out.

    `forms` are the full model, satisfaction alone and no pain points, each on what is left out of it.
    """

    groups: tuple[PredictedRow, ...]
    scores: tuple[PredictedRow, ...]
    periods: tuple[PeriodLeftOut, ...]
    forms: tuple[LeftOutFit, ...]

    def rows(self) -> tuple[PredictedRow, ...]:
        """All rows, those of the periods in order of time."""
        return (*self.groups, *self.scores, *(row for period in self.periods for row in period.rows))

    def form(self, form: Form) -> LeftOutFit:
        """The fit of one form."""
        return next(one for one in self.forms if one.form == form)


def predict_leaving(
    question: Question, corrected: Corrected | None, cells: Cells, journey: Journey, seed: int
) -> PredictedLeaving | None:
    """How well the model tells who leaves; None where nobody can, or the cells are too many to leave their engine."""
    if corrected is None or not corrected.parts or not isinstance(cells, CustomerCells):
        return None
    question = replace(question, forms=corrected.forms)
    posterior = corrected.posterior
    posterior = posterior.at(np.linspace(0, posterior.draws - 1, min(DRAWS, posterior.draws)).astype(int))
    everyone = [part for part in corrected.parts if part.part == "everyone"]
    parts = everyone or list(corrected.parts)
    drawn = [draw_cells(posterior.leaving, posterior.personas, part, seed) for part in parts]
    return PredictedLeaving(
        groups=tuple(predict_groups(drawn, cells, journey, seed)),
        scores=tuple(predict_scores(cells, posterior.theta, question.forms.score_sd, seed)),
        periods=leave_periods_out(question, posterior, parts, cells, journey, seed),
        forms=compare_forms(question, posterior.leaving, parts, journey, seed),
    )


def predictive_checks(found: PredictedLeaving | None) -> tuple[Check, ...]:
    """Groups the model cannot tell, answering, periods left out, effects that hang on one period, simpler models."""
    if found is None:
        return ()
    return (
        _groups_check(found),
        *_answering_check(found),
        *_period_checks(found),
        _form_check(found),
    )


def _groups_check(found: PredictedLeaving) -> Check:
    rows = [row for row in found.groups if row.kind != "answering"]
    far, outside = [row for row in rows if row.far], sum(not row.inside for row in rows)
    bad = bool(far) or too_many(outside, len(rows))
    return make_check(
        "C511",
        "Leavers predicted and seen agree",
        "review" if bad else "pass",
        found=_named(far) if far else f"{outside} of {len(rows)} groups outside their 90% range",
        limit="none outside 99%, no more outside 90% than chance would have",
        text="Groups: by number of pain points met, by persona, by pain point. All were in the fit.",
        remedy="A pain point may act otherwise with others than alone; name the combination as its own." if bad else "",
    )


def _answering_check(found: PredictedLeaving) -> tuple[Check, ...]:
    rows = [row for row in found.groups if row.kind == "answering"]
    if not rows:
        return ()
    far = any(row.far for row in rows)
    gave = rows[0]
    return (
        make_check(
            "C512",
            "Those who answer leave as others who met the same",
            "review" if far else "pass",
            found=f"{persons(round(gave.seen))} left of those who gave a score, "
            f"{gave.p05:,.0f} to {gave.p95:,.0f} expected",
            limit="seen within 99% of what is expected of all who met the same",
            text="Effects on leaving are told by all customers and do not hang on who answers; scores do."
            if far
            else "Who answers leaves as others do.",
            remedy="Read a point of score as one of those who answer; ask more of the silent." if far else "",
        ),
    )


def _period_checks(found: PredictedLeaving) -> tuple[Check, ...]:
    if not found.periods:
        return ()
    rows = [row for period in found.periods for row in period.rows]
    outside, far = sum(not row.inside for row in rows), [row for row in rows if row.far]
    bad = too_many(outside, len(rows))
    gain = sum(period.gain for period in found.periods)
    error = _error([one for period in found.periods for one in period.gain_by_unit])
    most = max(found.periods, key=lambda period: period.shift)
    return (
        make_check(
            "C513",
            "Periods left out are predicted",
            "review" if bad or gain < -CLEAR * error else "pass",
            found=f"{len(rows) - outside} of {len(rows)} inside 90%, {len(far)} outside 99%; "
            f"log-probability {gain:+.1f} ({error:.1f}) beside one rate for all",
            limit="no more outside 90% than chance would have; not worse than one rate for all",
            text="Each of the last periods was predicted from the others.",
            remedy="Leaving has changed of late: read values as those of earlier periods." if bad else "",
        ),
        make_check(
            "C514",
            "No effect hangs on one period",
            "review" if most.shift > FAR_SHIFT else "pass",
            found=f"{most.shift:.2f} posterior sd ({most.shifted})",
            limit=f"at most {FAR_SHIFT:.0f} posterior sd when a period is left out",
            text="Largest move of the effect of a pain point on leaving when one of the last periods is left out.",
            remedy="Look at what happened in that period; give it a column of its own."
            if most.shift > FAR_SHIFT
            else "",
        ),
    )


def _form_check(found: PredictedLeaving) -> Check:
    full, only, none = (found.form(form) for form in ("full", "satisfaction only", "no pain points"))
    gap, error = full.beside(only)
    gain, gain_error = full.beside(none)
    worse = gap < -max(CLEAR * error, SMALL) or gain < -max(CLEAR * gain_error, SMALL)
    if gap > max(CLEAR * error, SMALL):
        text = "Some pain points move leaving past satisfaction: satisfaction alone describes it less well."
    elif gain > max(CLEAR * gain_error, SMALL):
        text = "Pain points tell who leaves; whether past satisfaction or only through it, these data do not say."
    else:
        text = "These data do not say that pain points tell who leaves better than none do."
    return make_check(
        "C515",
        "What describes leaving best",
        "review" if worse else "pass",
        found=f"full model {gap:+.1f} ({error:.1f}) beside satisfaction alone, {gain:+.1f} ({gain_error:.1f}) "
        "beside none",
        limit=f"not worse than either by {CLEAR:.0f} standard errors and {SMALL:.0f}",
        text=f"{text} Left out one at a time: {UNIT}.{_unreliable(found)}",
        remedy="Rest the decision on what all forms agree on." if worse else "",
    )


def _unreliable(found: PredictedLeaving) -> str:
    share = max(one.unreliable for one in found.forms)
    return f" Of these, {share:.0%} weigh so much that their part is rough." if share >= ROUGH else ""


def too_many(outside: int, rows: int) -> bool:
    """Whether so many outside their 90% ranges would come by chance once in a hundred at most."""
    return bool(rows and binom.sf(outside - 1, rows, 0.1) < TOO_MANY)


def _error(gains: list[float]) -> float:
    return float(np.sqrt(len(gains)) * np.std(gains, ddof=1)) if len(gains) > 1 else 0.0


def _named(rows: list[PredictedRow]) -> str:
    kinds = Counter(
        f"{row.group}{f' ({row.persona})' if row.persona and row.persona != row.group else ''}" for row in rows
    )
    return ", ".join(list(kinds)[:4]) + (f" and {len(kinds) - 4} more" if len(kinds) > 4 else "")
