"""The checks of what finished initiatives did."""

from __future__ import annotations

from collections.abc import Mapping

from impact.checks import Check, make_check
from models.measure.effect_of import Measured
from models.measure.event_study import PRETREND
from models.measure.panel import Effect

AS_LARGE = 0.2  # the share of untreated units with as large an "effect" beyond which a found effect is asked about


def measured_checks(measured: Mapping[str, Measured]) -> tuple[Check, ...]:
    """What is to be said of the measured effects of initiatives, by name; none where nothing was measured."""
    if not measured:
        return ()
    heads = {name: one.effects[0] for name, one in measured.items() if one.effects}
    silent = [name for name, one in measured.items() if not one.effects]
    apart = [name for name, one in measured.items() if any(moved_apart(effect) for effect in one.effects)]
    alone = [name for name, head in heads.items() if head.grade == "indicative"]
    against = [name for name, one in measured.items() if contradicted(one.effects)]
    as_large = [name for name, head in heads.items() if head.found and head.placebo > AS_LARGE]
    count = len(measured)
    return (
        _check("C695", "Alike before the start", apart, count, "moved apart from the others before the start"),
        _check("C696", "Compared with others", alone, count, "rest on no sound comparison"),
        _check("C697", "Enough to tell", silent, count, "cannot be told"),
        _check("C698", "Methods agree", against, count, "come out otherwise by another method"),
        _check("C699", "Untreated show less", as_large, count, "are matched by groups that never got it"),
    )


def moved_apart(effect: Effect) -> bool:
    """Whether treated and others were found to differ before the start, where chance did not decide."""
    return effect.pretrend_p < PRETREND and effect.grade != "randomised"


def contradicted(effects: tuple[Effect, ...]) -> bool:
    """Whether the headline's range and that of another comparison do not meet; indicative ones are not asked."""
    asked = [one for one in effects if one.grade != "indicative"]
    return any(one.low > asked[0].high or one.high < asked[0].low for one in asked[1:])


def _check(code: str, check: str, names: list[str], count: int, what: str) -> Check:
    found, limit = f"{len(names)} of {count}", "none"
    if not names:
        return make_check(code, check, "pass", found=found, limit=limit, text=f"No measured initiatives {what}.")
    text = f"Measured initiatives that {what}: {', '.join(names)}."
    return make_check(
        code, check, "review", found=found, limit=limit, text=text, remedy=f"See cx-impact explain {code}."
    )
