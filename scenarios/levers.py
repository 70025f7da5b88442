"""How the rows of one lever move its figure, period by period."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from impact.lever import Change
from scenarios.cashflow import Clock


def of_lever(changes: Sequence[Change], lever: str, persona: str | None = None) -> list[Change]:
    """The rows of a lever, in order; with a `persona` those that reach it."""
    return [one for one in changes if one.lever == lever and (persona is None or one.persona in ("", persona))]


def periods_of(change: Change, clock: Clock) -> np.ndarray:
    """Which future periods a row holds in `(period,)`."""
    place = np.arange(clock.first, clock.first + clock.periods)
    first = clock.first if change.first is None else change.first
    return np.asarray((place >= first) & (place <= (place[-1] if change.last is None else change.last)))


def moved_by(change: Change, today: np.ndarray) -> np.ndarray:
    """What a row makes of a figure, in the figure's own unit."""
    if change.how == "add":
        return today + change.value
    return today * change.value if change.how == "multiply" else np.full_like(today, change.value)


def levels(changes: Sequence[Change], clock: Clock, today: np.ndarray) -> np.ndarray:
    """A figure by period after rows in their order `(period,)`; `today` as it would be without them."""
    out = np.array(today, dtype=float)
    for change in changes:
        held = periods_of(change, clock)
        out[held] = moved_by(change, out[held])
    return out


def factors(
    changes: Sequence[Change],
    clock: Clock,
    unit: np.ndarray | float = 1.0,
    whole: np.ndarray | float | None = None,
) -> np.ndarray:
    """By how much a figure is multiplied in each period `(period,)`.

    What is added or set is told in the figure's own unit; `unit` is the figure as it is, of which it makes a factor,
    and `whole` the figure of all personas for rows that name none, where they are told of all together.
    """
    out = np.ones(clock.periods)
    for change in changes:
        held = periods_of(change, clock)
        if change.how == "multiply":
            out[held] *= change.value
            continue
        figure = unit if change.persona or whole is None else whole
        told = np.broadcast_to(change.value / np.asarray(figure, dtype=float), out.shape)[held]
        out[held] = out[held] + told if change.how == "add" else told
    return out
