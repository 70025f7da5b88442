"""What a point of satisfaction is worth, in sentences: the rate, its grade, and what the naive way would claim."""

from __future__ import annotations

import math
import re

from impact.journey import OVERALL
from reports.edition import Edition
from reports.figures import money, money_range, signed_percent, significant
from reports.records import Row, is_on, number, printable, records, text

PLACEBO_GRADE = "not told apart from placebo"
OUTCOMES = ("margin", "log_margin", "log_revenue", "retention")
MONEY_OUTCOMES = ("money_base_horizon", "money_per_customer_period")

_GRADES = {
    "experimental": "grade: experimental, measured in an experiment",
    "within-unit": "grade: within-unit, each compared with itself over time",
    "cross-section": "grade: cross-section, different ones compared with each other, which is weak",
    "expert": "grade: expert, a judgement and not a measurement",
    "survey-only": "grade: survey-only, known only from what customers named",
    PLACEBO_GRADE: "grade: not told apart from placebo",
}
_PARTS = {
    "retention": "by fewer leaving",
    "spend": "by what those there spend",
    "service": "by lower cost to serve",
    "referral": "by those they bring",
}
_MONEY = {"margin": "margin", "log_margin": "margin", "log_revenue": "revenue"}
LEVEL = "margin"
ALIKE = (0.8, 1.25)  # times the headline: no news worth a sentence


def headline_rates(edition: Edition) -> tuple[Row, ...]:
    """The calibration rows that carry the headline: one of money, one of retention, of the overall score if any."""
    rows = [row for row in records(edition, "calibration") if is_on(row, "headline") and row.get("outcome") in OUTCOMES]
    rows.sort(key=_order)
    money_rates = [row for row in rows if row.get("outcome") in _MONEY]
    staying = [row for row in rows if row.get("outcome") == "retention"]
    return tuple(money_rates[:1] + staying[:1])


def _order(row: Row) -> tuple[bool, int]:
    return row.get("term") != OVERALL, OUTCOMES.index(str(row.get("outcome")))


def calibration(edition: Edition) -> tuple[str, ...]:
    """What a point is worth: the headline rate with range and grade, then the naive claim, the placebo, the money."""
    rows = headline_rates(edition)
    if not rows:
        return ("What a point is worth could not be measured: no rate carries the headline.",)
    said = [sentence for row in rows for sentence in (rate(edition, row), placebo(edition, row), naive(edition, row))]
    said = [*said, worth_of_a_point(edition, rows[0]), caution(edition)]
    return tuple(as_called(sentence, estimated=edition.estimated) for sentence in said if sentence)


def as_called(sentence: str, *, estimated: bool) -> str:
    """The sentence with revenue and margin called estimated where the study's money is."""
    if not estimated:
        return sentence
    return re.sub(r"(?<!estimated )\b(revenue|margin)\b", r"estimated \1", sentence)


def caution(edition: Edition) -> str:
    """That initiatives are not priced by this rate, where the slope across pain points is another; else empty."""
    doubted = any(row.get("code") == "C408" and row.get("status") == "review" for row in records(edition, "checks"))
    return (
        "Initiatives are valued by what each pain point moves, not by this rate: do not multiply it." if doubted else ""
    )


def rate(edition: Edition, row: Row) -> str:
    """The rate per point (or tenth of one), its range and its grade in words."""
    said = _effect(edition, row, row)
    return f"{_point(edition, row)} goes with {said}; {grade_in_words(text(row, 'grade'))}."


def grade_in_words(grade: str) -> str:
    """The grade, and what it means where it is one of the contract's."""
    return _GRADES.get(grade, f"grade: {grade}")


def _point(edition: Edition, row: Row) -> str:
    term = text(row, "term")
    names = {stage.stage: stage.name for stage in edition.journey.stages}
    score = "overall satisfaction" if term == OVERALL else f"the score of {printable(names.get(term, term))}"
    worth = _worth(edition, row)
    return f"{printable(text(worth, 'point') if worth else edition.point)} more of {score}"


def _worth(edition: Edition, row: Row, part: str = "total") -> Row | None:
    """The row of `point_values` of a term's observed point, or None."""
    rows = (line for line in records(edition, "point_values") if line.get("term") == row.get("term"))
    return next((line for line in rows if line.get("part") == part and line.get("basis") == "observed"), None)


def _step(edition: Edition, row: Row) -> float:
    """The step a term is told in: a whole point, or a tenth where scores hardly differ."""
    worth = _worth(edition, row)
    return (number(worth, "step") if worth else None) or 1.0


def _effect(edition: Edition, row: Row, head: Row) -> str:
    """What the step that `head` is told in goes with in a row: money where it is a level, else a change."""
    step = _step(edition, head)
    if row.get("outcome") != LEVEL:
        return effect(row, step)
    told = (number(row, name) for name in ("estimate", "low", "high"))
    middle, low, high = (None if value is None else value * step for value in told)
    per = f"a {_unit(edition)} and {edition.period_kind}"
    return f"{money(middle, edition.currency)} of margin {per} (range {money_range(low, high)})"


def effect(row: Row, step: float = 1.0) -> str:
    """The estimate of a step and its 90% range as a change of the money or of the leaving rate.

    Estimates are in log money or log leaving rate per point, so the change is exp(estimate x step) - 1.
    """
    estimate, low, high = (_growth(number(row, name), step) for name in ("estimate", "low", "high"))
    outcome = str(row.get("outcome"))
    if outcome in _MONEY:
        return f"{estimate} {_MONEY[outcome]} (range {low} to {high})"
    return f"a leaving rate changed by {estimate} (range {low} to {high})"


def _growth(log_change: float | None, step: float) -> str:
    return signed_percent(None if log_change is None else math.expm1(log_change * step))


def placebo(edition: Edition, row: Row) -> str:
    """That next period's score goes with the money as well, where the grade says so; else empty."""
    if row.get("grade") != PLACEBO_GRADE:
        return ""
    later = _same(edition, row, "placebo")
    as_much = f": {_effect(edition, later, row)}" if later else ""
    outcome = "leaving" if row.get("outcome") == "retention" else "the money"
    return (
        f'Next {edition.period_kind}\'s score, which cannot have caused it, "explains" {outcome} as well{as_much}; '
        "so the number is not evidence."
    )


def naive(edition: Edition, row: Row) -> str:
    """How many times as much the comparison across units would claim; empty where it was not made, or claims alike."""
    across = _same(edition, row, "cross_section")
    if across is None or row.get("method") == "cross_section":
        return ""
    claimed, measured = number(across, "estimate"), number(row, "estimate")
    if not claimed or not measured or ALIKE[0] <= claimed / measured <= ALIKE[1]:
        return ""
    start = f"The naive way, comparing {_unit(edition)}s with each other, would claim"
    return f"{start} {_times(claimed / measured)}: {_effect(edition, across, row)}."


def _times(ratio: float) -> str:
    if ratio <= 0:
        return "the opposite"
    return f"about {significant(ratio, 2 if ratio >= 10 else 1)} times as much"


def worth_of_a_point(edition: Edition, row: Row) -> str:
    """What a point is worth in money with its range and parts, over the horizon or by customer and period."""
    worth = _worth(edition, row)
    if worth is not None:
        said = _money_of_a_point(edition, worth, ("base_horizon", "low", "high"), _per(edition, MONEY_OUTCOMES[0]))
        return " ".join(part for part in (said, split(edition, row), where_it_holds(worth)) if part)
    for outcome in MONEY_OUTCOMES:
        for line in records(edition, "calibration"):
            if line.get("outcome") == outcome and line.get("term") == row.get("term"):
                return _money_of_a_point(edition, line, ("estimate", "low", "high"), _per(edition, outcome))
    return ""


def worth_of_overall(edition: Edition) -> tuple[str, ...]:
    """What a point of overall is worth, for the whole base and for one customer; empty where it was not valued."""
    overall: Row = {"term": OVERALL}
    whole, each = worth_of_a_point(edition, overall), _worth(edition, overall)
    columns = ("per_customer_period", "per_customer_period_low", "per_customer_period_high")
    one = _money_of_a_point(edition, each, columns, _per(edition, MONEY_OUTCOMES[1])) if each else ""
    return tuple(sentence for sentence in (whole, one) if sentence)


def _per(edition: Edition, outcome: str) -> str:
    if outcome == "money_base_horizon":
        return "over the horizon, for the whole base"
    return f"a {_unit(edition)} and {edition.period_kind}"


def _money_of_a_point(edition: Edition, line: Row, columns: tuple[str, str, str], per: str) -> str:
    step, (worth, low, high) = number(line, "step"), (number(line, column) for column in columns)
    point = "a point" if step in (None, 1.0) else printable(text(line, "point"))
    doubted = line.get("grade") == PLACEBO_GRADE
    lead = (
        f"Only if the rate were cause would {point} be" if doubted else f"At face value, before any haircut, {point} is"
    )
    return (
        f"{lead} worth {money(worth, edition.currency)} of {edition.money_name} (range {money_range(low, high)}) {per}."
    )


def split(edition: Edition, row: Row) -> str:
    """Where the money of a point comes from, part by part; empty where it has one part."""
    parts = [(words, _worth(edition, row, name)) for name, words in _PARTS.items()]
    told = [(words, number(line, "base_horizon")) for words, line in parts if line is not None]
    if len(told) < 2:
        return ""
    return f"Of it, {', '.join(f'{money(worth, edition.currency)} {words}' for words, worth in told)}."


def where_it_holds(worth: Row) -> str:
    """The scores a rate was measured in; empty where they are not known."""
    low, high = number(worth, "holds_from"), number(worth, "holds_to")
    if low is None or high is None:
        return ""
    return f"It holds for scores as they were seen, {significant(low)} to {significant(high)}, and not beyond."


def _same(edition: Edition, row: Row, method: str) -> Row | None:
    keys = ("outcome", "term")
    rows = (line for line in records(edition, "calibration") if line.get("method") == method)
    return next((line for line in rows if all(line.get(key) == row.get(key) for key in keys)), None)


def _unit(edition: Edition) -> str:
    return "site" if edition.shape == "sites" else "customer"
