"""What the choice rests on: hidden causes, assumptions, and pain points that only their sum is known of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impact.cells import Cells
from impact.checks import Check
from impact.journey import Journey
from models.dial import find_exposed
from models.dial_benchmark import benchmark_controls
from models.prior_sensitivity import refit_all
from models.told_apart import TogetherGroup, group_together, together_check
from models.uplift import Question
from scenarios.decision import Decision
from scenarios.dial import Dial, dial_check, turn_dial
from scenarios.dial_choice import narrow
from scenarios.prior_choice import PriorSensitivity, prior_check, value_refits
from scenarios.prior_share import worth_prior_shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """What could overturn a choice. `dial` is None where nothing could be chosen.

    `prior_share` `(initiative,)` is how much of the doubt about each one's worth was there before any data.
    """

    prior_share: np.ndarray
    dial: Dial | None
    priors: PriorSensitivity
    together: tuple[TogetherGroup, ...]

    def checks(self, journey: Journey) -> tuple[Check, ...]:
        """A check each."""
        dial = () if self.dial is None else (dial_check(self.dial),)
        return (*dial, prior_check(self.priors), together_check(self.together, journey))


def find_gates(decision: Decision, question: Question, cells: Cells, journey: Journey, seed: int) -> Gates:
    """What the decision rests on, by its own joint draws; the quick engine runs again for every prior."""
    case, portfolio = decision.case, decision.portfolio
    posterior = case.posterior
    choice = None
    if portfolio is not None and case.offers:
        choice = narrow(case, portfolio, find_exposed(cells, journey, posterior.personas))
    marks = benchmark_controls(cells, posterior.pain_points)
    return Gates(
        prior_share=worth_prior_shares(case, question, seed),
        dial=None if choice is None else turn_dial(case, choice, marks),
        priors=value_refits(case, choice, refit_all(question, seed)),
        together=group_together(cells, question.forms, posterior, case.base),
    )
