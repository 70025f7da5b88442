"""The case against the choice: every point that a careful reader would raise, with its number, worst first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impact.checks import Check, make_check
from scenarios.against import Ground, Point, listed, stand_by
from scenarios.against_evidence import counted_twice, one_decision, stated_effectiveness, weakest_evidence
from scenarios.against_money import (
    bears_a_haircut,
    bears_weaker_fixes,
    by_the_rate,
    costs_more,
    hidden_cause,
    lower_end,
    other_assumptions,
)
from scenarios.against_reach import beyond_what_was_seen, claimed_of_all, further_than_history, one_account, published
from scenarios.decision import Decision
from scenarios.gates import Gates

NAMED = 4  # points that a check names; the rest are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAgainst:
    """The points against a choice, worst first; none where nothing is chosen."""

    points: tuple[Point, ...] = ()

    def checks(self) -> tuple[Check, ...]:
        """A review that names the points which ask for one; nothing where nothing was argued."""
        if not self.points:
            return ()
        open_points = [one.point for one in self.points if one.weight == "review"]
        names = list(dict.fromkeys(open_points))
        more = len(names) - NAMED
        named = listed([*names[:NAMED], *([f"{more} more"] if more > 0 else [])])
        return (
            make_check(
                "C660",
                "The case against the choice",
                "review" if open_points else "pass",
                found=f"{len(open_points)} of {len(self.points)} points: {named or 'none'}",
                limit="no point to review",
                text="What speaks against the choice is set out point by point, worst first."
                if open_points
                else "What could speak against the choice was looked at point by point, and nothing does.",
                remedy="Read the case against before signing; each point says what it would take."
                if open_points
                else "",
            ),
        )


def case_against(decision: Decision, gates: Gates | None, ground: Ground) -> CaseAgainst:
    """Every point against what was chosen: those to review first, and of each kind what puts most in doubt."""
    portfolio = decision.portfolio
    if portfolio is None or not portfolio.chosen.any():
        return CaseAgainst()
    members = [int(i) for i in np.flatnonzero(portfolio.chosen)]
    standing = stand_by(decision.case, members, portfolio.npv)
    points = [
        *weakest_evidence(standing, ground),
        *stated_effectiveness(standing, ground),
        *beyond_what_was_seen(standing, ground),
        *further_than_history(standing, ground),
        *one_account(ground),
        *counted_twice(standing, ground, decision.ranking.npv[members]),
        *(one_decision(standing, ground, gates.together) if gates else ()),
        *published(ground),
        *claimed_of_all(standing, ground),
        *by_the_rate(standing, ground),
        *bears_a_haircut(standing, decision.face_chosen),
        *bears_weaker_fixes(standing, ground),
        *(hidden_cause(gates.dial) if gates else ()),
        *(other_assumptions(gates.priors) if gates else ()),
        *costs_more(standing, ground),
        *lower_end(standing, ground),
    ]
    return CaseAgainst(points=tuple(sorted(points, key=lambda one: (one.weight != "review", -one.stake))))
