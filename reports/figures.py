"""Figures in words: money, shares and chances as a reader meets them on a page."""

from __future__ import annotations

import math

_UNITS = ((1e9, "bn"), (1e6, "m"), (1e3, "k"))
NO_FIGURE = "n/a"
FUTURES = 20
# Far below what any figure of a page resolves; written out it would be a row of zeros.
NEGLIGIBLE = 1e-9


def significant(value: float, digits: int = 2) -> str:
    """The value to so many significant figures, written out without an exponent and without -0."""
    if not math.isfinite(value):
        return NO_FIGURE
    if abs(value) < NEGLIGIBLE:
        return "0"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places)
    # Rounding 9.96 up makes 10.0: one place too many.
    places = digits - 1 - math.floor(math.log10(abs(rounded)))
    return f"{rounded:.{max(places, 0)}f}"


def money(value: float | None, currency: str = "") -> str:
    """Money to at most three significant figures with k, m or bn: `EUR 1.24m`, `EUR -35k`."""
    if value is None or not math.isfinite(value):
        return NO_FIGURE
    prefix = f"{currency} " if currency else ""
    for size, unit in _UNITS:
        if abs(value) >= size * 0.9995:
            return f"{prefix}{_short(value / size)}{unit}"
    return prefix + _short(value)


def _short(value: float) -> str:
    written = significant(value, 3)
    return written.rstrip("0").rstrip(".") if "." in written else written


def money_range(low: float | None, high: float | None, currency: str = "") -> str:
    """The two ends of a 90% range of money: `EUR 0.4m to 2.1m`."""
    return f"{money(low, currency)} to {money(high)}"


def in_unit_of(values: list[float]) -> tuple[list[str], str]:
    """Values that add up, all in one unit with one number of decimals, and that unit (`m`).

    The largest carries three significant figures, so that printed parts and their printed sum are
    of one precision.
    """
    largest = max((abs(value) for value in values), default=0.0)
    size, unit = next(((size, unit) for size, unit in _UNITS if largest >= size), (1.0, ""))
    places = max(0, 2 - math.floor(math.log10(largest / size))) if largest > 0 else 0
    return [f"{round(value / size, places) + 0.0:.{places}f}" for value in values], unit


def percent(share: float | None, digits: int = 2) -> str:
    """A share as a percentage: `12%`, `0.12%`."""
    return NO_FIGURE if share is None else f"{significant(100 * share, digits)}%"


def signed_percent(share: float | None) -> str:
    """A change as a percentage with its sign: `+0.12%`, `-3.1%`."""
    return NO_FIGURE if share is None else ("+" if share > 0 else "") + percent(share)


def of_twenty(probability: float | None) -> str:
    """A chance as so many of 20 futures; never none and never all of them."""
    if probability is None:
        return NO_FIGURE
    count = math.floor(FUTURES * probability + 0.5)
    if count >= FUTURES:
        return f"more than {FUTURES - 1} of {FUTURES}"
    return f"fewer than 1 of {FUTURES}" if count <= 0 else f"{count} of {FUTURES}"


def cell_of_twenty(probability: float | None) -> str:
    """The same chance for a narrow cell: `> 19 of 20`, `< 1 of 20`."""
    return of_twenty(probability).replace("more than", ">").replace("fewer than", "<")


def plain(value: float | None, digits: int = 3) -> str:
    """A number in no unit to so many significant figures; `n/a` where there is none."""
    return NO_FIGURE if value is None else significant(value, digits)


def p_value(value: float | None) -> str:
    """A p-value to two significant figures, `<0.001` below that."""
    return "<0.001" if value is not None and value < 0.001 else plain(value, 2)


def whole(value: float | None) -> str:
    """A count with thousands set apart by a comma."""
    return NO_FIGURE if value is None else f"{value:,.0f}"
