"""Scores and pain points period by period, each with how sure it is: what leaves the engine to be watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import pandas as pd

from impact.earlier_ids import split, stages_were
from impact.journey import OVERALL
from impact.source_was import SPLIT, TOLD_STAGE

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from impact.journey import Journey, PainPoint
    from impact.source import Source
    from impact.study import Study

SCORES = ("stage", "t", "responses", "customers", "mean", "se")
PAINS = ("pain_point", "t", "customers", "mean", "se")


def scores_by_period(source: Source, journey: Journey, study: Study, least: int) -> pd.DataFrame:
    """A row a stage (and overall) and period with answers: responses, customers, mean score and its standard error.

    Weighted means; the error counts each customer once, however often it answers. Stages that were split stand as they
    were, under their earlier id. Figures of fewer than `least` customers are blank.

    Source: Liang and Zeger (1986), Biometrika 73(1), with the factor c / (c - 1) of c customers.
    """
    if source.responses is None:
        return pd.DataFrame(columns=list(SCORES))
    known = [*journey.stage_ids(), OVERALL]
    rows = source.responses.filter(source.responses.stage.isin(known))
    parts = [rows.select("customer_id", "t", "stage", "score", "n", weight=rows.n * rows.weight)]
    earlier = split(stages_were(journey))
    if earlier and TOLD_STAGE in source.staged["responses"].columns:
        staged = source.staged["responses"].filter(lambda t: (t.set_aside == SPLIT) & t.score.notnull())
        parts.append(
            staged.select("customer_id", "t", "score", "n", stage=staged[TOLD_STAGE], weight=staged.n * staged.weight)
        )
        parts = [part.select("customer_id", "t", "stage", "score", "n", "weight") for part in parts]
        parts[0] = parts[0].cast({"n": "float64", "weight": "float64"})
        parts[1] = parts[1].cast({"n": "float64", "weight": "float64"})
    answers = ibis.union(*parts) if len(parts) > 1 else parts[0]
    answers = answers.filter((answers.t <= study.as_of) & (answers.weight > 0))
    return _hidden(_means(answers, "stage"), [*known, *earlier], least, "stage")


def pains_by_period(source: Source, journey: Journey, study: Study, least: int) -> pd.DataFrame:
    """A row a pain point and period: customers who could meet it, the share who did, and its standard error.

    Of operations the customers active in the period could, of the survey those who answered; of a level `mean` is the
    mean amount of those it was measured of. Figures of fewer than `least` customers are blank.
    """
    parts = [_of_operations(source, journey), _of_survey(source, journey), _of_levels(source, journey)]
    found = [part for part in parts if part is not None and len(part)]
    if not found:
        return pd.DataFrame(columns=list(PAINS))
    whole = pd.concat(found, ignore_index=True)
    return _hidden(whole[whole["t"] <= study.as_of], list(journey.pain_ids()), least, "pain_point")[list(PAINS)]


def _means(answers: Table, key: str) -> pd.DataFrame:
    sums = answers.group_by(key, "t").agg(
        mean=(answers.score * answers.weight).sum() / answers.weight.sum(), whole=answers.weight.sum()
    )
    beside = answers.inner_join(sums, [key, "t"])
    pull = beside.mutate(pull=beside.weight * (beside.score - beside["mean"]) / beside.whole)
    mine = pull.group_by(key, "t", "customer_id").agg(
        pull=pull.pull.sum(), responses=pull.n.sum(), mean=pull["mean"].max()
    )
    found: pd.DataFrame = (
        mine.group_by(key, "t")
        .agg(
            responses=mine.responses.sum(),
            customers=mine.count(),
            mean=mine["mean"].max(),
            squares=(mine.pull * mine.pull).sum(),
        )
        .to_pandas()
    )
    people = found["customers"].astype(float)
    found["se"] = (found["squares"] * people / (people - 1).where(people > 1)) ** 0.5
    return found


def _shares(met: pd.DataFrame, asked: pd.DataFrame, pains: list[str]) -> pd.DataFrame:
    """Every pain point in every period that somebody could have met it in; nobody met is a share of nought."""
    grid = asked.merge(pd.DataFrame({"pain_point": pains}), how="cross")
    found = grid.merge(met, on=["pain_point", "t"], how="left").fillna({"met": 0})
    found["mean"] = found["met"].astype(float) / found["customers"]
    found["se"] = (found["mean"] * (1 - found["mean"]) / found["customers"]) ** 0.5
    return found[list(PAINS)]


def _of_operations(source: Source, journey: Journey) -> pd.DataFrame | None:
    pains = [one.pain_point for one in journey.pain_points if one.source == "operations" and one.measure != "level"]
    if source.incidents is None or not pains:
        return None
    ledger = source.ledger.select("customer_id", "t").distinct()
    rows = source.incidents.filter(source.incidents.pain_point.isin(pains)).semi_join(ledger, ["customer_id", "t"])
    met = rows.group_by("pain_point", "t").agg(met=rows.customer_id.nunique()).to_pandas()
    return _shares(met, ledger.group_by("t").agg(customers=ledger.count()).to_pandas(), pains)


def _of_survey(source: Source, journey: Journey) -> pd.DataFrame | None:
    pains = [one for one in journey.pain_points if one.source == "survey" and one.measure != "level"]
    if source.responses is None or not pains:
        return None
    from impact.cells.panel import answers_by_period

    told = answers_by_period(source, journey)
    assert told is not None
    names = [one.pain_point for one in pains]
    sums = told.group_by("t").agg(
        **{f"met_{k}": told[name].sum() for k, name in enumerate(names)},
        **{f"asked_{k}": told[name].count() for k, name in enumerate(names)},
    )
    wide = sums.to_pandas()
    return pd.concat([_one_named(wide, k, name) for k, name in enumerate(names)], ignore_index=True)


def _one_named(wide: pd.DataFrame, k: int, name: str) -> pd.DataFrame:
    asked = wide[wide[f"asked_{k}"] > 0]
    met = asked.assign(pain_point=name, met=asked[f"met_{k}"])[["pain_point", "t", "met"]]
    return _shares(met, asked.assign(customers=asked[f"asked_{k}"])[["t", "customers"]], [name])


def _of_levels(source: Source, journey: Journey) -> pd.DataFrame | None:
    pains = [one.pain_point for one in journey.pain_points if _is_level(one)]
    if source.incidents is None or not pains:
        return None
    rows = source.incidents.filter(source.incidents.pain_point.isin(pains))
    mine = rows.group_by("pain_point", "t", "customer_id").agg(amount=rows.amount.mean())
    found: pd.DataFrame = (
        mine.group_by("pain_point", "t")
        .agg(customers=mine.count(), mean=mine.amount.mean(), sd=mine.amount.std())
        .to_pandas()
    )
    found["se"] = found["sd"] / found["customers"].astype(float) ** 0.5
    return found[list(PAINS)]


def _is_level(pain: PainPoint) -> bool:
    return pain.measure == "level"


def _hidden(found: pd.DataFrame, order: list[str], least: int, key: str) -> pd.DataFrame:
    """The rows in journey order; figures of few customers are blank."""
    place = {name: number for number, name in enumerate(order)}
    found = found.assign(place=found[key].map(place)).sort_values(["place", "t"], ignore_index=True)
    few = found["customers"] < least
    figures = [name for name in ("responses", "customers", "mean", "se") if name in found.columns]
    found[figures] = found[figures].astype(float).mask(few)
    columns = SCORES if key == "stage" else PAINS
    return found[list(columns)]
