"""What is told of the leaving rates: rows that say nothing, scores without a rate, what lasts, and bends."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from impact.checks import Check, CheckStatus, make_check
from models.calibration.lasting import LeavingGap
from models.calibration.overlap import Rows
from models.calibration.slopes import LinkChoice

MOST_LEFT_OUT = 0.05


def rows_checks(rows: Rows, cells: pd.DataFrame, name: str, controls: Sequence[str]) -> list[Check]:
    """Customer-periods that a rate leaves out, and controls that it does not hold."""
    found = []
    n = int(cells["n"].sum())
    if rows.left_out and not rows.reason:
        many = rows.left_out > MOST_LEFT_OUT * n
        found.append(
            make_check(
                "C410",
                f"Groups in which nobody leaves, or everybody ({name})",
                "review" if many else "pass",
                found=f"{rows.left_out:,} of {n:,} customer-periods, by {', '.join(rows.columns)}",
                limit=f"at most {MOST_LEFT_OUT:.0%}",
                text="They say nothing of what a point goes with, and the rate is that of the others.",
                remedy="Merge levels of the control, or leave it out of [model] controls." if many else "",
            )
        )
    dropped = [control for control in (*controls, "tenure_band") if control not in cells]
    if dropped:
        found.append(
            make_check(
                "C413",
                f"Controls not held fixed ({name})",
                "review",
                found=", ".join(dropped),
                limit="all controls",
                text="With them the groups were too many to leave the data engine, so the rate does not hold them.",
                remedy="Name fewer controls, or controls of fewer values.",
            )
        )
    return found


def no_rate(name: str, reason: str) -> Check:
    """That a score has no leaving rate, and why."""
    return make_check(
        "C411",
        f"A leaving rate of a point ({name})",
        "review",
        found="none",
        limit="one rate",
        text=reason,
        remedy="Ask more of the customers whose leaving is known, on a scale that they use all of.",
    )


def gap_checks(gap: LeavingGap | None) -> list[Check]:
    """Whether what lasts about a customer, and not what changed, makes the rate of leaving.

    A review only where something was found; that it could not be asked is told, and is not held against the rate.
    """
    if gap is None:
        return []
    status, text, remedy = _told_of_gap(gap)
    low, high = gap.reliability
    noise = f"measured {low:.2f}" if gap.measured() else f"{low:.2f} to {high:.2f}"
    return [
        make_check(
            "C412",
            "What lasts about customers, or what changes",
            status,
            found=f"own change {gap.within:+.3f} ({gap.within_se:.3f}), earlier scores {gap.between:+.3f} "
            f"({gap.between_se:.3f})",
            limit=f"a gap that answers of reliability {noise} make",
            text=text,
            remedy=remedy,
        )
    ]


def _told_of_gap(gap: LeavingGap) -> tuple[CheckStatus, str, str]:
    if gap.flagged():
        more = "more" if gap.excess < 0 else "less"
        return (
            "review",
            f"Those who always score low leave {more} than a fall in a customer's own score goes with, beyond noise.",
            "Name what differs between customers as a control, or read the rate as what they are, not as what changes.",
        )
    if gap.doubtful():
        return (
            "review",
            "A customer's own change goes with leaving less than the plain rate says: answers are noisy, or what lasts "
            "about customers is in the rate.",
            "Ask some customers twice within days: how far the answers differ tells which of the two it is.",
        )
    if gap.telling():
        return (
            "pass",
            "A customer's own change goes with leaving as the plain rate says, allowing for noisy answers.",
            "",
        )
    return (
        "pass",
        "It could not be asked: of those who left too few had answered more than once to tell what lasts about "
        "customers from what changed.",
        "Ask the same customers in more periods.",
    )


def link_checks(link: LinkChoice) -> list[Check]:
    """Whether a point is worth the same wherever it is won."""
    bent = link.chosen != "linear"
    return [
        make_check(
            "C414",
            "A point goes with as much leaving everywhere",
            "review" if bent else "pass",
            found=f"{link.chosen}, out-of-sample gain {link.gain:.1f} ({link.gain_se:.1f})",
            limit="no shape gains two standard errors on a straight line",
            text=link.sentence,
            remedy="Read the rate as the mean of the levels seen; what a point brings depends on where it is won."
            if bent
            else "",
        )
    ]
