"""The five questions asked of every rate, and what an answer is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.calibration.slopes import Outcome

Question = Literal["time order", "own history", "placebo", "stable", "enough data"]
QUESTIONS: dict[Question, str] = {
    "time order": "Does the score come before the money?",
    "own history": "Is each unit compared with itself?",
    "placebo": "Is a placebo clean?",
    "stable": "Is it the same whenever and for whomever it is asked?",
    "enough data": "Are there enough data?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One test behind an answer. `found` and `limit` are short texts with units; `unknown`: could not be run."""

    __test__ = False

    name: str
    found: str
    limit: str
    status: Literal["pass", "review", "unknown"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One of the five questions answered in a sentence, with the tests behind it."""

    question: Question
    verdict: Literal["yes", "no", "cannot tell"]
    text: str
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What would overturn one headline rate: five answers in the order of `QUESTIONS`.

    `hidden_cause` says in a sentence how strong an unmeasured cause would have to be.
    """

    outcome: Outcome
    term: str
    answers: tuple[Answer, ...]
    hidden_cause: str

    def answer(self, question: Question) -> Answer:
        """The answer to one question."""
        return next(one for one in self.answers if one.question == question)
