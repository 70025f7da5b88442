"""How much evidence each thing the plan names has, and what was measured that the plan does not name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import pandas as pd

from impact.journey import Journey, PainPoint
from impact.plan_columns import LOW_SCORE

if TYPE_CHECKING:
    from ibis.expr.types import Table, Value

    from impact.source import Source

REASONS = ("not_visited", "not_asked", "not_answered")
NO_REASON = "no_reason"
LOW = 0.4  # of the scale: the bottom two of five
MOST_VALUES = 500  # touchpoints or channels that leave the engine; a column of free text has no end
_ASIDE = {"missing: " + reason: reason for reason in REASONS}
_NAMED = ("pain_point", "answers", "customers", "periods", "first", "last")
_SEEN = ("answers", "incidents", "customers", "periods", "first", "last", "score")


def stage_evidence(source: Source, journey: Journey) -> pd.DataFrame:
    """A row a stage seen (and overall): what is known of it, and why scores are missing."""
    found = _seen(_answers(source, ["stage"]), _incidents(source, journey, ["stage"]), ["stage"])
    return found.merge(_missing(source), on="stage", how="outer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Touchpoints by stage, or channels, that were seen: those the plan names, and others with customers enough.

    `rest` counts the others that are of too few customers, or beyond the most seen.
    """

    planned: pd.DataFrame
    others: pd.DataFrame
    rest: int


def place_evidence(source: Source, journey: Journey, column: str, least: int) -> Places:
    """What was seen of touchpoints (by stage) or channels, the most seen first.

    An incident without a touchpoint is met where the plan says that its pain point is.
    """
    keys = ["channel"] if column == "channel" else [column, "stage"]
    answers = _answers(source, keys) if column in source.present.get("responses", ()) else None
    incidents = None if column == "channel" else _incidents(source, journey, keys)
    counted = _counted(answers, incidents, keys)
    if counted is None or not names_places(source, journey, column):
        nothing = pd.DataFrame(columns=[*keys, *_SEEN])
        return Places(planned=nothing, others=nothing, rest=0)
    kept = source.engine.keep("coverage_places", counted)
    known = sorted({str(getattr(place, column)) for place in journey.touchpoints})
    other = kept.filter(kept[column].notin(known)) if known else kept
    many = _by_size(other.filter(other.customers >= least), keys).limit(MOST_VALUES).to_pandas()
    return Places(
        planned=_by_size(kept.filter(kept[column].isin(known)), keys).to_pandas() if known else many.iloc[:0],
        others=many,
        rest=int(other.count().execute()) - len(many),
    )


def names_places(source: Source, journey: Journey, column: str) -> bool:
    """Whether the data can name a touchpoint or channel at all."""
    if column in source.present.get("responses", ()):
        return True
    if column != "touchpoint" or source.incidents is None:
        return False
    return column in source.present["incidents"] or any(pain.touchpoint for pain in journey.pain_points)


def persona_evidence(source: Source, answered: Table | None) -> pd.DataFrame:
    """A row a persona: answers and incidents of its customers. `answered` has a row a customer and period."""
    who = source.customers.select("customer_id", "persona")
    answers = incidents = None
    if answered is not None:
        rows = answered.inner_join(who, "customer_id")
        answers = _long(rows, ["persona"], answers=rows.answers)
    if source.incidents is not None:
        rows = source.incidents.inner_join(who, "customer_id")
        incidents = _long(rows, ["persona"], incidents=ibis.literal(1.0))
    return _seen(answers, incidents, ["persona"])


def pain_evidence(source: Source, journey: Journey) -> pd.DataFrame:
    """A row a pain point of the plan: answers that name it, incidents, and whom it met."""
    incidents = _seen(None, _incidents(source, journey, ["pain_point"]), ["pain_point"]).set_index("pain_point")
    named = _named_in_answers(source, journey).set_index("pain_point")
    rows = []
    for pain in journey.pain_points:
        told, met = (frame.reindex([pain.pain_point]).iloc[0] for frame in (named, incidents))
        own = told if pain.source == "survey" and told["answers"] > 0 else met
        own = told if not own["customers"] > 0 else own
        rows.append(
            {
                **{name: own[name] for name in ("customers", "periods", "first", "last")},
                **{"pain_point": pain.pain_point, "answers": told["answers"], "incidents": met["incidents"]},
            }
        )
    return pd.DataFrame(rows, columns=["pain_point", *_SEEN])


def table_evidence(source: Source) -> pd.DataFrame:
    """A row a table of experience: its rows, customers and periods."""
    frames = []
    if source.responses is not None:
        rows = source.responses.mutate(table=ibis.literal("responses"))
        frames.append(_seen(_long(rows, ["table"], answers=rows.n), None, ["table"]))
    for name, rows in (("incidents", source.incidents), ("events", source.events)):
        if rows is not None:
            named = rows.mutate(table=ibis.literal(name))
            frames.append(_seen(None, _long(named, ["table"], incidents=ibis.literal(1.0)), ["table"]))
    return pd.concat(frames, ignore_index=True)


def _answers(source: Source, keys: Sequence[str]) -> Table | None:
    rows = source.responses
    if rows is None:
        return None
    weight = rows.n * rows.weight
    return _long(rows, keys, answers=rows.n, weighted=rows.score * weight, weight=weight)


def _incidents(source: Source, journey: Journey, keys: Sequence[str]) -> Table | None:
    """Incidents with the stage, and where they name none the touchpoint, of their pain point."""
    rows = source.incidents
    if rows is None or not journey.pain_points:
        return None
    rows = rows.mutate(
        stage=_of_pain(rows, journey, "stage"),
        touchpoint=ibis.coalesce(rows.touchpoint, _of_pain(rows, journey, "touchpoint")),
    )
    return _long(rows, keys, incidents=ibis.literal(1.0))


def _of_pain(rows: Table, journey: Journey, name: str) -> Value:
    known = [(rows.pain_point == pain.pain_point, getattr(pain, name)) for pain in journey.pain_points]
    return ibis.cases(*known, else_=ibis.null("string")).nullif("")


def _long(rows: Table, keys: Sequence[str], **counted: Value) -> Table:
    nothing = ibis.literal(0.0)
    columns = {name: counted.get(name, nothing) for name in ("answers", "incidents", "weighted", "weight")}
    return rows.select("customer_id", "t", *keys, **{name: value.cast("float64") for name, value in columns.items()})


def _seen(answers: Table | None, incidents: Table | None, keys: Sequence[str]) -> pd.DataFrame:
    """A row a key: answers, incidents, customers, periods, first and last period, mean score; the most seen first."""
    counted = _counted(answers, incidents, keys)
    if counted is None:
        return pd.DataFrame(columns=[*keys, *_SEEN])
    found: pd.DataFrame = _by_size(counted, keys).to_pandas()
    return found


def _by_size(counted: Table, keys: Sequence[str]) -> Table:
    return counted.order_by([(counted.answers + counted.incidents).desc(), *keys])


def _counted(answers: Table | None, incidents: Table | None, keys: Sequence[str]) -> Table | None:
    parts = [part for part in (answers, incidents) if part is not None]
    if not parts:
        return None
    rows = ibis.union(*parts) if len(parts) > 1 else parts[0]
    for key in keys:
        rows = rows.filter(rows[key].notnull())
    return rows.group_by(*keys).agg(
        answers=rows.answers.sum(),
        incidents=rows.incidents.sum(),
        customers=rows.customer_id.nunique(),
        periods=rows.t.nunique(),
        first=rows.t.min(),
        last=rows.t.max(),
        score=rows.weighted.sum() / rows.weight.sum().nullif(0.0),
    )


def _missing(source: Source) -> pd.DataFrame:
    """A row a stage: rows without a score by their reason, and the customers behind each."""
    columns = [*REASONS, NO_REASON]
    if source.responses is None:
        return pd.DataFrame(columns=["stage", *columns, *(f"{name}_customers" for name in columns)])
    rows = source.staged["responses"]
    blank = (rows.set_aside == "blank score") | rows.set_aside.startswith("missing: ")
    rows = rows.filter(blank & rows.stage.notnull())
    reason = ibis.cases(*[(rows.set_aside == text, name) for text, name in _ASIDE.items()], else_=NO_REASON)
    rows = rows.mutate(reason=reason)
    counts: Mapping[str, Value] = {
        name: value
        for one in columns
        for name, value in (
            (one, (rows.reason == one).ifelse(1, 0).sum()),
            (f"{one}_customers", rows.customer_id.nunique(where=rows.reason == one)),
        )
    }
    found: pd.DataFrame = rows.group_by("stage").agg(**counts).to_pandas()
    return found


def _named_in_answers(source: Source, journey: Journey) -> pd.DataFrame:
    """A row a pain point: answers that name it; of a low score that stands in for one, the low scores."""
    rows = source.responses
    if rows is None:
        return pd.DataFrame(columns=list(_NAMED))
    low = [pain for pain in journey.pain_points if pain.pain_point == f"{LOW_SCORE}{pain.stage}"]
    told = [pain for pain in journey.pain_points if pain not in low]
    place = (rows.score - rows.scale_min) / (rows.scale_max - rows.scale_min)
    found = _flagged(rows, {pain.pain_point: (rows.stage == pain.stage) & (place < LOW) for pain in low})
    if "pain_points" in source.present.get("responses", ()):
        some = rows.filter(rows.pain_points.notnull())
        padded = some.mutate(padded=ibis.literal(";") + some.pain_points.replace(" ", "") + ibis.literal(";"))
        found += _flagged(padded, {pain.pain_point: _names(padded, pain) for pain in told})
    return pd.DataFrame(found, columns=list(_NAMED))


def _names(rows: Table, pain: PainPoint) -> Value:
    return rows.padded.contains(f";{pain.pain_point};")


def _flagged(rows: Table, flags: Mapping[str, Value]) -> list[list[object]]:
    """By flag: the answers, customers, periods, first and last period of the rows that carry it."""
    if not flags:
        return []
    flagged = rows.select(
        "customer_id", "t", "n", **{f"flag_{place}": flag for place, flag in enumerate(flags.values())}
    )
    sums: dict[str, Value] = {}
    for place in range(len(flags)):
        on = flagged[f"flag_{place}"]
        sums |= {
            f"{place}|answers": flagged.n.sum(where=on),
            f"{place}|customers": flagged.customer_id.nunique(where=on),
            f"{place}|periods": flagged.t.nunique(where=on),
            f"{place}|first": flagged.t.min(where=on),
            f"{place}|last": flagged.t.max(where=on),
        }
    wide = flagged.agg(**sums).to_pandas().iloc[0]
    return [[name, *(wide[f"{place}|{what}"] for what in _NAMED[1:])] for place, name in enumerate(flags)]
