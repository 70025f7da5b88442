"""The page of one rate for finance: one rate, one page, every text finished."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from models.calibration.slopes import Calibration, Outcome
from models.certificate import NAMES, Certified
from models.planning import RatePlan
from models.sensitivity.answers import QUESTIONS, Answer
from models.triangulation import Triangulation
from reports import certificate_words as words
from reports.certificate_methods import Written, written
from reports.charts_certificate import Branch, forest
from reports.figures import money, money_range, signed_percent, significant
from reports.point_value import as_called
from reports.records import printable
from reports.sections import Table

FILES: dict[Outcome, str] = {
    "retention": "rate-retention.html",
    "log_revenue": "rate-money.html",
    "log_margin": "rate-margin.html",
    "margin": "rate-margin-money.html",
    "cost_to_serve": "rate-service.html",
    "referral": "rate-referral.html",
}
MARKS = {"yes": "✓", "no": "✗", "cannot tell": "?"}
NOT_SAMPLED = "Pain points were not estimated here, so the way across pain points is missing: a whole run adds it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What every page of a run shares. `worth` are finished sentences; `parts` money of a point by its way."""

    name: str
    currency: str
    period_kind: str
    as_of: str
    run_id: str
    sites: bool
    fit: bool
    notices: tuple[str, ...]
    estimated: bool = False
    worth: tuple[str, ...] = ()
    parts: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLine:
    """One of the five questions answered: its mark, the question, the answer, and its tests as a table."""

    mark: str
    verdict: str
    question: str
    text: str
    tests: Table | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RatePage:
    """One page, as finished texts and SVG."""

    file: str
    title: str
    heading: Heading
    standing: str
    facts: tuple[tuple[str, str], ...]
    grade: tuple[str, ...]
    planning: tuple[str, ...]
    split: Table | None
    answers: tuple[AnswerLine, ...]
    hidden_cause: str
    chart: str
    ways: Table
    published: tuple[str, ...]
    written: Written
    not_trusted: tuple[str, ...]


def rate_pages(
    heading: Heading, calibration: Calibration, certified: Certified, plans: Sequence[RatePlan]
) -> tuple[RatePage, ...]:
    """A page for every certificate."""
    return tuple(_page(heading, calibration, certified, plan) for plan in plans)


def _page(heading: Heading, calibration: Calibration, certified: Certified, plan: RatePlan) -> RatePage:
    one, ways = plan.certificate, certified.triangulation(plan.certificate.outcome)
    slope = calibration.headline(one.outcome, one.term)
    assert slope is not None
    regression = calibration.regression(one.outcome, one.term)
    return RatePage(
        file=FILES[one.outcome],
        title=as_called(words.rate_in_words(one, heading.currency, heading.period_kind), estimated=heading.estimated),
        heading=heading,
        standing=words.standing_in_words(plan.standing),
        facts=_facts(plan),
        grade=(words.grade_in_words(one), words.kept_in_words(one)),
        planning=words.planning_in_words(plan, heading.currency, heading.period_kind),
        split=_split(heading),
        answers=tuple(_answer(answer) for answer in one.answers),
        hidden_cause=certified.hidden_cause(one.outcome),
        chart=forest(
            _branches(ways), lambda value: _figure(ways.outcome, value), f"Ways to the rate of {NAMES[one.outcome]}"
        ),
        ways=_ways(ways),
        published=tuple(found.outside for found in ways.published if found.outside),
        written=written(slope, regression, sites=heading.sites),
        not_trusted=words.not_to_be_trusted(one),
    )


def _facts(plan: RatePlan) -> tuple[tuple[str, str], ...]:
    one, signed = plan.certificate, plan.standing.signed
    window = " to ".join(one.window) if all(one.window) else "none"
    who = f"{printable(signed.by)}, {signed.at[:16].replace('T', ' ')} UTC" if signed else "nobody yet"
    note = (("Note of who signed", signed.note),) if signed and signed.note else ()
    return (
        ("Outcomes of", window),
        ("Signed by", who),
        *note,
        ("Valid until", signed.valid_until if signed else f"{one.valid_until}, if signed now"),
        ("Data (SHA-256)", one.data_hash[:16]),
    )


def _split(heading: Heading) -> Table | None:
    if not heading.parts:
        return None
    rows = tuple(
        (name, money(mean, heading.currency), money_range(low, high))
        for name, (mean, low, high) in heading.parts.items()
    )
    return Table(headings=("A point is worth, through", "Expected", "Range"), rows=rows)


def _answer(answer: Answer) -> AnswerLine:
    rows = tuple((test.name, test.found, test.limit, test.status, test.text) for test in answer.tests)
    heads = ("Test", "Found", "Limit", "Result", "What it means")
    return AnswerLine(
        mark=MARKS[answer.verdict],
        verdict=answer.verdict,
        question=QUESTIONS[answer.question],
        text=answer.text,
        tests=Table(headings=heads, rows=rows, words=5) if rows else None,
    )


def _branches(ways: Triangulation) -> list[Branch]:
    own = [
        Branch(name=leg.name, middle=leg.estimate, low=leg.low, high=leg.high, compared=leg.compared)
        for leg in ways.legs
    ]
    beside = [
        Branch(name=f"published: {one.source}", middle=None, low=one.low, high=one.high, compared=False)
        for one in ways.published
    ]
    return [*own, *beside]


def _ways(ways: Triangulation) -> Table:
    ratios = {pair.second: pair for pair in ways.pairs if pair.first == ways.legs[0].name}
    rows = []
    for leg in ways.legs:
        pair = ratios.get(leg.name)
        ratio = "" if pair is None else significant(1 / pair.ratio, 2) if pair.ratio else "n/a"
        apart = any(one.apart and leg.name in (one.first, one.second) for one in ways.pairs)
        judged = "too far apart" if apart else ("agrees" if pair else "")
        figures = (_figure(ways.outcome, value) for value in (leg.estimate, leg.low, leg.high))
        rows.append((leg.name, printable(leg.note), judged, *figures, ratio))
    heads = ("Way to the rate", "Note", "Beside the others", "A point", "Low", "High", "Times the first")
    return Table(headings=heads, rows=tuple(rows), words=3)


def _figure(outcome: Outcome, value: float) -> str:
    if outcome in words.MONEY_RATES:
        return money(value)
    return significant(value, 2) if outcome == "referral" else signed_percent(math.expm1(value))
