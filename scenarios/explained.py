"""Everything that explains a choice: reasons, prices of limits, and prices of delay."""

from __future__ import annotations

from dataclasses import dataclass

from impact.checks import Check, make_check
from scenarios.decision import Decision
from scenarios.delay import Delay, delays_of
from scenarios.floor import persona_changes
from scenarios.prices import Price, prices_of
from scenarios.reasons import Reason, needs_sentence, reason_sentence, reasons_of, relaxed_choices
from scenarios.rechoice import Pool, pool_of

TURNS = ("cost_down_to", "effect_up_to", "budget_up_to", "falls_out_above", "binds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Why a choice is as it is; `reasons` in plan order, `pool` the sets it was made among."""

    pool: Pool
    reasons: tuple[Reason, ...]
    prices: tuple[Price, ...]
    delays: tuple[Delay, ...]

    def why(self, i: int) -> str:
        """Why an initiative is chosen or not, as a short sentence."""
        return reason_sentence(self.reasons[i])

    def needs(self, i: int) -> str:
        """What would have to be true for the other answer, as a short sentence."""
        return needs_sentence(self.reasons[i], self.pool, i)

    def figures(self, i: int) -> tuple[float, float, float, float, str]:
        """Where the choice turns, in the order of `TURNS`; by fiscal year a budget is the sum of all limits."""
        reason, limits = self.reasons[i], self.pool.limits
        whole = limits.budget or sum((year.capex or 0.0) + (year.opex or 0.0) for year in limits.years)
        binds = ";".join(what if kind != "budget" else "budget" for kind, what in reason.binds)
        times = reason.budget_times * whole
        return reason.cost_down_to, reason.effect_up_to, times, reason.falls_out_above, binds

    def checks(self) -> tuple[Check, ...]:
        """Whether any persona is made worse by what is chosen."""
        if not self.pool.chosen.members:
            return ()
        change = persona_changes(self.pool.case, self.pool.chosen.members)
        names = [persona.persona for persona in self.pool.case.base.personas]
        worse = [
            name
            for name, margin, score in zip(names, change.margin, change.score, strict=True)
            if min(margin, score) < 0
        ]
        kept = change.kept
        return (
            make_check(
                "C611",
                "No persona is made worse",
                "pass" if kept else "review",
                found="none" if kept else ", ".join(worse),
                limit="no persona",
                text="Of every persona, mean margin and mean score do not fall with what is chosen."
                if kept
                else "Mean margin or mean score of the personas named falls with what is chosen.",
                remedy="" if kept else "Set [portfolio].persona_floor, or agree that they may lose.",
            ),
        )


def explain(decision: Decision) -> Explained | None:
    """What explains a decision; None where no portfolio was chosen."""
    if decision.portfolio is None:
        return None
    pool = pool_of(decision.case, decision.portfolio, decision.limits)
    relaxed = relaxed_choices(pool)
    return Explained(
        pool=pool,
        reasons=reasons_of(pool, decision.marginal, relaxed),
        prices=prices_of(pool, relaxed),
        delays=delays_of(decision.case, pool.chosen.members),
    )
