"""The tables of what a choice rests on: the dial, its yardsticks, other priors, what cannot be told apart."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from impact.groups import LEAST_GROUP
from models.told_apart import separation
from reports.findings import Findings, summary

DIAL = (
    *("strength", "bias", "value", "value_p05", "value_p95", "npv", "npv_p05", "npv_p95"),
    *("initiatives", "changed"),
)
MARKS = ("what", "name", "strength")
DIAL_PAIN_POINTS = ("pain_point", "name", "changes_at", "control", "control_strength")
PRIORS = ("prior", "scale", "item", "name", "value", "moved", "initiatives", "changed")
TOGETHER = (
    *("group", "item", "name", "value", "value_p05", "value_p95"),
    *("correlation", "met_apart", "more_to_halve", "until"),
)
CHANGES, NIL, MEASURED = "another choice", "NPV reaches nil", "measured"
EVERYTHING = "all together"


def gate_tables(found: Findings) -> Mapping[str, pd.DataFrame]:
    """The tables by name; without rows where nothing was estimated."""
    return {
        "dial": dial_table(found),
        "dial_marks": marks_table(found),
        "dial_pain_points": dial_pain_points_table(found),
        "prior_sensitivity": priors_table(found),
        "told_apart": together_table(found),
    }


def dial_table(found: Findings) -> pd.DataFrame:
    """A row a strength of a hidden cause of all pain points: value at stake, NPV as chosen, and what is chosen then."""
    dial = found.gates.dial if found.gates else None
    rows = []
    for point in dial.points if dial else ():
        value, npv = summary(point.value), summary(point.npv)
        rows.append(
            {
                "strength": point.strength,
                "bias": point.bias,
                **{"value": value["mean"], "value_p05": value["p05"], "value_p95": value["p95"]},
                **{"npv": npv["mean"], "npv_p05": npv["p05"], "npv_p95": npv["p95"]},
                "initiatives": _listed(dial.initiatives if dial else (), point.chosen),
                "changed": int(not np.array_equal(point.chosen, dial.points[0].chosen if dial else point.chosen)),
            }
        )
    return pd.DataFrame(rows, columns=list(DIAL))


def marks_table(found: Findings) -> pd.DataFrame:
    """From what strength another set is chosen and NPV is nil (blank: from none), and what was measured."""
    dial = found.gates.dial if found.gates else None
    if dial is None:
        return pd.DataFrame(columns=list(MARKS))
    rows = [(CHANGES, "", _finite(dial.changes_at)), (NIL, "", _finite(dial.nil_at))]
    rows += [(MEASURED, one.control, one.typical) for one in dial.benchmarks]
    return pd.DataFrame(rows, columns=list(MARKS))


def dial_pain_points_table(found: Findings) -> pd.DataFrame:
    """A row a pain point: from what strength a hidden cause of it alone changes the choice, blank where from none."""
    dial = found.gates.dial if found.gates else None
    names = _names(found)
    rows = [
        (one.pain_point, names[one.pain_point], _finite(one.changes_at), one.control, one.benchmark)
        for one in (dial.alone if dial else ())
    ]
    return pd.DataFrame(rows, columns=list(DIAL_PAIN_POINTS))


def priors_table(found: Findings) -> pd.DataFrame:
    """A row a prior, its scale times 1, .5 or 2, and item: value, how far it moves as a share, what is chosen."""
    priors = found.gates.priors if found.gates else None
    names = _names(found) | {EVERYTHING: EVERYTHING}
    rows = []
    for row in priors.rows if priors else ():
        assert priors is not None
        start = priors.rows[0]
        values = dict(zip(priors.pain_points, row.pains, strict=True)) | {EVERYTHING: row.everything.mean()}
        before = dict(zip(priors.pain_points, start.pains, strict=True)) | {EVERYTHING: start.everything.mean()}
        chosen, changed = _listed(priors.initiatives, row.chosen), int(not np.array_equal(row.chosen, priors.chosen))
        for item, value in values.items():
            moved = float((value - before[item]) / abs(before[item])) if before[item] else np.nan
            rows.append((row.prior, row.factor, item, names[item], float(value), moved, chosen, changed))
    return pd.DataFrame(rows, columns=list(PRIORS))


def together_table(found: Findings) -> pd.DataFrame:
    """A row a group that cannot be told apart, then a row a member; counts under five are blank."""
    rows: list[dict[str, object]] = []
    pains = found.journey.pain_points
    for number, group in enumerate(found.gates.together if found.gates else (), start=1):
        apart = group.apart if group.apart is not None and (group.apart >= LEAST_GROUP or group.apart == 0) else None
        whole = {
            "item": EVERYTHING,
            "name": " and ".join(pains[k].name for k in group.members),
            "correlation": group.correlation,
            "met_apart": np.nan if apart is None else apart,
            "more_to_halve": group.to_halve if apart else np.nan,
            "until": separation(group),
        }
        rows.append({"group": number, **whole, **_range(group.value)})
        for k, draws in zip(group.members, group.single, strict=True):
            rows.append({"group": number, "item": pains[k].pain_point, "name": pains[k].name, **_range(draws)})
    return pd.DataFrame(rows, columns=list(TOGETHER))


def _range(draws: np.ndarray) -> dict[str, float]:
    told = summary(draws)
    return {"value": told["mean"], "value_p05": told["p05"], "value_p95": told["p95"]}


def _names(found: Findings) -> dict[str, str]:
    return {pain.pain_point: pain.name for pain in found.journey.pain_points}


def _listed(initiatives: tuple[str, ...], chosen: np.ndarray) -> str:
    return ", ".join(name for name, on in zip(initiatives, chosen, strict=True) if on)


def _finite(strength: float) -> float:
    return strength if np.isfinite(strength) else np.nan
