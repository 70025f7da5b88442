"""The tables of `docs/accuracy.md`: companies measured beside their truth, one by one and by kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from measured_uplift import DRAWN, ENGINE, NAIVE, Measured
from usual_ways import USUAL_WAYS

WAYS = (ENGINE, DRAWN, NAIVE, *USUAL_WAYS)


def by_company(measured: Sequence[Measured]) -> list[str]:
    """A row a company."""
    head = ["seed", "kind", "rank correlation", "inside 90%", "estimate / truth", "base / truth", "nothings claimed"]
    rows = [
        [
            str(one.seed),
            one.kind,
            f"{one.rank_correlation:.2f}",
            f"{one.inside} of {one.pain_points}",
            f"{one.sum_ratio:.2f}",
            f"{one.base_ratio:.3f}",
            f"{one.claimed} of {one.nothings}",
            *(f"{one.captured(way):.2f}" for way in WAYS),
        ]
        for one in measured
    ]
    return _table([*head, *WAYS], rows)


def by_kind(measured: Sequence[Measured]) -> list[str]:
    """A row a kind and a last one for all: shares and medians over its companies."""
    head = [
        "kind",
        "companies",
        "inside 90%",
        "estimate / truth",
        "nothings claimed",
        "others found",
        "forecast / true",
        "true value inside",
        "raw promise / true",
    ]
    kinds = list(dict.fromkeys(one.kind for one in measured))
    groups = [(kind, [one for one in measured if one.kind == kind]) for kind in kinds]
    rows = [[kind, *_figures(mine)] for kind, mine in [*groups, ("all", list(measured))]]
    return _table([*head, *WAYS], rows)


def _figures(mine: Sequence[Measured]) -> list[str]:
    def total(of: Callable[[Measured], float]) -> float:
        return sum(of(one) for one in mine)

    points, nothings = total(lambda one: one.pain_points), total(lambda one: one.nothings)
    return [
        str(len(mine)),
        f"{total(lambda one: one.inside):.0f} of {points:.0f} ({total(lambda one: one.inside) / points:.2f})",
        f"{np.median([one.sum_ratio for one in mine]):.2f}",
        f"{total(lambda one: one.claimed):.0f} of {nothings:.0f}",
        f"{total(lambda one: one.found):.0f} of {points - nothings:.0f}",
        f"{total(lambda one: one.forecast) / total(lambda one: one.net[ENGINE]):.2f}",
        f"{total(lambda one: one.forecast_inside):.0f} of {len(mine)}",
        f"{total(lambda one: one.promised) / total(lambda one: one.net[NAIVE]):.2f}",
        *(f"{np.mean([one.captured(way) for one in mine]):.3f}" for way in WAYS),
    ]


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]
