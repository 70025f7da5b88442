"""What ties the plan tables together: every id a row names must stand in its own table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from impact.earlier_ids import was_faults
from impact.errors import Finding
from impact.evidence_faults import evidence_faults
from impact.journey import OVERALL
from impact.plan_columns import LEVERS, LEVERS_OF, LOW_SCORE
from impact.plan_values import TypedRow, fault, reserved_stage, unknown_id
from impact.rollout_faults import rollout_faults
from impact.study_faults import nearest

MOST_INITIATIVES = 200
Rows = Mapping[str, Sequence[TypedRow]]


def link_faults(rows: Rows) -> list[Finding]:
    """Every row that names what is not there, stands out of order, or is one too many."""
    ids = {
        "stage": _ids(rows, "stages", "stage"),
        "touchpoint": _ids(rows, "touchpoints", "touchpoint"),
        "persona": _ids(rows, "personas", "persona"),
        "pain_point": _ids(rows, "pain_points", "pain_point"),
        "initiative": _ids(rows, "initiatives", "initiative"),
    }
    if not rows["pain_points"]:
        ids["pain_point"] = tuple(f"{LOW_SCORE}{stage}" for stage in ids["stage"])
    findings = [found for row in rows["stages"] if (found := reserved_stage(row))]
    findings += [*was_faults(rows["stages"], "stage"), *was_faults(rows["pain_points"], "pain_point")]
    findings += _unknown(rows["touchpoints"], ids, "stage")
    findings += _unknown(rows["pain_points"], ids, "stage", "touchpoint")
    findings += _unknown(rows["benchmarks"], ids | {"stage": (*ids["stage"], OVERALL)}, "stage")
    findings += _unknown(rows["costs"], ids, "initiative")
    findings += _unknown(rows["fixes"], ids, "initiative", "persona")
    findings += [*_fixed_pains(rows, ids), *_fixed_delights(rows)]
    findings += _unknown(rows["scenarios"], ids, "persona")
    for row in rows["fixes"]:
        findings += _effect_faults(row)
    for row in rows["initiatives"]:
        findings += [*_other_initiatives(row, ids["initiative"]), *_cost_order(row), *_delay_order(row)]
    for row in rows["scenarios"]:
        findings += _lever_faults(row, ids)
    findings += [*_pilot_targets(rows, ids), *_targets(rows, ids), *evidence_faults(rows["evidence"])]
    findings += [*_unknown(rows["evidence"], ids, "pain_point"), *rollout_faults(rows)]
    findings += [*_backward(rows["scenarios"]), *_backward(rows["events"])]
    return findings + _too_many(rows["initiatives"])


def _ids(rows: Rows, table: str, column: str) -> tuple[str, ...]:
    return tuple(name for row in rows[table] if (name := row.text(column)))


def _unknown(rows: Sequence[TypedRow], ids: Mapping[str, tuple[str, ...]], *columns: str) -> list[Finding]:
    return [
        unknown_id(row, column, name, ids[column], column.replace("_", " "))
        for row in rows
        for column in columns
        if (name := row.text(column)) and name not in ids[column]
    ]


def _fixed_pains(rows: Rows, ids: Mapping[str, tuple[str, ...]]) -> list[Finding]:
    """The fixes of pain points that are not listed: one finding where the plan lists none at all."""
    unknown = [row for row in rows["fixes"] if row.text("pain_point") not in ("", *ids["pain_point"])]
    if rows["pain_points"] or not unknown:
        return _unknown(unknown, ids, "pain_point")
    names = list(dict.fromkeys(row.text("pain_point") for row in unknown))
    return [
        fault(
            "P206",
            unknown[0].found.place("pain_point"),
            f"fixes name pain points ({', '.join(names[:6])}), and the plan has no rows of pain_points",
            ", ".join(ids["pain_point"][:12]) or "pain points that the plan lists",
            "add the table pain_points (pain_point, stage, name), or take the fixes out",
        )
    ]


def _fixed_delights(rows: Rows) -> list[Finding]:
    delights = {row.text("pain_point") for row in rows["pain_points"] if row.values["kind"] == "delight"}
    return [
        fault(
            "P216",
            row.found.place("pain_point"),
            f"pain_point {row.text('pain_point')!r} is a delight",
            "a pain point of kind pain: this version values fixes of pain only",
            "remove the row, or set the kind of the pain point to pain",
        )
        for row in rows["fixes"]
        if row.text("pain_point") in delights
    ]


def _effect_faults(row: TypedRow) -> list[Finding]:
    effect = [row.values[name] for name in ("low", "likely", "high")]
    known = [value for value in effect if isinstance(value, float)]
    as_written = [row.found.values.get(name) for name in ("low", "likely", "high")]
    if any(value is not None for value in as_written) and any(value is None for value in as_written):
        return [
            fault(
                "P204",
                row.found.place("likely"),
                "low, likely and high are given in part",
                "all three, or none (then 0.1, 0.3, 0.5 stand in)",
                "fill in the others",
            )
        ]
    if len(known) == 3 and known != sorted(known):
        found = f"low {known[0]:g}, likely {known[1]:g}, high {known[2]:g} are out of order"
        return [fault("P207", row.found.place("low"), found, "low <= likely <= high", "put them in order")]
    return []


def _cost_order(row: TypedRow) -> list[Finding]:
    given = [(name, row.values[name]) for name in ("cost_low", "cost", "cost_high")]
    known = [(name, value) for name, value in given if isinstance(value, float)]
    if [value for _, value in known] == sorted(value for _, value in known):
        return []
    found = ", ".join(f"{name} {value:g}" for name, value in known) + " are out of order"
    return [fault("P207", row.found.place("cost"), found, "cost_low <= cost <= cost_high", "put them in order")]


def _delay_order(row: TypedRow) -> list[Finding]:
    low, high = row.values["delay_low"], row.values["delay_high"]
    given = [row.found.values.get(name) is not None for name in ("delay_low", "delay_high")]
    if any(given) and not all(given):
        found, allowed = "delay_low and delay_high are given in part", "both, or none (then it is never late)"
        return [fault("P204", row.found.place("delay_low"), found, allowed, "fill in the other")]
    if not isinstance(low, float) or not isinstance(high, float) or low <= high:
        return []
    found = f"delay_low {low:g} lies above delay_high {high:g}"
    return [fault("P207", row.found.place("delay_low"), found, "delay_low <= delay_high", "put them in order")]


def _pilot_targets(rows: Rows, ids: Mapping[str, tuple[str, ...]]) -> list[Finding]:
    """Pilots name an initiative, surveys a stage; no two things to fund share an id."""
    findings = []
    status = {row.text("initiative"): row.text("status") for row in rows["initiatives"]}
    for row in rows["pilots"]:
        known = ids["stage" if row.text("kind") == "survey" else "initiative"]
        what = "stage" if row.text("kind") == "survey" else "initiative"
        if row.text("kind") and (name := row.text("target")) and name not in known:
            findings.append(unknown_id(row, "target", name, known, what))
        settled = status.get(row.text("target")) if row.text("kind") == "pilot" else None
        if settled in ("live", "done", "stopped"):
            found, allowed = f"target {row.text('target')!r} is {settled}", "an initiative that is still to be decided"
            findings.append(fault("P206", row.found.place("target"), found, allowed, "take the pilot out"))
        if (name := row.text("pilot")) in ids["initiative"]:
            place, found = row.found.place("pilot"), f"pilot {name!r} is also the id of an initiative"
            findings.append(fault("P205", place, found, "an id of its own", f"call it {name}_pilot"))
    return findings


def _other_initiatives(row: TypedRow, known: Sequence[str]) -> list[Finding]:
    findings = []
    for column in ("requires", "excludes"):
        named = row.values[column]
        for name in named if isinstance(named, tuple) else ():
            others = [other for other in known if other != row.text("initiative")]
            if name not in others:
                findings.append(unknown_id(row, column, name, others, "other initiative"))
    return findings


def _lever_faults(row: TypedRow, ids: Mapping[str, tuple[str, ...]]) -> list[Finding]:
    lever, _, of = row.text("lever").partition(":")
    named = {"prevalence": "pain_point", "mix": "persona"}.get(lever)
    if lever in LEVERS_OF and of:
        known = ids[named] if named else (of,)
        return [] if of in known else [unknown_id(row, "lever", of, known, str(named).replace("_", " "))]
    if not lever or (lever in LEVERS and not of):
        return []
    allowed = (*LEVERS, "prevalence:PAIN", "capacity:TEAM", "mix:PERSONA")
    near = nearest(row.text("lever"), allowed)
    return [
        fault(
            "P211",
            row.found.place("lever"),
            f"there is no lever {row.text('lever')!r}",
            ", ".join(allowed),
            f"did you mean {near}?" if near else "take one of them",
        )
    ]


def _targets(rows: Rows, ids: Mapping[str, tuple[str, ...]]) -> list[Finding]:
    known = (*ids["pain_point"], *ids["stage"], *ids["initiative"], OVERALL)
    return [
        unknown_id(row, "target", name, known, "pain point, stage or initiative")
        for row in rows["evidence"]
        if (name := row.text("target")) and name not in known
    ]


def _backward(rows: Sequence[TypedRow]) -> list[Finding]:
    findings = []
    for row in rows:
        start, end = row.values["from"], row.values["to"]
        if isinstance(start, int) and isinstance(end, int) and end < start:
            findings.append(
                fault("P207", row.found.place("to"), "to lies before from", "from <= to", "put them in order")
            )
    return findings


def _too_many(initiatives: Sequence[TypedRow]) -> list[Finding]:
    if len(initiatives) <= MOST_INITIATIVES:
        return []
    return [
        fault(
            "P213",
            initiatives[MOST_INITIATIVES].found.place("initiative"),
            f"the plan has {len(initiatives)} initiatives",
            f"at most {MOST_INITIATIVES}",
            "leave out those that are done or stopped, or join small ones",
        )
    ]
