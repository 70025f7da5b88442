"""What the score of past forecasts says of the next ones: coverage, width, drift, and whose figures they are."""

from __future__ import annotations

from impact.checks import Check, make_check
from models.running_sum import Alarm
from models.scores import GroupScore

LEAST_COVERAGE, LEAST_CLAIMS = 0.6, 10
LEAST_CORRECTED = 0.01  # of the customers a forecast spoke of; below it a ledger was closed, not corrected


def score_checks(whole: GroupScore, alarm: Alarm | None) -> tuple[Check, ...]:
    """Whether our ranges held, how wide they should have been, and whether money drifts to one side."""
    drift = () if alarm is None or not alarm.periods else (_drift(alarm),)
    return (_coverage(whole), _width(whole), *drift)


def _coverage(whole: GroupScore) -> Check:
    held = whole.coverage.value
    low = whole.n >= LEAST_CLAIMS and held < LEAST_COVERAGE
    told = f"{held:.0%} of {whole.n} figures of {whole.periods} periods" if whole.n else "no figure with a range"
    return make_check(
        "C690",
        "Past ranges held what they should",
        "review" if low else "pass",
        found=told,
        limit=f"{LEAST_COVERAGE:.0%} or more, once {LEAST_CLAIMS} figures are known",
        text="A 90% range should hold nine figures of ten. Figures of one period go wrong together, so that few "
        "periods say little whatever the number of figures.",
        remedy="Read the ranges of the next forecast as too narrow by width_needed." if low else "",
    )


def _width(whole: GroupScore) -> Check:
    width = whole.width_needed
    return make_check(
        "C691",
        "Ranges as wide as past misses ask for",
        "review" if width.excludes_one else "pass",
        found=f"{width.value:.2f} times, {width.low:.2f} to {width.high:.2f}",
        limit="a range that holds 1",
        text="The factor by which our ranges should have been wider. It starts at 1 and moves as periods become known. "
        "It is told beside the next forecast's ranges and not worked into them.",
        remedy="Widen ranges by this factor before anything is promised on them." if width.excludes_one else "",
    )


def _drift(alarm: Alarm) -> Check:
    most = float(max(alarm.above.max(), alarm.below.max()))
    side = "above" if alarm.above.max() >= alarm.below.max() else "below"
    return make_check(
        "C692",
        "Margin does not keep to one side of its forecast",
        "review" if alarm.crossed else "pass",
        found=f"running sum of misses {most:.1f} {side} forecast"
        + (f", beyond the limit in {alarm.crossed}" if alarm.crossed else ""),
        limit=f"{alarm.limit:.3g}, which right forecasts cross in {alarm.false_alarm:.1%} of cases by now (simulated)",
        text="One period above or below is chance; the same side again and again is not. The sum drops half a standard "
        "deviation a period, so that only what lasts adds up.",
        remedy="Read the misses: what moved that the forecast did not know?" if alarm.crossed else "",
    )


def corrected_check(claimed: float, found: float, made: str) -> Check:
    """Whether the ledger still shows the customers that a forecast spoke of."""
    gap = abs(found - claimed) / claimed if claimed else 0.0
    changed = gap > LEAST_CORRECTED
    return make_check(
        "C694",
        "The ledger still shows whom the forecast spoke of",
        "review" if changed else "pass",
        found=f"{made}: {found:,.0f} customers, {claimed:,.0f} when it was forecast",
        limit=f"within {LEAST_CORRECTED:.0%}",
        text="Where an old period was corrected since, the forecast spoke of other customers than are counted now; the "
        "difference is in the volume part of the misses.",
        remedy="Find out what was corrected, and approve a new forecast on the corrected ledger." if changed else "",
    )
