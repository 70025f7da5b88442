"""The tables of what finance signs: certificates, the ways to each rate, and what would overturn it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from impact.approval import ApprovedRate
from models.certificate import Certified
from models.planning import RatePlan
from models.sensitivity.answers import Answer, Question
from models.triangulation import Leg, Triangulation

ANSWER_COLUMNS: dict[Question, str] = {
    "time order": "time_order",
    "own history": "own_history",
    "placebo": "placebo_clean",
    "stable": "stable",
    "enough data": "enough_data",
}
CERTIFICATE = (
    *("outcome", "term", "rate", "low", "high", "point", "window_from", "window_to", "grade", "kept", "blocked"),
    *ANSWER_COLUMNS.values(),
    *("approval", "signed_by", "signed_at", "planning_rate", "planning_low", "planning_high", "money_between"),
    *("valid_until", "data_hash"),
)
TRIANGULATION = (
    *("outcome", "term", "way", "name", "estimate", "se", "low", "high", "compared"),
    *("ratio", "ratio_low", "ratio_high", "apart_from", "note"),
)
DOUBTS = ("outcome", "term", "question", "verdict", "answer", "test", "found", "limit", "status", "text")


def certificate_table(plans: Sequence[RatePlan]) -> pd.DataFrame:
    """A row a headline rate: the rate, its grade (blank where none is given), five answers, where it stands.

    `planning_rate` is the approved rate that is still valid; `money_between` what a point is worth at it, for
    base and horizon, less what it is worth at the current rate.
    """
    return pd.DataFrame([_certificate(plan) for plan in plans], columns=list(CERTIFICATE))


def _certificate(plan: RatePlan) -> dict[str, object]:
    one, standing = plan.certificate, plan.standing
    signed = standing.signed
    return {
        **{name: getattr(one, name) for name in ("outcome", "term", "rate", "low", "high", "point", "kept", "blocked")},
        **{"window_from": one.window[0], "window_to": one.window[1], "grade": "" if one.blocked else one.grade},
        **{ANSWER_COLUMNS[answer.question]: answer.verdict for answer in one.answers},
        "approval": standing.words,
        "signed_by": signed.by if signed else "",
        "signed_at": signed.at if signed else "",
        **_planning(standing.planning),
        "money_between": plan.money_between,
        **{"valid_until": one.valid_until, "data_hash": one.data_hash},
    }


def _planning(rate: ApprovedRate | None) -> dict[str, float]:
    names = {"planning_rate": "rate", "planning_low": "low", "planning_high": "high"}
    return {column: getattr(rate, name) if rate else np.nan for column, name in names.items()}


def triangulation_table(certified: Certified | None) -> pd.DataFrame:
    """A row a way to a rate, its ratio to the headline with a 90% range, and the ways it is too far from.

    Published ranges follow, shown and not compared.
    """
    rows = [row for ways in (certified.triangulations if certified else ()) for row in _ways(ways)]
    return pd.DataFrame(rows, columns=list(TRIANGULATION))


def _ways(ways: Triangulation) -> list[dict[str, object]]:
    rows = [_leg(ways, leg) for leg in ways.legs]
    for one in ways.published:
        rows.append(
            {
                **{"outcome": ways.outcome, "term": ways.term, "way": "published", "name": one.source},
                **{"low": one.low, "high": one.high, "compared": 0, "apart_from": "", "note": one.outside},
            }
        )
    return rows


def _leg(ways: Triangulation, leg: Leg) -> dict[str, object]:
    mine = [pair for pair in ways.pairs if leg.name in (pair.first, pair.second)]
    far = [pair.second if pair.first == leg.name else pair.first for pair in mine if pair.apart]
    beside = [pair for pair in mine if pair.first == ways.legs[0].name and pair.second == leg.name]
    ratios = {"ratio": 1 / beside[0].ratio, **_turned(beside[0].low, beside[0].high)} if beside else {}
    return {
        **{"outcome": ways.outcome, "term": ways.term},
        **{name: getattr(leg, name) for name in ("way", "name", "estimate", "se", "low", "high", "note")},
        **{"compared": int(leg.compared), "apart_from": ", ".join(far)},
        **ratios,
    }


def _turned(low: float, high: float) -> dict[str, float]:
    """The range of the other ratio; blank where it has no bound."""
    bounded = np.isfinite([low, high]).all() and low * high > 0
    return {"ratio_low": 1 / high, "ratio_high": 1 / low} if bounded else {"ratio_low": np.nan, "ratio_high": np.nan}


def doubts_table(certified: Certified | None) -> pd.DataFrame:
    """A row a test behind an answer to one of the five questions; one row where an answer has no test.

    The certified rates first, then the rates of stages that were asked.
    """
    certificates, doubts = (certified.certificates, certified.doubts) if certified else ((), ())
    asked = [(one.outcome, one.term, one.answers) for one in certificates]
    known = {(outcome, term) for outcome, term, _ in asked}
    asked += [(one.outcome, one.term, one.answers) for one in doubts if (one.outcome, one.term) not in known]
    rows = [
        {
            **{"outcome": outcome, "term": term, "question": answer.question},
            **{"verdict": answer.verdict, "answer": answer.text},
            **test,
        }
        for outcome, term, answers in asked
        for answer in answers
        for test in _tests(answer)
    ]
    return pd.DataFrame(rows, columns=list(DOUBTS))


def _tests(answer: Answer) -> list[dict[str, str]]:
    if not answer.tests:
        return [dict.fromkeys(("test", "found", "limit", "status", "text"), "")]
    return [
        {"test": test.name, "found": test.found, "limit": test.limit, "status": test.status, "text": test.text}
        for test in answer.tests
    ]
