"""Forecasts of record made up by hand, for tests of what is held against them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy.stats import norm

from impact.record import PLACES, About, Claim, ClaimKind, Record

UNITS = {"customers": "customers", "retention": "share", "csat": "points"}


def claim(metric: str, period: str, mean: float, sd: float, *, initiative: str = "") -> Claim:
    """A Normal claim of a metric, or of an initiative."""
    kind: ClaimKind = "initiative" if initiative else "metric"
    return Claim(
        id="/".join(part for part in (kind, initiative, metric, period) if part),
        kind=kind,
        metric=metric,
        initiative=initiative or None,
        period=period,
        unit=UNITS.get(metric, "EUR"),
        mean=mean,
        quantiles=mean + sd * norm.ppf(PLACES),
    )


def record_of(
    as_of: str,
    claims: Mapping[str, Sequence[tuple[str, float, float]]],
    *,
    customers: float,
    joiners: bool = False,
    initiatives: Sequence[Claim] = (),
) -> Record:
    """A record of the tiny study; `claims` by metric: period, mean and standard deviation."""
    made = tuple(claim(metric, *one) for metric, rows in claims.items() for one in rows)
    periods = tuple(dict.fromkeys(one.period for one in made))
    return Record(
        run_id="0123456789ab",
        as_of=as_of,
        version="1",
        approved_by="Ann",
        approved_at="2026-01-05T09:00:00+00:00",
        chosen=tuple(dict.fromkeys(str(one.initiative) for one in initiatives)),
        claims=(*made, *initiatives),
        initiatives=(),
        plan={},
        about=About(
            study="Tiny",
            currency="EUR",
            period="quarter",
            horizon=periods,
            discount=np.ones(len(periods)),
            customers=customers,
            joiners=joiners,
            money="margin",
            seed=1,
            inputs={},
        ),
        worth=0.0,
        path=Path(f"{as_of}-0123456789ab.json"),
    )
